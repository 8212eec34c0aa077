// Positions of elements that are not zero.
#ifndef NKI_ISA_SIMD_NONZERO_H_
#define NKI_ISA_SIMD_NONZERO_H_

#include "memory/tile.h"

namespace nki::simd {

// In the first partition of each block of 16: the positions plus `index_offset` of src's elements (float32 or
// int32) that are not zero, then `padding` up to src's free size, then how many they are. dst is int32 and
// has one element more than src. The other partitions stay as they are.
void NonzeroTile(const Tile& src, int32_t index_offset, int32_t padding, const Tile& dst, BlockRange blocks);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_NONZERO_H_
