#include <cmath>

#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;

class BnStatsInstructionTest : public InstructionTest {
 protected:
  const std::string name = "bn_stats";
  Arguments Legal() { return {{"dst", b.Sbuf({32, 6})}, {"data", b.Sbuf({32, 40})}}; }

  // Two passes in double over the even and the odd elements. `rounding` is that of dst.dtype, relative.
  void ExpectMoments(const View& dst, const View& data, double rounding = 0) {
    const std::vector<double> got = Values(dst), x = Values(data);
    const int64_t n = data.free_elements();
    for (int64_t p = 0; p < data.partitions(); ++p) {
      for (int64_t odd = 0; odd < 2; ++odd) {
        double count = 0, sum = 0, squares = 0, largest = 0;
        for (int64_t i = odd; i < n; i += 2) {
          sum += x[p * n + i];
          largest = std::max(largest, std::abs(x[p * n + i]));
          ++count;
        }
        const double mean = count == 0 ? 0 : sum / count;
        for (int64_t i = odd; i < n; i += 2) squares += (x[p * n + i] - mean) * (x[p * n + i] - mean);
        const double* triple = &got[p * 6 + odd * 3];
        SCOPED_TRACE("partition " + std::to_string(p) + (odd ? ", odd" : ", even"));
        // A few roundings of float32 for each element, of values up to `largest`.
        const double step = std::exp2(-24) * std::sqrt(count + 1) * 4;
        ASSERT_NEAR(triple[0], count, count * rounding);
        ASSERT_NEAR(triple[1], mean, largest * step + std::abs(mean) * rounding);
        ASSERT_NEAR(triple[2], squares,
                    (squares + largest * std::sqrt(squares * count)) * step + squares * rounding);
      }
    }
  }
};

TEST_F(BnStatsInstructionTest, DtypesShapesAndSpaces) {
  const Dtype dtypes[] = {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kFloat16,
                          Dtype::kInt32,   Dtype::kUint8,    Dtype::kFloat8E5m2};
  const Shape shapes[] = {{128, 512}, {1, 1}, {17, 2}, {40, 3}, {100, 7, 19}};
  for (Dtype from : dtypes) {
    for (const Shape& shape : shapes) {
      SCOPED_TRACE(std::string(Name(from)) + ToString(shape));
      const View data = FillSmall(shape[0] == 40 ? b.Psum(shape, from) : b.Sbuf(shape, from));
      const View dst = shape[0] == 40 ? b.Sbuf({shape[0], 6}) : b.Psum({shape[0], 6});
      Run(name, {{"dst", dst}, {"data", data}});
      ExpectMoments(dst, data);
    }
  }
}

TEST_F(BnStatsInstructionTest, AnyPatternOfTheFreeAxes) {
  const View storage = FillSmall(b.Sbuf({64, 12, 10})), out = b.Sbuf({64, 3, 13}, Dtype::kBfloat16);
  const View dst = out.Slice(1, 2, 3, 1).Slice(2, 1, 13, 2);
  const int order[] = {0, 2, 1};
  for (const View& data : {storage.Permute(order), storage.Slice(1, 1, 12, 3), storage.Slice(2, 3, 4, 1),
                           storage.Slice(2, 0, 1, 1).Broadcast(2, 5)}) {
    Run(name, {{"dst", dst}, {"data", data}});
    ExpectMoments(dst, data, std::exp2(-8));
  }
}

// The sum of squares minus the squared sum would lose all digits here.
TEST_F(BnStatsInstructionTest, LargeMeans) {
  const View data = b.Sbuf({3, 500}), dst = b.Sbuf({3, 6});
  Fill(data, [](int64_t i) { return 1e4 + static_cast<double>(i * 7919 % 1000) / 1000; });
  Run(name, {{"dst", dst}, {"data", data}});
  ExpectMoments(dst, data);
  EXPECT_NEAR(Values(dst)[2] / 250, 1.0 / 12, 1e-3);
}

TEST_F(BnStatsInstructionTest, Rules) {
  for (const char* field : {"dst", "data"}) {
    ExpectOperandRules(name, Legal(), field, "SBUF or PSUM");
    ExpectNotPacked(name, Legal(), field);
  }
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst", b.Sbuf({16, 6})}})),
              ElementsAre("bn_stats: data has 32 partitions and dst has 16; they must have the same number "
                          "[same-partitions]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst", b.Sbuf({32, 5})}})),
              ElementsAre("bn_stats: dst has 5 elements per partition; it must have 6 [free-exactly]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"data", b.Sbuf({32, 3, 171})}})),
              ElementsAre("bn_stats: data has 513 free elements; trn1 allows at most 512 [free-at-most]"));
}

}  // namespace
}  // namespace nki
