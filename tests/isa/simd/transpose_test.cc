#include "isa/simd/transpose.h"

#include <gtest/gtest.h>

#include "tests/isa/simd/chip.h"

namespace nki {
namespace {

void ExpectTransposed(Dtype dtype, int src_start, int partitions, int64_t src_offset,
                      std::vector<Dim> src_axes, int dst_start, int64_t dst_offset,
                      std::vector<Dim> dst_axes) {
  Chip from(4096), to(4096, 2);
  const Tile src = from.At(dtype, src_start, partitions, src_offset, src_axes);
  const Tile dst = to.At(dtype, dst_start, static_cast<int>(src.free_elements()), dst_offset, dst_axes);
  Chip expected(to);
  for (int f = 0; f < dst.partitions; ++f) {
    for (int p = 0; p < partitions; ++p) {
      std::memcpy(ElementAddress(expected.Here(dst), f, p), ElementAddress(src, p, f), ItemBytes(dtype));
    }
  }
  OnEachTarget([&] {
    Chip whole(to), split(to);
    simd::TransposeTile(src, whole.Here(dst), {});
    EXPECT_TRUE(whole == expected);
    for (const BlockRange range : {BlockRange{0, 1}, BlockRange{1, 5}, BlockRange{5, 8}}) {
      simd::TransposeTile(src, split.Here(dst), range);
    }
    EXPECT_TRUE(split == expected);
  });
}

TEST(TransposeTest, FullAndRaggedTiles) {
  for (const Dtype dtype : {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kUint8}) {
    for (const int partitions : {1, 16, 31, 32, 100, 128}) {
      for (const int elements : {1, 2, 15, 32, 33, 127, 128}) {
        SCOPED_TRACE(testing::Message() << Name(dtype) << " " << partitions << "x" << elements);
        ExpectTransposed(dtype, 0, partitions, 0, {{1, elements}}, 0, 0, {{1, partitions}});
      }
    }
  }
}

TEST(TransposeTest, OffsetsAndStarts) {
  for (const Dtype dtype : {Dtype::kInt32, Dtype::kFloat16, Dtype::kFloat8E4m3}) {
    ExpectTransposed(dtype, 32, 48, 3, {{1, 34}}, 64, 5, {{1, 48}});
    ExpectTransposed(dtype, 96, 17, 2, {{1, 64}}, 16, 4, {{1, 17}});
  }
}

TEST(TransposeTest, FreePatterns) {
  for (const Dtype dtype : {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kInt8}) {
    ExpectTransposed(dtype, 0, 40, 1, {{3, 12}, {50, 3}}, 0, 7, {{2, 10}, {100, 4}});
    ExpectTransposed(dtype, 0, 32, 0, {{0, 4}, {1, 8}}, 0, 0, {{1, 32}});
    ExpectTransposed(dtype, 0, 32, 0, {{1, 64}}, 0, 0, {{1, 16}, {16, 2}});
  }
}

}  // namespace
}  // namespace nki
