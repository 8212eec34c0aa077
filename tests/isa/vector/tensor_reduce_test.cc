#include <cmath>

#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

class TensorReduceInstructionTest : public InstructionTest {
 protected:
  const std::string name = "tensor_reduce";
  Arguments Legal() {
    return {
        {"dst", b.Sbuf({32, 4})}, {"op", AluOp::kAdd}, {"data", b.Sbuf({32, 4, 6})}, {"axis", IntList{2}}};
  }
};

// R26: on trn1 the sum equals a sequential float32 sum bit for bit.
TEST_F(TensorReduceInstructionTest, R26AddsInOrderInFloat32) {
  const View dst = b.Sbuf({128, 1}), data = b.Sbuf({128, 128});
  Fill(data,
       [](int64_t i) { return std::sin(static_cast<double>(i)) * std::exp2(static_cast<double>(i % 23)); });
  Run(name, {{"dst", dst}, {"op", AluOp::kAdd}, {"data", data}, {"axis", IntList{1}}});
  const std::vector<double> x = Values(data), y = Values(dst);
  for (int64_t p = 0; p < 128; ++p) {
    float sum = static_cast<float>(x[p * 128]);
    for (int64_t i = 1; i < 128; ++i) sum += static_cast<float>(x[p * 128 + i]);
    ASSERT_EQ(y[p], sum) << p;
  }
}

TEST_F(TensorReduceInstructionTest, ReducesTheLastAxes) {
  const View dst = b.Sbuf({50, 3}, Dtype::kBfloat16), data = FillSmall(b.Psum({50, 3, 2, 5}));
  Run(name,
      {{"dst", dst}, {"op", AluOp::kMaximum}, {"data", data}, {"axis", IntList{-1, 2}}, {"negate", true}});
  const std::vector<double> x = Values(data), y = Values(dst);
  for (int64_t i = 0; i < 150; ++i) {
    double largest = x[i * 10];
    for (int64_t k = 1; k < 10; ++k) largest = std::max(largest, x[i * 10 + k]);
    ASSERT_EQ(y[i], Rounded(Dtype::kBfloat16, -largest)) << i;
  }
}

TEST_F(TensorReduceInstructionTest, KeepdimsChangesTheShapeOnly) {
  const View dst = b.Sbuf({9, 2, 1}), data = FillSmall(b.Sbuf({9, 2, 4}));
  Run(name,
      {{"dst", dst}, {"op", AluOp::kSubtract}, {"data", data}, {"axis", IntList{2}}, {"keepdims", true}});
  const std::vector<double> x = Values(data), y = Values(dst);
  for (int64_t i = 0; i < 18; ++i)
    ASSERT_EQ(y[i], x[i * 4] - x[i * 4 + 1] - x[i * 4 + 2] - x[i * 4 + 3]) << i;
}

TEST_F(TensorReduceInstructionTest, BitwiseKeepsBits) {
  const View dst = b.Sbuf({40, 1}, Dtype::kUint32), data = b.Sbuf({40, 7}, Dtype::kUint32);
  std::vector<uint32_t> bits;
  for (uint32_t i = 0; i < 280; ++i) bits.push_back(i * 2654435761u);
  SetBits(data, bits);
  Run(name, {{"dst", dst}, {"op", AluOp::kBitwiseXor}, {"data", data}, {"axis", IntList{1}}});
  const std::vector<uint32_t> y = Bits(dst);
  for (int64_t p = 0; p < 40; ++p) {
    uint32_t wanted = 0;
    for (int64_t i = 0; i < 7; ++i) wanted ^= bits[p * 7 + i];
    ASSERT_EQ(y[p], wanted) << p;
  }
}

TEST_F(TensorReduceInstructionTest, Rules) {
  for (const char* field : {"dst", "data"}) {
    ExpectOperandRules(name, Legal(), field, "SBUF or PSUM");
    ExpectNotPacked(name, Legal(), field);
  }
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Sbuf({16, 4})}})),
      ElementsAre("tensor_reduce: data has 32 partitions and dst has 16; they must have the same number "
                  "[same-partitions]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"op", AluOp::kPower}})),
              ElementsAre("tensor_reduce: op is 'power', which can't reduce [reduce-op]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"op", AluOp::kAbsMax}})),
              ElementsAre("tensor_reduce: op is 'abs_max', which can't reduce [reduce-op]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Sbuf({32, 6})}})),
      ElementsAre(
          "tensor_reduce: reducing data of shape (32, 4, 6) leaves 4 elements per partition; dst has 6 "
          "[reduced-size]"));
}

TEST_F(TensorReduceInstructionTest, AxisOneIsTheLastIfTheDestinationSaysSo) {
  for (int64_t axis : {1, 4})
    EXPECT_THAT(Problems(name, With(Legal(), {{"axis", IntList{axis}}})), ElementsAre());
  EXPECT_THAT(Problems(name, With(Legal(), {{"axis", IntList{1}}, {"dst", b.Sbuf({32, 6})}})),
              ElementsAre("tensor_reduce: axis is (1,); data has 3 axes, of which the last free ones must be "
                          "named, without gaps [reduce-axis]"));
}

TEST_F(TensorReduceInstructionTest, ThePartitionAxisIsReducedOtherwise) {
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"axis", IntList{0, 1, 2}}})),
      ElementsAre("tensor_reduce: axis is (0, 1, 2); data has 3 axes, of which the last free ones must be "
                  "named, without gaps, and axis 0 is the partition axis: use nisa.nc_transpose first, "
                  "nisa.nc_matmul with ones, or nisa.tensor_partition_reduce [reduce-axis]"));
}

TEST_F(TensorReduceInstructionTest, AxesAreTheLastFreeOnes) {
  for (const IntList& axis : {IntList{}, IntList{-2}, IntList{2, 2}, IntList{3}, IntList{-3}}) {
    EXPECT_THAT(
        Problems(name, With(Legal(), {{"axis", axis}})),
        ElementsAre(
            "tensor_reduce: axis is " + ToString(axis) +
            "; data has 3 axes, of which the last free ones must be named, without gaps [reduce-axis]"));
  }
}

TEST_F(TensorReduceInstructionTest, BitwiseRules) {
  const Arguments legal = {{"dst", b.Sbuf({32, 1}, Dtype::kInt16)},
                           {"op", AluOp::kBitwiseOr},
                           {"data", b.Sbuf({32, 8}, Dtype::kInt16)},
                           {"axis", IntList{1}}};
  EXPECT_THAT(Problems(name, legal), ElementsAre());
  EXPECT_THAT(Problems(name, With(legal, {{"negate", true}})),
              ElementsAre("tensor_reduce: negate is True and op is 'bitwise_or'; it works with arithmetic "
                          "operators only [negate-bitwise]"));
  EXPECT_THAT(
      Problems(name, With(legal, {{"data", b.Sbuf({32, 8}, Dtype::kInt8)}})),
      ElementsAre(
          "tensor_reduce: data is int8 and dst is int16; they must have the same dtype [same-dtype]"));
  EXPECT_THAT(
      Problems(name, With(legal, {{"data", b.Sbuf({32, 8})}})),
      ElementsAre("tensor_reduce: data is float32; the bitwise operator 'bitwise_or' needs an integer dtype "
                  "[integer-dtype]"));
}

}  // namespace
}  // namespace nki
