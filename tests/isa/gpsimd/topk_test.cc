#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;

class TopkInstructionTest : public InstructionTest {
 protected:
  const std::string name = "topk";
  Arguments Legal() {
    return {{"val_dst", b.Sbuf({32, 8}, Dtype::kBfloat16)},
            {"idx_dst", b.Sbuf({32, 8}, Dtype::kUint32)},
            {"src", b.Sbuf({32, 3}, Dtype::kBfloat16)},
            {"n", 42}};
  }

  // Runs it and sorts every group's snake in double; what the snakes of the results leave out must not
  // change.
  void RunAndExpect(const View& val_dst, const View& idx_dst, const View& src, int64_t n) {
    FillSmall(val_dst);
    FillSmall(idx_dst);
    std::vector<double> values = Values(val_dst), indices = Values(idx_dst);
    const int64_t k = val_dst.free_elements(), columns = src.free_elements();
    Run(name, {{"val_dst", val_dst}, {"idx_dst", idx_dst}, {"src", src}, {"n", n}});
    const std::vector<double> x = Values(src);
    for (int64_t group = 0; group < src.partitions(); group += 16) {
      const auto at = [&](int64_t e) { return x[(group + e % 16) * columns + e / 16]; };
      std::vector<int64_t> order(n);
      std::iota(order.begin(), order.end(), 0);
      std::ranges::stable_sort(order, [&](int64_t a, int64_t c) { return at(a) > at(c); });
      for (int64_t j = 0; j < k; ++j) {
        const int64_t e = order[k - 1 - j], place = (group + j % 16) * k + j / 16;
        values[place] = at(e);
        indices[place] = static_cast<double>(e);
      }
    }
    EXPECT_EQ(Values(val_dst), values);
    EXPECT_EQ(Values(idx_dst), indices);
  }
};

TEST_F(TopkInstructionTest, Sizes) {
  struct Size {
    int64_t partitions, columns, n, k;
  };
  for (const Size& size : {Size{128, 64, 1024, 8},
                           {16, 1, 8, 8},
                           {32, 3, 42, 8},
                           {48, 5, 65, 1},
                           {112, 20, 320, 320},
                           {16, 400, 6399, 100},
                           {64, 9, 70, 33}}) {
    SCOPED_TRACE(size.n);
    const View src = b.Sbuf({size.partitions, size.columns}, Dtype::kBfloat16);
    Fill(src,
         [](int64_t i) { return static_cast<double>(i * 7919 % 10007) - 5000; });  // with ties as bfloat16
    RunAndExpect(b.Sbuf({size.partitions, size.k}, Dtype::kBfloat16),
                 b.Sbuf({size.partitions, size.k}, Dtype::kUint32), src, size.n);
  }
}

TEST_F(TopkInstructionTest, AnyPatternOfTheFreeAxes) {
  const View storage = FillSmall(b.Sbuf({64, 12, 10}, Dtype::kBfloat16));
  const View val_dst = b.Sbuf({64, 3, 41}, Dtype::kBfloat16).Slice(1, 1, 2, 1).Slice(2, 1, 41, 2);
  const View idx_dst = b.Sbuf({64, 10, 2}, Dtype::kUint32);
  const int order[] = {0, 2, 1};
  RunAndExpect(val_dst, idx_dst.Permute(order), storage.Permute(order), 1900);
  RunAndExpect(val_dst, idx_dst, storage.Slice(1, 1, 12, 3), 555);
  RunAndExpect(val_dst.Slice(0, 32, 64, 1), idx_dst.Slice(0, 32, 64, 1),
               storage.Slice(2, 3, 4, 1).Slice(0, 0, 32, 1), 100);
}

TEST_F(TopkInstructionTest, ZerosInfinitiesAndNan) {
  const View src = b.Sbuf({16, 1}, Dtype::kBfloat16), val_dst = b.Sbuf({16, 10}, Dtype::kBfloat16);
  const View idx_dst = b.Sbuf({16, 10}, Dtype::kUint32);
  const double least = -std::numeric_limits<double>::infinity();
  const double row[] = {0, -0.0, least, -1, 1, -std::nan(""), 0, -least, -2, 1};
  Fill(src, [&](int64_t i) { return i < 10 ? row[i] : 1e9; });  // those from n on take no part
  Run(name, {{"val_dst", val_dst}, {"idx_dst", idx_dst}, {"src", src}, {"n", 10}});
  EXPECT_THAT(Values(idx_dst.Slice(1, 0, 1, 1).Slice(0, 0, 10, 1)),
              ElementsAre(2, 8, 3, 6, 1, 0, 9, 4, 7, 5));
  EXPECT_THAT(Values(val_dst.Slice(1, 0, 1, 1).Slice(0, 0, 10, 1)),
              ElementsAre(least, -2, -1, 0, 0, 0, 1, 1, -least, ::testing::IsNan()));
}

TEST_F(TopkInstructionTest, ResultsDependOnOtherPartitions) {
  EXPECT_FALSE(MakeInstruction(name, Legal())->LaneLocal());
}

TEST_F(TopkInstructionTest, Rules) {
  for (const char* field : {"val_dst", "idx_dst", "src"}) ExpectOperandRules(name, Legal(), field, "SBUF");
  const auto problems = [&](const Arguments& changes) { return Problems(name, With(Legal(), changes)); };
  EXPECT_THAT(problems({{"idx_dst", b.Sbuf({16, 8}, Dtype::kUint32)}}),
              ElementsAre("topk: idx_dst has 16 partitions and src has 32; they must have the same number "
                          "[same-partitions]"));
  EXPECT_THAT(problems({{"idx_dst", b.Sbuf({32, 9}, Dtype::kUint32)}}),
              ElementsAre("topk: idx_dst has 9 elements per partition and val_dst has 8; they must have the "
                          "same number [same-free]"));
  EXPECT_THAT(problems({{"src", b.Sbuf({32, 3})}}),
              ElementsAre("topk: src is float32; allowed are bfloat16 [dtype]"));
  EXPECT_THAT(problems({{"idx_dst", b.Sbuf({32, 8}, Dtype::kInt32)}}),
              ElementsAre("topk: idx_dst is int32; allowed are uint32 [dtype]"));
  EXPECT_THAT(problems({{"n", 7}}), ElementsAre("topk: n is 7; it must be 8 to 65535 [snake-elements]"));
  EXPECT_THAT(
      problems({{"n", 49}}),
      ElementsAre("topk: src has 3 columns; n = 49 elements in 16 partitions need 4 [snake-columns]"));
  EXPECT_THAT(problems({{"val_dst", b.Sbuf({32, 43}, Dtype::kBfloat16)},
                        {"idx_dst", b.Sbuf({32, 43}, Dtype::kUint32)}}),
              ElementsAre("topk: val_dst has 43 elements per partition, which is K; it may be at most 42 "
                          "[largest-count]"));
  EXPECT_THAT(problems({{"val_dst", b.Sbuf({24, 8}, Dtype::kBfloat16)},
                        {"idx_dst", b.Sbuf({24, 8}, Dtype::kUint32)},
                        {"src", b.Sbuf({24, 3}, Dtype::kBfloat16)}}),
              ElementsAre("topk: src has 24 partitions; it must have a multiple of 16 [groups-of-16]"));
}

}  // namespace
}  // namespace nki
