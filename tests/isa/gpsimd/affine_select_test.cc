#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

class AffineSelectInstructionTest : public InstructionTest {
 protected:
  const std::string name = "affine_select";
  Arguments Legal() {
    return {{"dst", b.Sbuf({32, 8})},
            {"pattern", Pattern{{1, 8}}},
            {"channel_multiplier", -1},
            {"on_true_tile", b.Sbuf({32, 8})},
            {"on_false_value", 0.0}};
  }
  static bool Compare(AluOp op, int32_t x) {
    return op == AluOp::kEqual       ? x == 0
           : op == AluOp::kNotEqual  ? x != 0
           : op == AluOp::kLess      ? x < 0
           : op == AluOp::kLessEqual ? x <= 0
           : op == AluOp::kGreater   ? x > 0
                                     : x >= 0;
  }
};

TEST_F(AffineSelectInstructionTest, ComparisonsDtypesPatternsAndViews) {
  const Pattern patterns[] = {{{-1, 90}}, {{7, 3}, {-2, 30}}, {{0, 2}, {1, 3}, {-4, 3}, {2, 5}}};
  int turn = 0;
  for (const AluOp op : {AluOp::kEqual, AluOp::kNotEqual, AluOp::kLess, AluOp::kLessEqual, AluOp::kGreater,
                         AluOp::kGreaterEqual}) {
    for (const Dtype from : {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kInt32, Dtype::kUint8}) {
      for (const Dtype to : {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kInt32, Dtype::kInt8}) {
        const Pattern& pattern = patterns[turn++ % 3];
        const View data = FillSmall(b.Sbuf({70, 6, 15}, from)).Permute(std::vector<int>{0, 2, 1});
        const View dst = b.Sbuf({70, 180}, to).Slice(1, 0, 180, 2);
        Run(name, {{"dst", dst},
                   {"pattern", pattern},
                   {"channel_multiplier", 2},
                   {"on_true_tile", data},
                   {"on_false_value", -7.5},
                   {"cmp_op", op},
                   {"offset", -33}});
        const std::vector<double> x = Values(data), got = Values(dst);
        for (int64_t i = 0; i < 70 * 90; ++i) {
          int64_t affine = -33 + i / 90 * 2, rest = i % 90;
          for (size_t k = pattern.size(); k-- > 0;) {
            affine += rest % pattern[k].count * pattern[k].step;
            rest /= pattern[k].count;
          }
          const double value = Compare(op, static_cast<int32_t>(affine)) ? x[i] : -7.5;
          ASSERT_EQ(got[i], Rounded(to, value))
              << Name(op) << " " << Name(from) << " " << Name(to) << " " << i;
        }
      }
    }
  }
}

TEST_F(AffineSelectInstructionTest, OneDtypeKeepsEveryBitAndInt32WrapsAround) {
  const View data = b.Sbuf({2, 2}, Dtype::kInt32), dst = b.Sbuf({2, 2}, Dtype::kInt32);
  SetBits(data, {16777217, 0x7fffffff, 0x80000001, 5});
  Run(name, {{"dst", dst},
             {"pattern", Pattern{{0x7fffffff, 2}}},
             {"channel_multiplier", 1},
             {"on_true_tile", data},
             {"on_false_value", 3.0e10},
             {"cmp_op", AluOp::kGreaterEqual},
             {"offset", 0}});
  // 0, 2^31 - 1; 1, 2^31, which is negative. 3e10 saturates.
  EXPECT_THAT(Bits(dst), ElementsAre(16777217u, 0x7fffffffu, 0x80000001u, 0x7fffffffu));
}

// R25: a Python float; on_false_value may be an integer too.
TEST_F(AffineSelectInstructionTest, R25CausalMaskInPlace) {
  const View scores = FillSmall(b.Sbuf({64, 64}));
  const std::vector<double> x = Values(scores);
  Run(name, {{"dst", scores},
             {"pattern", Pattern{{-1, 64}}},
             {"channel_multiplier", 1},
             {"on_true_tile", scores},
             {"on_false_value", -9984},
             {"cmp_op", AluOp::kGreaterEqual}});
  std::vector<double> wanted;
  for (size_t i = 0; i < x.size(); ++i) wanted.push_back(i / 64 >= i % 64 ? x[i] : -9984);
  EXPECT_EQ(Values(scores), wanted);
}

TEST_F(AffineSelectInstructionTest, Rules) {
  for (const char* field : {"dst", "on_true_tile"}) {
    ExpectOperandRules(name, Legal(), field, "SBUF");
    ExpectNotPacked(name, Legal(), field);
  }
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"on_true_tile", b.Sbuf({16, 8})}})),
      ElementsAre("affine_select: on_true_tile has 16 partitions and dst has 32; they must have the same "
                  "number [same-partitions]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"on_true_tile", b.Sbuf({32, 9})}})),
      ElementsAre("affine_select: on_true_tile has 9 elements per partition and dst has 8; they must have "
                  "the same number [same-free]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"pattern", Pattern{{1, 9}}}})),
              ElementsAre("affine_select: pattern has 9 elements; dst has 8 elements per partition "
                          "[pattern-elements]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"pattern", Pattern{}}})),
              ElementsAre("affine_select: pattern has 0 pairs; it must have 1 to 4 [pattern-rank]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"offset", int64_t{1} << 31}})),
              ElementsAre("affine_select: 2147483648 in offset does not fit into int32 [int32]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"cmp_op", AluOp::kAdd}})),
      ElementsAre("affine_select: cmp_op is 'add'; allowed are equal, not_equal, less, less_equal, greater, "
                  "greater_equal [comparison]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"on_false_value", b.Sbuf({32, 1})}})),
              ElementsAre("affine_select: on_false_value must be a number [constant]"));
}

}  // namespace
}  // namespace nki
