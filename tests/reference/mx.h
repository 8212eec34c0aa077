// MX data as the documents define it, one element at a time, in double. Shares no code with isa/.
#ifndef NKI_TESTS_REFERENCE_MX_H_
#define NKI_TESTS_REFERENCE_MX_H_

#include <array>
#include <cstdint>

#include "memory/dtype.h"

namespace nki::reference {

// The four values of a packed element; element 0 has the lowest bits (mxfp-matmul, "Data Tensor").
std::array<double, 4> UnpackMx(Dtype packed, uint32_t bits);
// 2^(byte - 127); NaN for 255 (OCP Microscaling Formats 1.0, E8M0).
double MxScale(uint32_t byte);
// The scale byte of a group whose largest magnitude is `largest` (nki.isa.quantize_mx, NKI 0.6).
uint32_t MxScaleByte(Dtype packed, double largest);
// One value over its scale as the bits of the packed dtype's members, by search of the nearest, ties to even.
uint32_t QuantizeMxValue(Dtype packed, double value, uint32_t scale_byte);
// The partition of the scale tile, counted from its first, for a partition of the data.
int64_t MxScaleRow(int64_t partition);

}  // namespace nki::reference

#endif  // NKI_TESTS_REFERENCE_MX_H_
