#include <cmath>

#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class NonzeroWithCountInstructionTest : public InstructionTest {
 protected:
  const std::string name = "nonzero_with_count";

  // Partitions 0, 16, ... hold positions, padding and the count; the others what was there.
  void ExpectPositions(const View& dst, const View& src, double offset, double padding,
                       const std::vector<double>& before) {
    const std::vector<double> got = Values(dst), x = Values(src);
    const int64_t n = src.free_elements();
    for (int64_t p = 0; p < src.partitions(); ++p) {
      std::vector<double> row(before.begin() + p * (n + 1), before.begin() + (p + 1) * (n + 1));
      if (p % 16 == 0) {
        row.clear();
        for (int64_t i = 0; i < n; ++i) {
          if (x[p * n + i] != 0) row.push_back(offset + static_cast<double>(i));
        }
        const double count = static_cast<double>(row.size());
        row.resize(n, padding);
        row.push_back(count);
      }
      const std::vector<double> actual(got.begin() + p * (n + 1), got.begin() + (p + 1) * (n + 1));
      ASSERT_EQ(actual, row) << "partition " << p;
    }
  }
  void RunAndExpect(const View& dst, const View& src, int64_t offset, int64_t padding) {
    FillSmall(dst);
    const std::vector<double> before = Values(dst);
    Run(name, {{"dst", dst}, {"src", src}, {"index_offset", offset}, {"padding_val", padding}}, Trn2());
    ExpectPositions(dst, src, static_cast<double>(offset), static_cast<double>(padding), before);
  }
};

TEST_F(NonzeroWithCountInstructionTest, TheDocumentedExample) {
  const View src = b.Sbuf({1, 8}), dst = b.Sbuf({1, 9}, Dtype::kInt32);
  const double row[] = {0, 1, 1, 0, 0, 1, 0, 0};
  Fill(src, [&](int64_t i) { return row[i]; });
  Run(name, {{"dst", dst}, {"src", src}, {"index_offset", 16}}, Trn2());
  EXPECT_THAT(Values(dst), ElementsAre(17, 18, 21, -1, -1, -1, -1, -1, 3));
}

TEST_F(NonzeroWithCountInstructionTest, DtypesShapesAndPatterns) {
  for (Dtype dtype : {Dtype::kFloat32, Dtype::kInt32}) {
    for (const Shape& shape : {Shape{128, 300}, Shape{17, 4, 5}, Shape{1, 1}, Shape{64, 7}}) {
      const View src = b.Sbuf(shape, dtype);
      Fill(src, [](int64_t i) { return static_cast<double>((i * i / 3 + i / 16) % 3) - 1; });
      RunAndExpect(b.Sbuf({shape[0], src.free_elements() + 1}, Dtype::kInt32), src, 1000, -7);
    }
  }
  const View storage = b.Sbuf({64, 12, 10}), out = b.Sbuf({64, 3, 41}, Dtype::kInt32);
  Fill(storage, [](int64_t i) { return static_cast<double>(i * i % 7 % 2); });
  const int order[] = {0, 2, 1};
  RunAndExpect(out.Slice(1, 0, 1, 1), storage.Slice(1, 0, 12, 3).Permute(order), 0, -1);
  RunAndExpect(out.Slice(1, 1, 2, 1).Slice(2, 1, 26, 2).Slice(0, 32, 64, 1),
               storage.Slice(1, 3, 9, 3).Slice(2, 0, 6, 1).Slice(0, 32, 64, 1), -5, 0);
}

TEST_F(NonzeroWithCountInstructionTest, NanIsNotZeroAndPositionsWrapAround) {
  const View src = b.Sbuf({1, 4}), dst = b.Sbuf({1, 5}, Dtype::kInt32);
  const double row[] = {std::nan(""), -0.0, 1e-45, 0};
  Fill(src, [&](int64_t i) { return row[i]; });
  Run(name, {{"dst", dst}, {"src", src}, {"index_offset", 2147483646}}, Trn2());
  EXPECT_THAT(Values(dst), ElementsAre(2147483646, -2147483648.0, -1, -1, 2));
}

TEST_F(NonzeroWithCountInstructionTest, OnlyTheFirstPartitionMustBeWritten) {
  const View src = b.Sbuf({128, 8}), dst = b.Sbuf({40, 9}, Dtype::kInt32);
  const auto instruction = MakeInstruction(name, {{"dst", dst}, {"src", src}});
  struct Operands : OperandVisitor {
    std::vector<const View*> views;
    void OnView(const Field&, const View& view) override { views.push_back(&view); }
  } operands;
  instruction->VisitFields(operands);
  ASSERT_EQ(operands.views.size(), 2u);
  EXPECT_FALSE(instruction->PartsTouched(*operands.views[0]).has_value()) << "all of dst";
  const Parts parts = instruction->PartsTouched(*operands.views[1]);
  ASSERT_EQ(parts->size(), 1u);
  EXPECT_EQ((*parts)[0].shape(), (Shape{1, 8}));
}

TEST_F(NonzeroWithCountInstructionTest, Rules) {
  const Arguments legal = {{"dst", b.Sbuf({32, 9}, Dtype::kInt32)}, {"src", b.Sbuf({32, 8})}};
  const auto problems = [&](const Arguments& changes) {
    return Problems(name, With(legal, changes), Trn2());
  };
  EXPECT_THAT(problems({}), IsEmpty());
  EXPECT_THAT(Problems(name, legal),
              ElementsAre("nonzero_with_count: trn1 does not have nonzero_with_count; targets that have it: "
                          "trn2, trn3 [nonzero-with-count]"));
  EXPECT_THAT(problems({{"src", b.Psum({32, 8})}}),
              ElementsAre("nonzero_with_count: src is in psum; it must be in SBUF; copy it to SBUF first "
                          "with nisa.tensor_copy [space]"));
  EXPECT_THAT(
      problems({{"dst", b.Sbuf({129, 9}, Dtype::kInt32)}}),
      ElementsAre(
          "nonzero_with_count: dst has 129 partitions; trn2 allows at most 128 [partitions-at-most]"));
  EXPECT_THAT(problems({{"dst", b.Sbuf({64, 9}, Dtype::kInt32).Slice(0, 0, 64, 2)}}),
              ElementsAre("nonzero_with_count: dst takes partitions in steps of 2; compute instructions need "
                          "neighbouring partitions [partition-step]"));
  EXPECT_THAT(problems({{"dst", b.Sbuf({64, 9}, Dtype::kInt32).Slice(0, 16, 48, 1)}}),
              ElementsAre("nonzero_with_count: dst starts at partition 16; 32 partitions may start at 0, 32, "
                          "64 or 96 [start-partition]"));
  View outside = b.Sbuf({32, 8});
  outside.offset = 8;
  EXPECT_THAT(problems({{"src", outside}}),
              ElementsAre("nonzero_with_count: src reaches element 263; the storage of " +
                          outside.tensor->name + " holds 256 [in-bounds]"));
  EXPECT_THAT(problems({{"src", b.Sbuf({16, 8})}}),
              ElementsAre("nonzero_with_count: src has 16 partitions and dst has 32; they must have the same "
                          "number [same-partitions]"));
  EXPECT_THAT(problems({{"src", b.Sbuf({32, 8}, Dtype::kBfloat16)}}),
              ElementsAre("nonzero_with_count: src is bfloat16; allowed are float32, int32 [dtype]"));
  EXPECT_THAT(problems({{"dst", b.Sbuf({32, 8}, Dtype::kInt32)}}),
              ElementsAre("nonzero_with_count: dst has 8 elements per partition and src has 8; dst must have "
                          "one more, for the count [count-slot]"));
  EXPECT_THAT(problems({{"padding_val", int64_t{-1} << 32}}),
              ElementsAre("nonzero_with_count: -4294967296 in padding_val does not fit into int32 [int32]"));
}

}  // namespace
}  // namespace nki
