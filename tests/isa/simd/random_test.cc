#include "isa/simd/random.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/isa/simd/chip.h"

namespace nki {
namespace {

// Runs `draw` with one worker and with three on every target; the memory and the generators must be the same.
void ExpectSame(const std::function<void(RandomState&, Chip&, BlockRange)>& draw) {
  for (const RandomState& start : {RandomState::OfVector(), RandomState::OfGpSimd()}) {
    const Chip before(2048);
    Chip expected(before);
    RandomState expected_state = start;
    OnEachTarget([&, first = true]() mutable {
      Chip whole(before), split(before);
      RandomState whole_state = start, split_state = start;
      draw(whole_state, whole, {});
      for (const BlockRange range : {BlockRange{5, 8}, BlockRange{0, 3}, BlockRange{3, 5}}) {
        draw(split_state, split, range);
      }
      if (first) {
        draw(expected_state, expected, {});
        EXPECT_FALSE(expected == before);
      }
      first = false;
      EXPECT_TRUE(whole == expected && split == expected);
      EXPECT_TRUE(whole_state == expected_state && split_state == expected_state);
    });
  }
}

TEST(RandomTest, TargetsAndWorkersAgree) {
  simd::ScalarOperand low, high, half;
  low.value = -3.7f;
  high.value = 11.3f;
  half.value = 0.5f;
  for (const int partitions : {1, 16, 45, 96}) {
    ExpectSame([&](RandomState& state, Chip& chip, BlockRange blocks) {
      simd::RandomBitsTile(state, chip.At(Dtype::kUint16, 32, partitions, 3, {{2, 99}}), blocks);
    });
    ExpectSame([&](RandomState& state, Chip& chip, BlockRange blocks) {
      simd::UniformTile(state, low, high, chip.At(Dtype::kFloat32, 32, partitions, 0, {{1, 201}}), blocks);
    });
    ExpectSame([&](RandomState& state, Chip& chip, BlockRange blocks) {
      const Tile data = chip.At(Dtype::kBfloat16, 32, partitions, 600, {{1, 130}});
      simd::DropoutTile(state, data, half, chip.At(Dtype::kBfloat16, 32, partitions, 1, {{1, 130}}), blocks);
    });
  }
}

}  // namespace
}  // namespace nki
