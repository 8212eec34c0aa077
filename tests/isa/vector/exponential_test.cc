#include <cmath>

#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

class ExponentialInstructionTest : public InstructionTest {
 protected:
  const std::string name = "exponential";
  Arguments Legal() { return {{"dst", b.Sbuf({32, 8})}, {"src", b.Sbuf({32, 8})}}; }
};

TEST_F(ExponentialInstructionTest, DtypesViewsAndColumns) {
  const View largest = FillSmall(b.Psum({70, 1})), start = FillSmall(b.Sbuf({70, 1}));
  for (const Dtype from :
       {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kFloat8E5m2, Dtype::kInt16, Dtype::kUint32}) {
    for (const Dtype to : {Dtype::kFloat32, Dtype::kTfloat32, Dtype::kBfloat16}) {
      const View src = b.Sbuf({70, 6, 15}, from).Permute(std::vector<int>{0, 2, 1});
      Fill(src, [](int64_t i) { return static_cast<double>(i * 37 % 23); });
      const View dst = b.Sbuf({70, 180}, to).Slice(1, 1, 180, 2), sums = b.Sbuf({70, 1});
      Run(name,
          {{"dst", dst},
           {"src", src},
           {"max_value", largest},
           {"reduce_res", sums},
           {"reduce_cmd", ReduceCmd::kLoadReduce},
           {"reduce_init", start}},
          Trn3());
      const std::vector<double> x = Values(src), m = Values(largest), first = Values(start),
                                got = Values(dst), results = Values(sums);
      const double step = to == Dtype::kFloat32 ? 2e-7 : to == Dtype::kTfloat32 ? 5e-4 : 4e-3;
      for (size_t p = 0; p < 70; ++p) {
        double sum = first[p];
        for (size_t i = p * 90; i < p * 90 + 90; ++i) {
          const double value = std::exp(static_cast<double>(static_cast<float>(x[i] - m[p])));
          sum += value;
          ASSERT_NEAR(got[i], value, value * step) << Name(from) << " " << Name(to);
        }
        ASSERT_NEAR(results[p], sum, std::abs(sum) * 1e-5) << Name(from);
      }
    }
  }
}

TEST_F(ExponentialInstructionTest, CommandsGoOnLoadAndReset) {
  const View src = b.Sbuf({40, 8}), dst = b.Sbuf({40, 8}), sums = b.Sbuf({40, 1});
  Fill(src, [](int64_t) { return 2; });  // exp(2 - 2) is 1
  const auto run = [&](ReduceCmd cmd, double init = 0) {
    Run(name,
        {{"dst", dst},
         {"src", src},
         {"max_value", 2.0},
         {"reduce_res", sums},
         {"reduce_cmd", cmd},
         {"reduce_init", init}},
        Trn3());
    return Values(sums)[39];
  };
  EXPECT_EQ(run(ReduceCmd::kResetReduce), 8);
  EXPECT_EQ(run(ReduceCmd::kReduce), 16);
  EXPECT_EQ(run(ReduceCmd::kLoadReduce, 100), 108);
  EXPECT_EQ(run(ReduceCmd::kIdle), 108);  // undefined on the device, which a warning says
  EXPECT_EQ(run(ReduceCmd::kResetReduce), 8);
}

TEST_F(ExponentialInstructionTest, DstMayBeSrcAndMaxValueIsAConstant) {
  const View src = FillSmall(b.Sbuf({20, 70}));
  const std::vector<double> x = Values(src);
  Run(name, {{"dst", src}, {"src", src}, {"max_value", 0.5}}, Trn3());
  const std::vector<double> got = Values(src);
  for (size_t i = 0; i < x.size(); ++i) ASSERT_NEAR(got[i], std::exp(x[i] - 0.5), std::exp(x[i]) * 2e-7);
}

TEST_F(ExponentialInstructionTest, Rules) {
  for (const char* field : {"dst", "src"}) {
    ExpectOperandRules(name, Legal(), field, "SBUF or PSUM", Trn3());
    EXPECT_THAT(Problems(name, With(Legal(), {{field, b.Sbuf({32, 2, 2, 2, 1})}}), Trn3()),
                ElementsAre("exponential: " + std::string(field) +
                            " has 5 axes; it may have at most 4 [rank-at-most]"));
  }
  EXPECT_THAT(Problems(name, Legal()),
              ElementsAre("exponential: trn1 does not have nki.isa.exponential; targets that have it: trn3 "
                          "[exponential]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Sbuf({32, 8}, Dtype::kUint32)}}), Trn3()),
      ElementsAre("exponential: dst is uint32; allowed are float8_e4m3, float8_e5m2, float16, bfloat16, "
                  "float32, tfloat32, int8, int16, int32, uint8, uint16 [dtype]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst", b.Sbuf({16, 8})}}), Trn3()),
              ElementsAre("exponential: src has 32 partitions and dst has 16; they must have the same number "
                          "[same-partitions]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Sbuf({32, 9})}}), Trn3()),
      ElementsAre("exponential: src has 8 elements per partition and dst has 9; they must have the same "
                  "number [same-free]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"max_value", kNone}}), Trn3()),
              ElementsAre("exponential: max_value is None; it must be a number or a column (P, 1) [given]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"max_value", b.Sbuf({32, 2})}}), Trn3()),
      Contains("exponential: max_value has shape (32, 2); beside src it must have one value per partition, "
               "(32, 1) [column]"));
}

TEST_F(ExponentialInstructionTest, ReductionRules) {
  const Arguments reducing =
      With(Legal(), {{"reduce_cmd", ReduceCmd::kResetReduce}, {"reduce_res", b.Sbuf({32, 1})}});
  EXPECT_THAT(Problems(name, reducing, Trn3()), ElementsAre());
  EXPECT_THAT(
      Problems(name, With(reducing, {{"reduce_cmd", ReduceCmd::kReset}}), Trn3()),
      ElementsAre("exponential: reduce_cmd is reset; allowed are idle, reset_reduce, reduce, load_reduce "
                  "[reduce-cmd]"));
  EXPECT_THAT(
      Problems(name, With(reducing, {{"reduce_cmd", ReduceCmd::kIdle}}), Trn3()),
      ElementsAre("exponential: reduce_res is given and reduce_cmd is idle, which leaves the registers "
                  "undefined on the device [idle-result]"));
  EXPECT_THAT(
      Problems(name, With(reducing, {{"reduce_init", 1.0}}), Trn3()),
      ElementsAre(
          "exponential: reduce_init is 1; it must be 0.0 without reduce_cmd.load_reduce [reduce-init]"));
  ExpectNotPacked(name, reducing, "reduce_res", Trn3());
}

}  // namespace
}  // namespace nki
