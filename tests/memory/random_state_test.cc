#include "memory/random_state.h"

#include <gtest/gtest.h>

#include <set>

#include "memory/machine_state.h"

namespace nki {
namespace {

// The first outputs of SplitMix64 started from 0, as published with it: their upper halves.
TEST(RandomStateTest, SeedZeroIsTheStartOfSplitMix64) {
  const RandomState state = RandomState::OfVector();
  const uint32_t expected[] = {0xe220a839, 0x6e789e6a, 0x06c45d18, 0xf88bb8a8, 0x1b39896a};
  for (int word = 0; word < 5; ++word) EXPECT_EQ(state.block(0)[word * kLanes], expected[word]);
}

TEST(RandomStateTest, EveryGeneratorStartsElsewhere) {
  std::set<uint32_t> words;
  size_t count = 0;
  for (const uint32_t seed : {0u, 1u, 0xffffffffu}) {
    for (RandomState state : {RandomState::OfVector(), RandomState::OfGpSimd()}) {
      state.Seed(seed, {});
      for (int b = 0; b < kBlocks; ++b) words.insert(state.block(b), state.block(b) + state.words() * kLanes);
      count += kBlocks * kLanes * state.words();
    }
  }
  EXPECT_GE(words.size(), count - 2);  // 11,520 words of 32 bits: a coincidence happens in one of 65 draws
}

TEST(RandomStateTest, SeedsTheGivenBlocksOnly) {
  RandomState state = RandomState::OfVector(), all = RandomState::OfVector();
  all.Seed(7, {});
  state.Seed(7, {2, 5});
  EXPECT_FALSE(state == all);
  state.Seed(7, {0, 2});
  state.Seed(7, {5, 8});
  EXPECT_TRUE(state == all);
}

TEST(RandomStateTest, ProgramsStartWithSeedZero) {
  MachineState machine(128, 64, 64);
  machine.vector_random.Seed(5, {});
  machine.gpsimd_random.Seed(6, {});
  machine.scalar_accumulators.fill(1);
  machine.ResetRegisters({0, 4});
  EXPECT_FALSE(machine.vector_random == RandomState::OfVector());
  machine.ResetRegisters({4, 8});
  EXPECT_TRUE(machine.vector_random == RandomState::OfVector());
  EXPECT_TRUE(machine.gpsimd_random == RandomState::OfGpSimd());
  for (const float sum : machine.scalar_accumulators) EXPECT_EQ(sum, 0);
}

}  // namespace
}  // namespace nki
