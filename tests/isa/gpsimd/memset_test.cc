#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

class MemsetInstructionTest : public InstructionTest {
 protected:
  const std::string name = "memset";
  Arguments Legal() { return {{"dst", b.Sbuf({32, 8})}, {"value", 0.5}}; }
};

TEST_F(MemsetInstructionTest, FillsTheTileAndNothingElse) {
  const View whole = FillSmall(b.Sbuf({96, 10}, Dtype::kBfloat16));
  const View left = whole.Slice(1, 0, 3, 1), tile = whole.Slice(0, 32, 53, 1).Slice(1, 3, 10, 2);
  const std::vector<uint32_t> kept = Bits(left);
  Run(name, {{"dst", tile}, {"value", 1.0 / 3}});
  EXPECT_THAT(Values(tile), Each(Rounded(Dtype::kBfloat16, 1.0 / 3)));
  EXPECT_EQ(Bits(left), kept);
}

TEST_F(MemsetInstructionTest, IntegersAreExact) {
  const View big = b.Sbuf({4, 5}, Dtype::kUint32), small = b.Sbuf({4, 5}, Dtype::kInt8);
  Run(name, {{"dst", big}, {"value", 4294967295}});
  EXPECT_THAT(Bits(big), Each(0xffffffffu));
  Run(name, {{"dst", small}, {"value", -128}});
  EXPECT_THAT(Values(small), Each(-128));
}

TEST_F(MemsetInstructionTest, PackedDtypesTakeZero) {
  const View dst = b.Sbuf({4, 5}, Dtype::kFloat8E4m3fnX4);
  SetBits(dst, std::vector<uint32_t>(20, 7));
  Run(name, {{"dst", dst}, {"value", 0.0}});
  EXPECT_THAT(Bits(dst), Each(0));
}

TEST_F(MemsetInstructionTest, Rules) {
  ExpectOperandRules(name, Legal(), "dst", "SBUF or PSUM");
  EXPECT_THAT(Problems(name, With(Legal(), {{"value", b.Sbuf({32, 1})}})),
              ElementsAre("memset: value is a tensor; it must be a number [constant]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst", b.Sbuf({2, 2}, Dtype::kInt32)}})),
              ElementsAre("memset: value is 0.5 and dst is int32; it must be an integer [integer-value]"));
  EXPECT_THAT(
      Problems(name, {{"dst", b.Sbuf({2, 2}, Dtype::kUint8)}, {"value", 256}}),
      ElementsAre("memset: value is 256 and dst is uint8; it must lie between 0 and 255 [value-range]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst", b.Sbuf({2, 2}, Dtype::kFloat8E5m2X4)}})),
              ElementsAre("memset: value is 0.5 and dst is float8_e5m2_x4; only 0 is allowed [packed-zero]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"engine", Engine::kScalar}})),
              ElementsAre("memset: engine 'scalar' can't run it; allowed are vector, gpsimd [engine]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst", b.Psum({2, 2})}, {"engine", Engine::kGpSimd}})),
              ElementsAre("memset: dst is in PSUM, which the GpSimd engine can't reach [gpsimd-psum]"));
}

}  // namespace
}  // namespace nki
