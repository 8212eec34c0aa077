#include <cmath>

#include "tests/isa/instruction_fixture.h"
#include "tests/reference/reference.h"

namespace nki {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using MaybeOp = std::optional<AluOp>;

class Activate2InstructionTest : public InstructionTest {
 protected:
  const std::string name = "activate2";
  Arguments Legal() {
    return {{"dst", b.Sbuf({32, 8})},
            {"op", ActivationOp::kExp},
            {"data", b.Sbuf({32, 8})},
            {"imm0", 2.0},
            {"imm1", 0.5},
            {"op0", AluOp::kMultiply},
            {"op1", AluOp::kAdd}};
  }
  static Argument Maybe(const MaybeOp& op) { return op ? Argument(*op) : Argument(kNone); }
  static double Apply(const MaybeOp& op, bool reverse, double x, double imm) {
    if (!op) return x;
    if (*op == AluOp::kMultiply) return x * imm;
    if (*op == AluOp::kAdd) return x + imm;
    return reverse ? imm - x : x - imm;
  }
};

TEST_F(Activate2InstructionTest, OperatorsReversedAndNot) {
  const std::pair<MaybeOp, MaybeOp> pairs[] = {
      {AluOp::kMultiply, AluOp::kAdd}, {AluOp::kMultiply, AluOp::kSubtract}, {AluOp::kMultiply, std::nullopt},
      {AluOp::kAdd, std::nullopt},     {AluOp::kSubtract, std::nullopt},     {std::nullopt, std::nullopt}};
  const View column = FillSmall(b.Psum({70, 1}, Dtype::kBfloat16)), dst = b.Sbuf({70, 2, 33});
  const View data = FillSmall(b.Sbuf({70, 132}, Dtype::kFloat16)).Slice(1, 1, 132, 2);
  const std::vector<double> x = Values(data), c = Values(column);
  for (const auto& [op0, op1] : pairs) {
    for (int k = 0; k < 8; ++k) {
      const bool reverse0 = k % 2 == 1 && op0, reverse1 = k / 2 % 2 == 1 && op1;
      const bool columns = k >= 4;
      const Argument imm0 = columns ? Argument(column) : Argument(-1.5),
                     imm1 = columns ? imm0 : Argument(3.25);
      Run(name,
          {{"dst", dst},
           {"op", ActivationOp::kCopy},
           {"data", data},
           {"imm0", imm0},
           {"imm1", imm1},
           {"op0", Maybe(op0)},
           {"op1", Maybe(op1)},
           {"reverse0", reverse0},
           {"reverse1", reverse1}},
          Trn3());
      std::vector<double> wanted;
      for (size_t i = 0; i < x.size(); ++i) {
        const double a = columns ? c[i / 66] : -1.5, d = columns ? a : 3.25;
        wanted.push_back(Apply(op1, reverse1, Apply(op0, reverse0, x[i], a), d));
      }
      ASSERT_EQ(Values(dst), wanted) << k;
    }
  }
}

TEST_F(Activate2InstructionTest, PreluAndOtherFunctions) {
  const View data = FillSmall(b.Sbuf({40, 90})), slope = b.Sbuf({40, 1});
  Fill(slope, [](int64_t p) { return static_cast<double>(p) * 0.125; });
  const View dst = b.Sbuf({40, 90}, Dtype::kBfloat16);
  const std::vector<double> x = Values(data);
  const Arguments call = {{"dst", dst},    {"op", ActivationOp::kPrelu},
                          {"data", data},  {"imm0", kNone},
                          {"imm1", kNone}, {"op0", kNone},
                          {"op1", kNone},  {"relu_param", slope}};
  Run(name, call, Trn3());
  std::vector<double> wanted;
  for (size_t i = 0; i < x.size(); ++i) {
    const double s = static_cast<double>(i / 90) * 0.125;
    wanted.push_back(Rounded(Dtype::kBfloat16, x[i] < 0 ? s * x[i] : x[i]));
  }
  EXPECT_EQ(Values(dst), wanted);
  const View exact = b.Sbuf({40, 90});
  Run(name, With(call, {{"dst", exact}, {"op", ActivationOp::kSigmoid}, {"relu_param", 0.5}}), Trn3());
  const std::vector<double> got = Values(exact);
  for (size_t i = 0; i < x.size(); ++i) ASSERT_NEAR(got[i], 1 / (1 + std::exp(-x[i])), 1e-6);
}

TEST_F(Activate2InstructionTest, Reductions) {
  const View data = FillSmall(b.Sbuf({70, 99})), dst = b.Sbuf({70, 99}, Dtype::kInt8),
             result = b.Sbuf({70, 1});
  const std::vector<double> x = Values(data);
  const auto run = [&](AluOp reduce_op, ReduceCmd cmd) {
    Run(name,
        {{"dst", dst},
         {"op", ActivationOp::kCopy},
         {"data", data},
         {"imm0", 0.5},
         {"imm1", kNone},
         {"op0", AluOp::kMultiply},
         {"op1", kNone},
         {"reduce_op", reduce_op},
         {"reduce_res", result},
         {"reduce_cmd", cmd}},
        Trn3());
    return Values(result);
  };
  for (const AluOp op : {AluOp::kAdd, AluOp::kMaximum, AluOp::kMinimum, AluOp::kAbsMax, AluOp::kAbsMin}) {
    std::vector<double> wanted;
    for (size_t i = 0; i < x.size(); ++i) {
      const double value = x[i] * 0.5;
      wanted.push_back(i % 99 == 0 ? value : reference::Alu(op, wanted.back(), value));
      if (i % 99 != 0) wanted.erase(wanted.end() - 2);
    }
    EXPECT_EQ(run(op, ReduceCmd::kResetReduce), wanted) << Name(op);
    if (op == AluOp::kAdd) {
      for (double& one : wanted) one *= 2;
    }
    EXPECT_EQ(run(op, ReduceCmd::kReduce), wanted) << Name(op);
    EXPECT_EQ(run(op, ReduceCmd::kIdle), wanted) << Name(op);
  }
  EXPECT_EQ(run(AluOp::kMaximum, ReduceCmd::kReset)[0], -INFINITY);
}

TEST_F(Activate2InstructionTest, OperandRules) {
  for (const char* field : {"dst", "data"}) {
    ExpectOperandRules(name, Legal(), field, "SBUF or PSUM", Trn3());
    ExpectNotPacked(name, Legal(), field, Trn3());
  }
  EXPECT_THAT(
      Problems(name, Legal(), Trn2()),
      ElementsAre("activate2: trn2 does not have nki.isa.activate2; targets that have it: trn3 [activate2]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst", b.Sbuf({16, 8})}}), Trn3()),
              ElementsAre("activate2: data has 32 partitions and dst has 16; they must have the same number "
                          "[same-partitions]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Sbuf({32, 9})}}), Trn3()),
      ElementsAre("activate2: data has 8 elements per partition and dst has 9; they must have the same "
                  "number [same-free]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"imm0", b.Sbuf({32, 2})}}), Trn3()),
      Contains("activate2: imm0 has shape (32, 2); beside data it must have one value per partition, (32, 1) "
               "[column]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"imm0", b.Sbuf({32, 1})}, {"imm1", b.Sbuf({32, 1}, Dtype::kFloat16)}}),
               Trn3()),
      ElementsAre(
          "activate2: imm0 is float32 and imm1 is float16; they must have the same dtype [same-dtype]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"imm1", kNone}}), Trn3()),
              ElementsAre("activate2: imm1 is None; it must be a number or a column (P, 1) [given]"));
}

TEST_F(Activate2InstructionTest, OperatorAndReductionRules) {
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"op0", AluOp::kAdd}}), Trn3()),
      ElementsAre("activate2: op0 and op1 are 'add' and 'add'; allowed are multiply with add, subtract or "
                  "bypass, add or subtract with bypass, and bypass twice [operators]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"op0", kNone}}), Trn3()),
      Contains("activate2: op0 and op1 are 'bypass' and 'add'; allowed are multiply with add, subtract or "
               "bypass, add or subtract with bypass, and bypass twice [operators]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"op1", kNone}, {"reverse1", true}}), Trn3()),
              ElementsAre("activate2: reverse0 or reverse1 is True where op0 or op1 is None: there is no "
                          "operator to reverse [reverse]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"reduce_op", AluOp::kMultiply}}), Trn3()),
      ElementsAre("activate2: reduce_op is 'multiply'; it must be nl.add, nl.maximum, nl.minimum, nl.abs_max "
                  "or nl.abs_min [reduce-op]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"reduce_cmd", ReduceCmd::kReduce}}), Trn3()),
      ElementsAre("activate2: reduce_op is None; it must be nl.add, nl.maximum, nl.minimum, nl.abs_max or "
                  "nl.abs_min if reduce_cmd reduces [reduce-op]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"reduce_op", AluOp::kAdd}, {"reduce_cmd", ReduceCmd::kLoadReduce}}),
               Trn3()),
      ElementsAre("activate2: reduce_cmd is load_reduce; allowed are idle, reset, reduce, reset_reduce "
                  "[reduce-cmd]"));
}

}  // namespace
}  // namespace nki
