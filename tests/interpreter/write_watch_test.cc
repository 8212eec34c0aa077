#include "interpreter/write_watch.h"

#include <cstring>

#include "tests/interpreter/graph_builder.h"

namespace nki {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

class WriteWatchTest : public ::testing::Test {
 protected:
  GraphBuilder b;

  Register NewRegister() { return {b.graph()->registers++}; }
  // A register with the only element of a new input.
  Register Given() {
    const Register reg = NewRegister();
    b.Add("register_load", {{"dst", reg}, {"src", b.Input({1}, Dtype::kInt32)}});
    return reg;
  }
  Register Loop(int64_t start, int64_t stop, int64_t step) { return LoopTo(start, stop, step); }
  template <typename Stop>
  Register LoopTo(int64_t start, Stop stop, int64_t step) {
    const Register index = NewRegister();
    b.Add("loop", {{"index", index}, {"start", start}, {"stop", stop}, {"step", step}});
    return index;
  }
  void EndLoop() { b.Add("end_loop", {}); }
  View Moved(View view, Register reg, int64_t step_bytes) {
    view.dynamic = &b.graph()->dynamic_offsets.emplace_back(
        DynamicOffset{DynamicOffset::Kind::kScalar, reg, {}, step_bytes});
    return view;
  }
};

Buffers Numbers(const Plan& plan, const std::vector<int32_t>& numbers) {
  Buffers inputs = MakeInputs(plan);
  size_t next = 0;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (plan.graph->tensors[plan.graph->inputs[i]].dtype == Dtype::kInt32)
      std::memcpy(inputs[i].data(), &numbers[next++], 4);
  }
  return inputs;
}

// Rows of a temporary are written in one loop and read in another, and PSUM is added to wherever something
// was: by one worker and by several.
TEST_F(WriteWatchTest, WorkersAgree) {
  const View in = b.Input({512, 96}), scratch = b.Hbm({512, 96}), out = b.Hbm({512, 96});
  const Register rows = Given(), more = Given();
  const View sum = b.Psum({96, 96}), last = b.Sbuf({96, 96}), sums = b.Hbm({96, 96});
  for (const Register stop : {rows, more}) {
    const Register row = LoopTo(0, stop, 128);
    const View tile = b.Sbuf({128, 96});
    b.Load(tile, Moved(in.Slice(0, 0, 128, 1), row, 96 * 4));
    b.Add("nc_matmul", {{"dst", sum}, {"stationary", tile}, {"moving", tile}});
    b.Load(Moved(scratch.Slice(0, 0, 128, 1), row, 96 * 4), tile);
    EndLoop();
  }
  const Register row = Loop(0, 512, 128);
  const View tile = b.Sbuf({128, 96});
  b.Load(tile, Moved(scratch.Slice(0, 0, 128, 1), row, 96 * 4));
  b.Add("tensor_tensor", {{"dst", tile}, {"data1", tile}, {"data2", tile}, {"op", AluOp::kAdd}});
  b.Load(Moved(out.Slice(0, 0, 128, 1), row, 96 * 4), tile);
  EndLoop();
  b.Add("tensor_copy", {{"dst", last}, {"src", sum}});
  b.Load(sums, last);
  b.Return(out);
  b.Return(sums);
  const Plan plan = Shareable(*b.Make());
  for (const std::vector<int32_t>& counts : {std::vector{512, 0}, {0, 512}, {384, 512}, {512, 512}}) {
    const Buffers inputs = Numbers(plan, counts);
    const Buffers one = RunOn(plan, inputs, {.max_workers = 1});
    const std::vector<float> x = Floats(inputs[0]), doubled = Floats(one[0]), total = Floats(one[1]);
    for (int64_t i = 0; i < 512 * 96; ++i) ASSERT_EQ(doubled[i], 2 * x[i]) << i;
    for (int64_t i = 0; i < 96 * 96; ++i) {
      double expected = 0;
      for (int32_t count : counts) {
        for (int64_t k = 0; k < count; ++k) expected += x[k * 96 + i / 96] * x[k * 96 + i % 96];
      }
      ASSERT_NEAR(total[i], expected, 1e-4 * (1 + std::abs(expected))) << i;
    }
    for (int workers : {2, 3, 5}) {
      for (int repeat = 0; repeat < 10; ++repeat)
        ASSERT_EQ(RunOn(plan, inputs, {.max_workers = workers}), one);
    }
  }
  for (int workers : {1, 2, 5}) {
    EXPECT_THAT(
        [&] {
          RunOn(plan, Numbers(plan, {384, 128}), {.max_workers = workers});
        },
        ThrowsMessage<RunError>(HasSubstr("kernel.py:0: error: dma_copy: src reads row 384, byte 0 of ")));
  }
}

TEST_F(WriteWatchTest, NothingElseIsWatched) {
  const View in = b.Input({512, 96}), out = b.Hbm({512, 96}), acc = b.Sbuf({128, 96});
  b.Fill(acc, 0);
  const Register row = LoopTo(0, Given(), 128);
  const View tile = b.Sbuf({128, 96});
  b.Load(tile, Moved(in.Slice(0, 0, 128, 1), row, 96 * 4));
  b.Add("tensor_tensor", {{"dst", acc}, {"data1", acc}, {"data2", tile}, {"op", AluOp::kAdd}});
  b.Load(Moved(out.Slice(0, 0, 128, 1), row, 96 * 4), acc);
  EndLoop();
  b.Return(out);
  const auto plan = b.Make();
  EXPECT_THAT(plan->watched, IsEmpty());
  for (const Step& step : plan->steps) EXPECT_FALSE(step.watched);
}

TEST_F(WriteWatchTest, AResultThatIsCertainlyWrittenIsNotFilled) {
  const View out = b.Hbm({4, 8}), tile = b.Sbuf({4, 8});
  b.Fill(tile, 1);
  const Register row = LoopTo(0, Given(), 1);
  b.Load(Moved(out.Slice(0, 0, 1, 1), row, 8 * 4), tile.Slice(0, 0, 1, 1));
  EndLoop();
  b.Return(out);
  EXPECT_EQ(b.Make()->partly_written.size(), 1u);
  b.Load(out, tile);
  EXPECT_THAT(b.Make()->partly_written, IsEmpty());
}

// trn3: the index says which columns are read and which are written.
TEST_F(WriteWatchTest, FollowsIndirectViews) {
  b.graph()->generation = &Trn3();
  const View offsets = b.Input({16, 1}, Dtype::kUint32), index = b.Sbuf({16, 1}, Dtype::kUint32);
  const View tile = b.Sbuf({16, 20}), chosen = b.Sbuf({16, 4}), out = b.Hbm({16, 4});
  b.Load(index, offsets);
  b.Fill(tile.Slice(1, 0, 10, 1), 3);
  View indirect = tile;
  indirect.dims[1].count = 4;
  indirect.dynamic = &b.graph()->dynamic_offsets.emplace_back(
      DynamicOffset{DynamicOffset::Kind::kColumns, {}, index, 4, 20});
  b.Add("tensor_copy", {{"dst", chosen}, {"src", indirect}}, 5);
  b.Load(out, chosen);
  b.Return(out);
  const auto plan = b.Make();
  const auto run = [&](uint32_t third) {
    Buffers inputs = {std::vector<std::byte>(64)};
    std::memcpy(inputs[0].data() + 8, &third, 4);
    return Floats(RunOn(*plan, inputs)[0]);
  };
  EXPECT_THAT(run(9), Each(3));
  EXPECT_THAT([&] { run(10); }, ThrowsMessage<RunError>(HasSubstr(
                                    "kernel.py:5: error: tensor_copy: src reads partition 0, byte 40 of ")));
}

}  // namespace
}  // namespace nki
