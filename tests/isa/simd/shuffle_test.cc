#include "isa/simd/shuffle.h"

#include <gtest/gtest.h>

#include "tests/isa/simd/chip.h"

namespace nki {
namespace {

void ExpectShuffled(Dtype dtype, int src_start, int dst_start, int partitions,
                    const std::vector<uint8_t>& mask, const std::vector<Dim>& axes) {
  Chip from(2048), to(2048, 2);
  const Tile src = from.At(dtype, src_start, partitions, 1, axes),
             dst = to.At(dtype, dst_start, partitions, 2, axes);
  Chip expected(to);
  for (int p = 0; p < partitions; ++p) {
    const int source = p / 32 * 32 + mask[p % 32];
    for (int64_t f = 0; mask[p % 32] != simd::kKeepsLane && f < dst.free_elements(); ++f) {
      std::memcpy(ElementAddress(expected.Here(dst), p, f), ElementAddress(src, source, f), ItemBytes(dtype));
    }
  }
  OnEachTarget([&] {
    Chip whole(to), split(to);
    simd::ShuffleTile(src, mask.data(), whole.Here(dst), {});
    EXPECT_TRUE(whole == expected);
    for (const BlockRange range : {BlockRange{0, 1}, BlockRange{1, 5}, BlockRange{5, 8}}) {
      simd::ShuffleTile(src, mask.data(), split.Here(dst), range);
    }
    EXPECT_TRUE(split == expected) << "workers that share a quadrant";
  });
}

TEST(ShuffleTest, MasksDtypesAndWorkers) {
  std::mt19937 random(7);
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<uint8_t> mask;
    for (int i = 0; i < 32; ++i) mask.push_back(random() % 5 == 0 ? 255 : random() % 32);
    for (const Dtype dtype : {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kUint8}) {
      ExpectShuffled(dtype, 0, 0, 128, mask, {{1, 131}});
      ExpectShuffled(dtype, 64, 0, 64, mask, {{3, 70}});
      ExpectShuffled(dtype, 96, 32, 32, mask, {{40, 5}, {2, 7}});
    }
  }
}

}  // namespace
}  // namespace nki
