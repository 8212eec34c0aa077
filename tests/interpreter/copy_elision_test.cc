#include "interpreter/copy_elision.h"

#include <algorithm>

#include "tests/interpreter/graph_builder.h"

namespace nki {
namespace {

// Steps that the executor still runs.
int64_t Remaining(const Plan& plan) {
  return std::ranges::count_if(plan.steps, [](const Step& step) { return !step.elided; });
}

int64_t InHbm(const Plan& plan) {
  return std::ranges::count_if(plan.steps, [](const Step& step) { return step.in_hbm >= 0 && !step.elided; });
}

// What the kernel says, instruction by instruction: a log turns elision off.
Buffers Unelided(const Plan& plan, const Buffers& inputs) {
  RunOptions options;
  options.log = [](const std::string&) {};
  return RunOn(plan, inputs, options);
}

void ExpectSameBits(const Plan& plan) {
  const Plan shareable = Shareable(plan);
  const Buffers inputs = MakeInputs(plan);
  const Buffers expected = Unelided(plan, inputs);
  for (int workers : {1, 2, 3, 8})
    EXPECT_EQ(RunOn(shareable, inputs, {.max_workers = workers}), expected) << workers;
}

class CopyElision : public ::testing::Test {
 protected:
  View Rows(const View& hbm, int64_t row, int64_t rows, int64_t column, int64_t columns) {
    return hbm.Slice(0, row, row + rows, 1).Slice(1, column, column + columns, 1);
  }

  // c[tile] = a[tile] + b[tile], as a kernel says it.
  void AddTile(const View& a, const View& b, const View& c) {
    const Shape shape = c.shape();
    const View x = builder_.Sbuf(shape, a.dtype), y = builder_.Sbuf(shape, b.dtype),
               z = builder_.Sbuf(shape, c.dtype);
    builder_.Load(x, a);
    builder_.Load(y, b);
    builder_.Add("tensor_tensor", {{"dst", z}, {"data1", x}, {"data2", y}, {"op", AluOp::kAdd}});
    builder_.Load(c, z);
  }

  GraphBuilder builder_;
};

TEST_F(CopyElision, TilesOfAnElementwiseKernelBecomeOneStep) {
  const View a = builder_.Input({256, 128}), b = builder_.Input({256, 128}), c = builder_.Hbm({256, 128});
  for (int64_t row : {0, 128}) {
    for (int64_t column : {0, 64}) {
      AddTile(Rows(a, row, 128, column, 64), Rows(b, row, 128, column, 64), Rows(c, row, 128, column, 64));
    }
  }
  builder_.Return(c);
  const auto plan = builder_.Make();
  EXPECT_EQ(Remaining(*plan), 1);
  EXPECT_EQ(InHbm(*plan), 1);
  ExpectSameBits(*plan);
  const Buffers inputs = MakeInputs(*plan);
  const std::vector<float> x = Floats(inputs[0]), y = Floats(inputs[1]), z = Floats(RunOn(*plan, inputs)[0]);
  for (size_t i = 0; i < z.size(); ++i) ASSERT_EQ(z[i], x[i] + y[i]) << i;
}

TEST_F(CopyElision, SixteenBitRowsAndScalarOperators) {
  const View a = builder_.Input({128, 96}, Dtype::kBfloat16), c = builder_.Hbm({128, 96}, Dtype::kBfloat16);
  const View x = builder_.Sbuf({128, 96}, Dtype::kBfloat16), z = builder_.Sbuf({128, 96}, Dtype::kBfloat16);
  builder_.Load(x, a);
  builder_.Add("tensor_scalar", {{"dst", z}, {"data", x}, {"op0", AluOp::kMultiply}, {"operand0", 3.0}});
  builder_.Load(c, z);
  builder_.Return(c);
  const auto plan = builder_.Make();
  EXPECT_EQ(InHbm(*plan), 1);
  ExpectSameBits(*plan);
}

TEST_F(CopyElision, LargeResultsPassTheCaches) {
  const View a = builder_.Input({128, 16384}), c = builder_.Hbm({128, 16384});  // 8 MiB
  for (int64_t column = 0; column < 16384; column += 4096) {
    const View x = builder_.Sbuf({128, 4096}), z = builder_.Sbuf({128, 4096});
    builder_.Load(x, Rows(a, 0, 128, column, 4096));
    builder_.Add("activation", {{"dst", z}, {"op", ActivationOp::kSquare}, {"data", x}});
    builder_.Load(Rows(c, 0, 128, column, 4096), z);
  }
  builder_.Return(c);
  const auto plan = builder_.Make();
  EXPECT_EQ(Remaining(*plan), 1);
  ExpectSameBits(*plan);
}

// Each of these looks alike but is not: nothing may be elided.
TEST_F(CopyElision, ATileThatIsUsedAgainIsLoaded) {
  const View a = builder_.Input({128, 64}), c = builder_.Hbm({128, 64}), d = builder_.Hbm({128, 64});
  const View x = builder_.Sbuf({128, 64}), z = builder_.Sbuf({128, 64});
  builder_.Load(x, a);
  builder_.Add("tensor_tensor", {{"dst", z}, {"data1", x}, {"data2", x}, {"op", AluOp::kAdd}});
  builder_.Load(c, z);
  builder_.Load(d, x);
  builder_.Return(c);
  builder_.Return(d);
  EXPECT_EQ(Remaining(*builder_.Make()), 4);
  ExpectSameBits(*builder_.Make());
}

TEST_F(CopyElision, ASourceThatChangesBeforeItIsUsedIsLoaded) {
  const View a = builder_.Input({128, 64}), b = builder_.Input({128, 64}), c = builder_.Hbm({128, 64});
  const View x = builder_.Sbuf({128, 64}), z = builder_.Sbuf({128, 64});
  builder_.Load(x, a);
  builder_.Load(a, b);  // in HBM
  builder_.Add("tensor_scalar", {{"dst", z}, {"data", x}, {"op0", AluOp::kAdd}, {"operand0", 1.0}});
  builder_.Load(c, z);
  builder_.Return(c);
  EXPECT_EQ(InHbm(*builder_.Make()), 0);
  ExpectSameBits(*builder_.Make());
}

TEST_F(CopyElision, ATargetThatIsReadBeforeTheStoreIsStored) {
  const View a = builder_.Input({128, 64}), c = builder_.Hbm({128, 64}), d = builder_.Hbm({128, 64});
  const View x = builder_.Sbuf({128, 64}), z = builder_.Sbuf({128, 64});
  builder_.Load(c, a);
  builder_.Load(x, a);
  builder_.Add("tensor_scalar", {{"dst", z}, {"data", x}, {"op0", AluOp::kAdd}, {"operand0", 1.0}});
  builder_.Load(d, c);
  builder_.Load(c, z);
  builder_.Return(c);
  builder_.Return(d);
  EXPECT_EQ(InHbm(*builder_.Make()), 0);
  ExpectSameBits(*builder_.Make());
}

TEST_F(CopyElision, ATensorIsNotReadAndWrittenInPlace) {
  const View a = builder_.Input({128, 128});
  AddTile(Rows(a, 0, 128, 0, 64), Rows(a, 0, 128, 64, 64), Rows(a, 0, 128, 0, 64));
  builder_.Return(a);
  EXPECT_EQ(InHbm(*builder_.Make()), 0);
  ExpectSameBits(*builder_.Make());
}

TEST_F(CopyElision, DtypesOfDifferentSizesHaveNoCommonOrder) {
  const View a = builder_.Input({128, 64}, Dtype::kBfloat16), c = builder_.Hbm({128, 64});
  const View x = builder_.Sbuf({128, 64}, Dtype::kBfloat16), z = builder_.Sbuf({128, 64});
  builder_.Load(x, a);
  builder_.Add("tensor_copy", {{"dst", z}, {"src", x}});
  builder_.Load(c, z);
  builder_.Return(c);
  EXPECT_EQ(InHbm(*builder_.Make()), 0);
  ExpectSameBits(*builder_.Make());
}

TEST_F(CopyElision, RowsThatDoNotFillLinesAreLoaded) {
  const View a = builder_.Input({128, 40}), b = builder_.Input({128, 40}), c = builder_.Hbm({128, 40});
  AddTile(a, b, c);
  builder_.Return(c);
  EXPECT_EQ(InHbm(*builder_.Make()), 0);
  ExpectSameBits(*builder_.Make());
}

TEST_F(CopyElision, AChainThroughHbmKeepsItsOrder) {
  const View a = builder_.Input({128, 128}), b = builder_.Hbm({128, 128}), c = builder_.Hbm({128, 128});
  AddTile(Rows(a, 0, 128, 0, 64), Rows(a, 0, 128, 64, 64), Rows(b, 0, 128, 0, 64));
  AddTile(Rows(a, 0, 128, 64, 64), Rows(b, 0, 128, 0, 64), Rows(b, 0, 128, 64, 64));
  AddTile(b, b, c);
  builder_.Return(c);
  ExpectSameBits(*builder_.Make());
}

}  // namespace
}  // namespace nki
