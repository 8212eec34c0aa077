// Runs of equal elements.
#ifndef NKI_ISA_SIMD_SEGMENTS_H_
#define NKI_ISA_SIMD_SEGMENTS_H_

#include "memory/tile.h"

namespace nki::simd {

// For each of the n elements of ids (one partition; float32 or int32) where its run of equal neighbours
// begins and, in dst's second n elements, where it ends (one past the last). An id of 0 gives n and -1.
void SegmentBoundsTile(const Tile& ids, const Tile& dst, BlockRange blocks);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_SEGMENTS_H_
