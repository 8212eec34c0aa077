#include <cmath>

#include "tests/isa/instruction_fixture.h"
#include "tests/reference/random_stream.h"

namespace nki {
namespace {

using ::testing::ElementsAre;

class DropoutInstructionTest : public InstructionTest {
 protected:
  const std::string name = "dropout";
  Arguments Legal() { return {{"dst", b.Sbuf({32, 8})}, {"data", b.Sbuf({32, 8})}, {"prob", 0.5}}; }

  // Compares with one draw per element; `probability` of a partition.
  void ExpectDropped(const View& dst, const View& data, const Argument& prob,
                     const std::function<double(int64_t)>& probability) {
    machine().ResetRegisters({});
    const std::vector<uint32_t> from = Bits(data);
    Run(name, {{"dst", dst}, {"data", data}, {"prob", prob}});
    const std::vector<uint32_t> got = Bits(dst);
    const int64_t n = dst.free_elements();
    for (int64_t p = 0; p < dst.partitions(); ++p) {
      const std::vector<uint32_t> random = reference::Lane::OfVector(static_cast<int>(p)).Draw(n);
      for (int64_t i = 0; i < n; ++i) {
        const bool drops = static_cast<double>(random[i] >> 8) / 16777216.0 < probability(p);
        ASSERT_EQ(got[p * n + i], drops ? 0 : from[p * n + i]) << p << " " << i;
      }
    }
  }
};

TEST_F(DropoutInstructionTest, DropsByTheVectorEnginesNumbers) {
  for (const Dtype dtype : {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kInt32, Dtype::kUint8,
                            Dtype::kFloat8E4m3, Dtype::kFloat8E5m2X4}) {
    const View dst = b.Sbuf({77, 2, 35}, dtype), data = b.Psum({77, 70}, dtype);
    std::vector<uint32_t> bits;
    for (uint32_t i = 0; i < 77 * 70; ++i)  // NaNs and negative zeros among them
      bits.push_back((0x7f800000u + i * 2654435761u) & (0xffffffffu >> (32 - 8 * ItemBytes(dtype))));
    SetBits(data, bits);
    for (const double prob : {0.2, 0.5, 0.9}) {
      ExpectDropped(dst, data, prob, [&](int64_t) { return static_cast<float>(prob); });
    }
    ExpectDropped(data, data, 0.3, [](int64_t) { return 0.3f; });
  }
}

TEST_F(DropoutInstructionTest, ProbabilityPerPartition) {
  const View dst = b.Sbuf({128, 21}), data = FillSmall(b.Sbuf({128, 21}));
  for (const Dtype dtype : {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kFloat16, Dtype::kFloat8E5m2}) {
    const View prob = b.Sbuf({128, 1}, dtype);
    Fill(prob, [](int64_t p) { return static_cast<double>(p % 9) / 8; });
    const std::vector<double> values = Values(prob);
    ExpectDropped(dst, data, prob, [&](int64_t p) { return values[p]; });
  }
  const View integers = b.Sbuf({128, 21}, Dtype::kInt16), quarter = b.Sbuf({128, 1});
  Fill(quarter, [](int64_t) { return 0.25; });
  ExpectDropped(integers, FillSmall(b.Sbuf({128, 21}, Dtype::kInt16)), quarter, [](int64_t) { return 0.25; });
  // Outside [0, 1]: nothing or everything.
  const View prob = b.Sbuf({128, 1});
  Fill(prob, [](int64_t p) { return p % 3 == 0 ? -1 : p % 3 == 1 ? 57 : std::nan(""); });
  ExpectDropped(dst, data, prob, [](int64_t p) { return p % 3 == 1 ? 1 : 0; });
}

TEST_F(DropoutInstructionTest, ZeroKeepsAllAndOneDropsAll) {
  const View dst = b.Sbuf({128, 512}), data = FillSmall(b.Sbuf({128, 512}));
  Run(name, {{"dst", dst}, {"data", data}, {"prob", 0.0}});
  EXPECT_EQ(Bits(dst), Bits(data));
  Run(name, {{"dst", dst}, {"data", data}, {"prob", 1.0}});
  EXPECT_THAT(Bits(dst), ::testing::Each(0u));
}

TEST_F(DropoutInstructionTest, DropsAsOftenAsAsked) {
  const View dst = b.Sbuf({128, 2048}), data = b.Sbuf({128, 2048});
  Fill(data, [](int64_t) { return 1; });
  for (const double prob : {0.1, 0.5, 0.75}) {
    Run(name, {{"dst", dst}, {"data", data}, {"prob", prob}});
    double kept = 0;
    for (const double value : Values(dst)) kept += value;
    const double n = 128 * 2048;
    EXPECT_NEAR(kept, n * (1 - prob), 4 * std::sqrt(n * prob * (1 - prob)));
  }
}

// R01: the same seed drops the same elements.
TEST_F(DropoutInstructionTest, R01IsReproducible) {
  const View first = b.Sbuf({128, 64}), second = b.Sbuf({128, 64}), data = FillSmall(b.Sbuf({128, 64}));
  const View seed = b.Sbuf({1, 1}, Dtype::kInt32);
  for (const View& dst : {first, second}) {
    SetBits(seed, {42});
    Run("set_rng_seed", {{"src_seeds", seed}});
    Run(name, {{"dst", dst}, {"data", data}, {"prob", 0.5}});
  }
  EXPECT_EQ(Bits(first), Bits(second));
  Run(name, {{"dst", second}, {"data", data}, {"prob", 0.5}});
  EXPECT_NE(Bits(first), Bits(second));
}

TEST_F(DropoutInstructionTest, Rules) {
  for (const char* field : {"dst", "data"}) ExpectOperandRules(name, Legal(), field, "SBUF or PSUM");
  const auto problems = [&](const Arguments& changes) { return Problems(name, With(Legal(), changes)); };
  EXPECT_THAT(problems({{"dst", b.Sbuf({16, 8})}}),
              ElementsAre("dropout: data has 32 partitions and dst has 16; they must have the same number "
                          "[same-partitions]"));
  EXPECT_THAT(
      problems({{"dst", b.Sbuf({32, 9})}}),
      ElementsAre("dropout: data has 8 elements per partition and dst has 9; they must have the same number "
                  "[same-free]"));
  EXPECT_THAT(
      problems({{"dst", b.Sbuf({32, 8}, Dtype::kBfloat16)}}),
      ElementsAre(
          "dropout: data is float32 and dst is bfloat16; they must have the same dtype [same-dtype]"));
  EXPECT_THAT(problems({{"prob", 1.5}}),
              ElementsAre("dropout: prob is 1.5; it must lie between 0 and 1 [probability]"));
  EXPECT_THAT(problems({{"prob", kNone}}),
              ElementsAre("dropout: prob is None; it must lie between 0 and 1 [probability]"));
  EXPECT_THAT(
      problems({{"prob", b.Sbuf({32, 2})}}),
      ElementsAre(
          "dropout: prob has shape (32, 2); beside data it must have one value per partition, (32, 1) "
          "[column]"));
  EXPECT_THAT(problems({{"prob", b.Sbuf({32, 1}, Dtype::kInt32)}}),
              ElementsAre("dropout: prob is int32; it must have a floating-point dtype [prob-dtype]"));
  EXPECT_THAT(problems({{"prob", b.Sbuf({32, 1}, Dtype::kFloat8E5m2X4)}}),
              ElementsAre("dropout: prob is float8_e5m2_x4, which this instruction can't compute with "
                          "[packed-dtype]"));
  EXPECT_THAT(problems({{"dst", b.Sbuf({32, 8}, Dtype::kInt8)},
                        {"data", b.Sbuf({32, 8}, Dtype::kInt8)},
                        {"prob", b.Sbuf({32, 1}, Dtype::kBfloat16)}}),
              ElementsAre("dropout: prob is bfloat16; allowed are float32 [dtype]"));
}

}  // namespace
}  // namespace nki
