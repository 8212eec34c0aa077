#include <cmath>

#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

class TensorScalarInstructionTest : public InstructionTest {
 protected:
  const std::string name = "tensor_scalar";
  Arguments Legal() {
    return {
        {"dst", b.Sbuf({32, 8})}, {"data", b.Sbuf({32, 8})}, {"op0", AluOp::kMultiply}, {"operand0", 2.0}};
  }
  Arguments Bitwise() {
    return {{"dst", b.Sbuf({32, 8}, Dtype::kUint8)},
            {"data", b.Sbuf({32, 8}, Dtype::kUint8)},
            {"op0", AluOp::kBitwiseAnd},
            {"operand0", 15}};
  }
};

TEST_F(TensorScalarInstructionTest, TwoOperatorsWithColumnAndConstant) {
  const View dst = b.Sbuf({77, 13}), data = FillSmall(b.Psum({77, 13})), column = FillSmall(b.Sbuf({77, 1}));
  Run(name, {{"dst", dst},
             {"data", data},
             {"op0", AluOp::kSubtract},
             {"operand0", column},
             {"reverse0", true},
             {"op1", AluOp::kMultiply},
             {"operand1", 0.5}});
  const std::vector<double> x = Values(data), s = Values(column), y = Values(dst);
  for (int64_t i = 0; i < 77 * 13; ++i) ASSERT_EQ(y[i], (s[i / 13] - x[i]) * 0.5) << i;
}

TEST_F(TensorScalarInstructionTest, Reverse1PutsTheFirstResultOnTheRight) {
  const View dst = b.Sbuf({5, 4}), data = FillSmall(b.Sbuf({5, 4})), column = FillSmall(b.Sbuf({5, 1}));
  Run(name, {{"dst", dst},
             {"data", data},
             {"op0", AluOp::kAdd},
             {"operand0", 1.0},
             {"op1", AluOp::kSubtract},
             {"operand1", column},
             {"reverse1", true}});
  const std::vector<double> x = Values(data), s = Values(column), y = Values(dst);
  for (int64_t i = 0; i < 20; ++i) ASSERT_EQ(y[i], s[i / 4] - (x[i] + 1)) << i;
}

TEST_F(TensorScalarInstructionTest, WithoutOperators) {
  const View dst = b.Sbuf({5, 4}), data = FillSmall(b.Sbuf({5, 4}));
  const std::vector<double> x = Values(data);
  const auto run = [&](const Argument& op0, const Argument& op1) {
    Run(name,
        {{"dst", dst}, {"data", data}, {"op0", op0}, {"operand0", 3.0}, {"op1", op1}, {"operand1", 5.0}});
    return Values(dst);
  };
  const std::vector<double> second = run(kNone, AluOp::kMultiply);
  for (int64_t i = 0; i < 20; ++i) ASSERT_EQ(second[i], x[i] * 5) << i;
  Run(name, {{"dst", dst}, {"data", data}, {"op0", kNone}, {"operand0", kNone}});
  EXPECT_EQ(Values(dst), x);
  const View bits = b.Sbuf({5, 4}, Dtype::kUint8), from = b.Sbuf({5, 4}, Dtype::kInt8);
  Fill(from, [](int64_t i) { return static_cast<double>(-i); });
  Run(name, {{"dst", bits},
             {"data", from},
             {"op0", kNone},
             {"operand0", kNone},
             {"op1", AluOp::kBitwiseAnd},
             {"operand1", int64_t{15}}});
  const std::vector<double> masked = Values(bits);
  for (int64_t i = 0; i < 20; ++i) ASSERT_EQ(masked[i], -i & 15) << i;
}

TEST_F(TensorScalarInstructionTest, RsqrtOnGpSimd) {
  const View dst = b.Sbuf({64, 6}), data = b.Sbuf({64, 6});
  Fill(data, [](int64_t i) { return 0.01 + static_cast<double>(i) * 1.7; });
  Run(name, {{"dst", dst},
             {"data", data},
             {"op0", AluOp::kAdd},
             {"operand0", 1e-5},
             {"op1", AluOp::kRsqrt},
             {"operand1", 0.0}});
  const std::vector<double> x = Values(data), y = Values(dst);
  for (size_t i = 0; i < y.size(); ++i) {
    const double wanted = 1 / std::sqrt(static_cast<double>(static_cast<float>(x[i]) + 1e-5f));
    ASSERT_NEAR(y[i], wanted, wanted * 2e-7) << i;
  }
}

TEST_F(TensorScalarInstructionTest, BitwiseConstantsAndColumns) {
  const View dst = b.Sbuf({20, 9}, Dtype::kUint8), data = b.Sbuf({20, 9}, Dtype::kUint8);
  const View column = b.Sbuf({20, 1}, Dtype::kUint8);
  Fill(data, [](int64_t i) { return static_cast<double>(i * 31 % 256); });
  Fill(column, [](int64_t i) { return static_cast<double>(i % 7); });
  Run(name, {{"dst", dst},
             {"data", data},
             {"op0", AluOp::kRightShift},
             {"operand0", column},
             {"op1", AluOp::kBitwiseXor},
             {"operand1", 0x5a}});
  const std::vector<uint32_t> x = Bits(data), s = Bits(column), y = Bits(dst);
  for (int64_t i = 0; i < 180; ++i) ASSERT_EQ(y[i], (x[i] >> s[i / 9]) ^ 0x5a) << i;
}

TEST_F(TensorScalarInstructionTest, ComparisonsGiveOnesAndZeros) {
  const View dst = b.Sbuf({16, 10}, Dtype::kBool), data = FillSmall(b.Sbuf({16, 10}));
  Run(name, {{"dst", dst}, {"data", data}, {"op0", AluOp::kGreaterEqual}, {"operand0", 0.25}});
  const std::vector<double> x = Values(data), y = Values(dst);
  for (size_t i = 0; i < y.size(); ++i) ASSERT_EQ(y[i], x[i] >= 0.25) << x[i];
}

TEST_F(TensorScalarInstructionTest, OperandRules) {
  for (const char* field : {"dst", "data"}) {
    ExpectOperandRules(name, Legal(), field, "SBUF or PSUM");
    ExpectNotPacked(name, Legal(), field);
  }
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Sbuf({16, 8})}})),
      ElementsAre("tensor_scalar: data has 32 partitions and dst has 16; they must have the same number "
                  "[same-partitions]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Sbuf({32, 9})}})),
      ElementsAre("tensor_scalar: data has 8 elements per partition and dst has 9; they must have the same "
                  "number [same-free]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"operand0", b.Sbuf({32, 2})}})),
      ElementsAre(
          "tensor_scalar: operand0 has shape (32, 2); beside data it must have one value per partition, "
          "(32, 1) [column]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"operand0", b.Sbuf({32, 1}, Dtype::kBfloat16)}})),
              ElementsAre("tensor_scalar: operand0 is bfloat16; allowed are float32 [dtype]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"operand0", kNone}})),
              ElementsAre("tensor_scalar: operand0 must be given beside 'multiply', which takes two operands "
                          "[unary-operand]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"op0", AluOp::kAbs}})),
      ElementsAre("tensor_scalar: operand0 must be None or 0 beside 'abs', which takes one operand only "
                  "[unary-operand]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"operand1", 1.0}})),
              ElementsAre("tensor_scalar: operand1 is 1 and op1 is None; they go together [op1-operand1]"));
}

TEST_F(TensorScalarInstructionTest, OperatorRules) {
  EXPECT_THAT(Problems(name, With(Bitwise(), {{"dst", b.Sbuf({32, 8}, Dtype::kInt32)}})),
              ElementsAre("tensor_scalar: data is uint8 and dst is int32; bitwise operators convert nothing, "
                          "so their elements must have the same size [same-item-bytes]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"op0", kNone}, {"engine", Engine::kGpSimd}})),
              ElementsAre("tensor_scalar: op0 is 'bypass' on engine 'gpsimd'; nl.rsqrt runs on the GpSimd "
                          "engine only, and nothing else runs there [rsqrt-engine]"));
  EXPECT_THAT(
      Problems(name, With(Bitwise(), {{"op1", AluOp::kAdd}, {"operand1", 1.0}})),
      ElementsAre("tensor_scalar: op0 is 'bitwise_and' and op1 is 'add'; both must be bitwise or both "
                  "arithmetic [op-class]"));
  EXPECT_THAT(
      Problems(name, With(Bitwise(), {{"operand0", 1.5}})),
      ElementsAre("tensor_scalar: operand0 is 1.5; the bitwise operator 'bitwise_and' needs an integer "
                  "[integer-constant]"));
  EXPECT_THAT(
      Problems(name, With(Bitwise(), {{"dst", b.Sbuf({32, 8})}})),
      ElementsAre("tensor_scalar: dst is float32; the bitwise operator 'bitwise_and' needs an integer dtype "
                  "[integer-dtype]"));
  EXPECT_THAT(Problems(name, With(Bitwise(), {{"engine", Engine::kScalar}}), Trn2()),
              Contains("tensor_scalar: op0 is 'bitwise_and' on engine 'scalar'; bitwise operators run on the "
                       "Vector engine only [bitwise-engine]"));
  const Arguments square = With(Legal(), {{"op0", AluOp::kSquare}, {"operand0", kNone}});
  EXPECT_THAT(Problems(name, square),
              ElementsAre("tensor_scalar: trn1 does not have square and relu as ALU operators; "
                          "targets that have it: trn3 [unary-alu-ops]"));
  EXPECT_THAT(Problems(name, square, Trn3()), ElementsAre());
  const Arguments abs_max = With(Legal(), {{"op0", AluOp::kAbsMax}});
  EXPECT_THAT(Problems(name, abs_max),
              ElementsAre("tensor_scalar: trn1 does not have abs_max and abs_min; targets that "
                          "have it: trn3 [abs-max-min]"));
  EXPECT_THAT(Problems(name, abs_max, Trn3()), ElementsAre());
}

TEST_F(TensorScalarInstructionTest, EngineRules) {
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"engine", Engine::kTensor}})),
      ElementsAre(
          "tensor_scalar: engine 'tensor' can't run it; allowed are vector, scalar, gpsimd [engine]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"engine", Engine::kGpSimd}})),
              ElementsAre("tensor_scalar: op0 is 'multiply' on engine 'gpsimd'; nl.rsqrt runs on the GpSimd "
                          "engine only, and nothing else runs there "
                          "[rsqrt-engine]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"op0", AluOp::kRsqrt}, {"operand0", 0.0}, {"data", b.Psum({32, 8})}})),
      ElementsAre("tensor_scalar: data is in PSUM, which the GpSimd engine can't reach [gpsimd-psum]"));
  const Arguments scalar = With(Legal(), {{"engine", Engine::kScalar}});
  EXPECT_THAT(Problems(name, scalar),
              ElementsAre("tensor_scalar: trn1 does not have tensor_scalar on the Scalar engine; "
                          "targets that have it: trn2, trn3 [scalar-arithmetic]"));
  EXPECT_THAT(Problems(name, scalar, Trn2()), ElementsAre());
  EXPECT_THAT(Problems(name, With(scalar, {{"op0", AluOp::kSubtract}}), Trn2()),
              ElementsAre("tensor_scalar: op0 is 'subtract'; the Scalar engine can do multiply and add, "
                          "multiply, or add only [scalar-ops]"));
}

}  // namespace
}  // namespace nki
