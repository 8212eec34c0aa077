#include "memory/random_state.h"

#include <algorithm>

namespace nki {
namespace {

// Output `index` of SplitMix64 started from 0, which jumps anywhere at once.
uint64_t SplitMix64(uint64_t index) {
  uint64_t z = (index + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace

RandomState::RandomState(int states, int first_stream) : states_(states), first_stream_(first_stream) {
  Seed(0, {});
}

void RandomState::Seed(uint32_t seed, BlockRange blocks) {
  for (int b = 0; b < kBlocks; ++b) {
    for (int i = 0; blocks.Contains(b) && i < words() * kLanes; ++i) {
      const int word = i / kLanes, partition = b * kLanes + i % kLanes;
      const uint64_t stream = first_stream_ + partition * states_ + word / kXorwowWords;
      const uint64_t index = (uint64_t{seed} * 1024 + stream) * 8 + word % kXorwowWords;
      block(b)[i] = static_cast<uint32_t>(SplitMix64(index) >> 32);
    }
  }
}

void RandomState::CopyFrom(const RandomState& other, BlockRange blocks) {
  for (int b = 0; b < kBlocks; ++b) {
    if (blocks.Contains(b)) std::copy_n(other.block(b), words() * kLanes, block(b));
  }
}

}  // namespace nki
