#include "tests/isa/instruction_fixture.h"
#include "tests/reference/random_stream.h"

namespace nki {
namespace {

using ::testing::ElementsAre;

class SetRngSeedInstructionTest : public InstructionTest {
 protected:
  const std::string name = "set_rng_seed";
  Arguments Legal() { return {{"src_seeds", b.Sbuf({1, 1}, Dtype::kInt32)}}; }
};

TEST_F(SetRngSeedInstructionTest, SeedsEveryPartitionOfTheVectorEngine) {
  const View psum = b.Psum({1, 1}, Dtype::kUint32), floats = b.Sbuf({1, 1}),
             wide = b.Sbuf({64, 5}, Dtype::kInt32);
  const View state = b.Sbuf({128, 24}, Dtype::kUint32), gpsimd = b.Sbuf({128, 6}, Dtype::kUint32);
  for (const View& seeds : {psum, floats, wide.Slice(0, 32, 33, 1).Slice(1, 3, 4, 1)}) {
    for (const uint32_t seed : {0u, 42u, 0xffffffffu, 0x7fc00001u}) {
      SetBits(seeds, {seed});
      Run(name, {{"src_seeds", seeds}});
      Run("rand_get_state", {{"dst", state}, {"engine", Engine::kVector}}, Trn3());
      const std::vector<uint32_t> words = Bits(state);
      for (int p = 0; p < 128; ++p) {
        const std::vector<uint32_t> expected = reference::Lane::OfVector(p, seed).Words();
        for (int k = 0; k < 24; ++k)
          ASSERT_EQ(words[p * 24 + k], expected[k]) << seed << " " << p << " " << k;
      }
    }
  }
  Run("rand_get_state", {{"dst", gpsimd}}, Trn3());
  for (int p = 0; p < 128; ++p) {
    const std::vector<uint32_t> expected = reference::Lane::OfGpSimd(p).Words();
    for (int k = 0; k < 6; ++k) ASSERT_EQ(Bits(gpsimd)[p * 6 + k], expected[k]);
  }
}

TEST_F(SetRngSeedInstructionTest, Rules) {
  // Rules that one partition can't break are tested with more.
  const View many = b.Sbuf({32, 1}, Dtype::kInt32);
  EXPECT_THAT(Problems(name, {{"src_seeds", many}}),
              ElementsAre("set_rng_seed: src_seeds has shape (32, 1); it must be (1, 1) [one-seed]"));
  EXPECT_THAT(Problems(name, {{"src_seeds", b.Hbm({1, 1}, Dtype::kInt32)}}),
              ElementsAre("set_rng_seed: src_seeds is in shared_hbm; it must be in SBUF or PSUM; load it "
                          "first with nisa.dma_copy [space]"));
  EXPECT_THAT(Problems(name, {{"src_seeds", b.Sbuf({129, 1}, Dtype::kInt32)}}),
              ::testing::Contains("set_rng_seed: src_seeds has 129 partitions; trn1 allows at most 128 "
                                  "[partitions-at-most]"));
  EXPECT_THAT(
      Problems(name, {{"src_seeds", many.Slice(0, 0, 8, 2)}}),
      ::testing::Contains("set_rng_seed: src_seeds takes partitions in steps of 2; compute instructions need "
                          "neighbouring partitions [partition-step]"));
  EXPECT_THAT(
      Problems(name, {{"src_seeds", many.Slice(0, 8, 9, 1)}}),
      ElementsAre("set_rng_seed: src_seeds starts at partition 8; 1 partitions may start at 0, 32, 64 or 96 "
                  "[start-partition]"));
  View outside = b.Sbuf({1, 1}, Dtype::kInt32);
  outside.offset = 1;
  EXPECT_THAT(Problems(name, {{"src_seeds", outside}}),
              ElementsAre(::testing::HasSubstr("reaches element 1; the storage of")));
  EXPECT_THAT(Problems(name, {{"src_seeds", b.Sbuf({1, 1}, Dtype::kInt16)}}),
              ElementsAre("set_rng_seed: src_seeds is int16; allowed are int32, uint32, float32 [dtype]"));
  EXPECT_THAT(Problems(name, Legal()), ::testing::IsEmpty());
}

}  // namespace
}  // namespace nki
