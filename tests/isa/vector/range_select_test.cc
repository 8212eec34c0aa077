#include <cmath>
#include <limits>

#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;

constexpr double kSmallest = std::numeric_limits<float>::lowest();

class RangeSelectInstructionTest : public InstructionTest {
 protected:
  const std::string name = "range_select";
  Arguments Legal() {
    return {{"dst", b.Sbuf({32, 8})},   {"on_true_tile", b.Sbuf({32, 8})}, {"comp_op0", AluOp::kGreaterEqual},
            {"comp_op1", AluOp::kLess}, {"bound0", b.Sbuf({32, 1})},       {"bound1", b.Sbuf({32, 1})}};
  }
  static bool Compare(AluOp op, double x, double y) {
    return op == AluOp::kEqual       ? x == y
           : op == AluOp::kLess      ? x < y
           : op == AluOp::kLessEqual ? x <= y
           : op == AluOp::kGreater   ? x > y
                                     : x >= y;
  }
};

TEST_F(RangeSelectInstructionTest, ComparisonsDtypesAndViews) {
  const AluOp comparisons[] = {AluOp::kEqual, AluOp::kLess, AluOp::kLessEqual, AluOp::kGreater,
                               AluOp::kGreaterEqual};
  const View bound0 = b.Sbuf({70, 1}), bound1 = b.Psum({70, 1});
  Fill(bound0, [](int64_t p) { return static_cast<double>(p % 40) + 90.5 + (p % 2) * 0.5; });
  Fill(bound1, [](int64_t p) { return static_cast<double>(p * 3 % 100) + 100; });
  int turn = 0;
  for (const AluOp op0 : comparisons) {
    for (const AluOp op1 : comparisons) {
      const Dtype from = turn % 2 ? Dtype::kFloat32 : Dtype::kBfloat16;
      const Dtype to = turn % 3 == 0 ? Dtype::kFloat32 : turn % 3 == 1 ? Dtype::kFloat16 : Dtype::kFloat8E5m2;
      ++turn;
      const View data = FillSmall(b.Sbuf({70, 6, 15}, from)).Permute(std::vector<int>{0, 2, 1});
      const View dst = b.Sbuf({70, 180}, to).Slice(1, 0, 180, 2), largest = b.Sbuf({70, 1});
      Run(name,
          {{"dst", dst},
           {"on_true_tile", data},
           {"comp_op0", op0},
           {"comp_op1", op1},
           {"bound0", bound0},
           {"bound1", bound1},
           {"reduce_res", largest},
           {"range_start", 100}},
          Trn2());
      const std::vector<double> x = Values(data), y = Values(bound0), z = Values(bound1), got = Values(dst),
                                maxima = Values(largest);
      for (size_t p = 0; p < 70; ++p) {
        double most = -std::numeric_limits<double>::infinity();
        for (size_t i = 0; i < 90; ++i) {
          const double index = 100 + static_cast<double>(i);
          const double value =
              Compare(op0, index, y[p]) && Compare(op1, index, z[p]) ? x[p * 90 + i] : kSmallest;
          most = std::max(most, value);
          ASSERT_EQ(got[p * 90 + i], Rounded(to, value))
              << Name(op0) << " " << Name(op1) << " " << p << " " << i;
        }
        ASSERT_EQ(maxima[p], most);
      }
    }
  }
}

TEST_F(RangeSelectInstructionTest, AWholeRowOutsideIsStable) {
  const View dst = b.Sbuf({4, 5}, Dtype::kBfloat16), largest = b.Sbuf({4, 1}),
             data = FillSmall(b.Sbuf({4, 5}));
  const View never = b.Sbuf({4, 1});
  Fill(never, [](int64_t) { return -1; });
  const Arguments call = {
      {"dst", dst},      {"on_true_tile", data}, {"comp_op0", AluOp::kLess}, {"comp_op1", AluOp::kLess},
      {"bound0", never}, {"bound1", never},      {"reduce_res", largest}};
  Run(name, call, Trn2());
  EXPECT_THAT(Values(dst), Each(-std::numeric_limits<double>::infinity()));  // the manual's note
  EXPECT_THAT(Values(largest), Each(kSmallest));
  const View limit = b.Sbuf({4, 1});
  Fill(limit, [](int64_t) { return 100; });
  Run(name, With(call, {{"bound0", limit}, {"bound1", limit}}), Trn2());
  const std::vector<double> once = Values(largest);
  Run(name, With(call, {{"reduce_cmd", ReduceCmd::kReduce}}), Trn2());
  EXPECT_EQ(Values(largest), once);
}

// R25: a Python float, and it must be the smallest float32.
TEST_F(RangeSelectInstructionTest, R25OnFalseValueIsAFloat) {
  EXPECT_THAT(Problems(name, With(Legal(), {{"on_false_value", -3.4028235e+38}}), Trn2()), ElementsAre());
  EXPECT_THAT(Problems(name, With(Legal(), {{"on_false_value", 0.0}}), Trn2()),
              ElementsAre("range_select: on_false_value is 0; it must be -3.4028235e38, the smallest float32 "
                          "[on-false-value]"));
}

TEST_F(RangeSelectInstructionTest, OperandRules) {
  for (const char* field : {"dst", "on_true_tile"})
    ExpectOperandRules(name, Legal(), field, "SBUF or PSUM", Trn2());
  ExpectNotPacked(name, Legal(), "dst", Trn2());
  EXPECT_THAT(
      Problems(name, Legal()),
      ElementsAre("range_select: trn1 does not have nki.isa.range_select; targets that have it: trn2, trn3 "
                  "[range-select]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Sbuf({16, 8})}}), Trn2()),
      ElementsAre("range_select: on_true_tile has 32 partitions and dst has 16; they must have the same "
                  "number [same-partitions]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Sbuf({32, 9})}}), Trn2()),
      ElementsAre("range_select: on_true_tile has 8 elements per partition and dst has 9; they must have "
                  "the same number [same-free]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"on_true_tile", b.Sbuf({32, 8}, Dtype::kInt8)}}), Trn2()),
              ElementsAre("range_select: on_true_tile is int8; it must be a float [float-dtype]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"bound1", b.Sbuf({32, 2})}}), Trn2()),
      ElementsAre("range_select: bound1 has shape (32, 2); beside on_true_tile it must have one value per "
                  "partition, (32, 1) [column]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"bound0", b.Sbuf({32, 1}, Dtype::kInt32)}}), Trn2()),
              ElementsAre("range_select: bound0 is int32; allowed are float32 [dtype]"));
}

TEST_F(RangeSelectInstructionTest, ValueRules) {
  EXPECT_THAT(Problems(name, With(Legal(), {{"comp_op0", AluOp::kNotEqual}}), Trn2()),
              ElementsAre("range_select: comp_op0 is 'not_equal'; allowed are equal, less, less_equal, "
                          "greater, greater_equal "
                          "[comparison]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"reduce_op", AluOp::kMinimum}}), Trn2()),
              ElementsAre("range_select: reduce_op is 'minimum'; it must be nl.maximum [reduce-op]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"reduce_cmd", ReduceCmd::kReset}}), Trn2()),
              ElementsAre("range_select: reduce_cmd is reset; allowed are idle, reset_reduce, reduce "
                          "[reduce-cmd]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"reduce_cmd", ReduceCmd::kIdle}, {"reduce_res", b.Sbuf({32, 1})}}),
               Trn2()),
      Contains("range_select: reduce_res is given and reduce_cmd is idle, which leaves the registers "
               "undefined on the device [idle-result]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"range_start", 16777209}}), Trn2()),
      ElementsAre("range_select: range_start is 16777209; with 8 elements the indices must stay within 2^24 "
                  "[range-start]"));
}

}  // namespace
}  // namespace nki
