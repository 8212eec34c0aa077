#include "isa/simd/gather.h"

#include <gtest/gtest.h>

#include "tests/isa/simd/chip.h"

namespace nki {
namespace {

void ExpectGathered(Dtype dtype, int data_start, int partitions, const std::vector<Dim>& data_axes,
                    const std::vector<Dim>& axes) {
  Chip from(4096), numbers(2048, 2), to(2048, 3);
  const Tile data = from.At(dtype, data_start, partitions, 1, data_axes),
             dst = to.At(dtype, 32, partitions, 2, axes);
  const int n = static_cast<int>(dst.free_elements());
  const Tile indices = numbers.At(Dtype::kUint32, 0, partitions, 0, {{1, n}});
  Chip expected(to);
  for (int p = 0; p < partitions; ++p) {
    for (int f = 0; f < n; ++f) {
      const uint32_t index = static_cast<uint32_t>((p * 131 + f * f * 17) % data.free_elements());
      std::memcpy(ElementAddress(indices, p, f), &index, sizeof(index));
      std::memcpy(ElementAddress(expected.Here(dst), p, f), ElementAddress(data, p, index), ItemBytes(dtype));
    }
  }
  OnEachTarget([&] {
    Chip whole(to), split(to);
    EXPECT_EQ(simd::GatherTile(data, indices, whole.Here(dst), {}), std::nullopt);
    EXPECT_TRUE(whole == expected);
    for (const BlockRange range : {BlockRange{0, 3}, BlockRange{3, 8}}) {
      EXPECT_EQ(simd::GatherTile(data, indices, split.Here(dst), range), std::nullopt);
    }
    EXPECT_TRUE(split == expected);
  });
}

TEST(GatherTest, DtypesAndPatterns) {
  for (const Dtype dtype : {Dtype::kFloat32, Dtype::kFloat16, Dtype::kInt8}) {
    for (const int partitions : {1, 16, 40, 96}) {
      ExpectGathered(dtype, 0, partitions, {{1, 300}}, {{1, 100}});
      ExpectGathered(dtype, 32, partitions, {{3, 90}}, {{2, 65}});
      ExpectGathered(dtype, 0, partitions, {{50, 4}, {2, 11}}, {{30, 3}, {1, 7}});
    }
  }
}

TEST(GatherTest, OnlyTheTilesLanesAreLookedAt) {
  Chip from(256), numbers(256), to(256);
  const Tile data = from.At(Dtype::kFloat32, 0, 5, 0, {{1, 4}}),
             dst = to.At(Dtype::kFloat32, 0, 5, 0, {{1, 9}});
  const Tile indices = numbers.At(Dtype::kUint32, 0, 5, 0, {{1, 9}});
  for (int p = 0; p < 16; ++p) {
    for (int f = 0; f < 9; ++f) {
      const uint32_t index = p < 5 ? 3 : 0xfffffff0u;
      std::memcpy(ElementAddress(indices, p, f), &index, sizeof(index));
    }
  }
  OnEachTarget([&] { EXPECT_EQ(simd::GatherTile(data, indices, dst, {}), std::nullopt); });
  const uint32_t beyond = 4;
  std::memcpy(ElementAddress(indices, 3, 8), &beyond, sizeof(beyond));
  OnEachTarget([&] {
    EXPECT_EQ(simd::GatherTile(data, indices, dst, {}), (simd::BadIndex{3, 8, 4}));
    EXPECT_EQ(simd::GatherTile(data, indices, dst, {1, 8}), std::nullopt);
  });
}

}  // namespace
}  // namespace nki
