#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;

class SequenceBoundsInstructionTest : public InstructionTest {
 protected:
  const std::string name = "sequence_bounds";
  Arguments Legal() {
    return {{"dst", b.Sbuf({1, 2, 9}, Dtype::kInt32)}, {"segment_ids", b.Sbuf({1, 9}, Dtype::kInt32)}};
  }

  // Looks left and right from every element.
  void ExpectBounds(const View& dst, const std::vector<double>& ids) {
    const std::vector<double> got = Values(dst);
    const int64_t n = static_cast<int64_t>(ids.size());
    for (int64_t i = 0; i < n; ++i) {
      int64_t begin = i, end = i + 1;
      while (begin > 0 && ids[begin - 1] == ids[i]) --begin;
      while (end < n && ids[end] == ids[i]) ++end;
      ASSERT_EQ(got[i], static_cast<double>(ids[i] == 0 ? n : begin)) << i;
      ASSERT_EQ(got[n + i], static_cast<double>(ids[i] == 0 ? -1 : end)) << i;
    }
  }
};

TEST_F(SequenceBoundsInstructionTest, TheDocumentedExample) {
  const View ids = b.Sbuf({1, 9}, Dtype::kInt32), dst = b.Sbuf({1, 2, 9}, Dtype::kInt32);
  const double row[] = {0, 1, 1, 2, 2, 2, 0, 3, 3};
  Fill(ids, [&](int64_t i) { return row[i]; });
  Run(name, {{"dst", dst}, {"segment_ids", ids}});
  EXPECT_THAT(Values(dst), ElementsAre(9, 1, 1, 3, 3, 3, 9, 7, 7, -1, 3, 3, 6, 6, 6, -1, 9, 9));
}

TEST_F(SequenceBoundsInstructionTest, DtypesSizesAndPartitions) {
  for (Dtype from : {Dtype::kInt32, Dtype::kFloat32}) {
    for (Dtype to : {Dtype::kInt32, Dtype::kFloat32}) {
      for (int64_t n : {1, 2, 100, 513}) {
        const View ids = b.Sbuf({128, n}, from).Slice(0, 96, 97, 1);
        const View dst = b.Sbuf({64, 2, n}, to).Slice(0, 32, 33, 1);
        Fill(ids, [](int64_t i) { return static_cast<double>(i * i / 5 % 4); });
        Run(name, {{"dst", dst}, {"segment_ids", ids}});
        ExpectBounds(dst, Values(ids));
      }
    }
  }
}

TEST_F(SequenceBoundsInstructionTest, AnyPatternOfTheFreeAxesAndNeighbouringInt32) {
  const View ids = b.Sbuf({1, 6, 4}, Dtype::kInt32), out = b.Sbuf({1, 24, 2}, Dtype::kInt32);
  const int order[] = {0, 2, 1};
  Fill(ids, [](int64_t i) { return static_cast<double>(2147483000 + i / 5 % 2); });  // equal as float32
  Run(name, {{"dst", out.Permute(order)}, {"segment_ids", ids.Permute(order)}});
  ExpectBounds(out.Permute(order), Values(ids.Permute(order)));
}

TEST_F(SequenceBoundsInstructionTest, MayOverwriteTheIds) {
  const View tile = b.Sbuf({1, 2, 30}), ids = tile.Slice(1, 1, 2, 1);
  Fill(ids, [](int64_t i) { return static_cast<double>(i / 4); });
  const std::vector<double> before = Values(ids);
  EXPECT_TRUE(MakeInstruction(name, {{"dst", tile}, {"segment_ids", ids}})->ReadsAllFirst());
  Run(name, {{"dst", tile}, {"segment_ids", ids}});
  ExpectBounds(tile, before);
}

TEST_F(SequenceBoundsInstructionTest, Rules) {
  const Arguments wide = {{"dst", b.Sbuf({32, 2, 9}, Dtype::kInt32)},
                          {"segment_ids", b.Sbuf({1, 9}, Dtype::kInt32)}};
  EXPECT_THAT(Problems(name, wide),
              ElementsAre("sequence_bounds: dst has 32 partitions; it must have 1 [one-partition]"));
  for (const char* field : {"dst", "segment_ids"}) ExpectOperandRules(name, Legal(), field, "SBUF");
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst", b.Sbuf({1, 2, 8}, Dtype::kInt32)}})),
              ElementsAre("sequence_bounds: dst has 16 elements for 9 segment ids; it must have two for each "
                          "[bounds-size]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"segment_ids", b.Sbuf({1, 9}, Dtype::kUint32)}})),
              ElementsAre("sequence_bounds: segment_ids is uint32; allowed are float32, int32 [dtype]"));
}

}  // namespace
}  // namespace nki
