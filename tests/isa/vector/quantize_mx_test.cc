#include <cmath>
#include <limits>

#include "tests/isa/instruction_fixture.h"
#include "tests/reference/mx.h"
#include "tests/reference/reference.h"

namespace nki {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

constexpr Dtype kBf16 = Dtype::kBfloat16, kE4m3 = Dtype::kFloat8E4m3fnX4, kE5m2 = Dtype::kFloat8E5m2X4;
constexpr Dtype kE8m0 = Dtype::kFloat8E8m0fnu;

class QuantizeMxInstructionTest : public InstructionTest {
 protected:
  const std::string name = "quantize_mx";
  Arguments Legal() {
    return {{"dst", b.Sbuf({32, 4}, kE4m3)},
            {"src", b.Sbuf({32, 16}, kBf16)},
            {"dst_scale", b.Sbuf({4, 4}, kE8m0)}};
  }

  // Numbers of many sizes: groups of zeros, subnormals and the largest ones among them.
  void FillSizes(const View& view) {
    const int range = view.dtype == Dtype::kFloat16 ? 15 : 126;
    Fill(view, [=](int64_t i) {
      const int64_t group = i / 64;
      if (group % 7 == 3) return 0.0;
      const int exponent = static_cast<int>((group * 29 + i % 5) % (2 * range + 8)) - range - 7;
      return std::ldexp(static_cast<double>((i * 37) % 255 - 127) / 127, exponent);
    });
  }

  void ExpectQuantizes(const View& dst, const View& src, const View& scales) {
    SCOPED_TRACE(src.ToString() + " " + dst.ToString() + " " + scales.ToString());
    const int64_t columns = dst.free_elements();
    SetBits(View::Of(*scales.tensor), std::vector<uint32_t>(scales.tensor->elements(), 0x77));
    std::vector<uint32_t> wanted_scales = Bits(scales), wanted(dst.elements());
    const std::vector<double> values = Values(src);
    for (int64_t group = 0; group < src.partitions() / 8; ++group) {
      for (int64_t column = 0; column < columns; ++column) {
        double largest = 0;
        const auto at = [&](int64_t p, int64_t j) {
          return values[((group * 8 + p) * columns + column) * 4 + j];
        };
        for (int64_t i = 0; i < 32; ++i) {
          const double magnitude = std::abs(at(i / 4, i % 4));
          if (!(magnitude <= largest)) largest = std::isfinite(magnitude) ? magnitude : HUGE_VAL;
        }
        const uint32_t byte = reference::MxScaleByte(dst.dtype, largest);
        wanted_scales[reference::MxScaleRow(group * 8) * columns + column] = byte;
        for (int64_t i = 0; i < 32; ++i) {
          wanted[(group * 8 + i / 4) * columns + column] |=
              reference::QuantizeMxValue(dst.dtype, at(i / 4, i % 4), byte) << i % 4 * 8;
        }
      }
    }
    Run(name, {{"dst", dst}, {"src", src}, {"dst_scale", scales}}, Trn3());
    EXPECT_EQ(Bits(scales), wanted_scales);
    EXPECT_EQ(Bits(dst), wanted);
  }
};

// R07: float8_e4m3fn_x4 among the destinations.
TEST_F(QuantizeMxInstructionTest, R07R09QuantizesGroupsOf32) {
  for (Dtype dst : {kE4m3, kE5m2}) {
    for (Dtype src : {kBf16, Dtype::kFloat16}) {
      for (int64_t partitions : {32, 64, 96, 128}) {
        const View x = b.Sbuf({partitions, 80}, src);
        FillSizes(x);
        ExpectQuantizes(b.Sbuf({partitions, 20}, dst), x, b.Sbuf({partitions, 20}, kE8m0));
      }
    }
  }
}

// R21: scales may go to a part of a tile; what is beside them stays.
TEST_F(QuantizeMxInstructionTest, R21WritesTheRowsOfSlicedScales) {
  const View x = b.Sbuf({128, 24}, kBf16), scales = b.Sbuf({128, 32}, Dtype::kUint8);
  FillSizes(x);
  for (int64_t start : {0, 4, 8, 12}) {
    const View part = scales.Slice(0, start, 128, 1).Slice(1, 3, 15, 2);
    ExpectQuantizes(b.Sbuf({128, 6}, kE5m2), x, part);
  }
  const View few = b.Sbuf({16, 6}, kE8m0);
  ExpectQuantizes(b.Sbuf({32, 6}, kE4m3), x.Slice(0, 32, 64, 1), few.Slice(0, 8, 12, 1));
}

TEST_F(QuantizeMxInstructionTest, AnyFreePattern) {
  const View x = b.Sbuf({64, 10, 16}, kBf16);
  FillSizes(x);
  const Dim pairs[] = {{160, 64}, {32, 5}, {4, 2}, {1, 4}};  // every second row of 16, two groups of it
  ExpectQuantizes(b.Sbuf({64, 20}, kE4m3).Slice(1, 0, 20, 2), x.AccessPattern(pairs, 4, kBf16),
                  b.Sbuf({64, 2, 5}, kE8m0));
}

TEST_F(QuantizeMxInstructionTest, InfinityAndNanStay) {
  const View x = b.Sbuf({32, 32}, kBf16);
  const double special[] = {HUGE_VAL, -HUGE_VAL, std::numeric_limits<double>::quiet_NaN(), 3};
  for (Dtype dst : {kE4m3, kE5m2}) {
    Fill(x, [&](int64_t i) { return i % 11 == 0 ? special[i / 11 % 4] : static_cast<double>(i % 13) - 6; });
    ExpectQuantizes(b.Sbuf({32, 8}, dst), x, b.Sbuf({4, 8}, kE8m0));
  }
}

TEST_F(QuantizeMxInstructionTest, TouchesTheRowsOfScalesOnly) {
  const View scales = b.Sbuf({128, 4}, kE8m0);
  const auto call = MakeInstruction(
      name, {{"dst", b.Sbuf({128, 4}, kE4m3)}, {"src", b.Sbuf({128, 16}, kBf16)}, {"dst_scale", scales}});
  struct Find : OperandVisitor {
    std::vector<const View*> views;
    void OnView(const Field&, const View& view) override { views.push_back(&view); }
  } find;
  call->VisitFields(find);
  EXPECT_FALSE(call->PartsTouched(*find.views[0]).has_value());
  const Parts rows = call->PartsTouched(*find.views[2]);
  ASSERT_TRUE(rows && rows->size() == 4);
  for (int64_t q = 0; q < 4; ++q) {
    EXPECT_EQ(rows->at(q).first_partition(), 32 * q);
    EXPECT_EQ(rows->at(q).partitions(), 4);
  }
}

TEST_F(QuantizeMxInstructionTest, OperandRules) {
  ASSERT_THAT(Problems(name, Legal(), Trn3()), ElementsAre());
  EXPECT_THAT(Problems(name, Legal(), Trn2()),
              ElementsAre("quantize_mx: trn2 does not have packed x4 data types; targets that have it: trn3 "
                          "[mx-dtypes]"));
  const auto expect = [&](const Arguments& changes, const std::string& problem) {
    EXPECT_THAT(Problems(name, With(Legal(), changes), Trn3()), Contains("quantize_mx: " + problem));
  };
  expect({{"src", b.Psum({32, 16}, kBf16)}},
         "src is in psum; it must be in SBUF; copy it to SBUF first with nisa.tensor_copy [space]");
  expect({{"dst", b.Sbuf({129, 4}, kE4m3)}},
         "dst has 129 partitions; trn3 allows at most 128 [partitions-at-most]");
  expect({{"src", b.Sbuf({64, 16}, kBf16).Slice(0, 0, 64, 2)}},
         "src takes partitions in steps of 2; compute instructions need neighbouring partitions "
         "[partition-step]");
  expect({{"src", b.Sbuf({64, 16}, kBf16).Slice(0, 8, 40, 1)}},
         "src starts at partition 8; 32 partitions may start at 0, 32, 64 or 96 [start-partition]");
  View outside = b.Sbuf({32, 4}, kE4m3);
  outside.offset = 1;
  expect({{"dst", outside}},
         "dst reaches element 128; the storage of " + outside.tensor->name + " holds 128 [in-bounds]");
  expect({{"src", b.Sbuf({32, 16})}}, "src is float32; allowed are float16, bfloat16 [dtype]");
  expect({{"dst", b.Sbuf({32, 4}, Dtype::kFloat4E2m1fnX4)}},
         "dst is float4_e2m1fn_x4; allowed are float8_e4m3fn_x4, float8_e5m2_x4 [dtype]");
  expect({{"src", b.Sbuf({16, 16}, kBf16)}},
         "src has 16 partitions; it must be a multiple of 32 [mx-partitions]");
  expect({{"src", b.Sbuf({64, 16}, kBf16)}},
         "src has 64 partitions and dst has 32; they must have the same number [same-partitions]");
  expect({{"src", b.Sbuf({32, 18}, kBf16)}},
         "src has 18 elements per partition and dst has 4; each of dst packs four of src [packed-shape]");
}

TEST_F(QuantizeMxInstructionTest, ScaleRules) {
  const auto expect = [&](const View& scales, const std::string& problem) {
    const Arguments call = {
        {"dst", b.Sbuf({64, 4}, kE4m3)}, {"src", b.Sbuf({64, 16}, kBf16)}, {"dst_scale", scales}};
    EXPECT_THAT(Problems(name, call, Trn3()), ElementsAre("quantize_mx: dst_scale " + problem));
  };
  expect(b.Sbuf({64, 4}, Dtype::kInt8), "is int8; allowed are float8_e8m0fnu, uint8 [dtype]");
  expect(b.Sbuf({8, 4}, kE8m0),
         "has 8 partitions; for the 64 of dst it must have 36 or more: 4 at the start of each quadrant "
         "[scale-rows]");
  expect(b.Sbuf({64, 4}, kE8m0).Slice(0, 2, 64, 1),
         "starts at partition 2; scales start 0, 4, 8 or 12 partitions into a quadrant of 32 [scale-start]");
  expect(b.Sbuf({64, 4}, kE8m0).Slice(0, 16, 64, 1),
         "starts at partition 16; scales start 0, 4, 8 or 12 partitions into a quadrant of 32 [scale-start]");
  expect(b.Sbuf({64, 5}, kE8m0),
         "has 5 elements per partition and dst has 4; they must have the same number [scale-columns]");
}

}  // namespace
}  // namespace nki
