// Random numbers: each lane of a tile draws from the generators of its partition (memory/random_state.h),
// element after element, so that the numbers do not depend on who else draws.
#ifndef NKI_ISA_SIMD_RANDOM_H_
#define NKI_ISA_SIMD_RANDOM_H_

#include "isa/simd/elementwise.h"
#include "memory/random_state.h"

namespace nki::simd {

// Element i of a partition comes from state i % states; at the end all states have made equally many steps.

// dst[p, i] = the low ItemBytes(dst.dtype) bytes of 32 random bits.
void RandomBitsTile(RandomState& state, const Tile& dst, BlockRange blocks);

// dst[p, i] = min(low + u * (high - low), high) in float32, fused, then converted; u = (32 random bits >> 8)
// / 2^24.
void UniformTile(RandomState& state, const ScalarOperand& low, const ScalarOperand& high, const Tile& dst,
                 BlockRange blocks);

// dst[p, i] = u < probability ? 0 : data[p, i], bit for bit; u as above. Equal dtypes.
void DropoutTile(RandomState& state, const Tile& data, const ScalarOperand& probability, const Tile& dst,
                 BlockRange blocks);

// Copies the words of the generators to [P, words] uint32 tiles and back.
void StoreRandomState(const RandomState& state, const Tile& dst, BlockRange blocks);
void LoadRandomState(RandomState& state, const Tile& src, BlockRange blocks);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_RANDOM_H_
