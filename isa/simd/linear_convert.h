// Conversion of elements that lie side by side in linear memory.
#ifndef NKI_ISA_SIMD_LINEAR_CONVERT_H_
#define NKI_ISA_SIMD_LINEAR_CONVERT_H_

#include <cstddef>
#include <cstdint>

#include "memory/dtype.h"

namespace nki::simd {

// `count` elements of one dtype become as many of another, through float32. Bit for bit what
// memory/scalar_types.h does; neither dtype is packed.
void ConvertLinear(Dtype from_dtype, const std::byte* from, Dtype to_dtype, std::byte* to, int64_t count);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_LINEAR_CONVERT_H_
