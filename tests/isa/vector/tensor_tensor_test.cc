#include <cmath>

#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

class TensorTensorInstructionTest : public InstructionTest {
 protected:
  Arguments Legal() {
    return {{"dst", b.Sbuf({32, 8})},
            {"data1", b.Sbuf({32, 8})},
            {"data2", b.Sbuf({32, 8})},
            {"op", AluOp::kAdd}};
  }
};

TEST_F(TensorTensorInstructionTest, AddsFloat32) {
  const View dst = b.Sbuf({100, 37}), x = FillSmall(b.Sbuf({100, 37})), y = FillSmall(b.Psum({100, 37}));
  Run("tensor_tensor", {{"dst", dst}, {"data1", x}, {"data2", y}, {"op", AluOp::kAdd}});
  const std::vector<double> a = Values(x), c = Values(y), sum = Values(dst);
  for (size_t i = 0; i < sum.size(); ++i) ASSERT_EQ(sum[i], a[i] + c[i]) << i;
}

TEST_F(TensorTensorInstructionTest, RanksMayDifferAndResultsAreRoundedOnce) {
  const View dst = b.Sbuf({48, 24}, Dtype::kBfloat16), x = FillSmall(b.Sbuf({48, 4, 6}));
  const View y = FillSmall(b.Sbuf({48, 2, 12}, Dtype::kFloat16));
  Run("tensor_tensor", {{"dst", dst}, {"data1", x}, {"data2", y}, {"op", AluOp::kMultiply}});
  const std::vector<double> a = Values(x), c = Values(y), product = Values(dst);
  for (size_t i = 0; i < product.size(); ++i)
    ASSERT_EQ(product[i], Rounded(Dtype::kBfloat16, a[i] * c[i])) << i;
}

// R17: round to nearest even and saturate.
TEST_F(TensorTensorInstructionTest, R17FloatResultsSaturateIntegers) {
  const View dst = b.Sbuf({1, 6}, Dtype::kUint8), x = b.Sbuf({1, 6}), zero = b.Sbuf({1, 6});
  const std::vector<double> values = {0.5, 1.5, 2.5, 254.6, 300, -7};
  Fill(x, [&](int64_t i) { return values[i]; });
  Run("tensor_tensor", {{"dst", dst}, {"data1", x}, {"data2", zero}, {"op", AluOp::kAdd}});
  EXPECT_THAT(Values(dst), ElementsAre(0, 2, 2, 255, 255, 0));
}

TEST_F(TensorTensorInstructionTest, Integers32AreExactOnGpSimdOnly) {
  const View dst = b.Sbuf({16, 4}, Dtype::kInt32), x = b.Sbuf({16, 4}, Dtype::kInt32),
             y = b.Sbuf({16, 4}, Dtype::kInt32);
  Fill(x, [](int64_t i) { return 16777217.0 + static_cast<double>(i) * 1024; });
  Fill(y, [](int64_t) { return 2; });
  Arguments call = {{"dst", dst}, {"data1", x}, {"data2", y}, {"op", AluOp::kAdd}};
  Run("tensor_tensor", call);
  for (int64_t i = 0; i < 64; ++i) ASSERT_EQ(Values(dst)[i], 16777219 + i * 1024) << i;
  Run("tensor_tensor", With(call, {{"engine", Engine::kVector}}));
  EXPECT_EQ(Values(dst)[0], 16777218);  // 2^24 + 1 is not a float32
}

TEST_F(TensorTensorInstructionTest, BitwiseKeepsBits) {
  const View dst = b.Sbuf({20, 7}, Dtype::kUint16), x = b.Sbuf({20, 7}, Dtype::kUint16),
             y = b.Sbuf({20, 7}, Dtype::kUint16);
  Fill(x, [](int64_t i) { return static_cast<double>(i * 469 % 65536); });
  Fill(y, [](int64_t i) { return static_cast<double>(i * 7919 % 65536); });
  Run("tensor_tensor", {{"dst", dst}, {"data1", x}, {"data2", y}, {"op", AluOp::kBitwiseXor}});
  const std::vector<uint32_t> a = Bits(x), c = Bits(y), got = Bits(dst);
  for (size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], a[i] ^ c[i]) << i;
}

TEST_F(TensorTensorInstructionTest, Rules) {
  const std::string name = "tensor_tensor";
  for (const char* field : {"dst", "data1", "data2"}) {
    ExpectOperandRules(name, Legal(), field, "SBUF or PSUM");
    ExpectNotPacked(name, Legal(), field);
  }
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"data2", b.Sbuf({16, 8})}})),
      ElementsAre("tensor_tensor: data1 has 32 partitions and data2 has 16; they must have the same number "
                  "[same-partitions]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Sbuf({32, 9})}})),
      ElementsAre("tensor_tensor: data1 has 8 elements per partition and dst has 9; they must have the same "
                  "number [same-free]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"data1", b.Psum({32, 8})}, {"data2", b.Psum({32, 8})}})),
      ElementsAre(
          "tensor_tensor: data1 and data2 are both in PSUM; one of them must be in SBUF [both-psum]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"data1", b.Psum({32, 8})}, {"engine", Engine::kGpSimd}})),
      ElementsAre("tensor_tensor: data1 is in PSUM, which the GpSimd engine can't reach [gpsimd-psum]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"engine", Engine::kTensor}})),
      ElementsAre("tensor_tensor: engine 'tensor' can't run it; allowed are vector, gpsimd [engine]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"op", AluOp::kPower}, {"engine", Engine::kVector}})),
              ElementsAre("tensor_tensor: op is 'power' on engine 'vector'; it runs on the GpSimd engine "
                          "only, with all tiles in SBUF [power-engine]"));
}

TEST_F(TensorTensorInstructionTest, BitsOfIntegersWithAndWithoutSign) {
  const View dst = b.Sbuf({32, 8}, Dtype::kUint8), data1 = b.Sbuf({32, 8}, Dtype::kInt8),
             data2 = b.Sbuf({32, 8}, Dtype::kUint8);
  Fill(data1, [](int64_t i) { return static_cast<double>(i % 256 - 128); });
  Fill(data2, [](int64_t i) { return static_cast<double>(i * 7 % 256); });
  Run("tensor_tensor", {{"dst", dst}, {"data1", data1}, {"data2", data2}, {"op", AluOp::kBitwiseXor}});
  const std::vector<double> y = Values(dst);
  for (int64_t i = 0; i < 256; ++i) ASSERT_EQ(y[i], ((i - 128) & 255) ^ (i * 7 % 256)) << i;
}

TEST_F(TensorTensorInstructionTest, OperatorRules) {
  const std::string name = "tensor_tensor";
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"op", AluOp::kBitwiseAnd}})),
      Contains("tensor_tensor: data1 is float32; the bitwise operator 'bitwise_and' needs an integer dtype "
               "[integer-dtype]"));
  const auto tile = [&](Dtype dtype) { return b.Sbuf({32, 8}, dtype); };
  EXPECT_THAT(Problems(name, {{"dst", tile(Dtype::kInt32)},
                              {"data1", tile(Dtype::kInt32)},
                              {"data2", tile(Dtype::kInt32)},
                              {"op", AluOp::kBitwiseXor},
                              {"engine", Engine::kGpSimd}}),
              ElementsAre("tensor_tensor: op is 'bitwise_xor' on engine 'gpsimd'; bitwise operators run on "
                          "the Vector engine only [bitwise-engine]"));
  EXPECT_THAT(
      Problems(name, {{"dst", tile(Dtype::kUint8)},
                      {"data1", tile(Dtype::kInt16)},
                      {"data2", tile(Dtype::kUint8)},
                      {"op", AluOp::kBitwiseAnd}}),
      ElementsAre("tensor_tensor: data1 is int16 and dst is uint8; bitwise operators convert nothing, so "
                  "their elements must have the same size [same-item-bytes]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"op", AluOp::kAbs}})),
              ElementsAre("tensor_tensor: op is 'abs', which takes one operand only [binary-op]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"op", AluOp::kAbsMax}})),
      ElementsAre(
          "tensor_tensor: trn1 does not have abs_max and abs_min; targets that have it: trn3 [abs-max-min]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"op", AluOp::kAbsMax}}), Trn3()), ElementsAre());
}

}  // namespace
}  // namespace nki
