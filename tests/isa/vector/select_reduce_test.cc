#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;

class SelectReduceInstructionTest : public InstructionTest {
 protected:
  const std::string name = "select_reduce";
  Arguments Legal() {
    return {{"dst", b.Sbuf({32, 8})},
            {"predicate", b.Sbuf({32, 8}, Dtype::kUint8)},
            {"on_true", b.Sbuf({32, 8})},
            {"on_false", -1.0}};
  }
  const View& FillMask(const View& view) {
    return Fill(view, [](int64_t i) { return i * 7 % 5 < 2 ? static_cast<double>(i % 3 + 1) : 0.0; });
  }
};

// R25: operands may differ in rank.
TEST_F(SelectReduceInstructionTest, R25DtypesViewsAndRanks) {
  const View on_false = FillSmall(b.Psum({70, 1}, Dtype::kFloat16));
  for (const Dtype mask : {Dtype::kInt8, Dtype::kUint8, Dtype::kInt16, Dtype::kUint16}) {
    for (const Dtype from : {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kFloat8E4m3, Dtype::kUint16}) {
      for (const Dtype to : {Dtype::kFloat32, Dtype::kFloat16, Dtype::kInt8}) {
        const View predicate = FillMask(b.Sbuf({70, 6, 15}, mask)).Permute(std::vector<int>{0, 2, 1});
        const View on_true = FillSmall(b.Sbuf({70, 180}, from)).Slice(1, 1, 180, 2);
        const View dst = b.Psum({70, 3, 30}, to), largest = b.Sbuf({70, 1});
        for (const bool reverse : {false, true}) {
          Run(name, {{"dst", dst},
                     {"predicate", predicate},
                     {"on_true", on_true},
                     {"on_false", on_false},
                     {"reduce_res", largest},
                     {"reduce_cmd", ReduceCmd::kResetReduce},
                     {"reverse_pred", reverse}});
          const std::vector<double> p = Values(predicate), x = Values(on_true), y = Values(on_false);
          const std::vector<double> got = Values(dst), maxima = Values(largest);
          for (size_t row = 0; row < 70; ++row) {
            double most = -std::numeric_limits<double>::infinity();
            for (size_t i = row * 90; i < row * 90 + 90; ++i) {
              const double value = (p[i] != 0) != reverse ? x[i] : y[row];
              most = std::max(most, value);
              ASSERT_EQ(got[i], Rounded(to, value)) << Name(mask) << " " << Name(from) << " " << Name(to);
            }
            ASSERT_EQ(maxima[row], most);
          }
        }
      }
    }
  }
}

TEST_F(SelectReduceInstructionTest, TheMaximumGoesOn) {
  const View dst = b.Sbuf({40, 6}), predicate = FillMask(b.Sbuf({40, 6}, Dtype::kInt8)),
             data = b.Sbuf({40, 6}), largest = b.Sbuf({40, 1}, Dtype::kBfloat16);
  const auto run = [&](double value, ReduceCmd cmd) {
    Fill(data, [&](int64_t) { return value; });
    Run(name, {{"dst", dst},
               {"predicate", predicate},
               {"on_true", data},
               {"on_false", -100.0},
               {"reduce_res", largest},
               {"reduce_cmd", cmd}});
  };
  run(3, ReduceCmd::kResetReduce);
  run(2, ReduceCmd::kReduce);
  EXPECT_THAT(Values(largest), Each(3));
  run(4, ReduceCmd::kIdle);
  EXPECT_THAT(Values(largest), Each(3));
  run(4, ReduceCmd::kReduce);
  EXPECT_THAT(Values(largest), Each(4));
  run(std::nan(""), ReduceCmd::kReduce);
  EXPECT_TRUE(std::isnan(Values(largest)[0]));
}

TEST_F(SelectReduceInstructionTest, DstMayBeAnOperand) {
  const View data = FillSmall(b.Sbuf({33, 100})), mask = FillMask(b.Sbuf({33, 100}, Dtype::kUint8));
  const std::vector<double> x = Values(data), p = Values(mask);
  Run(name, {{"dst", data}, {"predicate", mask}, {"on_true", data}, {"on_false", 0.5}});
  Run(name, {{"dst", mask}, {"predicate", mask}, {"on_true", data}, {"on_false", 0.0}});
  std::vector<double> of_data, of_mask;
  for (size_t i = 0; i < x.size(); ++i) {
    of_data.push_back(p[i] != 0 ? x[i] : 0.5);
    of_mask.push_back(p[i] != 0 ? Rounded(Dtype::kUint8, x[i]) : 0);
  }
  EXPECT_EQ(Values(data), of_data);
  EXPECT_EQ(Values(mask), of_mask);
}

TEST_F(SelectReduceInstructionTest, Rules) {
  for (const char* field : {"dst", "predicate", "on_true"})
    ExpectOperandRules(name, Legal(), field, "SBUF or PSUM");
  for (const char* field : {"dst", "on_true"}) ExpectNotPacked(name, Legal(), field);
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"predicate", b.Sbuf({16, 8}, Dtype::kInt8)}})),
      ElementsAre("select_reduce: on_true has 32 partitions and predicate has 16; they must have the same "
                  "number [same-partitions]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Sbuf({32, 9})}})),
      ElementsAre("select_reduce: on_true has 8 elements per partition and dst has 9; they must have the "
                  "same number [same-free]"));
  EXPECT_THAT(
      Problems(name,
               With(Legal(), {{"on_true", b.Psum({32, 8})}, {"predicate", b.Psum({32, 8}, Dtype::kInt8)}})),
      ElementsAre("select_reduce: on_true and predicate are both in PSUM; one of them must be in SBUF "
                  "[both-psum]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"predicate", b.Sbuf({32, 8})}})),
      ElementsAre("select_reduce: predicate is float32; allowed are int8, uint8, int16, uint16 [dtype]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"on_true", b.Sbuf({32, 8}, Dtype::kInt32)}})),
      ElementsAre("select_reduce: on_true is int32; every dtype but tfloat32, int32 and uint32 is allowed "
                  "[on-true-dtype]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"on_false", kNone}})),
              ElementsAre("select_reduce: on_false is None; it must be a number or a column (P, 1) [given]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"on_false", b.Sbuf({32, 8})}})),
              Contains("select_reduce: on_false has shape (32, 8); beside on_true it must have one value per "
                       "partition, (32, 1) [column]"));
}

TEST_F(SelectReduceInstructionTest, ReductionRules) {
  EXPECT_THAT(Problems(name, With(Legal(), {{"reduce_op", AluOp::kAdd}})),
              ElementsAre("select_reduce: reduce_op is 'add'; it must be nl.maximum [reduce-op]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"reduce_cmd", ReduceCmd::kLoadReduce}})),
              ElementsAre("select_reduce: reduce_cmd is load_reduce; allowed are idle, reset_reduce, reduce "
                          "[reduce-cmd]"));
  const Arguments reducing =
      With(Legal(), {{"reduce_cmd", ReduceCmd::kResetReduce}, {"reduce_res", b.Sbuf({32, 1})}});
  EXPECT_THAT(Problems(name, reducing), ElementsAre());
  EXPECT_THAT(
      Problems(name, With(reducing, {{"reduce_cmd", ReduceCmd::kIdle}})),
      ElementsAre("select_reduce: reduce_res is given and reduce_cmd is idle, which leaves the registers "
                  "undefined on the device [idle-result]"));
  EXPECT_THAT(Problems(name, With(reducing, {{"reduce_res", b.Sbuf({32, 1}, Dtype::kInt16)}})),
              ElementsAre("select_reduce: reduce_res is int16; it must be a float [reduce-res-dtype]"));
}

}  // namespace
}  // namespace nki
