#include <cmath>

#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;

class ActivationReduceInstructionTest : public InstructionTest {
 protected:
  const std::string name = "activation_reduce";
  Arguments Legal() {
    return {{"dst", b.Sbuf({32, 8})},
            {"op", ActivationOp::kExp},
            {"data", b.Sbuf({32, 8})},
            {"reduce_op", AluOp::kAdd},
            {"reduce_res", b.Sbuf({32, 1})}};
  }
};

TEST_F(ActivationReduceInstructionTest, SumsTheUnroundedResults) {
  for (const Dtype from : {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kInt8}) {
    for (const Dtype to : {Dtype::kFloat32, Dtype::kFloat16, Dtype::kUint8}) {
      const View data = FillSmall(b.Psum({70, 3, 30}, from)).Permute(std::vector<int>{0, 2, 1});
      const View dst = b.Sbuf({70, 180}, to).Slice(1, 1, 180, 2), sums = b.Sbuf({70, 1});
      const View scale = FillSmall(b.Sbuf({70, 1})), bias = FillSmall(b.Sbuf({70, 1}, Dtype::kFloat16));
      for (int twice = 0; twice < 2; ++twice) {  // the registers are reset each time
        Run(name, {{"dst", dst},
                   {"op", ActivationOp::kAbs},
                   {"data", data},
                   {"reduce_op", AluOp::kAdd},
                   {"reduce_res", sums},
                   {"bias", bias},
                   {"scale", scale}});
      }
      const std::vector<double> x = Values(data), s = Values(scale), c = Values(bias), got = Values(dst),
                                results = Values(sums);
      for (size_t p = 0; p < 70; ++p) {
        float sum = 0;
        for (size_t i = p * 90; i < p * 90 + 90; ++i) {
          const float value = std::fabs(static_cast<float>(x[i] * s[p] + c[p]));
          sum += value;
          ASSERT_EQ(got[i], Rounded(to, value));
        }
        ASSERT_EQ(results[p], sum) << Name(from) << " " << Name(to) << " " << p;
      }
    }
  }
}

TEST_F(ActivationReduceInstructionTest, WithoutAResultTheSumStaysInTheRegisters) {
  const View data = b.Sbuf({9, 4}), sums = b.Sbuf({9, 1});
  Fill(data, [](int64_t) { return 3; });
  Run(name,
      With(Legal(), {{"dst", data}, {"op", ActivationOp::kCopy}, {"data", data}, {"reduce_res", kNone}}));
  Run("activation", {{"dst", data}, {"op", ActivationOp::kCopy}, {"data", data}, {"reduce_res", sums}});
  EXPECT_EQ(Values(sums)[8], 12);
}

TEST_F(ActivationReduceInstructionTest, Rules) {
  for (const char* field : {"dst", "data"}) {
    ExpectOperandRules(name, Legal(), field, "SBUF or PSUM");
    ExpectNotPacked(name, Legal(), field);
  }
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"data", b.Sbuf({16, 8})}, {"reduce_res", b.Sbuf({16, 1})}})),
      ElementsAre("activation_reduce: data has 16 partitions and dst has 32; they must have the same number "
                  "[same-partitions]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Sbuf({32, 9})}})),
      ElementsAre("activation_reduce: data has 8 elements per partition and dst has 9; they must have the "
                  "same number [same-free]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"reduce_op", AluOp::kMaximum}})),
              ElementsAre("activation_reduce: reduce_op is 'maximum'; it must be nl.add [reduce-op]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"reduce_res", b.Sbuf({32, 2})}})),
      ElementsAre("activation_reduce: reduce_res has shape (32, 2); beside data it must have one value per "
                  "partition, (32, 1) [column]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"scale", b.Sbuf({32, 1}, Dtype::kFloat16)}})),
              ElementsAre("activation_reduce: scale is float16; allowed are float32 [dtype]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"op", ActivationOp::kPrelu}})),
              ElementsAre("activation_reduce: op is nl.prelu, whose slope only activate2 takes [prelu]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"bias", b.Sbuf({32, 1}, Dtype::kTfloat32)}})),
              ElementsAre("activation_reduce: bias is tfloat32; every other dtype is allowed [bias-dtype]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"bias", 1.0}})),
      ElementsAre("activation_reduce: trn1 does not have a constant activation bias; targets that have it: "
                  "trn2, trn3 [constant-bias]"));
  const View bias = b.Sbuf({32, 1});
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"op", ActivationOp::kReciprocal}, {"bias", bias}})),
      ElementsAre("activation_reduce: trn1 does not have a bias with activation(op=reciprocal); targets that "
                  "have it: trn2, trn3 [reciprocal-bias]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"op", ActivationOp::kCopy}, {"bias", bias}})),
      ElementsAre("activation_reduce: this target ignores the bias of nl.copy, as the device does (AWS issue "
                  "1296) [copy-bias]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"op", ActivationOp::kReciprocal}, {"bias", bias}}), Trn2()),
              ElementsAre());
  EXPECT_THAT(Problems(name, With(Legal(), {{"op", ActivationOp::kCopy}, {"bias", 2.0}}), Trn2()),
              ElementsAre());
}

}  // namespace
}  // namespace nki
