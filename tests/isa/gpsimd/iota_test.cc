#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

class IotaInstructionTest : public InstructionTest {
 protected:
  const std::string name = "iota";
  Arguments Legal() { return {{"dst", b.Sbuf({32, 8})}, {"pattern", Pattern{{1, 8}}}}; }
};

TEST_F(IotaInstructionTest, FourAxes) {
  const View dst = b.Sbuf({75, 120}, Dtype::kInt32);
  Run(name, {{"dst", dst},
             {"pattern", Pattern{{1000, 2}, {-7, 3}, {0, 4}, {5, 5}}},
             {"offset", -3},
             {"channel_multiplier", 11}});
  const std::vector<double> got = Values(dst);
  size_t at = 0;
  for (int p = 0; p < 75; ++p)
    for (int w = 0; w < 2; ++w)
      for (int z = 0; z < 3; ++z)
        for (int y = 0; y < 4; ++y)
          for (int x = 0; x < 5; ++x, ++at) ASSERT_EQ(got[at], -3 + p * 11 + w * 1000 - z * 7 + x * 5) << at;
}

TEST_F(IotaInstructionTest, CountsPartitionsOfTheTileAndConverts) {
  const View dst = b.Sbuf({64, 2, 3}, Dtype::kBfloat16).Slice(0, 32, 64, 1);
  Run(name, {{"dst", dst}, {"pattern", Pattern{{1, 6}}}, {"channel_multiplier", 100}});
  const std::vector<double> got = Values(dst);
  for (int64_t i = 0; i < 192; ++i) {
    ASSERT_EQ(got[i], Rounded(Dtype::kBfloat16, static_cast<double>(i / 6 * 100 + i % 6))) << i;
  }
}

TEST_F(IotaInstructionTest, WrapsAround) {
  const View dst = b.Sbuf({1, 3}, Dtype::kInt32);
  Run(name, {{"dst", dst}, {"pattern", Pattern{{1, 3}}}, {"offset", 2147483646}});
  EXPECT_THAT(Values(dst), ElementsAre(2147483646, 2147483647, -2147483648.0));
}

TEST_F(IotaInstructionTest, Rules) {
  ExpectOperandRules(name, Legal(), "dst", "SBUF");
  ExpectNotPacked(name, Legal(), "dst");
  EXPECT_THAT(Problems(name, With(Legal(), {{"pattern", Pattern{}}})),
              ElementsAre("iota: pattern has 0 pairs; it must have 1 to 4 [pattern-rank]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"pattern", Pattern{{1, 2}, {1, 3}}}})),
      ElementsAre("iota: pattern has 6 elements; dst has 8 elements per partition [pattern-elements]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"offset", int64_t{1} << 31}})),
              ElementsAre("iota: 2147483648 in offset does not fit into int32 [int32]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"channel_multiplier", -(int64_t{1} << 40)}})),
              ElementsAre("iota: -1099511627776 in channel_multiplier does not fit into int32 [int32]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"pattern", Pattern{{int64_t{1} << 31, 8}}}})),
              ElementsAre("iota: 2147483648 in pattern does not fit into int32 [int32]"));
}

}  // namespace
}  // namespace nki
