#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;

class ReciprocalInstructionTest : public InstructionTest {
 protected:
  Arguments Legal() { return {{"dst", b.Sbuf({32, 8})}, {"data", b.Sbuf({32, 8})}}; }
};

TEST_F(ReciprocalInstructionTest, IsCorrectlyRounded) {
  const View dst = b.Sbuf({90, 5}), data = FillSmall(b.Psum({90, 5}));
  Run("reciprocal", {{"dst", dst}, {"data", data}});
  const std::vector<double> x = Values(data), y = Values(dst);
  for (size_t i = 0; i < y.size(); ++i) ASSERT_EQ(y[i], static_cast<float>(1.0 / x[i])) << x[i];
}

TEST_F(ReciprocalInstructionTest, ConvertsOnce) {
  const View dst = b.Sbuf({8, 9}, Dtype::kBfloat16), data = FillSmall(b.Sbuf({8, 3, 3}, Dtype::kInt16));
  Run("reciprocal", {{"dst", dst}, {"data", data}});
  const std::vector<double> x = Values(data), y = Values(dst);
  for (size_t i = 0; i < y.size(); ++i) ASSERT_EQ(y[i], Rounded(Dtype::kBfloat16, 1.0 / x[i])) << x[i];
}

TEST_F(ReciprocalInstructionTest, Rules) {
  const std::string name = "reciprocal";
  for (const char* field : {"dst", "data"}) {
    ExpectOperandRules(name, Legal(), field, "SBUF or PSUM");
    ExpectNotPacked(name, Legal(), field);
  }
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst", b.Sbuf({16, 8})}})),
              ElementsAre("reciprocal: data has 32 partitions and dst has 16; they must have the same number "
                          "[same-partitions]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Sbuf({32, 9})}})),
      ElementsAre(
          "reciprocal: data has 8 elements per partition and dst has 9; they must have the same number "
          "[same-free]"));
}

}  // namespace
}  // namespace nki
