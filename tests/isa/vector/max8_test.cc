#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

class Max8InstructionTest : public InstructionTest {
 protected:
  const std::string name = "max8";
  Arguments Legal() { return {{"dst", b.Sbuf({32, 8})}, {"src", b.Sbuf({32, 40})}}; }

  // Sorts each partition in double; `src` as it was before.
  void ExpectLargest(const View& dst, const View& src, const std::vector<double>& before) {
    const std::vector<double> got = Values(dst);
    const int64_t n = src.free_elements();
    for (int64_t p = 0; p < src.partitions(); ++p) {
      std::vector<double> row(before.begin() + p * n, before.begin() + (p + 1) * n);
      std::ranges::sort(row, std::greater<>());
      for (int64_t k = 0; k < 8; ++k) ASSERT_EQ(got[p * 8 + k], Rounded(dst.dtype, row[k])) << p << " " << k;
    }
  }
};

TEST_F(Max8InstructionTest, AllDtypesShapesAndSpaces) {
  const Dtype dtypes[] = {Dtype::kFloat32, Dtype::kBfloat16,   Dtype::kFloat16, Dtype::kFloat8E4m3,
                          Dtype::kInt32,   Dtype::kUint16,     Dtype::kInt8,    Dtype::kUint8,
                          Dtype::kUint32,  Dtype::kFloat8E5m2, Dtype::kInt16,   Dtype::kTfloat32};
  const Shape shapes[] = {{128, 8}, {1, 9}, {17, 200}, {100, 7, 19}};
  for (Dtype from : dtypes) {
    for (const Shape& shape : shapes) {
      SCOPED_TRACE(std::string(Name(from)) + ToString(shape));
      const View src = FillSmall(shape.size() == 3 ? b.Psum(shape, from) : b.Sbuf(shape, from));
      const View dst = shape[1] == 9 ? b.Sbuf({shape[0], 8}, Dtype::kBfloat16) : b.Psum({shape[0], 8}, from);
      Run(name, {{"dst", dst}, {"src", src}});
      ExpectLargest(dst, src, Values(src));
    }
  }
}

TEST_F(Max8InstructionTest, AnyPatternOfTheFreeAxes) {
  const View storage = FillSmall(b.Sbuf({64, 12, 10}));
  const View out = b.Sbuf({64, 3, 16}, Dtype::kFloat16);
  const View dst = out.Slice(1, 1, 2, 1).Slice(2, 1, 16, 2);  // [64, 1, 8], every other element
  const int order[] = {0, 2, 1};
  for (const View& src : {storage.Permute(order), storage.Slice(1, 1, 12, 3), storage.Slice(2, 3, 4, 1),
                          storage.Slice(2, 0, 1, 1).Broadcast(2, 5), storage.Slice(0, 32, 64, 1)}) {
    const View to = src.partitions() == 64 ? dst : dst.Slice(0, 0, 32, 1);
    Run(name, {{"dst", to}, {"src", src}});
    ExpectLargest(to, src, Values(src));
  }
}

TEST_F(Max8InstructionTest, EqualValuesZerosInfinitiesAndNan) {
  const View src = b.Sbuf({4, 9}), dst = b.Sbuf({4, 8});
  const double nan = std::nan(""), rows[4][9] = {{3, 3, 3, 2, 3, 3, 3, 3, 3},
                                                 {-kInfinity, 0, -1, kInfinity, -2, -3, -4, 1e38, -5},
                                                 {1, -nan, 5, 2, 3, 4, 6, 7, 8},
                                                 {nan, nan, nan, nan, nan, nan, nan, nan, 1}};
  Fill(src, [&](int64_t i) { return rows[i / 9][i % 9]; });
  Run(name, {{"dst", dst}, {"src", src}});
  const std::vector<double> got = Values(dst);
  const auto row = [&](int p) { return std::vector<double>(got.begin() + p * 8, got.begin() + p * 8 + 8); };
  EXPECT_THAT(row(0), ElementsAre(3, 3, 3, 3, 3, 3, 3, 3));
  EXPECT_THAT(row(1), ElementsAre(kInfinity, static_cast<float>(1e38), 0, -1, -2, -3, -4, -5));
  EXPECT_THAT(row(2), ElementsAre(::testing::IsNan(), 8, 7, 6, 5, 4, 3, 2));
  EXPECT_THAT(row(3), ::testing::Each(::testing::IsNan()));
}

TEST_F(Max8InstructionTest, IntegersGoThroughFloat32) {
  const View src = b.Sbuf({1, 8}, Dtype::kInt32), dst = b.Sbuf({1, 8}, Dtype::kInt32);
  SetBits(src, {16777217, 2147483647, 3, 2, 1, 0, 0x80000000, 4294967295});
  Run(name, {{"dst", dst}, {"src", src}});
  EXPECT_THAT(Values(dst), ElementsAre(2147483647, 16777216, 3, 2, 1, 0, -1, -2147483648.0));
}

TEST_F(Max8InstructionTest, SortsInPlace) {
  const View tile = FillSmall(b.Sbuf({50, 8}));
  const std::vector<double> before = Values(tile);
  Run(name, {{"dst", tile}, {"src", tile}});
  ExpectLargest(tile, tile, before);
}

TEST_F(Max8InstructionTest, Rules) {
  for (const char* field : {"dst", "src"}) {
    ExpectOperandRules(name, Legal(), field, "SBUF or PSUM");
    ExpectNotPacked(name, Legal(), field);
  }
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst", b.Sbuf({16, 8})}})),
              ElementsAre("max8: src has 32 partitions and dst has 16; they must have the same number "
                          "[same-partitions]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst", b.Sbuf({32, 9})}})),
              ElementsAre("max8: dst has 9 elements per partition; it must have 8 [free-exactly]"));
  for (int64_t n : {7, 16385}) {
    EXPECT_THAT(Problems(name, With(Legal(), {{"src", b.Sbuf({32, n}, Dtype::kInt8)}})),
                ElementsAre("max8: src has " + std::to_string(n) +
                            " elements per partition; it must have 8 to 16384 [free-between]"));
  }
  EXPECT_THAT(Problems(name, With(Legal(), {{"src", b.Sbuf({32, 2, 2, 10})}})),
              ElementsAre("max8: src has 4 axes; it may have at most 3 [rank-at-most]"));
}

}  // namespace
}  // namespace nki
