#include <cmath>

#include "tests/isa/instruction_fixture.h"
#include "tests/reference/mx.h"
#include "tests/reference/reference.h"

namespace nki {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

constexpr Dtype kE4m3 = Dtype::kFloat8E4m3fnX4, kE5m2 = Dtype::kFloat8E5m2X4, kFp4 = Dtype::kFloat4E2m1fnX4;
constexpr Dtype kE8m0 = Dtype::kFloat8E8m0fnu, kUint8 = Dtype::kUint8, kBf16 = Dtype::kBfloat16;

class NcMatmulMxInstructionTest : public InstructionTest {
 protected:
  const std::string name = "nc_matmul_mx";
  Arguments Call(const View& dst, const View& s, const View& x, const View& s_scale, const View& x_scale) {
    return {{"dst", dst},
            {"stationary", s},
            {"moving", x},
            {"stationary_scale", s_scale},
            {"moving_scale", x_scale}};
  }
  Arguments Legal() {
    return Call(b.Psum({8, 6}), b.Sbuf({64, 8}, kE4m3), b.Sbuf({64, 6}, kE5m2), b.Sbuf({64, 8}, kE8m0),
                b.Sbuf({64, 6}, kUint8));
  }

  // Any packed values but NaN and infinity, and scales of 2^-4 to 2^3.
  const View& FillPacked(const View& view) {
    std::vector<uint32_t> bits;
    for (int64_t i = 0; i < view.elements(); ++i) {
      uint32_t word = static_cast<uint32_t>(i + 7 * view.tensor->id + 1) * 2654435761u;
      if (view.dtype != kFp4) word &= 0xbbbbbbbbu;  // exponents below the largest ones
      bits.push_back(view.dtype == kFp4 ? word >> 16 : word);
    }
    SetBits(view, bits);
    return view;
  }
  const View& FillScales(const View& view) {
    std::vector<uint32_t> bits;
    for (int64_t i = 0; i < view.elements(); ++i) bits.push_back(123 + static_cast<uint32_t>(i * 5 % 8));
    SetBits(view, bits);
    return view;
  }

  // [K, F, 4] values times their scales.
  std::vector<double> Dequantized(const View& view, const View& scales) {
    const std::vector<uint32_t> bits = Bits(view), bytes = Bits(scales);
    const int64_t columns = view.free_elements();
    std::vector<double> values;
    for (int64_t i = 0; i < view.elements(); ++i) {
      const uint32_t byte = bytes[reference::MxScaleRow(i / columns) * columns + i % columns];
      for (double value : reference::UnpackMx(view.dtype, bits[i])) {
        values.push_back(value * reference::MxScale(byte));
      }
    }
    return values;
  }

  // The sums, and of their terms the magnitudes: the bound of what rounding may do.
  struct Product {
    std::vector<double> sums, magnitudes;
  };
  Product Multiply(const View& s, const View& x, const View& s_scale, const View& x_scale) {
    const std::vector<double> a = Dequantized(s, s_scale), c = Dequantized(x, x_scale);
    const int64_t m_count = s.free_elements(), n_count = x.free_elements();
    Product product{std::vector<double>(m_count * n_count), std::vector<double>(m_count * n_count)};
    for (int64_t k = 0; k < s.partitions(); ++k)
      for (int64_t m = 0; m < m_count; ++m)
        for (int64_t n = 0; n < n_count; ++n)
          for (int64_t j = 0; j < 4; ++j) {
            const double term = a[(k * m_count + m) * 4 + j] * c[(k * n_count + n) * 4 + j];
            product.sums[m * n_count + n] += term;
            product.magnitudes[m * n_count + n] += std::abs(term);
          }
    return product;
  }

  void ExpectMultiplies(const View& dst, const View& s, const View& x, const View& s_scale,
                        const View& x_scale, const Arguments& more = {}) {
    SCOPED_TRACE(s.ToString() + " " + x.ToString());
    FillPacked(s), FillPacked(x), FillScales(View::Of(*s_scale.tensor)),
        FillScales(View::Of(*x_scale.tensor));
    const Product product = Multiply(s, x, s_scale, x_scale);
    Run(name, With(Call(dst, s, x, s_scale, x_scale), more), Trn3());
    const std::vector<double> got = Values(dst);
    for (size_t i = 0; i < got.size(); ++i) {
      ASSERT_NEAR(got[i], product.sums[i], product.magnitudes[i] * 0x1p-20) << i;
    }
  }
};

TEST_F(NcMatmulMxInstructionTest, R09MultipliesEveryPairOfDtypes) {
  for (Dtype s : {kE4m3, kE5m2, kFp4}) {
    for (Dtype x : {kE4m3, kE5m2, kFp4}) {
      ExpectMultiplies(b.Psum({34, 45}), b.Sbuf({128, 34}, s), b.Sbuf({128, 45}, x), b.Sbuf({128, 34}, kE8m0),
                       b.Sbuf({128, 45}, kUint8));
    }
  }
}

TEST_F(NcMatmulMxInstructionTest, ContractionsOfOneToFourQuadrants) {
  for (int64_t k : {32, 64, 96, 128}) {
    ExpectMultiplies(b.Psum({128, 20}), b.Sbuf({k, 128}, kE4m3), b.Sbuf({k, 20}, kFp4),
                     b.Sbuf({k, 128}, kE8m0), b.Sbuf({k, 20}, kE8m0));
  }
  ExpectMultiplies(b.Psum({2, 3}), b.Sbuf({32, 2}, kE5m2), b.Sbuf({32, 3}, kE5m2), b.Sbuf({4, 2}, kUint8),
                   b.Sbuf({4, 3}, kUint8));
  ExpectMultiplies(b.Psum({8, 1100}), b.Sbuf({32, 8}, kE4m3), b.Sbuf({32, 1100}, kE4m3),
                   b.Sbuf({4, 8}, kE8m0), b.Sbuf({4, 1100}, kE8m0));
}

// R21: the scales of several tensors share a tile.
TEST_F(NcMatmulMxInstructionTest, R21ReadsSlicedScales) {
  const View scales = b.Sbuf({128, 20}, kE8m0);
  ExpectMultiplies(b.Psum({12, 16}), b.Sbuf({96, 12}, kE4m3), b.Sbuf({96, 16}, kE5m2),
                   scales.Slice(0, 12, 128, 1).Slice(1, 8, 20, 1),
                   scales.Slice(0, 4, 100, 1).Slice(1, 0, 16, 1));
}

TEST_F(NcMatmulMxInstructionTest, AnyFreePatternAndRowTiles) {
  ExpectMultiplies(b.Psum({10, 9, 3}).Slice(1, 0, 9, 2), b.Sbuf({64, 2, 10}, kFp4).Select(1, 1, false),
                   b.Sbuf({128, 30}, kFp4).Slice(0, 64, 128, 1).Slice(1, 1, 30, 2), b.Sbuf({64, 10}, kE8m0),
                   b.Sbuf({64, 5, 3}, kE8m0),
                   {{"tile_position", IntList{64, 0}}, {"tile_size", IntList{64, 128}}});
}

TEST_F(NcMatmulMxInstructionTest, ScaleBytesOfAllKinds) {
  const View s = b.Sbuf({32, 2}, kE4m3), x = b.Sbuf({32, 4}, kE4m3), dst = b.Psum({2, 4});
  const View s_scale = b.Sbuf({4, 2}, kE8m0), x_scale = b.Sbuf({4, 4}, kE8m0);
  SetBits(s, std::vector<uint32_t>(64, 0x00000038));  // 1, 0, 0, 0
  SetBits(x, std::vector<uint32_t>(128, 0x00000038));
  SetBits(s_scale, std::vector<uint32_t>(8, 127));
  SetBits(x_scale, {0, 127, 245, 255, 0, 127, 245, 255, 0, 127, 245, 255, 0, 127, 245, 255});
  Run(name, Call(dst, s, x, s_scale, x_scale), Trn3());
  const std::vector<double> got = Values(dst);
  EXPECT_EQ(got[0], 32 * 0x1p-127);
  EXPECT_EQ(got[1], 32);
  EXPECT_EQ(got[2], 32 * 0x1p118);
  EXPECT_TRUE(std::isnan(got[3]));
}

// The sum of all terms is rounded to bfloat16 once, after it was added to what PSUM holds.
TEST_F(NcMatmulMxInstructionTest, AccumulatesIntoFloat32AndBfloat16) {
  const View s = FillPacked(b.Sbuf({32, 6}, kFp4)), x = FillPacked(b.Sbuf({32, 5}, kFp4));
  const View s_scale = b.Sbuf({4, 6}, kE8m0), x_scale = b.Sbuf({4, 5}, kE8m0);
  SetBits(s_scale, std::vector<uint32_t>(24, 127)), SetBits(x_scale, std::vector<uint32_t>(20, 127));
  const Product product = Multiply(s, x, s_scale, x_scale);  // quarters: exact in float32
  for (Dtype dtype : {Dtype::kFloat32, kBf16}) {
    const View dst = b.Psum({6, 5}, dtype);
    const auto run = [&](Argument accumulate, WriteState destination) {
      Fill(dst, [](int64_t i) { return static_cast<double>(i); });
      Run(name, With(Call(dst, s, x, s_scale, x_scale), {{"accumulate", accumulate}}), Trn3(), destination);
      return Values(dst);
    };
    std::vector<double> once, twice;
    for (size_t i = 0; i < product.sums.size(); ++i) {
      once.push_back(Rounded(dtype, product.sums[i]));
      twice.push_back(Rounded(dtype, product.sums[i] + static_cast<double>(i)));
    }
    EXPECT_EQ(run(false, WriteState::kWritten), once);
    EXPECT_EQ(run(true, WriteState::kWritten), twice);
    EXPECT_EQ(run(kNone, WriteState::kUnwritten), once);
    EXPECT_EQ(run(kNone, WriteState::kWritten), twice);
  }
}

TEST_F(NcMatmulMxInstructionTest, ShapeRules) {
  ASSERT_THAT(Problems(name, Legal(), Trn3()), ElementsAre());
  EXPECT_THAT(Problems(name, Legal()),
              ElementsAre("nc_matmul_mx: trn1 does not have packed x4 data types; targets "
                          "that have it: trn3 [mx-dtypes]"));
  const auto expect = [&](const Arguments& changes, const std::string& problem) {
    EXPECT_THAT(Problems(name, With(Legal(), changes), Trn3()), Contains("nc_matmul_mx: " + problem));
  };
  expect({{"dst", b.Sbuf({8, 6})}}, "dst is in sbuf; it must be in PSUM [space]");
  expect({{"dst", b.Psum({129, 6})}}, "dst has 129 partitions; trn3 allows at most 128 [partitions-at-most]");
  expect({{"stationary", b.Sbuf({128, 8}, kE4m3).Slice(0, 0, 128, 2)}},
         "stationary takes partitions in steps of 2; compute instructions need neighbouring partitions "
         "[partition-step]");
  expect({{"moving", b.Sbuf({128, 6}, kE4m3).Slice(0, 32, 96, 1)}},
         "moving starts at partition 32; 64 partitions may start at 0 or 64 [start-partition]");
  View outside = b.Sbuf({64, 6}, kE4m3);
  outside.offset = 2;
  expect({{"moving", outside}},
         "moving reaches element 385; the storage of " + outside.tensor->name + " holds 384 [in-bounds]");
  expect({{"moving", b.Sbuf({32, 6}, kE4m3)}},
         "stationary has 64 partitions and moving has 32; they must have the same number [same-partitions]");
  expect({{"stationary", b.Sbuf({16, 8}, kE4m3)}},
         "stationary has 16 partitions; it must be a multiple of 32 [mx-partitions]");
  expect({{"stationary", b.Sbuf({64, 7}, kE4m3)}},
         "stationary has 7 elements per partition; it must be an even number [even-columns]");
  expect({{"moving", b.Sbuf({64, 4100}, kE4m3)}},
         "moving has 4100 free elements; trn3 allows at most 4096 [free-at-most]");
  expect({{"dst", b.Psum({8, 7})}},
         "stationary (64, 8) and moving (64, 6) give [8, 6]; dst has shape (8, 7) [dst-shape]");
  expect({{"dst", b.Psum({8, 8192}).Slice(1, 0, 8192, 1600)}},
         "dst spans 32004 bytes per partition; trn3 writes at most 16384 (8 PSUM banks) [dst-bank]");
}

TEST_F(NcMatmulMxInstructionTest, DtypeTileAndScaleRules) {
  const auto expect = [&](const Arguments& changes, const std::string& problem) {
    EXPECT_THAT(Problems(name, With(Legal(), changes), Trn3()), ElementsAre("nc_matmul_mx: " + problem));
  };
  expect({{"moving", b.Sbuf({64, 6}, kBf16)}},
         "moving is bfloat16; allowed are float8_e4m3fn_x4, float8_e5m2_x4, float4_e2m1fn_x4 [dtype]");
  expect({{"dst", b.Psum({8, 6}, Dtype::kFloat16)}}, "dst is float16; allowed are float32, bfloat16 [dtype]");
  expect({{"moving_scale", b.Sbuf({64, 6})}},
         "moving_scale is float32; allowed are float8_e8m0fnu, uint8 [dtype]");
  expect(
      {{"moving_scale", b.Sbuf({8, 6}, kUint8)}},
      "moving_scale has 8 partitions; for the 64 of moving it must have 36 or more: 4 at the start of each "
      "quadrant [scale-rows]");
  expect(
      {{"stationary_scale", b.Sbuf({64, 8}, kE8m0).Slice(0, 20, 64, 1)}},
      "stationary_scale starts at partition 20; scales start 0, 4, 8 or 12 partitions into a quadrant of 32 "
      "[scale-start]");
  expect({{"stationary_scale", b.Sbuf({64, 9}, kE8m0)}},
         "stationary_scale has 9 elements per partition and stationary has 8; they must have the same number "
         "[scale-columns]");
  const auto tiled = [&](IntList position, IntList size) {
    return Arguments{{"tile_position", std::move(position)}, {"tile_size", std::move(size)}};
  };
  EXPECT_THAT(Problems(name, With(Legal(), tiled({64, 0}, {64, 128})), Trn3()), ElementsAre());
  expect(
      {{"tile_size", IntList{64, 128}}},
      "tile_position has 0 numbers and tile_size has 2; both must have 2, or neither be given [tile-pair]");
  expect(tiled({0, 0}, {64, 64}),
         "tile_position is (0, 0) and tile_size is (64, 64); MX tiles take all 128 columns from column 0 "
         "[row-tiles]");
  expect(tiled({0, 0}, {96, 128}),
         "tile_size is (96, 128); rows and columns must be 32, 64 or 128 [tile-size]");
  expect(tiled({32, 0}, {64, 128}),
         "tile_position is (32, 0); it must be a multiple of tile_size (64, 128) inside 128 rows and columns "
         "[tile-position]");
  expect(tiled({32, 0}, {32, 128}),
         "stationary takes (64, 8) rows and columns; tile_size is (32, 128) [tile-fit]");
}

}  // namespace
}  // namespace nki
