// The random number generators of an engine: what they hold and how they are seeded.
#ifndef NKI_MEMORY_RANDOM_STATE_H_
#define NKI_MEMORY_RANDOM_STATE_H_

#include <array>
#include <cstdint>

#include "memory/tile.h"

namespace nki {

// XORWOW (G. Marsaglia, "Xorshift RNGs", 2003) has six words: x, y, z, w, v and the counter d. One step is
//   t = x ^ (x >> 2); x = y; y = z; z = w; w = v; v = (v ^ (v << 4)) ^ (t ^ (t << 1)); d += 362437
// and gives v + d. Six uint32 per state: nki.isa.rand_set_state, NKI 0.6. Their order is not published; this
// is Marsaglia's.
inline constexpr int kXorwowWords = 6;
inline constexpr uint32_t kXorwowStride = 362437;

// Those of one engine. Word j of a lane is word j % 6 of its state j / 6. Lines of 16 lanes: workers that own
// different blocks of partitions share no line.
class RandomState {
 public:
  // Per lane: four states on the Vector engine (trainium3_arch, "XORWOW-based PRNG"), one on GpSimd, which
  // has six words (nki.isa.rand_set_state, NKI 0.6).
  static constexpr int kMostStates = 4;
  static constexpr int kMostWords = kMostStates * kXorwowWords;

  // As nothing has seeded them: with seed 0.
  static RandomState OfVector() { return RandomState(kMostStates, 0); }
  static RandomState OfGpSimd() { return RandomState(1, kMostStates * kBlocks * kLanes); }

  int states() const { return states_; }
  int words() const { return states_ * kXorwowWords; }
  // Word j of lane k of the block is at j * 16 + k.
  uint32_t* block(int index) { return words_.data() + index * words() * kLanes; }
  const uint32_t* block(int index) const { return words_.data() + index * words() * kLanes; }

  // The device's seeding is not published. Ours: word k of stream n, of `first_stream` + p * states + s for
  // state s of partition p, is the upper half of output (seed * 1024 + n) * 8 + k of SplitMix64 (S. Vigna,
  // 2015) started from 0.
  void Seed(uint32_t seed, BlockRange blocks);
  void CopyFrom(const RandomState& other, BlockRange blocks);  // of the same engine
  bool operator==(const RandomState&) const = default;

 private:
  RandomState(int states, int first_stream);

  int states_, first_stream_;
  alignas(kLineBytes) std::array<uint32_t, kBlocks * kMostWords * kLanes> words_{};
};

}  // namespace nki

#endif  // NKI_MEMORY_RANDOM_STATE_H_
