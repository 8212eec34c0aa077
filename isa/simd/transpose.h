// Tile transposes: partitions become free elements and free elements partitions.
#ifndef NKI_ISA_SIMD_TRANSPOSE_H_
#define NKI_ISA_SIMD_TRANSPOSE_H_

#include "memory/tile.h"

namespace nki::simd {

// dst[f, p] = src[p, f], bit for bit; equal dtypes of 1, 2 or 4 bytes, any free pattern on both sides.
// The two may overlap if `blocks` is all of dst.
void TransposeTile(const Tile& src, const Tile& dst, BlockRange blocks);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_TRANSPOSE_H_
