#include <cmath>

#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;

class BnAggrInstructionTest : public InstructionTest {
 protected:
  const std::string name = "bn_aggr";
  Arguments Legal() { return {{"dst", b.Sbuf({32, 2})}, {"data", b.Sbuf({32, 12})}}; }

  // Triples with counts of 0 to 4, small means of both signs and small variances; exact in all dtypes.
  const View& FillTriples(const View& view) {
    const bool has_sign = !IsInteger(view.dtype) || IsSigned(view.dtype);
    return Fill(view, [=](int64_t i) {
      const double steps[] = {1, 0.5, 0.25}, shifts[] = {0, has_sign ? -3.0 : 0, 0};
      const double value = static_cast<double>((i * 7 + i / 3) % 5) + shifts[i % 3];
      return IsInteger(view.dtype) ? value : value * steps[i % 3];
    });
  }
  // Of the elements that the triples stand for, in double: first the mean, then the squares around it.
  void ExpectJoined(const View& dst, const View& data, double rounding = 1e-6) {
    const std::vector<double> got = Values(dst), x = Values(data);
    const int64_t n = data.free_elements();
    for (int64_t p = 0; p < data.partitions(); ++p) {
      double count = 0, sum = 0, squares = 0;
      for (const double* t = &x[p * n]; t != &x[p * n] + n; t += 3) count += t[0], sum += t[0] * t[1];
      const double mean = sum / count;
      for (const double* t = &x[p * n]; t != &x[p * n] + n; t += 3) {
        squares += t[2] + t[0] * (t[1] - mean) * (t[1] - mean);
      }
      SCOPED_TRACE("partition " + std::to_string(p));
      if (count == 0) continue;
      ASSERT_NEAR(got[p * 2], mean, 3 * rounding);
      ASSERT_NEAR(got[p * 2 + 1], squares / count, squares / count * rounding + 1e-6);
    }
  }
};

TEST_F(BnAggrInstructionTest, DtypesShapesAndSpaces) {
  const Dtype dtypes[] = {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kFloat16, Dtype::kInt8, Dtype::kUint16};
  const Shape shapes[] = {{128, 24}, {1, 3}, {17, 5, 6}, {100, 201}};
  for (Dtype from : dtypes) {
    for (const Shape& shape : shapes) {
      SCOPED_TRACE(std::string(Name(from)) + ToString(shape));
      const View data = FillTriples(shape[0] == 17 ? b.Psum(shape, from) : b.Sbuf(shape, from));
      const View dst = shape[0] == 17 ? b.Psum({17, 2}) : b.Sbuf({shape[0], 2});
      Run(name, {{"dst", dst}, {"data", data}});
      ExpectJoined(dst, data);
    }
  }
}

TEST_F(BnAggrInstructionTest, AnyPatternOfTheFreeAxes) {
  const View storage = FillTriples(b.Sbuf({64, 3, 30})), out = b.Sbuf({64, 9}, Dtype::kBfloat16);
  const View dst = out.Slice(1, 4, 9, 4);
  const int order[] = {0, 2, 1};
  for (const View& data : {storage.Slice(1, 0, 3, 2), storage.Slice(2, 3, 27, 1),
                           FillTriples(b.Sbuf({64, 30, 3}).Permute(order))}) {
    Run(name, {{"dst", dst}, {"data", data}});
    ExpectJoined(dst, data, std::exp2(-8));
  }
}

// The whole way: bn_stats of pieces of different lengths, then bn_aggr, against mean and variance of the row.
TEST_F(BnAggrInstructionTest, JoinsWhatBnStatsGives) {
  const View data = FillSmall(b.Sbuf({70, 1200})), stats = b.Sbuf({70, 18}), dst = b.Sbuf({70, 2});
  const int64_t pieces[] = {0, 512, 1023, 1200};
  for (int64_t k = 0; k < 3; ++k) {
    Run("bn_stats",
        {{"dst", stats.Slice(1, k * 6, k * 6 + 6, 1)}, {"data", data.Slice(1, pieces[k], pieces[k + 1], 1)}});
  }
  Run(name, {{"dst", dst}, {"data", stats}});
  const std::vector<double> got = Values(dst), x = Values(data);
  for (int64_t p = 0; p < 70; ++p) {
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < 1200; ++i) sum += x[p * 1200 + i];
    for (int64_t i = 0; i < 1200; ++i) squares += std::pow(x[p * 1200 + i] - sum / 1200, 2);
    ASSERT_NEAR(got[p * 2], sum / 1200, 1e-5);
    ASSERT_NEAR(got[p * 2 + 1], squares / 1200, 1e-5 * squares / 1200);
  }
}

TEST_F(BnAggrInstructionTest, CountsOfZero) {
  const View data = b.Sbuf({2, 9}), dst = b.Sbuf({2, 2});
  const double rows[2][9] = {{0, 99, 7, 4, 2.5, 3, 0, -5, 0}, {0, 0, 0, 0, 0, 0, 0, 0, 0}};
  Fill(data, [&](int64_t i) { return rows[i / 9][i % 9] * (i == 2 ? 0 : 1); });
  Run(name, {{"dst", dst}, {"data", data}});
  EXPECT_THAT(Values(dst), ElementsAre(2.5, 0.75, 0, ::testing::IsNan()));
}

// The square of such a mean overflows; the variance does not.
TEST_F(BnAggrInstructionTest, MeansWhoseSquaresOverflow) {
  const View data = b.Sbuf({1, 9}), dst = b.Sbuf({1, 2});
  const double mean = static_cast<double>(1e30f), row[9] = {4, mean, 2, 4, mean, 6, 0, -mean, 0};
  Fill(data, [&](int64_t i) { return row[i]; });
  Run(name, {{"dst", dst}, {"data", data}});
  EXPECT_THAT(Values(dst), ElementsAre(mean, 1));
}

TEST_F(BnAggrInstructionTest, Rules) {
  for (const char* field : {"dst", "data"}) {
    ExpectOperandRules(name, Legal(), field, "SBUF or PSUM");
    ExpectNotPacked(name, Legal(), field);
  }
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst", b.Sbuf({16, 2})}})),
              ElementsAre("bn_aggr: data has 32 partitions and dst has 16; they must have the same number "
                          "[same-partitions]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst", b.Sbuf({32, 6})}})),
              ElementsAre("bn_aggr: dst has 6 elements per partition; it must have 2 [free-exactly]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"data", b.Sbuf({32, 8})}})),
              ElementsAre("bn_aggr: data has 8 elements per partition; it must hold triples (count, mean, "
                          "variance * count) [triples]"));
}

}  // namespace
}  // namespace nki
