// Moves lines between the partitions of a quadrant.
#ifndef NKI_ISA_SIMD_SHUFFLE_H_
#define NKI_ISA_SIMD_SHUFFLE_H_

#include "memory/tile.h"

namespace nki::simd {

inline constexpr int kQuadrant = 32;        // partitions that a shuffle mask speaks of
inline constexpr uint8_t kKeepsLane = 255;  // mask entry: the destination's partition stays as it is

// dst[q * 32 + i, f] = src[q * 32 + mask[i], f] bit for bit, for every i whose mask[i] is not kKeepsLane.
// Equal dtypes and free element counts; partitions start at multiples of 32. dst may be src if `blocks` is
// all of it.
void ShuffleTile(const Tile& src, const uint8_t* mask, const Tile& dst, BlockRange blocks);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_SHUFFLE_H_
