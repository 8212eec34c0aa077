#include <cmath>

#include "memory/error.h"
#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;

class DmaComputeInstructionTest : public InstructionTest {
 protected:
  const std::string name = "dma_compute";
  Arguments Legal() {
    return {{"dst", b.Sbuf({8, 4})},
            {"srcs", ViewList{b.Hbm({8, 4}), b.Sbuf({8, 4})}},
            {"reduce_op", AluOp::kAdd}};
  }

  void ExpectSums(const View& dst, const ViewList& srcs) {
    SCOPED_TRACE(dst.ToString());
    std::vector<float> sums(dst.elements());
    for (const View& src : srcs) {
      FillSmall(src);
      const std::vector<double> values = Values(src);
      // Each addition is rounded to float32.
      for (size_t i = 0; i < sums.size(); ++i)
        sums[i] = static_cast<float>(static_cast<double>(sums[i]) + values[i]);
    }
    Run(name, {{"dst", dst}, {"srcs", srcs}, {"reduce_op", AluOp::kAdd}});
    const std::vector<double> got = Values(dst);
    for (size_t i = 0; i < sums.size(); ++i) ASSERT_EQ(got[i], Rounded(dst.dtype, sums[i])) << i;
  }
};

TEST_F(DmaComputeInstructionTest, AddsFromAnywhereToAnywhere) {
  ExpectSums(b.Sbuf({100, 40}), {b.Hbm({100, 40}), b.Hbm({100, 40})});
  ExpectSums(b.Hbm({300, 40}), {b.Hbm({300, 40}), b.Hbm({300, 40}), b.Hbm({300, 40})});
  ExpectSums(b.Hbm({20, 6}), {b.Sbuf({20, 6}), b.Hbm({20, 6})});
  ExpectSums(b.Sbuf({20, 6}), {b.Sbuf({20, 6})});
  ExpectSums(b.Sbuf({20, 6}), {b.Sbuf({20, 6}), b.Sbuf({20, 3, 2}, Dtype::kFloat16)});
  ExpectSums(b.Sbuf({20, 12}, Dtype::kBfloat16).Slice(1, 0, 12, 2), {b.Sbuf({20, 6}), b.Sbuf({20, 6})});
  ExpectSums(b.Sbuf({20, 6}), {b.Sbuf({40, 6}).Slice(0, 16, 36, 1), b.Sbuf({20, 6}, Dtype::kInt16)});
}

TEST_F(DmaComputeInstructionTest, ConvertsDtypesThroughFloat32) {
  for (Dtype dst : {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kFloat16, Dtype::kInt8, Dtype::kFloat8E4m3}) {
    for (Dtype src : {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kInt32, Dtype::kUint8}) {
      ExpectSums(b.Sbuf({30, 9}, dst), {b.Hbm({30, 9}, src), b.Sbuf({30, 9})});
      ExpectSums(b.Hbm({30, 9}, dst), {b.Hbm({30, 9}), b.Sbuf({30, 9}, src)});
    }
  }
}

TEST_F(DmaComputeInstructionTest, ShapesStepsAndPartitions) {
  ExpectSums(b.Hbm({600}), {b.Hbm({6, 100}), b.Sbuf({60, 10})});
  ExpectSums(b.Sbuf({64, 20}).Slice(0, 5, 60, 2).Slice(1, 1, 20, 2),
             {b.Hbm({28, 10}), b.Sbuf({128, 10}).Slice(0, 70, 126, 2)});
  ExpectSums(b.Sbuf({4, 2, 3}), {b.Hbm({1, 6}).Broadcast(0, 4), b.Hbm({4, 6})});
  ExpectSums(b.Hbm({5, 30000}), {b.Hbm({5, 30000}), b.Hbm({150000})});  // more than one chunk of rows
  ExpectSums(b.Hbm({5, 30000}), {b.Hbm({5, 30000}), b.Hbm({5, 30000})});
  ExpectSums(b.Sbuf({2, 3}), ViewList(16, b.Hbm({2, 3})));
}

TEST_F(DmaComputeInstructionTest, AddsToItsDestination) {
  const View sum = b.Sbuf({40, 12}), other = b.Hbm({40, 12}), both = b.Hbm({2, 40, 12});
  ExpectSums(sum, {other, sum});
  ExpectSums(both.Select(0, 0, false), {both.Select(0, 0, false), both.Select(0, 1, false)});
}

// R10: scales are factors, of which the hardware has 1.0 only; none is added.
TEST_F(DmaComputeInstructionTest, R10ScalesAreFactorsOfOne) {
  Arguments call = With(Legal(), {{"scales", OperandList(2, Operand::Constant(1))}});
  const View dst = b.Sbuf({8, 4}), x = FillSmall(b.Hbm({8, 4})), y = FillSmall(b.Sbuf({8, 4}));
  call = With(call, {{"dst", dst}, {"srcs", ViewList{x, y}}});
  Run(name, call);
  const std::vector<double> got = Values(dst), a = Values(x), c = Values(y);
  for (size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], a[i] + c[i]);
  const std::string only = "; the DMA engines multiply by 1.0 only [scales]";
  const Operand one = Operand::Constant(1), column = {Operand::Kind::kColumn, false, 0, b.Sbuf({8, 1})};
  EXPECT_THAT(Problems(name, With(call, {{"scales", OperandList{one, Operand::Constant(2)}}})),
              ElementsAre("dma_compute: scales[1] is 2" + only));
  EXPECT_THAT(Problems(name, With(call, {{"scales", OperandList{one, column}}})),
              ElementsAre("dma_compute: scales[1] is a tensor" + only));
  EXPECT_THAT(Problems(name, With(call, {{"scales", OperandList{one}}})),
              ElementsAre("dma_compute: scales has 1 members and srcs has 2; it must be None or 1.0 for each "
                          "of srcs [scales]"));
}

TEST_F(DmaComputeInstructionTest, Rules) {
  ASSERT_THAT(Problems(name, Legal()), ElementsAre());
  const View x = b.Hbm({8, 4});
  const auto with = [&](const View& second) { return With(Legal(), {{"srcs", ViewList{x, second}}}); };
  EXPECT_THAT(Problems(name, with(b.Psum({8, 4}))),
              ElementsAre("dma_compute: srcs[1] is in psum; it must be in SBUF or HBM; copy it to SBUF first "
                          "with nisa.tensor_copy [space]"));
  EXPECT_THAT(
      Problems(name,
               {{"dst", b.Sbuf({256, 1})}, {"srcs", ViewList{b.Hbm({256})}}, {"reduce_op", AluOp::kAdd}}),
      ElementsAre("dma_compute: dst has 256 partitions; trn1 allows at most 128 [partitions-at-most]"));
  EXPECT_THAT(
      Problems(name, with(b.Hbm({8, 5}))),
      ElementsAre("dma_compute: srcs[1] has shape (8, 5) and dst has shape (8, 4); they must hold the "
                  "same number of elements [same-elements]"));
  View outside = b.Hbm({8, 4});
  outside.offset = 3;
  EXPECT_THAT(Problems(name, with(outside)),
              ElementsAre("dma_compute: srcs[1] reaches element 34; the storage of " + outside.tensor->name +
                          " holds 32 [in-bounds]"));
  EXPECT_THAT(Problems(name, with(b.Hbm({8, 4}, Dtype::kFloat8E5m2X4))),
              ElementsAre("dma_compute: srcs[1] is float8_e5m2_x4, which this instruction can't compute with "
                          "[packed-dtype]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"srcs", ViewList{}}})),
              ElementsAre("dma_compute: srcs has 0 members; it must have 1 to 16 [source-count]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"srcs", ViewList(17, x)}})),
              ElementsAre("dma_compute: srcs has 17 members; it must have 1 to 16 [source-count]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"reduce_op", AluOp::kMaximum}})),
      ElementsAre("dma_compute: reduce_op is 'maximum'; the DMA engines have 'add' only [reduce-op]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"oob_mode", OobMode::kSkip}})),
              ElementsAre("dma_compute: oob_mode.skip is for operands with a vector_offset only [oob-skip]"));
}

// Row i of `table` stands for row index[i] of it.
View Rows(const View& table, const DynamicOffset& offset) {
  View rows = table;
  rows.dims[0] = {0, offset.index.partitions()};
  rows.dynamic = &offset;
  return rows;
}

TEST_F(DmaComputeInstructionTest, ScattersAndGathersByRow) {
  const View index = b.Sbuf({5, 1}, Dtype::kInt32), table = b.Hbm({8, 6}, Dtype::kBfloat16),
             x = b.Sbuf({5, 6});
  const DynamicOffset offset = {DynamicOffset::Kind::kRows, {}, index, 12}, again = offset;
  for (OobMode mode : {OobMode::kError, OobMode::kSkip}) {
    std::vector<int64_t> chosen = {6, 0, 7, 3, 1};
    if (mode == OobMode::kSkip) chosen[2] = 8;  // outside
    Fill(index, [&](int64_t i) { return static_cast<double>(chosen[i]); });
    for (bool scatters : {true, false}) {
      FillSmall(table), FillSmall(x);
      std::vector<double> rows = Values(table), tile = Values(x);
      for (int64_t i = 0; i < 30; ++i) {
        const int64_t at = chosen[i / 6] * 6 + i % 6;
        if (at >= 48) continue;
        double& sum = scatters ? rows[at] : tile[i];
        sum = Rounded(scatters ? Dtype::kBfloat16 : Dtype::kFloat32, rows[at] + tile[i]);
      }
      const View moved = Rows(table, offset), equal = Rows(table, again);
      Run(name, {{"dst", scatters ? equal : x},
                 {"srcs", ViewList{moved, x}},
                 {"reduce_op", AluOp::kAdd},
                 {"oob_mode", mode}});
      EXPECT_EQ(Values(table), rows);
      EXPECT_EQ(Values(x), tile);
    }
  }
  Fill(index, [](int64_t i) { return i == 3 ? -1.0 : 0.0; });
  EXPECT_THAT(
      [&] {
        Run(name, {{"dst", x}, {"srcs", ViewList{x, Rows(table, offset)}}, {"reduce_op", AluOp::kAdd}});
      },
      ::testing::ThrowsMessage<RunError>(::testing::HasSubstr("index 3 of vector_offset is -1")));
}

TEST_F(DmaComputeInstructionTest, AddressesAreKnown) {
  const DynamicOffset offset = {DynamicOffset::Kind::kScalar, {}, b.Sbuf({1, 1}, Dtype::kInt32), 16};
  View moved = b.Hbm({8, 4});
  moved.dynamic = &offset;
  EXPECT_THAT(Problems(name, With(Legal(), {{"srcs", ViewList{moved, b.Sbuf({8, 4})}}})),
              ElementsAre("dma_compute: srcs[0] has a scalar_offset; the DMA engines sum at addresses known "
                          "while tracing [static-address]"));
}

TEST_F(DmaComputeInstructionTest, VectorOffsetRules) {
  DynamicOffset offset = {DynamicOffset::Kind::kRows, {}, b.Sbuf({8, 1}, Dtype::kInt32), 16};
  const View table = b.Hbm({20, 4}), x = b.Sbuf({8, 4});
  const View rows = Rows(table, offset);
  const Arguments legal = {{"dst", rows}, {"srcs", ViewList{x, rows}}, {"reduce_op", AluOp::kAdd}};
  ASSERT_THAT(Problems(name, legal), ElementsAre());
  EXPECT_THAT(Problems(name, With(legal, {{"unique_indices", false}})),
              ElementsAre("dma_compute: unique_indices must be True with a vector_offset [unique-indices]"));
  const auto pair = ElementsAre(
      "dma_compute: with a vector_offset srcs must be dst and one more tensor, one in SBUF and one in HBM "
      "[read-modify-write]");
  EXPECT_THAT(Problems(name, With(legal, {{"srcs", ViewList{x, x}}})), pair);
  EXPECT_THAT(Problems(name, With(legal, {{"srcs", ViewList{x, rows, x}}})), pair);
  EXPECT_THAT(Problems(name, With(legal, {{"srcs", ViewList{b.Hbm({8, 4}), rows}}})), pair);
  EXPECT_THAT(
      Problems(name, With(legal, {{"srcs", ViewList{b.Sbuf({16, 2}), rows}}})),
      ElementsAre("dma_compute: dst has 8 rows with an index each and srcs[0] has shape (16, 2); it must "
                  "have as many rows [same-rows]"));
  offset.index = b.Sbuf({8, 1});
  EXPECT_THAT(
      Problems(name, legal),
      ElementsAre("dma_compute: dst has the vector_offset " + offset.index.ToString() +
                  "; it must be (8, 1) int32 or uint32 in SBUF, an index for each row [vector-offset]"));
}

}  // namespace
}  // namespace nki
