#include "interpreter/regions.h"

#include <cstring>
#include <set>

#include "interpreter/allocator.h"
#include "interpreter/sharing.h"
#include "memory/scalar_types.h"
#include "tests/interpreter/graph_builder.h"

namespace nki {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RegionsTest : public ::testing::Test {
 protected:
  GraphBuilder b;

  Register NewRegister() { return {b.graph()->registers++}; }
  Register Loop(int64_t start, int64_t stop, int64_t step, int line = 0) {
    const Register index = NewRegister();
    b.Add("loop", {{"index", index}, {"start", start}, {"stop", stop}, {"step", step}}, line);
    return index;
  }
  void EndLoop() { b.Add("end_loop", {}); }
  // `rows` rows of an HBM tensor from the row that the register says.
  View RowsAt(const View& tensor, Register reg, int64_t rows) {
    View view = tensor.Slice(0, 0, rows, 1);
    view.dynamic = &b.graph()->dynamic_offsets.emplace_back(
        DynamicOffset{DynamicOffset::Kind::kScalar, reg, {}, tensor.dims[0].step * ItemBytes(tensor.dtype)});
    return view;
  }
};

// A loop of loads, sums over what the pass before left, and stores, by one worker and by several.
TEST_F(RegionsTest, WorkersAgree) {
  const View in = b.Input({512, 96}), out = b.Hbm({512, 96});
  const View sum = b.Sbuf({128, 96}), acc = b.Psum({96, 96});
  b.Fill(sum, 0);
  const Register index = Loop(0, 512, 128);
  const View tile = b.Sbuf({128, 96}), product = b.Sbuf({96, 96});
  b.Load(tile, RowsAt(in, index, 128));
  b.Add("tensor_tensor", {{"dst", sum}, {"data1", sum}, {"data2", tile}, {"op", AluOp::kAdd}});
  b.Add("nc_matmul", {{"dst", acc}, {"stationary", tile}, {"moving", sum}});
  b.Add("tensor_copy", {{"dst", product}, {"src", acc}});
  b.Add("tensor_tensor", {{"dst", tile.Slice(0, 0, 96, 1)},
                          {"data1", tile.Slice(0, 0, 96, 1)},
                          {"data2", product},
                          {"op", AluOp::kAdd}});
  b.Load(RowsAt(out, index, 128), tile);
  EndLoop();
  b.Return(out);
  const Plan plan = Shareable(*b.Make());
  const Buffers inputs = MakeInputs(plan);
  const Buffers one = RunOn(plan, inputs, {.max_workers = 1});

  // The same in double, from the definition.
  const std::vector<float> x = Floats(inputs[0]), result = Floats(one[0]);
  std::vector<double> total(128 * 96), accumulated(96 * 96);
  for (int64_t pass = 0; pass < 4; ++pass) {
    const float* rows = x.data() + pass * 128 * 96;
    for (int64_t i = 0; i < 128 * 96; ++i) total[i] += rows[i];
    for (int64_t m = 0; m < 96; ++m) {
      for (int64_t n = 0; n < 96; ++n) {
        for (int64_t k = 0; k < 128; ++k) accumulated[m * 96 + n] += rows[k * 96 + m] * total[k * 96 + n];
      }
    }
    for (int64_t i = 0; i < 128 * 96; ++i) {
      const double expected = rows[i] + (i < 96 * 96 ? accumulated[i] : 0);
      ASSERT_NEAR(result[pass * 128 * 96 + i], expected, 1e-4 * (1 + std::abs(expected))) << pass << " " << i;
    }
  }
  for (int workers : {2, 3, 5}) {
    for (int repeat = 0; repeat < 20; ++repeat) {
      ASSERT_EQ(RunOn(plan, inputs, {.max_workers = workers}), one) << workers << " workers";
    }
  }
}

// What an engine keeps goes on from pass to pass; a program starts with it before its first loop.
TEST_F(RegionsTest, EngineStatesGoOnFromPassToPass) {
  const View out = b.Hbm({512, 96}, Dtype::kUint32), straight = b.Hbm({512, 96}, Dtype::kUint32);
  const View tile = b.Sbuf({128, 96}, Dtype::kUint32);
  Loop(0, 2, 1);
  const Register index = Loop(0, 512, 128);
  b.Add("rng", {{"dst", tile}});
  b.Load(RowsAt(out, index, 128), tile);
  EndLoop();
  EndLoop();
  for (int64_t pass = 0; pass < 4; ++pass) {
    b.Add("rng", {{"dst", tile}});
    b.Load(straight.Slice(0, pass * 128, pass * 128 + 128, 1), tile);
  }
  b.Return(out);
  b.Return(straight);
  const Plan plan = Shareable(*b.Make());
  const Buffers one = RunOn(plan, {}, {.max_workers = 1});
  std::set<uint32_t> numbers;
  for (const std::vector<std::byte>& result : one) {
    for (size_t at = 0; at < result.size(); at += 4)
      numbers.insert(LoadBits(Dtype::kUint32, result.data() + at));
  }
  EXPECT_GT(numbers.size(), 2 * 512 * 96 - 10u);
  for (int workers : {1, 2, 3, 5}) {
    for (int repeat = 0; repeat < 5; ++repeat) {
      ASSERT_EQ(RunOn(plan, {}, {.max_workers = workers}), one) << workers << " workers";
    }
  }
}

TEST_F(RegionsTest, TensorsFromOutsideLiveAsLongAsTheLoop) {
  const View outside = b.Sbuf({128, 8}), early = b.Sbuf({128, 8});
  b.Fill(outside, 1);
  b.Fill(early, 1);
  const Register index = Loop(0, 4, 1);
  const View inner = b.Sbuf({128, 8}), late = b.Sbuf({128, 8});
  b.Add("tensor_copy", {{"dst", inner}, {"src", outside}});
  b.Add("tensor_copy", {{"dst", late}, {"src", inner}});
  EndLoop();
  const std::vector<LiveRange> ranges = LiveRanges(*b.graph());
  const auto range = [&](const View& view) {
    return std::pair(ranges[view.tensor->id].first, ranges[view.tensor->id].last);
  };
  EXPECT_EQ(range(outside), std::pair(size_t{0}, size_t{5})) << "the next pass reads it again";
  EXPECT_EQ(range(early), std::pair(size_t{1}, size_t{1}));
  EXPECT_EQ(range(inner), std::pair(size_t{3}, size_t{4}));
  EXPECT_THAT(b.Problems(), IsEmpty());
  EXPECT_EQ(index.number, 0);
}

TEST_F(RegionsTest, ReportsWhatTheDeviceCouldNotDo) {
  const View tile = b.Sbuf({4, 4}), out = b.Hbm({4, 4}), floats = b.Sbuf({1, 1});
  b.Fill(tile, 1);
  b.Fill(floats, 1);
  Loop(0, 4, 1, 3);
  const View inner = b.Sbuf({4, 4});
  b.Fill(inner, 1);
  EndLoop();
  b.Add("tensor_copy", {{"dst", tile}, {"src", inner}}, 4);
  const Register unset = NewRegister();
  b.Load(RowsAt(out, unset, 2), tile.Slice(0, 0, 2, 1));
  View by_float = tile;
  by_float.dynamic =
      &b.graph()->dynamic_offsets.emplace_back(DynamicOffset{DynamicOffset::Kind::kScalar, {}, floats, 16});
  b.Add("tensor_copy", {{"dst", inner}, {"src", by_float}}, 0);
  View by_row = tile;
  by_row.dynamic =
      &b.graph()->dynamic_offsets.emplace_back(DynamicOffset{DynamicOffset::Kind::kRows, {}, floats, 16});
  b.Add("tensor_copy", {{"dst", tile}, {"src", by_row}}, 0);
  std::vector<Diagnostic> found;
  CheckRegions(*b.graph(), &found);
  std::vector<std::string> problems;
  for (const Diagnostic& each : found) problems.push_back(each.message + " [" + each.rule + "]");
  const std::string loop =
      " is " + inner.tensor->name +
      ", which was made inside the loop at line 3 and does not exist outside of it; make it "
      "before the loop [loop-tensor]";
  EXPECT_THAT(problems,
              ElementsAre("tensor_copy: src" + loop,
                          "dma_copy: scalar_offset reads register r1, which nothing has set [register-unset]",
                          "tensor_copy: dst" + loop,
                          "tensor_copy: src has the scalar_offset " + floats.ToString() +
                              "; it must be a register or one integer in SBUF [scalar-offset]",
                          "tensor_copy: src has a vector_offset, an index for each row; only DMA follows one "
                          "[no-vector-offset]"));
}

TEST_F(RegionsTest, CountsThePassesThatAreKnown) {
  const View in = b.Input({128, 1024}), out = b.Hbm({128, 1024});
  Loop(0, 10, 3);
  const View tile = b.Sbuf({128, 1024});
  b.Load(tile, in);
  b.Load(out, tile);
  EndLoop();
  b.Return(out);
  Plan plan = *b.Make();
  EXPECT_TRUE(plan.worth_sharing) << "four passes over 2 MiB";
  for (Step& step : plan.steps) step.region = -1;
  EXPECT_FALSE(WorthSharing(plan)) << "one pass";
  EXPECT_TRUE(plan.partly_written.empty()) << "the loop runs at least once and writes all of it";
}

TEST_F(RegionsTest, AResultOfALoopThatMayNotRunIsFilledFirst) {
  const View bound = b.Input({1}, Dtype::kInt32), out = b.Hbm({4}, Dtype::kInt32);
  const Register stop = NewRegister();
  b.Add("register_load", {{"dst", stop}, {"src", bound}});
  const Register index = NewRegister();
  b.Add("loop", {{"index", index}, {"start", 0}, {"stop", stop}, {"step", 1}});
  b.Add("register_store", {{"dst", RowsAt(out, index, 1)}, {"src", index}});
  EndLoop();
  b.Return(out);
  const std::shared_ptr<const Plan> plan = b.Make();
  const auto run = [&](int32_t count) {
    Buffers inputs = {std::vector<std::byte>(4)};
    std::memcpy(inputs[0].data(), &count, 4);
    std::vector<int32_t> values(4);
    std::memcpy(values.data(), RunOn(*plan, inputs)[0].data(), 16);
    return values;
  };
  EXPECT_THAT(run(0), ElementsAre(4, 4, 4, 4));
  EXPECT_THAT(run(2), ElementsAre(0, 1, 4, 4));
  EXPECT_THAT(run(4), ElementsAre(0, 1, 2, 3));
  EXPECT_THROW(run(5), RunError);
  EXPECT_THAT(run(1), ElementsAre(0, 4, 4, 4));
}

}  // namespace
}  // namespace nki
