#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/isa/instruction_fixture.h"
#include "tests/reference/reference.h"

namespace nki {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;

class TensorScalarReduceInstructionTest : public InstructionTest {
 protected:
  const std::string name = "tensor_scalar_reduce";
  Arguments Legal() {
    return {{"dst", b.Sbuf({32, 8})}, {"data", b.Sbuf({32, 8})},  {"op0", AluOp::kMultiply},
            {"operand0", 2.0},        {"reduce_op", AluOp::kAdd}, {"reduce_res", b.Sbuf({32, 1})}};
  }
  static float Alu(AluOp op, double x, double y) { return static_cast<float>(reference::Alu(op, x, y)); }
};

TEST_F(TensorScalarReduceInstructionTest, OperatorsDtypesAndViews) {
  const View operand = b.Psum({70, 1});
  Fill(operand, [](int64_t i) { return static_cast<double>(i % 7) * 0.5 - 1.25; });
  const std::vector<double> y = Values(operand);
  for (const AluOp reduce_op : {AluOp::kAdd, AluOp::kMultiply, AluOp::kMaximum, AluOp::kMinimum}) {
    for (const Dtype from :
         {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kFloat8E4m3, Dtype::kInt32, Dtype::kUint8}) {
      for (const Dtype to : {Dtype::kFloat32, Dtype::kFloat16, Dtype::kInt8}) {
        const View data = b.Sbuf({70, 3, 33}, from).Permute(std::vector<int>{0, 2, 1});
        Fill(data, [](int64_t i) { return static_cast<double>(i * 37 % 3); });  // products stay in range
        const View dst = b.Sbuf({70, 198}, to).Slice(1, 0, 198, 2), sums = b.Psum({70, 1});
        Run(name, {{"dst", dst},
                   {"data", data},
                   {"op0", AluOp::kSubtract},
                   {"operand0", operand},
                   {"reduce_op", reduce_op},
                   {"reduce_res", sums}});
        const std::vector<double> x = Values(data), got = Values(dst), reduced = Values(sums);
        for (size_t p = 0; p < 70; ++p) {
          float wanted = Alu(AluOp::kSubtract, x[p * 99], y[p]);
          for (size_t i = 0; i < 99; ++i) {
            const float value = Alu(AluOp::kSubtract, x[p * 99 + i], y[p]);
            if (i > 0) wanted = Alu(reduce_op, wanted, value);
            ASSERT_EQ(got[p * 99 + i], Rounded(to, value)) << Name(from) << " " << Name(to);
          }
          ASSERT_EQ(reduced[p], wanted)
              << Name(reduce_op) << " " << Name(from) << " " << Name(to) << " " << p;
        }
      }
    }
  }
}

TEST_F(TensorScalarReduceInstructionTest, CommandsGoOnLoadAndReset) {
  const View data = FillSmall(b.Sbuf({100, 6})), dst = b.Sbuf({100, 6}), sums = b.Sbuf({100, 1}),
             start = FillSmall(b.Sbuf({100, 1}));
  std::vector<double> once(100);
  const std::vector<double> x = Values(data);
  for (size_t i = 0; i < 600; ++i) once[i / 6] += x[i] + 1;
  const auto run = [&](const Arguments& with) {
    Run(name, With({{"dst", dst},
                    {"data", data},
                    {"op0", AluOp::kAdd},
                    {"operand0", 1.0},
                    {"reduce_op", AluOp::kAdd},
                    {"reduce_res", sums}},
                   with));
    return Values(sums);
  };
  const auto plus = [](std::vector<double> a, const std::vector<double>& c, double sign = 1) {
    for (size_t i = 0; i < a.size(); ++i) a[i] = (a[i] + c[i]) * sign;
    return a;
  };
  const std::vector<double> twice = plus(once, once);
  EXPECT_EQ(run({}), once);
  EXPECT_EQ(run({{"reduce_cmd", ReduceCmd::kReduce}}), twice);
  EXPECT_EQ(run({{"reduce_cmd", ReduceCmd::kReduce}, {"reduce_res_negate", true}}), plus(twice, once, -1));
  EXPECT_EQ(run({{"reduce_cmd", ReduceCmd::kReduce}}), plus(twice, twice));  // the registers were not negated
  EXPECT_EQ(run({{"reduce_cmd", ReduceCmd::kLoadReduce}, {"reduce_init", start}}), plus(once, Values(start)));
  EXPECT_EQ(run({{"reduce_cmd", ReduceCmd::kLoadReduce}, {"reduce_init", 8.0}}),
            plus(once, std::vector<double>(100, 8)));
  Run(name,
      {{"dst", dst}, {"data", data}, {"op0", AluOp::kAdd}, {"operand0", 1.0}, {"reduce_op", AluOp::kAdd}});
  EXPECT_EQ(run({{"reduce_cmd", ReduceCmd::kReduce}}), twice);  // reduce_res=None keeps it in the registers
}

TEST_F(TensorScalarReduceInstructionTest, TheRegistersAreSharedWithTensorScalarCumulative) {
  const View data = b.Sbuf({5, 3}), dst = b.Sbuf({5, 3}), sums = b.Sbuf({5, 1});
  Fill(data, [](int64_t) { return 2; });
  Run("tensor_scalar_cumulative",
      {{"dst", dst}, {"src", data}, {"op0", AluOp::kAdd}, {"op1", AluOp::kAdd}, {"imm0", 0.0}});
  Run(name, {{"dst", dst},
             {"data", data},
             {"op0", AluOp::kAdd},
             {"operand0", 0.0},
             {"reduce_op", AluOp::kMultiply},
             {"reduce_res", sums},
             {"reduce_cmd", ReduceCmd::kReduce}});
  EXPECT_THAT(Values(sums), Each(48));
}

TEST_F(TensorScalarReduceInstructionTest, ResultsMayBeOneTile) {
  const View data = b.Sbuf({20, 1});
  Fill(data, [](int64_t i) { return static_cast<double>(i); });
  Run(name, {{"dst", data},
             {"data", data},
             {"op0", AluOp::kAbs},
             {"operand0", kNone},
             {"reduce_op", AluOp::kAdd},
             {"reduce_res", data},
             {"reduce_res_negate", true}});
  EXPECT_EQ(Values(data)[7], -7);
  const View many = FillSmall(b.Sbuf({20, 100})), one = b.Sbuf({20, 1}), sums = b.Sbuf({20, 1});
  Run(name, {{"dst", one.BroadcastTo({20, 100})},
             {"data", many},
             {"op0", AluOp::kMultiply},
             {"operand0", 1.0},
             {"reduce_op", AluOp::kMaximum},
             {"reduce_res", sums}});
  const std::vector<double> x = Values(many);
  std::vector<double> largest, last;
  for (auto row = x.begin(); row != x.end(); row += 100) {
    largest.push_back(*std::max_element(row, row + 100));
    last.push_back(row[99]);
  }
  EXPECT_EQ(Values(sums), largest);
  EXPECT_EQ(Values(one), last);
}

TEST_F(TensorScalarReduceInstructionTest, Rules) {
  for (const char* field : {"dst", "data", "reduce_res"}) {
    if (std::string(field) != "reduce_res") ExpectOperandRules(name, Legal(), field, "SBUF or PSUM");
    ExpectNotPacked(name, Legal(), field);
  }
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Sbuf({16, 8})}})),
      ElementsAre("tensor_scalar_reduce: data has 32 partitions and dst has 16; they must have the same "
                  "number [same-partitions]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Sbuf({32, 9})}})),
      ElementsAre("tensor_scalar_reduce: data has 8 elements per partition and dst has 9; they must have "
                  "the same number [same-free]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"op0", AluOp::kBitwiseAnd}})),
      ElementsAre("tensor_scalar_reduce: op0 is 'bitwise_and', which is bitwise; it must be arithmetic "
                  "[arithmetic-op]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"op0", AluOp::kAbs}})),
      ElementsAre("tensor_scalar_reduce: operand0 must be None or 0 beside 'abs', which takes one operand "
                  "only [unary-operand]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"op0", AluOp::kAbsMax}}), Trn3()), ElementsAre());
  EXPECT_THAT(Problems(name, With(Legal(), {{"op0", AluOp::kRelu}, {"operand0", kNone}}), Trn3()),
              ElementsAre());
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"op0", AluOp::kAbsMax}})),
      ElementsAre("tensor_scalar_reduce: trn1 does not have abs_max and abs_min; targets that have it: trn3 "
                  "[abs-max-min]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"op0", AluOp::kRelu}, {"operand0", 0.0}})),
      ElementsAre("tensor_scalar_reduce: trn1 does not have square and relu as ALU operators; targets that "
                  "have it: trn3 [unary-alu-ops]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"reverse0", true}})),
      ElementsAre("tensor_scalar_reduce: reverse0 is True, which NKI does not support yet [reverse0]"));
}

TEST_F(TensorScalarReduceInstructionTest, ReductionRules) {
  EXPECT_THAT(Problems(name, With(Legal(), {{"operand0", b.Sbuf({32, 1}, Dtype::kBfloat16)}})),
              ElementsAre("tensor_scalar_reduce: operand0 is bfloat16; allowed are float32 [dtype]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"reduce_res", b.Sbuf({32, 2})}})),
      Contains("tensor_scalar_reduce: reduce_res has shape (32, 2); beside data it must have one value per "
               "partition, (32, 1) [column]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"reduce_op", AluOp::kSubtract}})),
              ElementsAre("tensor_scalar_reduce: reduce_op is 'subtract'; it must be nl.add, nl.multiply, "
                          "nl.maximum or nl.minimum [reduce-op]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"reduce_cmd", ReduceCmd::kIdle}})),
      ElementsAre("tensor_scalar_reduce: reduce_cmd is idle; allowed are reset_reduce, reduce, load_reduce "
                  "[reduce-cmd]"));
  const std::string init = "; it must be given with reduce_cmd.load_reduce, and only with it [reduce-init]";
  EXPECT_THAT(Problems(name, With(Legal(), {{"reduce_cmd", ReduceCmd::kLoadReduce}})),
              ElementsAre("tensor_scalar_reduce: reduce_init is None" + init));
  EXPECT_THAT(Problems(name, With(Legal(), {{"reduce_init", 1.0}})),
              ElementsAre("tensor_scalar_reduce: reduce_init is 1" + init));
}

}  // namespace
}  // namespace nki
