#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RandSetStateInstructionTest : public InstructionTest {
 protected:
  const std::string name = "rand_set_state";
  Arguments Legal() { return {{"src_seeds", b.Sbuf({32, 6}, Dtype::kUint32)}}; }
};

TEST_F(RandSetStateInstructionTest, SetsTheStatesOfItsPartitions) {
  for (const Engine engine : {Engine::kGpSimd, Engine::kVector}) {
    const int64_t words = engine == Engine::kVector ? 24 : 6;
    const View state = b.Sbuf({128, words}, Dtype::kUint32);
    Run("rand_get_state", {{"dst", state}, {"engine", engine}}, Trn3());
    std::vector<uint32_t> expected = Bits(state);
    const View wide = b.Sbuf({128, 2 * words}, Dtype::kUint32);
    const View seeds = wide.Slice(0, 32, 52, 1).Slice(1, 1, 2 * words, 2);
    std::vector<uint32_t> bits;
    for (uint32_t i = 0; i < 20 * words; ++i) bits.push_back(i * 2654435761u);
    SetBits(seeds, bits);
    Run(name, {{"src_seeds", seeds}, {"engine", engine}}, Trn3());
    std::copy(bits.begin(), bits.end(), expected.begin() + 32 * words);
    Run("rand_get_state", {{"dst", state}, {"engine", engine}}, Trn3());
    EXPECT_EQ(Bits(state), expected);
  }
}

TEST_F(RandSetStateInstructionTest, EqualStatesDrawEqualNumbers) {
  const View seeds = b.Sbuf({128, 6}, Dtype::kUint32), dst = b.Sbuf({128, 100}, Dtype::kUint32);
  Fill(seeds, [](int64_t i) { return static_cast<double>(i % 6 * 1234567 + 1); });
  Run(name, {{"src_seeds", seeds}}, Trn2());
  Run("rng", {{"dst", dst}, {"engine", Engine::kGpSimd}}, Trn2());
  const std::vector<uint32_t> first = Bits(dst.Slice(0, 0, 1, 1));
  for (int p = 1; p < 128; ++p) ASSERT_EQ(Bits(dst.Slice(0, p, p + 1, 1)), first);
}

TEST_F(RandSetStateInstructionTest, Rules) {
  ExpectOperandRules(name, Legal(), "src_seeds", "SBUF", Trn2());
  EXPECT_THAT(Problems(name, {{"src_seeds", b.Sbuf({32, 6}, Dtype::kInt32)}}, Trn2()),
              ElementsAre("rand_set_state: src_seeds is int32; allowed are uint32 [dtype]"));
  EXPECT_THAT(
      Problems(name, {{"src_seeds", b.Sbuf({32, 24}, Dtype::kUint32)}}, Trn2()),
      ElementsAre("rand_set_state: src_seeds has 24 elements per partition; the state of the gpsimd engine "
                  "has 6 [state-words]"));
  const Arguments vector = {{"src_seeds", b.Sbuf({32, 24}, Dtype::kUint32)}, {"engine", Engine::kVector}};
  EXPECT_THAT(
      Problems(name, vector, Trn2()),
      ElementsAre("rand_set_state: trn2 does not have the XORWOW generators of the Vector engine; targets "
                  "that have it: trn3 [vector-xorwow]"));
  EXPECT_THAT(Problems(name, vector, Trn3()), IsEmpty());
  EXPECT_THAT(
      Problems(name, Legal()),
      ElementsAre("rand_set_state: trn1 does not have random numbers on the GpSimd engine; targets that have "
                  "it: trn2, trn3 [gpsimd-random]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"engine", Engine::kScalar}}), Trn2()),
      ElementsAre("rand_set_state: engine 'scalar' can't run it; allowed are vector, gpsimd [engine]"));
}

}  // namespace
}  // namespace nki
