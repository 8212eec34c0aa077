#include <cmath>

#include "memory/error.h"
#include "tests/isa/instruction_fixture.h"
#include "tests/reference/random_stream.h"

namespace nki {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

class Rand2InstructionTest : public InstructionTest {
 protected:
  const std::string name = "rand2";
  Arguments Legal() { return {{"dst", b.Sbuf({32, 8})}, {"min", 0.0}, {"max", 1.0}}; }

  // What partition p draws: `low` + u * (`high` - `low`) in float32 with one rounding.
  static std::vector<double> Expected(int p, int64_t n, float low, float high) {
    std::vector<double> values;
    for (const uint32_t bits : reference::Lane::OfVector(p).Draw(n)) {
      const double u = static_cast<double>(bits >> 8) / 16777216.0;
      const double exact =
          u * static_cast<double>(high - low) + low;  // 24 + 24 bits: exact in double for these
      values.push_back(std::fmin(static_cast<float>(exact), high));
    }
    return values;
  }
};

TEST_F(Rand2InstructionTest, EveryDtypeAndBound) {
  for (const Dtype dtype : {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kFloat16, Dtype::kTfloat32,
                            Dtype::kFloat8E4m3, Dtype::kFloat8E5m2, Dtype::kInt8, Dtype::kUint8,
                            Dtype::kInt16, Dtype::kUint16, Dtype::kInt32, Dtype::kUint32}) {
    for (const auto& [low, high] :
         std::vector<std::pair<double, double>>{{0, 1}, {-3, 5}, {10, 200}, {0.25, 0.5}}) {
      machine().ResetRegisters({});
      const View dst = b.Sbuf({37, 9}, dtype);
      Run(name, {{"dst", dst}, {"min", low}, {"max", high}}, Trn3());
      const std::vector<double> got = Values(dst);
      for (int64_t p = 0; p < 37; ++p) {
        const std::vector<double> expected = Expected(static_cast<int>(p), 9, low, high);
        for (int64_t i = 0; i < 9; ++i) {
          const double value = dtype == Dtype::kInt32 || dtype == Dtype::kUint32
                                   ? std::fmax(std::nearbyint(expected[i]), IsSigned(dtype) ? -1e9 : 0)
                                   : Rounded(dtype, expected[i]);
          ASSERT_EQ(got[p * 9 + i], value) << Name(dtype) << " " << low << " " << p << " " << i;
        }
      }
    }
  }
}

TEST_F(Rand2InstructionTest, BoundsPerPartition) {
  const View dst = b.Psum({128, 100}), low = b.Sbuf({128, 1}), high = b.Sbuf({128, 1});
  Fill(low, [](int64_t p) { return static_cast<double>(-p); });
  Fill(high, [](int64_t p) { return static_cast<double>(p + 1); });
  Run(name, {{"dst", dst}, {"min", low}, {"max", high}}, Trn3());
  const std::vector<double> got = Values(dst);
  for (int p = 0; p < 128; ++p) {
    const std::vector<double> expected = Expected(p, 100, -p, p + 1);
    for (int i = 0; i < 100; ++i) ASSERT_EQ(got[p * 100 + i], expected[i]) << p;
  }
  SetBits(high, Bits(low));
  EXPECT_THROW(Run(name, {{"dst", dst}, {"min", low}, {"max", high}}, Trn3()), RunError);
  EXPECT_THROW(Run(name, {{"dst", dst}, {"min", 200.0}, {"max", high}}, Trn3()), RunError);
}

TEST_F(Rand2InstructionTest, NeverAboveMax) {
  const View dst = b.Sbuf({128, 512});
  const float high = std::nextafterf(1.0f, 2.0f);  // every number is one of the two bounds
  Run(name, {{"dst", dst}, {"min", 1.0}, {"max", static_cast<double>(high)}}, Trn3());
  int upper = 0;
  for (const double value : Values(dst)) {
    ASSERT_TRUE(value == 1.0 || value == static_cast<double>(high)) << value;
    upper += value > 1;
  }
  EXPECT_NEAR(upper, 128 * 256, 1024);
}

TEST_F(Rand2InstructionTest, MeanAndVariance) {
  const View dst = b.Sbuf({128, 1024});
  Run(name, {{"dst", dst}, {"min", -2.0}, {"max", 4.0}}, Trn3());
  double sum = 0, squares = 0;
  for (const double value : Values(dst)) {
    sum += value;
    squares += value * value;
  }
  const double n = 128 * 1024, mean = sum / n;
  EXPECT_NEAR(mean, 1, 4 * std::sqrt(3 / n));
  EXPECT_NEAR(squares / n - mean * mean, 3, 0.04);  // (max - min)^2 / 12
}

TEST_F(Rand2InstructionTest, Rules) {
  ExpectOperandRules(name, Legal(), "dst", "SBUF or PSUM", Trn3());
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Sbuf({32, 8}, Dtype::kFloat8E4m3fn)}}), Trn3()),
      ElementsAre("rand2: dst is float8_e4m3fn; allowed are float8_e4m3, float8_e5m2, float16, bfloat16, "
                  "float32, tfloat32, int8, int16, int32, uint8, uint16, uint32 [dtype]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"max", 0.0}}), Trn3()),
              ElementsAre("rand2: min is 0 and max is 0; min must be less than max [min-max]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"max", kNone}}), Trn3()),
              ElementsAre("rand2: min is 0 and max is None; min must be less than max [min-max]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"min", b.Sbuf({16, 1})}}), Trn3()),
      ElementsAre("rand2: min has shape (16, 1); beside dst it must have one value per partition, (32, 1) "
                  "[column]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"max", b.Sbuf({32, 1}, Dtype::kBfloat16)}}), Trn3()),
              ElementsAre("rand2: max is bfloat16; allowed are float32 [dtype]"));
  EXPECT_THAT(
      Problems(name, Legal(), Trn2()),
      ElementsAre("rand2: trn2 does not have the XORWOW generators of the Vector engine; targets that have "
                  "it: trn3 [vector-xorwow]"));
}

}  // namespace
}  // namespace nki
