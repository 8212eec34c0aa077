#include "isa/simd/matmul.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "tests/isa/simd/chip.h"

namespace nki {
namespace {

using simd::Accumulate;
using simd::MatmulTile;

constexpr int64_t kPartitionBytes = 8192;

void FillWithNumbers(Chip& chip, const Tile& tile, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> number(-2, 2);
  for (int p = 0; p < tile.partitions; ++p) {
    for (int64_t i = 0; i < tile.free_elements(); ++i) {
      StoreScalar(tile.dtype, number(random), ElementAddress(chip.Here(tile), p, i));
    }
  }
}

float Read(const Tile& tile, int p, int64_t i) { return LoadScalar(tile.dtype, ElementAddress(tile, p, i)); }

// The contract as loops: one chain of fused multiply-adds per output, then one addition (rounded to dst's
// dtype).
void Oracle(const Tile& stationary, const Tile& moving, const Tile& dst, Accumulate accumulate) {
  for (int64_t n = 0; n < moving.free_elements(); ++n) {
    for (int m = 0; m < dst.partitions; ++m) {
      float sum = 0;
      for (int k = 0; k < stationary.partitions; ++k)
        sum = std::fma(Read(moving, k, n), Read(stationary, k, m), sum);
      if (accumulate == Accumulate::kAdd) sum += Read(dst, m, n);
      StoreScalar(dst.dtype, sum, ElementAddress(dst, m, n));
    }
  }
}

// Whatever the next call leaves unwritten on its stack spoils its results.
[[gnu::noinline]] void FillStackWithNaNs() {
  volatile std::byte stack[1 << 17];
  for (auto& byte : stack) byte = std::byte{0xff};
}

struct Case {
  Dtype stationary_dtype, moving_dtype, dst_dtype;
  int k_start, k, m_start, m;
  int64_t stationary_offset, moving_offset, dst_offset;
  std::vector<Dim> stationary_axes, moving_axes, dst_axes;
};

void ExpectSameBits(const Case& c) {
  Chip sbuf(kPartitionBytes), psum(kPartitionBytes, 2);
  const Tile stationary = sbuf.At(c.stationary_dtype, c.k_start, c.k, c.stationary_offset, c.stationary_axes);
  const Tile moving = sbuf.At(c.moving_dtype, c.k_start, c.k, c.moving_offset, c.moving_axes);
  const Tile dst = psum.At(c.dst_dtype, c.m_start, c.m, c.dst_offset, c.dst_axes);
  FillWithNumbers(sbuf, stationary, 3);
  FillWithNumbers(sbuf, moving, 4);
  FillWithNumbers(psum, dst, 5);
  for (const Accumulate accumulate : {Accumulate::kOverwrite, Accumulate::kAdd}) {
    Chip expected(psum);
    Oracle(stationary, moving, expected.Here(dst), accumulate);
    OnEachTarget([&] {
      Chip whole(psum), split(psum);
      MatmulTile(stationary, moving, whole.Here(dst), accumulate, false, {});
      EXPECT_TRUE(whole == expected);
      for (const BlockRange range : {BlockRange{0, 3}, BlockRange{3, 4}, BlockRange{4, 8}}) {
        MatmulTile(stationary, moving, split.Here(dst), accumulate, false, range);
      }
      EXPECT_TRUE(split == expected);
    });
  }
}

Case Plain(int k, int m, int n, Dtype dtype = Dtype::kFloat32) {
  const int64_t first = 2048 / ItemBytes(dtype);
  return {dtype, dtype, Dtype::kFloat32, 0, k, 0, m, 0, first, 0, {{1, m}}, {{1, n}}, {{1, n}}};
}

TEST(MatmulTest, FullTile) { ExpectSameBits(Plain(128, 128, 512)); }

TEST(MatmulTest, RaggedSizes) {
  for (const int k : {1, 15, 16, 33, 127}) {
    for (const int m : {1, 16, 17, 48, 100}) {
      for (const int n : {1, 7, 13, 130}) {
        SCOPED_TRACE(testing::Message() << k << "x" << m << "x" << n);
        ExpectSameBits(Plain(k, m, n));
      }
    }
  }
}

TEST(MatmulTest, EveryOperandDtype) {
  for (const Dtype dtype : {Dtype::kFloat32, Dtype::kTfloat32, Dtype::kBfloat16, Dtype::kFloat16,
                            Dtype::kFloat8E4m3, Dtype::kFloat8E4m3fn, Dtype::kFloat8E5m2}) {
    SCOPED_TRACE(Name(dtype));
    ExpectSameBits(Plain(50, 40, 33, dtype));
  }
}

TEST(MatmulTest, MixedDtypesAndOddOffsets) {
  Case c = Plain(64, 60, 31);
  c.stationary_dtype = Dtype::kBfloat16;
  c.moving_dtype = Dtype::kFloat8E5m2;
  c.stationary_offset = 3;
  c.moving_offset = 4001;
  ExpectSameBits(c);
}

TEST(MatmulTest, StartPartitions) {
  for (const int start : {32, 64, 96}) {
    Case c = Plain(32, 32, 40);
    c.k_start = start;
    c.m_start = 128 - start;
    ExpectSameBits(c);
  }
}

TEST(MatmulTest, FreePatterns) {
  Case c = Plain(40, 24, 24);
  c.stationary_axes = {{3, 4}, {24, 6}};
  c.moving_axes = {{12, 4}, {1, 2}, {4, 3}};
  c.dst_axes = {{1, 4}, {8, 6}};
  ExpectSameBits(c);
  c.moving_axes = {{0, 6}, {2, 4}};
  ExpectSameBits(c);
  c.moving_dtype = c.stationary_dtype = Dtype::kBfloat16;
  ExpectSameBits(c);
}

// A convolution writes some PSUM elements more than once; each write counts, in order (regression R23).
TEST(MatmulTest, OverlappingDestination) {
  Case c = Plain(20, 20, 36);
  c.dst_axes = {{4, 6}, {1, 6}};
  ExpectSameBits(c);
}

TEST(MatmulTest, Bfloat16Psum) {
  Case c = Plain(128, 70, 37, Dtype::kBfloat16);
  c.dst_dtype = Dtype::kBfloat16;
  c.dst_offset = 5;
  ExpectSameBits(c);
}

// The fast path has its own rounding; whatever the CPU, results stay within float32 accuracy of a sum in
// double, and nothing outside the tile changes. NaNs lie beside the tile in partitions and on the stack.
void ExpectFastNearSum(int k, int m, int n, Dim stationary_axis, int64_t stationary_offset) {
  Chip sbuf(kPartitionBytes), psum(kPartitionBytes, 2);
  std::memset(sbuf.base(), 0xff, sbuf.size());
  const Tile stationary = sbuf.At(Dtype::kBfloat16, 0, k, stationary_offset, {stationary_axis});
  const Tile moving = sbuf.At(Dtype::kBfloat16, 0, k, 1024, {{1, n}});
  const Tile dst = psum.At(Dtype::kFloat32, 0, m, 3, {{1, n}});
  FillWithNumbers(sbuf, stationary, 3);
  FillWithNumbers(sbuf, moving, 4);
  FillWithNumbers(psum, dst, 5);
  Chip whole(psum), split(psum), expected(psum);
  FillStackWithNaNs();
  MatmulTile(stationary, moving, whole.Here(dst), Accumulate::kAdd, true, {});
  for (const BlockRange range : {BlockRange{0, 3}, BlockRange{3, 8}}) {
    MatmulTile(stationary, moving, split.Here(dst), Accumulate::kAdd, true, range);
  }
  EXPECT_TRUE(whole == split);
  for (int i = 0; i < m; ++i) {
    for (int j = 0; j < n; ++j) {
      double sum = Read(dst, i, j);
      for (int p = 0; p < k; ++p) sum += static_cast<double>(Read(stationary, p, i)) * Read(moving, p, j);
      ASSERT_NEAR(Read(whole.Here(dst), i, j), sum, 1e-4) << i << ", " << j;
      const float value = Read(whole.Here(dst), i, j);
      StoreScalar(Dtype::kFloat32, value, ElementAddress(expected.Here(dst), i, j));
    }
  }
  EXPECT_TRUE(whole == expected);
}

TEST(MatmulTest, FastBfloat16) {
  for (const auto& [k, m, n] :
       {std::tuple{128, 128, 512}, {127, 100, 131}, {1, 1, 1}, {33, 17, 7}, {64, 48, 200}, {17, 79, 49}}) {
    SCOPED_TRACE(testing::Message() << k << "x" << m << "x" << n);
    ExpectFastNearSum(k, m, n, {1, m}, 0);
    ExpectFastNearSum(k, m, n, {1, m}, 1);
    ExpectFastNearSum(k, m, n, {3, m}, 2);
  }
}

// tfloat32 keeps 10 fraction bits even if the memory holds more.
TEST(MatmulTest, Tfloat32RoundsOperands) {
  Chip sbuf(256), psum(256);
  Tile operand = sbuf.At(Dtype::kFloat32, 0, 1, 0, {{1, 4}});
  const float values[] = {1 + 0x1p-11f, 1 + 0x3p-11f, 1 + 0x1p-11f + 0x1p-20f, INFINITY};
  for (int i = 0; i < 4; ++i) StoreScalar(Dtype::kFloat32, values[i], ElementAddress(operand, 0, i));
  operand.dtype = Dtype::kTfloat32;
  const Tile one = sbuf.At(Dtype::kFloat32, 0, 1, 8, {});
  StoreScalar(Dtype::kFloat32, 1, ElementAddress(one, 0, 0));
  const Tile dst = psum.At(Dtype::kFloat32, 0, 1, 0, {{1, 4}});
  MatmulTile(one, operand, dst, Accumulate::kOverwrite, false, {});
  EXPECT_EQ(Read(dst, 0, 0), 1.0f);  // a tie goes to even
  EXPECT_EQ(Read(dst, 0, 1), 1 + 0x1p-9f);
  EXPECT_EQ(Read(dst, 0, 2), 1 + 0x1p-10f);
  EXPECT_EQ(Read(dst, 0, 3), INFINITY);
}

}  // namespace
}  // namespace nki
