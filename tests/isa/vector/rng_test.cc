#include <cmath>

#include "tests/isa/instruction_fixture.h"
#include "tests/reference/random_stream.h"

namespace nki {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RngInstructionTest : public InstructionTest {
 protected:
  const std::string name = "rng";
  Arguments Legal() { return {{"dst", b.Sbuf({32, 8}, Dtype::kUint32)}}; }

  std::vector<uint32_t> Draw(const View& dst, Engine engine = Engine::kVector) {
    Run(name, {{"dst", dst}, {"engine", engine}}, Trn2());
    return Bits(dst);
  }
  // Chi-square of `values` in `bins` equal bins of [0, 2^32), in standard deviations from its mean.
  static double Deviation(const std::vector<uint32_t>& values, int bins) {
    std::vector<double> counts(bins);
    for (const uint32_t value : values) ++counts[static_cast<size_t>(uint64_t{value} * bins >> 32)];
    const double expected = static_cast<double>(values.size()) / bins;
    double chi2 = 0;
    for (const double count : counts) chi2 += (count - expected) * (count - expected) / expected;
    return (chi2 - (bins - 1)) / std::sqrt(2.0 * (bins - 1));
  }
};

// The numbers that Marsaglia's own program gives with its own initial values.
TEST_F(RngInstructionTest, IsXorwow) {
  const View seeds = b.Sbuf({1, 6}, Dtype::kUint32);
  SetBits(seeds, {123456789, 362436069, 521288629, 88675123, 5783321, 6615241});
  Run("rand_set_state", {{"src_seeds", seeds}}, Trn2());
  EXPECT_THAT(Draw(b.Sbuf({1, 10}, Dtype::kUint32), Engine::kGpSimd),
              ElementsAre(246875399, 3690007200, 1264581005, 3906711041, 1866187943, 2481925219, 2464530826,
                          1604040631, 3653403911, 3578085384));
}

TEST_F(RngInstructionTest, EachPartitionDrawsFromItsOwnGenerators) {
  for (const Engine engine : {Engine::kVector, Engine::kGpSimd, Engine::kUnknown}) {
    const bool gpsimd = engine == Engine::kGpSimd;
    machine().ResetRegisters({});
    std::vector<reference::Lane> lanes;
    for (int p = 0; p < 128; ++p) {
      lanes.push_back(gpsimd ? reference::Lane::OfGpSimd(p) : reference::Lane::OfVector(p));
    }
    // One after the other: odd sizes, more than one chunk, few partitions, other partitions.
    for (const auto& [start, partitions, n] : std::vector<std::array<int64_t, 3>>{
             {0, 128, 7}, {0, 128, 150}, {0, 20, 5}, {32, 17, 64}, {0, 1, 1}, {64, 64, 4}, {0, 128, 66}}) {
      const View dst = b.Sbuf({128, n}, Dtype::kUint32).Slice(0, start, start + partitions, 1);
      const std::vector<uint32_t> got = Draw(dst, engine);
      for (int64_t p = 0; p < partitions; ++p) {
        const std::vector<uint32_t> expected = lanes[start + p].Draw(n);
        for (int64_t i = 0; i < n; ++i) ASSERT_EQ(got[p * n + i], expected[i]) << start + p << " " << i;
      }
    }
  }
}

TEST_F(RngInstructionTest, NarrowDtypesTakeTheLowBitsAndAnyPattern) {
  const std::vector<uint32_t> bits = Draw(b.Psum({40, 6}, Dtype::kUint32));
  for (const Dtype dtype :
       {Dtype::kInt8, Dtype::kInt16, Dtype::kInt32, Dtype::kUint8, Dtype::kUint16, Dtype::kUint32}) {
    machine().ResetRegisters({});
    const View wide = FillSmall(b.Sbuf({40, 4, 9}, dtype)), dst = wide.Slice(1, 0, 4, 2).Slice(2, 1, 8, 3);
    const std::vector<uint32_t> kept = Bits(wide.Slice(1, 1, 4, 2)), got = Draw(dst);
    const uint32_t mask = 0xffffffffu >> (32 - 8 * ItemBytes(dtype));
    for (size_t i = 0; i < bits.size(); ++i) ASSERT_EQ(got[i], bits[i] & mask) << Name(dtype) << i;
    EXPECT_EQ(Bits(wide.Slice(1, 1, 4, 2)), kept);
  }
}

TEST_F(RngInstructionTest, IsUniform) {
  for (const Engine engine : {Engine::kVector, Engine::kGpSimd}) {
    const std::vector<uint32_t> got = Draw(b.Sbuf({128, 2048}, Dtype::kUint32), engine);
    EXPECT_LT(std::abs(Deviation(got, 256)), 4);
    std::vector<uint32_t> low, difference;
    for (const uint32_t value : got) low.push_back(value << 24);
    EXPECT_LT(std::abs(Deviation(low, 256)), 4);
    // Neighbours in a partition, and in neighbouring partitions.
    for (const size_t apart : {1, 4, 2048}) {
      difference.clear();
      for (size_t i = apart; i < got.size(); ++i) difference.push_back(got[i] - got[i - apart]);
      EXPECT_LT(std::abs(Deviation(difference, 256)), 4) << apart;
    }
  }
}

TEST_F(RngInstructionTest, Rules) {
  ExpectOperandRules(name, Legal(), "dst", "SBUF or PSUM");
  EXPECT_THAT(
      Problems(name, {{"dst", b.Sbuf({32, 8})}}),
      ElementsAre("rng: dst is float32; allowed are int8, int16, int32, uint8, uint16, uint32 [dtype]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"engine", Engine::kScalar}})),
              ElementsAre("rng: engine 'scalar' can't run it; allowed are vector, gpsimd [engine]"));
  const Arguments gpsimd = With(Legal(), {{"engine", Engine::kGpSimd}});
  EXPECT_THAT(Problems(name, gpsimd),
              ElementsAre("rng: trn1 does not have random numbers on the GpSimd engine; "
                          "targets that have it: trn2, trn3 [gpsimd-random]"));
  EXPECT_THAT(Problems(name, gpsimd, Trn2()), IsEmpty());
  EXPECT_THAT(Problems(name, With(gpsimd, {{"dst", b.Psum({32, 8}, Dtype::kUint32)}}), Trn2()),
              ElementsAre("rng: dst is in PSUM, which the GpSimd engine can't reach [gpsimd-psum]"));
}

}  // namespace
}  // namespace nki
