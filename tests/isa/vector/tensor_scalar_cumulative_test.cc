#include <cmath>
#include <limits>

#include "tests/isa/instruction_fixture.h"
#include "tests/reference/reference.h"

namespace nki {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;

constexpr AluOp kRunning[] = {AluOp::kAdd, AluOp::kSubtract, AluOp::kMultiply, AluOp::kMaximum,
                              AluOp::kMinimum};

class TensorScalarCumulativeInstructionTest : public InstructionTest {
 protected:
  const std::string name = "tensor_scalar_cumulative";
  Arguments Legal() {
    return {{"dst", b.Sbuf({32, 8})},
            {"src", b.Sbuf({32, 8})},
            {"op0", AluOp::kMultiply},
            {"op1", AluOp::kAdd},
            {"imm0", 2.0}};
  }

  static double Start(AluOp op) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    return op == AluOp::kMultiply  ? 1
           : op == AluOp::kMaximum ? -kInfinity
           : op == AluOp::kMinimum ? kInfinity
                                   : 0;
  }
  // The pseudocode of the manual; registers come and go.
  static std::vector<double> Expected(const std::vector<double>& x, AluOp op0,
                                      const std::vector<double>& imm0, AluOp op1,
                                      std::vector<double>& registers, Dtype dtype) {
    const size_t row = x.size() / registers.size();
    std::vector<double> wanted;
    for (size_t i = 0; i < x.size(); ++i) {
      double& value = registers[i / row];
      const float middle = static_cast<float>(reference::Alu(op0, x[i], imm0[i / row]));
      value = static_cast<float>(reference::Alu(op1, middle, value));
      wanted.push_back(Rounded(dtype, value));
    }
    return wanted;
  }
};

TEST_F(TensorScalarCumulativeInstructionTest, OperatorsDtypesAndViews) {
  const View imm0 = b.Psum({70, 1});
  Fill(imm0, [](int64_t i) { return static_cast<double>(i % 5) * 0.5 - 0.75; });
  for (const AluOp op1 : kRunning) {
    for (const Dtype from :
         {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kFloat8E4m3, Dtype::kInt16, Dtype::kUint8}) {
      for (const Dtype to : {Dtype::kFloat32, Dtype::kFloat16, Dtype::kInt8}) {
        const View src = b.Sbuf({70, 2, 35}, from).Permute(std::vector<int>{0, 2, 1});
        Fill(src, [](int64_t i) { return static_cast<double>(i * 37 % 3); });  // products stay in range
        const View dst = b.Sbuf({70, 140}, to).Slice(1, 0, 140, 2);
        Run(name, {{"dst", dst}, {"src", src}, {"op0", AluOp::kSubtract}, {"op1", op1}, {"imm0", imm0}});
        std::vector<double> registers(70, Start(op1));
        SCOPED_TRACE(std::string(Name(op1)) + " " + std::string(Name(from)) + " " + std::string(Name(to)));
        ExpectSame(Values(dst), Expected(Values(src), AluOp::kSubtract, Values(imm0), op1, registers, to));
      }
    }
  }
}

TEST_F(TensorScalarCumulativeInstructionTest, CommandsGoOnLoadAndReset) {
  const View src = FillSmall(b.Sbuf({100, 7})), dst = b.Sbuf({100, 7}), start = FillSmall(b.Sbuf({100, 1}));
  const std::vector<double> ones(100, 1.0);
  const auto run = [&](ReduceCmd cmd, const Argument& imm1) {
    Run(name, {{"dst", dst},
               {"src", src},
               {"op0", AluOp::kMultiply},
               {"op1", AluOp::kSubtract},
               {"imm0", 1.0},
               {"imm1", imm1},
               {"reduce_cmd", cmd}});
    return Values(dst);
  };
  const auto expected = [&](std::vector<double>& registers) {
    return Expected(Values(src), AluOp::kMultiply, ones, AluOp::kSubtract, registers, Dtype::kFloat32);
  };
  std::vector<double> registers(100, 0.0);
  EXPECT_EQ(run(ReduceCmd::kResetReduce, kNone), expected(registers));
  EXPECT_EQ(run(ReduceCmd::kReduce, 77.0), expected(registers));  // imm1 is not used
  registers = Values(start);
  EXPECT_EQ(run(ReduceCmd::kLoadReduce, start), expected(registers));
  registers = std::vector<double>(100, -3.5);
  EXPECT_EQ(run(ReduceCmd::kLoadReduce, -3.5), expected(registers));
}

TEST_F(TensorScalarCumulativeInstructionTest, DstMayBeSrcAndAllResultsMayGoToOnePlace) {
  const View src = b.Sbuf({33, 80});
  Fill(src, [](int64_t) { return 1; });
  const View last = b.Sbuf({33, 1});
  const Arguments call = {{"dst", last.BroadcastTo({33, 80})},
                          {"src", src},
                          {"op0", AluOp::kAdd},
                          {"op1", AluOp::kAdd},
                          {"imm0", 1.0}};
  Run(name, call);
  EXPECT_THAT(Values(last), Each(160));
  Run(name, With(call, {{"dst", src}}));
  EXPECT_EQ(Values(src)[79], 160);
}

TEST_F(TensorScalarCumulativeInstructionTest, Rules) {
  for (const char* field : {"dst", "src"}) {
    ExpectOperandRules(name, Legal(), field, "SBUF or PSUM");
    ExpectNotPacked(name, Legal(), field);
    EXPECT_THAT(Problems(name, With(Legal(), {{field, b.Sbuf({32, 8}, Dtype::kInt32)}})),
                ElementsAre("tensor_scalar_cumulative: " + std::string(field) +
                            " is int32; integers of 32 bits are not allowed [integer-32]"));
  }
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Sbuf({16, 8})}})),
      ElementsAre("tensor_scalar_cumulative: src has 32 partitions and dst has 16; they must have the same "
                  "number [same-partitions]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Sbuf({32, 9})}})),
      ElementsAre("tensor_scalar_cumulative: src has 8 elements per partition and dst has 9; they must "
                  "have the same number [same-free]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"op0", AluOp::kBitwiseAnd}})),
      ElementsAre("tensor_scalar_cumulative: op0 is 'bitwise_and', which is bitwise; it must be arithmetic "
                  "[arithmetic-op]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"op1", AluOp::kLogicalAnd}})),
              ElementsAre("tensor_scalar_cumulative: op1 is 'logical_and'; it must be nl.add, nl.subtract, "
                          "nl.multiply, nl.maximum or nl.minimum [cumulative-op]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"op0", AluOp::kAbsMax}}), Trn3()), ElementsAre());
  EXPECT_THAT(Problems(name, With(Legal(), {{"op0", AluOp::kRelu}, {"imm0", kNone}}), Trn3()), ElementsAre());
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"op0", AluOp::kAbsMax}})),
      ElementsAre("tensor_scalar_cumulative: trn1 does not have abs_max and abs_min; targets that have it: "
                  "trn3 [abs-max-min]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"op0", AluOp::kSquare}, {"imm0", kNone}})),
      ElementsAre("tensor_scalar_cumulative: trn1 does not have square and relu as ALU operators; targets "
                  "that have it: trn3 [unary-alu-ops]"));
}

TEST_F(TensorScalarCumulativeInstructionTest, OperandRules) {
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"imm0", kNone}})),
      ElementsAre("tensor_scalar_cumulative: imm0 must be given beside 'multiply', which takes two operands "
                  "[unary-operand]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"imm0", b.Sbuf({32, 2})}})),
      Contains("tensor_scalar_cumulative: imm0 has shape (32, 2); beside src it must have one value per "
               "partition, (32, 1) [column]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"imm0", b.Sbuf({32, 1}, Dtype::kFloat16)}})),
              ElementsAre("tensor_scalar_cumulative: imm0 is float16; allowed are float32 [dtype]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"reduce_cmd", ReduceCmd::kIdle}})),
              ElementsAre("tensor_scalar_cumulative: reduce_cmd is idle; allowed are reset_reduce, reduce, "
                          "load_reduce [reduce-cmd]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"reduce_cmd", ReduceCmd::kLoadReduce}})),
      ElementsAre("tensor_scalar_cumulative: imm1 is None; it must be a number or a column (P, 1) [given]"));
}

}  // namespace
}  // namespace nki
