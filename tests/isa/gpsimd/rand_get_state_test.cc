#include "tests/isa/instruction_fixture.h"
#include "tests/reference/random_stream.h"

namespace nki {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RandGetStateInstructionTest : public InstructionTest {
 protected:
  const std::string name = "rand_get_state";
  Arguments Legal() { return {{"dst", b.Sbuf({32, 6}, Dtype::kUint32)}}; }
};

TEST_F(RandGetStateInstructionTest, FollowsTheNumbersDrawn) {
  for (const Engine engine : {Engine::kGpSimd, Engine::kVector}) {
    const bool vector = engine == Engine::kVector;
    const int64_t words = vector ? 24 : 6;
    const View numbers = b.Sbuf({128, 13}, Dtype::kUint32);
    Run("rng", {{"dst", numbers}, {"engine", engine}}, Trn3());
    const View dst =
        (vector ? b.Psum({64, 2, words}, Dtype::kUint32) : b.Sbuf({64, 2, words}, Dtype::kUint32))
            .Slice(1, 1, 2, 1);
    Run(name, {{"dst", dst}, {"engine", engine}}, Trn3());
    const std::vector<uint32_t> got = Bits(dst);
    for (int p = 0; p < 64; ++p) {
      reference::Lane lane = vector ? reference::Lane::OfVector(p) : reference::Lane::OfGpSimd(p);
      lane.Draw(13);
      for (int k = 0; k < words; ++k) ASSERT_EQ(got[p * words + k], lane.Words()[k]) << p << " " << k;
    }
  }
}

TEST_F(RandGetStateInstructionTest, AStoredStateGoesOnWhereItWas) {
  const View state = b.Sbuf({128, 24}, Dtype::kUint32), first = b.Sbuf({128, 50}), second = b.Sbuf({128, 50});
  const Arguments vector = {{"engine", Engine::kVector}};
  const auto draw = [&](const View& dst) {
    Run("rand2", {{"dst", dst}, {"min", 0.0}, {"max", 1.0}}, Trn3());
  };
  draw(first);
  Run(name, With(vector, {{"dst", state}}), Trn3());
  draw(first);
  draw(second);
  EXPECT_NE(Bits(first), Bits(second));
  Run("rand_set_state", With(vector, {{"src_seeds", state}}), Trn3());
  draw(second);
  EXPECT_EQ(Bits(first), Bits(second));
}

TEST_F(RandGetStateInstructionTest, Rules) {
  ExpectOperandRules(name, {{"dst", b.Sbuf({32, 24}, Dtype::kUint32)}, {"engine", Engine::kVector}}, "dst",
                     "SBUF or PSUM", Trn3());
  EXPECT_THAT(Problems(name, {{"dst", b.Sbuf({32, 6}, Dtype::kInt32)}}, Trn2()),
              ElementsAre("rand_get_state: dst is int32; allowed are uint32 [dtype]"));
  EXPECT_THAT(
      Problems(name, {{"dst", b.Sbuf({32, 7}, Dtype::kUint32)}}, Trn2()),
      ElementsAre("rand_get_state: dst has 7 elements per partition; the state of the gpsimd engine has 6 "
                  "[state-words]"));
  EXPECT_THAT(
      Problems(name, {{"dst", b.Psum({32, 6}, Dtype::kUint32)}}, Trn2()),
      ElementsAre("rand_get_state: dst is in PSUM, which the GpSimd engine can't reach [gpsimd-psum]"));
  EXPECT_THAT(
      Problems(name, Legal()),
      ElementsAre("rand_get_state: trn1 does not have random numbers on the GpSimd engine; targets that have "
                  "it: trn2, trn3 [gpsimd-random]"));
  EXPECT_THAT(
      Problems(name, {{"dst", b.Sbuf({32, 24}, Dtype::kUint32)}, {"engine", Engine::kVector}}, Trn2()),
      ElementsAre("rand_get_state: trn2 does not have the XORWOW generators of the Vector engine; targets "
                  "that have it: trn3 [vector-xorwow]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"engine", Engine::kTensor}}), Trn2()),
      ElementsAre("rand_get_state: engine 'tensor' can't run it; allowed are vector, gpsimd [engine]"));
  EXPECT_THAT(Problems(name, Legal(), Trn2()), IsEmpty());
}

}  // namespace
}  // namespace nki
