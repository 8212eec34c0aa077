#include <cmath>
#include <numbers>

#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;

class ActivationInstructionTest : public InstructionTest {
 protected:
  const std::string name = "activation";
  Arguments Legal() {
    return {{"dst", b.Sbuf({32, 8})}, {"op", ActivationOp::kExp}, {"data", b.Sbuf({32, 8})}};
  }

  void ExpectNear(const View& dst, const std::vector<double>& wanted, double relative) {
    const std::vector<double> got = Values(dst);
    ASSERT_EQ(got.size(), wanted.size());
    for (size_t i = 0; i < got.size(); ++i)
      ASSERT_NEAR(got[i], wanted[i], std::abs(wanted[i]) * relative + 1e-7) << i;
  }
};

TEST_F(ActivationInstructionTest, ScaleAndBiasColumns) {
  const View dst = b.Sbuf({70, 19}), data = FillSmall(b.Psum({70, 19}));
  const View scale = FillSmall(b.Sbuf({70, 1})), bias = FillSmall(b.Sbuf({70, 1}, Dtype::kBfloat16));
  Run(name, {{"dst", dst}, {"op", ActivationOp::kTanh}, {"data", data}, {"bias", bias}, {"scale", scale}});
  const std::vector<double> x = Values(data), s = Values(scale), c = Values(bias);
  std::vector<double> wanted;
  for (int64_t i = 0; i < 70 * 19; ++i) wanted.push_back(std::tanh(x[i] * s[i / 19] + c[i / 19]));
  ExpectNear(dst, wanted, 1e-6);
}

TEST_F(ActivationInstructionTest, EveryFunctionHasItsMathematicalValue) {
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  const auto phi = [](double x) { return 0.5 * (1 + std::erf(x / std::sqrt(2.0))); };
  const std::vector<std::pair<ActivationOp, std::function<double(double)>>> functions = {
      {ActivationOp::kExp, [](double x) { return std::exp(x); }},
      {ActivationOp::kGelu, [&](double x) { return x * phi(x); }},
      {ActivationOp::kRelu, [](double x) { return std::max(x, 0.0); }},
      {ActivationOp::kSigmoid, sigmoid},
      {ActivationOp::kSilu, [&](double x) { return x * sigmoid(x); }},
      {ActivationOp::kSoftplus, [](double x) { return std::log1p(std::exp(x)); }},
      {ActivationOp::kErf, [](double x) { return std::erf(x); }},
      {ActivationOp::kAbs, [](double x) { return std::abs(x); }},
      {ActivationOp::kSquare, [](double x) { return x * x; }},
      {ActivationOp::kMish, [](double x) { return x * std::tanh(std::log1p(std::exp(x))); }}};
  const View data = b.Sbuf({16, 25});
  Fill(data, [](int64_t i) { return static_cast<double>(i - 200) / 50; });
  const std::vector<double> x = Values(data);
  const View dst = b.Sbuf({16, 25});
  for (const auto& [op, function] : functions) {
    SCOPED_TRACE(Name(op));
    Run(name, {{"dst", dst}, {"op", op}, {"data", data}});
    std::vector<double> wanted;
    for (double one : x) wanted.push_back(function(one));
    ExpectNear(dst, wanted, 2e-6);
  }
}

// R27: the device does not reduce the range of sin.
TEST_F(ActivationInstructionTest, R27SinDoesNotReduceItsRange) {
  const View dst = b.Sbuf({1, 3}), data = b.Sbuf({1, 3});
  const std::vector<double> inputs = {1.0, -std::numbers::pi / 2, 9.0};
  Fill(data, [&](int64_t i) { return inputs[i]; });
  Run(name, {{"dst", dst}, {"op", ActivationOp::kSin}, {"data", data}});
  EXPECT_NEAR(Values(dst)[0], std::sin(1.0), 1e-6);
  EXPECT_NEAR(Values(dst)[1], -1, 1e-6);
  EXPECT_NEAR(Values(dst)[2], 27.65, 0.05);  // the published value of sin(9) (nki.api.shared, 0.6)
}

// R28: trn1 ignores the bias of op=copy.
TEST_F(ActivationInstructionTest, R28CopyIgnoresItsBiasOnTrn1) {
  const View dst = b.Sbuf({8, 4}), data = FillSmall(b.Sbuf({8, 4})), bias = b.Sbuf({8, 1});
  Fill(bias, [](int64_t) { return 100; });
  const Arguments call = {{"dst", dst}, {"op", ActivationOp::kCopy}, {"data", data}, {"bias", bias}};
  EXPECT_THAT(Problems(name, call),
              ElementsAre("activation: this target ignores the bias of nl.copy, as the device does "
                          "(AWS issue 1296) [copy-bias]"));
  Run(name, call);
  EXPECT_EQ(Values(dst), Values(data));
  Run(name, call, Trn2());
  EXPECT_EQ(Values(dst)[5], Values(data)[5] + 100);
}

TEST_F(ActivationInstructionTest, AccumulatorsLastBetweenInstructions) {
  const View dst = b.Sbuf({100, 6}), data = FillSmall(b.Sbuf({100, 6})), sums = b.Sbuf({100, 1});
  const auto run = [&](ReduceCmd cmd) {
    Run(name, {{"dst", dst},
               {"op", ActivationOp::kSquare},
               {"data", data},
               {"reduce_op", AluOp::kAdd},
               {"reduce_res", sums},
               {"reduce_cmd", cmd}});
    return Values(sums);
  };
  std::vector<double> once(100), twice(100);
  const std::vector<double> x = Values(data);
  for (int64_t i = 0; i < 600; ++i) once[i / 6] += x[i] * x[i];
  for (int p = 0; p < 100; ++p) twice[p] = 2 * once[p];
  EXPECT_EQ(run(ReduceCmd::kResetReduce), once);
  EXPECT_EQ(run(ReduceCmd::kReduce), twice);
  EXPECT_EQ(run(ReduceCmd::kIdle), twice);
  EXPECT_THAT(run(ReduceCmd::kReset), Each(0));
}

TEST_F(ActivationInstructionTest, SumsAreTakenBeforeTheConversion) {
  const View dst = b.Sbuf({3, 4}, Dtype::kInt8), data = b.Sbuf({3, 4}),
             sums = b.Sbuf({3, 1}, Dtype::kBfloat16);
  Fill(data, [](int64_t) { return 0.25; });
  Run(name, {{"dst", dst},
             {"op", ActivationOp::kCopy},
             {"data", data},
             {"reduce_op", AluOp::kAdd},
             {"reduce_res", sums},
             {"reduce_cmd", ReduceCmd::kResetReduce}});
  EXPECT_THAT(Values(dst), Each(0));
  EXPECT_THAT(Values(sums), Each(1));
}

// R20: the registers are written after dst.
TEST_F(ActivationInstructionTest, R20ReduceResMayBeDst) {
  const View dst = b.Sbuf({5, 1}), data = b.Sbuf({5, 1});
  Fill(data, [](int64_t i) { return static_cast<double>(i); });
  Run(name, {{"dst", dst},
             {"op", ActivationOp::kCopy},
             {"data", data},
             {"reduce_op", AluOp::kAdd},
             {"reduce_res", dst},
             {"reduce_cmd", ReduceCmd::kResetReduce}});
  Run(name, {{"dst", dst},
             {"op", ActivationOp::kCopy},
             {"data", data},
             {"reduce_op", AluOp::kAdd},
             {"reduce_res", dst},
             {"reduce_cmd", ReduceCmd::kReduce}});
  EXPECT_THAT(Values(dst), ElementsAre(0, 2, 4, 6, 8));
}

TEST_F(ActivationInstructionTest, OperandRules) {
  for (const char* field : {"dst", "data"}) {
    ExpectOperandRules(name, Legal(), field, "SBUF or PSUM");
    ExpectNotPacked(name, Legal(), field);
  }
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst", b.Sbuf({16, 8})}})),
              ElementsAre("activation: data has 32 partitions and dst has 16; they must have the same number "
                          "[same-partitions]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Sbuf({32, 9})}})),
      ElementsAre(
          "activation: data has 8 elements per partition and dst has 9; they must have the same number "
          "[same-free]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"scale", b.Sbuf({32, 2})}})),
      Contains(
          "activation: scale has shape (32, 2); beside data it must have one value per partition, (32, 1) "
          "[column]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"scale", b.Sbuf({32, 1}, Dtype::kFloat16)}})),
              ElementsAre("activation: scale is float16; allowed are float32 [dtype]"));
}

TEST_F(ActivationInstructionTest, BiasRules) {
  EXPECT_THAT(Problems(name, With(Legal(), {{"bias", b.Sbuf({32, 1}, Dtype::kTfloat32)}})),
              ElementsAre("activation: bias is tfloat32; every other dtype is allowed [bias-dtype]"));
  const Arguments constant = With(Legal(), {{"bias", 1.0}});
  EXPECT_THAT(Problems(name, constant),
              ElementsAre("activation: trn1 does not have a constant activation bias; targets "
                          "that have it: trn2, trn3 [constant-bias]"));
  EXPECT_THAT(Problems(name, constant, Trn2()), ElementsAre());
  const Arguments reciprocal = With(Legal(), {{"op", ActivationOp::kReciprocal}, {"bias", b.Sbuf({32, 1})}});
  EXPECT_THAT(
      Problems(name, reciprocal),
      ElementsAre(
          "activation: trn1 does not have a bias with activation(op=reciprocal); targets that have it: "
          "trn2, trn3 [reciprocal-bias]"));
  EXPECT_THAT(Problems(name, reciprocal, Trn2()), ElementsAre());
}

TEST_F(ActivationInstructionTest, ReductionRules) {
  EXPECT_THAT(Problems(name, With(Legal(), {{"reduce_op", AluOp::kMaximum}})),
              ElementsAre("activation: reduce_op is 'maximum'; it must be nl.add [reduce-op]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"reduce_cmd", ReduceCmd::kReduce}})),
              ElementsAre("activation: reduce_op is None; it must be nl.add if reduce_cmd adds [reduce-op]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"reduce_op", AluOp::kAdd}, {"reduce_cmd", ReduceCmd::kLoadReduce}})),
      ElementsAre("activation: reduce_cmd is load_reduce; allowed are idle, reset, reduce, reset_reduce "
                  "[reduce-cmd]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"op", ActivationOp::kPrelu}})),
              ElementsAre("activation: op is nl.prelu, whose slope only activate2 takes [prelu]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"reduce_res", b.Sbuf({32, 2})}})),
      ElementsAre(
          "activation: reduce_res has shape (32, 2); beside data it must have one value per partition, "
          "(32, 1) [column]"));
}

}  // namespace
}  // namespace nki
