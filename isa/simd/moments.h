// Counts, means and variances of each partition.
#ifndef NKI_ISA_SIMD_MOMENTS_H_
#define NKI_ISA_SIMD_MOMENTS_H_

#include "memory/tile.h"

namespace nki::simd {

// dst's 6 free elements become (count, mean, variance * count) of data's elements at even places, then of
// those at odd places. One pass in float32, in order, by Welford's recurrence with the reciprocal of the
// count: d = x - mean; mean += d * (1 / count); sum += d * (x - mean).
void MomentsTile(const Tile& data, const Tile& dst, BlockRange blocks);

// data is a list of such triples; dst's 2 free elements become the mean and the variance of all together.
// The triples are joined in order in float32 (Chan, Golub and LeVeque, 1979); one of count 0 adds nothing.
void JoinMomentsTile(const Tile& data, const Tile& dst, BlockRange blocks);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_MOMENTS_H_
