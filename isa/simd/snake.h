// The largest values of each block of 16 partitions.
#ifndef NKI_ISA_SIMD_SNAKE_H_
#define NKI_ISA_SIMD_SNAKE_H_

#include "memory/tile.h"

namespace nki::simd {

// In each block of 16 partitions, element e of a tile is the one in partition e % 16 and column e / 16. Of
// the first n elements (n <= 65536) of src, bfloat16, the k largest go to the first k elements of values, in
// ascending order, and their numbers to those of indices, uint32; k is the free size of both. Of equal values
// the one with the lower number counts as larger; NaN is larger than every number. Elements from k on stay as
// they are.
void SnakeTopTile(const Tile& src, int64_t n, const Tile& values, const Tile& indices, BlockRange blocks);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_SNAKE_H_
