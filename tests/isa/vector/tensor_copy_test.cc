#include <algorithm>
#include <cmath>

#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

class TensorCopyInstructionTest : public InstructionTest {
 protected:
  Arguments Legal() { return {{"dst", b.Sbuf({32, 8})}, {"src", b.Sbuf({32, 8})}}; }
};

TEST_F(TensorCopyInstructionTest, KeepsEveryBitOfEqualDtypes) {
  const View dst = b.Sbuf({70, 3, 11}), src = b.Psum({70, 33});
  std::vector<uint32_t> bits;
  for (uint32_t i = 0; i < 70 * 33; ++i) bits.push_back(0x7f800000u + i * 2654435761u);  // NaNs among them
  SetBits(src, bits);
  Run("tensor_copy", {{"dst", dst}, {"src", src}});
  EXPECT_EQ(Bits(dst), bits);
}

TEST_F(TensorCopyInstructionTest, LargeIntegersKeepTheirBits) {
  const View dst = b.Sbuf({2, 2}, Dtype::kInt32), src = b.Sbuf({2, 2}, Dtype::kInt32);
  SetBits(src, {0x7fffffff, 0x80000001, 16777217, 0xffffffff});
  Run("tensor_copy", {{"dst", dst}, {"src", src}});
  EXPECT_EQ(Bits(dst), Bits(src));
}

TEST_F(TensorCopyInstructionTest, ConvertsThroughFloat32) {
  const View dst = b.Sbuf({33, 20}, Dtype::kInt8), src = b.Sbuf({33, 20});
  Fill(src, [](int64_t i) { return static_cast<double>(i) * 0.5 - 165; });
  Run("tensor_copy", {{"dst", dst}, {"src", src}});
  const std::vector<double> from = Values(src), to = Values(dst);
  for (size_t i = 0; i < to.size(); ++i) {
    ASSERT_EQ(to[i], std::clamp(std::nearbyint(from[i]), -128.0, 127.0)) << from[i];
  }
}

TEST_F(TensorCopyInstructionTest, PartitionsMayShift) {
  const View source = FillSmall(b.Sbuf({128, 6}, Dtype::kBfloat16)),
             target = FillSmall(b.Sbuf({128, 6}, Dtype::kBfloat16));
  const std::vector<uint32_t> kept = Bits(target.Slice(0, 0, 64, 1));
  const View src = source.Slice(0, 32, 64, 1), dst = target.Slice(0, 64, 96, 1);
  Run("tensor_copy", {{"dst", dst}, {"src", src}});
  EXPECT_EQ(Bits(dst), Bits(src));
  EXPECT_EQ(Bits(target.Slice(0, 0, 64, 1)), kept);
}

TEST_F(TensorCopyInstructionTest, Rules) {
  const std::string name = "tensor_copy";
  for (const char* field : {"dst", "src"}) {
    ExpectOperandRules(name, Legal(), field, "SBUF or PSUM");
    ExpectNotPacked(name, Legal(), field);
  }
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst", b.Sbuf({16, 8})}})),
              ElementsAre("tensor_copy: src has 32 partitions and dst has 16; they must have the same number "
                          "[same-partitions]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Sbuf({32, 9})}})),
      ElementsAre(
          "tensor_copy: src has 8 elements per partition and dst has 9; they must have the same number "
          "[same-free]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"src", b.Psum({32, 8})}, {"engine", Engine::kGpSimd}})),
              ElementsAre("tensor_copy: src is in PSUM, which the GpSimd engine can't reach [gpsimd-psum]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"engine", Engine::kSync}})),
      ElementsAre("tensor_copy: engine 'sync' can't run it; allowed are vector, scalar, gpsimd [engine]"));
  const Arguments scalar = With(Legal(), {{"engine", Engine::kScalar}});
  EXPECT_THAT(Problems(name, scalar),
              ElementsAre("tensor_copy: trn1 does not have tensor_copy on the Scalar engine; "
                          "targets that have it: trn2, trn3 [scalar-exact-copy]"));
  EXPECT_THAT(Problems(name, scalar, Trn2()), ElementsAre());
}

TEST_F(TensorCopyInstructionTest, PackedDtypesCopyAsTheyAre) {
  const View dst = b.Sbuf({16, 4}, Dtype::kFloat4E2m1fnX4), src = b.Sbuf({16, 4}, Dtype::kFloat4E2m1fnX4);
  std::vector<uint32_t> bits;
  for (uint32_t i = 0; i < 64; ++i) bits.push_back(i * 40503 & 0xffff);
  SetBits(src, bits);
  Run("tensor_copy", {{"dst", dst}, {"src", src}}, Trn3());
  EXPECT_EQ(Bits(dst), bits);
}

}  // namespace
}  // namespace nki
