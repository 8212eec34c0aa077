#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

class ScalarTensorTensorInstructionTest : public InstructionTest {
 protected:
  const std::string name = "scalar_tensor_tensor";
  Arguments Legal() {
    return {{"dst", b.Sbuf({32, 8})}, {"data", b.Sbuf({32, 8})}, {"op0", AluOp::kMultiply},
            {"operand0", 2.0},        {"op1", AluOp::kAdd},      {"operand1", b.Sbuf({32, 8})}};
  }
};

TEST_F(ScalarTensorTensorInstructionTest, ColumnThenTile) {
  const View dst = b.Sbuf({99, 21}), data = FillSmall(b.Psum({99, 21})), column = FillSmall(b.Sbuf({99, 1}));
  const View tile = FillSmall(b.Sbuf({99, 3, 7}));
  Run(name, {{"dst", dst},
             {"data", data},
             {"op0", AluOp::kMultiply},
             {"operand0", column},
             {"op1", AluOp::kAdd},
             {"operand1", tile}});
  const std::vector<double> x = Values(data), s = Values(column), t = Values(tile), y = Values(dst);
  for (int64_t i = 0; i < 99 * 21; ++i) ASSERT_EQ(y[i], x[i] * s[i / 21] + t[i]) << i;
}

TEST_F(ScalarTensorTensorInstructionTest, ReversesBothOperators) {
  const Dtype bf16 = Dtype::kBfloat16;
  const View dst = b.Sbuf({17, 6}, bf16), data = FillSmall(b.Sbuf({17, 6}, bf16)),
             tile = FillSmall(b.Sbuf({17, 6}, bf16));
  Run(name, {{"dst", dst},
             {"data", data},
             {"op0", AluOp::kSubtract},
             {"operand0", 1.0},
             {"op1", AluOp::kSubtract},
             {"operand1", tile},
             {"reverse0", true},
             {"reverse1", true}});
  const std::vector<double> x = Values(data), t = Values(tile), y = Values(dst);
  for (size_t i = 0; i < y.size(); ++i) ASSERT_EQ(y[i], Rounded(bf16, t[i] - (1 - x[i]))) << i;
}

TEST_F(ScalarTensorTensorInstructionTest, Rules) {
  for (const char* field : {"dst", "data", "operand1"}) {
    ExpectOperandRules(name, Legal(), field, "SBUF or PSUM");
    ExpectNotPacked(name, Legal(), field);
  }
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"operand1", b.Sbuf({16, 8})}})),
      ElementsAre("scalar_tensor_tensor: data has 32 partitions and operand1 has 16; they must have the same "
                  "number [same-partitions]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Sbuf({32, 9})}})),
      ElementsAre("scalar_tensor_tensor: data has 8 elements per partition and dst has 9; they must have the "
                  "same number [same-free]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"data", b.Psum({32, 8})}, {"operand1", b.Psum({32, 8})}})),
      ElementsAre("scalar_tensor_tensor: data and operand1 are both in PSUM; one of them must be in SBUF "
                  "[both-psum]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"op1", AluOp::kBitwiseOr}})),
      ElementsAre("scalar_tensor_tensor: op1 is 'bitwise_or', which is bitwise; it must be arithmetic "
                  "[arithmetic-op]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"op1", AluOp::kAbs}})),
              ElementsAre("scalar_tensor_tensor: op1 is 'abs', which takes one operand only [binary-op]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"op0", AluOp::kAbs}})),
      ElementsAre(
          "scalar_tensor_tensor: operand0 must be None or 0 beside 'abs', which takes one operand only "
          "[unary-operand]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"operand0", b.Sbuf({16, 1})}})),
      ElementsAre("scalar_tensor_tensor: operand0 has shape (16, 1); beside data it must have one value per "
                  "partition, (32, 1) [column]"));
}

TEST_F(ScalarTensorTensorInstructionTest, OperatorsOfTrn3) {
  const Arguments abs_max = With(Legal(), {{"op1", AluOp::kAbsMax}});
  EXPECT_THAT(Problems(name, abs_max),
              ElementsAre("scalar_tensor_tensor: trn1 does not have abs_max and abs_min; targets "
                          "that have it: trn3 [abs-max-min]"));
  EXPECT_THAT(Problems(name, abs_max, Trn3()), ElementsAre());
  const Arguments relu = With(Legal(), {{"op0", AluOp::kRelu}, {"operand0", 0.0}});
  EXPECT_THAT(Problems(name, relu),
              ElementsAre("scalar_tensor_tensor: trn1 does not have square and relu as ALU "
                          "operators; targets that have it: trn3 [unary-alu-ops]"));
  EXPECT_THAT(Problems(name, relu, Trn3()), ElementsAre());
}

}  // namespace
}  // namespace nki
