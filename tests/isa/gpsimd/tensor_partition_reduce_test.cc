#include <cmath>

#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

class TensorPartitionReduceInstructionTest : public InstructionTest {
 protected:
  const std::string name = "tensor_partition_reduce";
  Arguments Legal() {
    return {{"dst", b.Sbuf({1, 8})}, {"op", PartitionOp::kAdd}, {"data", b.Sbuf({32, 8})}};
  }
};

TEST_F(TensorPartitionReduceInstructionTest, ArithmeticGoesFromPartitionToPartition) {
  for (const int64_t partitions : {1, 3, 16, 33, 100, 128}) {
    for (const Dtype from : {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kInt16, Dtype::kUint8}) {
      for (const Dtype to : {Dtype::kFloat32, Dtype::kFloat16, Dtype::kInt8}) {
        const View data = b.Sbuf({partitions, 7, 10}, from).Permute(std::vector<int>{0, 2, 1});
        Fill(data, [&](int64_t i) {
          const double x = std::sin(static_cast<double>(i)) * std::exp2(static_cast<double>(i % 9));
          return IsFloat(from) ? x : std::floor(std::abs(x));
        });
        const View dst = b.Sbuf({1, 140}, to).Slice(1, 1, 140, 2);
        const std::vector<double> x = Values(data);
        for (const PartitionOp op : {PartitionOp::kAdd, PartitionOp::kAverage, PartitionOp::kMaximum}) {
          Run(name, {{"dst", dst}, {"op", op}, {"data", data}});
          const std::vector<double> got = Values(dst);
          for (size_t i = 0; i < 70; ++i) {
            float wanted = static_cast<float>(x[i]);
            for (size_t p = 1; p < static_cast<size_t>(partitions); ++p) {
              const float next = static_cast<float>(x[p * 70 + i]);
              wanted = op == PartitionOp::kMaximum ? std::max(wanted, next) : wanted + next;
            }
            if (op == PartitionOp::kAverage) wanted /= static_cast<float>(partitions);
            ASSERT_EQ(got[i], Rounded(to, wanted)) << partitions << " " << Name(from) << " " << Name(to);
          }
        }
      }
    }
  }
}

TEST_F(TensorPartitionReduceInstructionTest, BitsAndWordsAreExact) {
  for (const Dtype dtype : {Dtype::kInt32, Dtype::kUint32, Dtype::kUint16, Dtype::kInt8}) {
    const View data = b.Sbuf({50, 20}, dtype), dst = b.Sbuf({1, 20}, dtype);
    std::vector<uint32_t> noise;
    for (uint32_t i = 0; i < 1000; ++i) noise.push_back((i + 1) * 2654435761u | 0x40u);
    SetBits(data, noise);
    const std::vector<uint32_t> x = Bits(data);
    const auto fold = [&](PartitionOp op, auto combine) {
      Run(name, {{"dst", dst}, {"op", op}, {"data", data}});
      for (size_t i = 0; i < 20; ++i) {
        uint32_t wanted = x[i];
        for (size_t p = 1; p < 50; ++p) wanted = combine(wanted, x[p * 20 + i]);
        ASSERT_EQ(Bits(dst)[i], wanted) << Name(dtype) << " " << i;
      }
    };
    fold(PartitionOp::kBitwiseOr, [](uint32_t a, uint32_t c) { return a | c; });
    fold(PartitionOp::kBitwiseAnd, [](uint32_t a, uint32_t c) { return a & c; });
    if (ItemBytes(dtype) < 4) continue;
    fold(PartitionOp::kAdd, [](uint32_t a, uint32_t c) { return a + c; });
    fold(PartitionOp::kMaximum, [&](uint32_t a, uint32_t c) {
      if (dtype == Dtype::kUint32) return std::max(a, c);
      return static_cast<uint32_t>(std::max(static_cast<int32_t>(a), static_cast<int32_t>(c)));
    });
  }
}

TEST_F(TensorPartitionReduceInstructionTest, DstMayBeARowOfData) {
  const View data = b.Sbuf({128, 100});
  Fill(data, [](int64_t) { return 1; });
  Run(name, {{"dst", data.Slice(0, 0, 1, 1)}, {"op", PartitionOp::kAdd}, {"data", data}});
  EXPECT_EQ(Values(data)[99], 128);
  EXPECT_EQ(Values(data)[100], 1);
}

TEST_F(TensorPartitionReduceInstructionTest, Rules) {
  ExpectOperandRules(name, Legal(), "data", "SBUF");
  ExpectNotPacked(name, Legal(), "data");
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst", b.Psum({1, 8})}})),
              ElementsAre("tensor_partition_reduce: dst is in psum; it must be in SBUF; write to a tile "
                          "there and copy that with nisa.tensor_copy [space]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst", b.Sbuf({32, 8})}})),
              ElementsAre("tensor_partition_reduce: dst has 32 partitions; it must have 1 [one-partition]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Sbuf({1, 9})}})),
      ElementsAre("tensor_partition_reduce: data has 8 elements per partition and dst has 9; they must have "
                  "the same number [same-free]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"op", PartitionOp::kBitwiseOr}})),
      Contains("tensor_partition_reduce: data is float32; the bitwise operator 'bitwise_or' needs an integer "
               "dtype [integer-dtype]"));
  EXPECT_THAT(
      Problems(name, {{"dst", b.Sbuf({1, 8}, Dtype::kInt8)},
                      {"op", PartitionOp::kBitwiseAnd},
                      {"data", b.Sbuf({32, 8}, Dtype::kUint8)}}),
      ElementsAre("tensor_partition_reduce: data is uint8 and dst is int8; they must have the same dtype "
                  "[same-dtype]"));
}

}  // namespace
}  // namespace nki
