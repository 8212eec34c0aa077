// Quantization to MX: groups of 32 values with one scale.
#ifndef NKI_ISA_SIMD_MX_QUANTIZE_H_
#define NKI_ISA_SIMD_MX_QUANTIZE_H_

#include "memory/tile.h"

namespace nki::simd {

// The scales of MX data: those of partition p of the data (counted from its first) are in partition
// p / 32 * 32 + p % 32 / 8 of the scale tile.
inline int MxScalePartition(const Tile& scales, int p) { return scales.partition + p / 32 * 32 + p % 32 / 8; }

// Packs each four values of src (float16 or bfloat16) into one element of dst (four float8). 8 partitions by
// 4 values share a scale 2^e, stored as the byte e + 127, with
//   e = max(-127, floor(log2 of their largest magnitude) - (Emax - 1)),
// where Emax is the largest exponent of dst's float8. Infinity and NaN count as the exponent 128.
// src begins a block of 16 partitions.
void QuantizeMxTile(const Tile& src, const Tile& dst, const Tile& scales, BlockRange blocks);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_MX_QUANTIZE_H_
