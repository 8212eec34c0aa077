#include "interpreter/sharing.h"

#include "tests/interpreter/graph_builder.h"

namespace nki {
namespace {

// `rounds` times: a matmul of all partitions, which waits for the copy of its result before it.
std::shared_ptr<const Plan> Matmuls(int rounds, int64_t size) {
  GraphBuilder b;
  const View in = b.Input({128, size}), x = b.Sbuf({128, size}), sum = b.Psum({size, size}),
             out = b.Hbm({size, size});
  b.Load(x, in);
  for (int i = 0; i < rounds; ++i) {
    b.Add("nc_matmul", {{"dst", sum}, {"stationary", x}, {"moving", x}, {"accumulate", false}});
    b.Add("tensor_copy", {{"dst", x.Slice(0, 0, size, 1)}, {"src", sum}});
  }
  b.Load(out, x.Slice(0, 0, size, 1));
  b.Return(out);
  return b.Make();
}

// A chain of elementwise instructions inside each partition: no barriers.
std::shared_ptr<const Plan> Chain(int rounds, int64_t columns) {
  GraphBuilder b;
  const View in = b.Input({128, columns}), x = b.Sbuf({128, columns}), out = b.Hbm({128, columns});
  b.Load(x, in);
  for (int i = 0; i < rounds; ++i) {
    b.Add("tensor_scalar",
          {{"dst", x}, {"data", x}, {"op0", AluOp::kAdd}, {"operand0", Operand::Constant(1)}});
    b.Add("activation", {{"dst", x}, {"op", ActivationOp::kTanh}, {"data", x}});
  }
  b.Load(out, x);
  b.Return(out);
  return b.Make();
}

// Through HBM and back in every round, with a barrier before each load.
std::shared_ptr<const Plan> RoundTrips(int rounds, int64_t columns) {
  GraphBuilder b;
  const View in = b.Input({128, columns}), x = b.Sbuf({128, columns}), out = b.Hbm({128, columns});
  for (int i = 0; i < rounds; ++i) {
    b.Load(x, i == 0 ? in : out);
    b.Add("activation",
          {{"dst", x}, {"op", ActivationOp::kTanh}, {"data", x}, {"reduce_cmd", ReduceCmd::kReset}});
    b.Load(out, x);
  }
  b.Return(out);
  return b.Make();
}

TEST(Sharing, NeedsWorkThatIsWorthWakingAWorkerFor) {
  EXPECT_FALSE(Chain(1, 64)->worth_sharing);
  EXPECT_FALSE(Chain(1, 256)->worth_sharing);
  EXPECT_TRUE(Chain(8, 512)->worth_sharing);
  EXPECT_TRUE(Chain(1, 4096)->worth_sharing);
}

TEST(Sharing, BarriersCostWhatTheWorkBetweenThemMustWin) {
  for (int rounds : {10, 100, 1000}) {
    EXPECT_FALSE(Matmuls(rounds, 16)->worth_sharing) << rounds;  // 1 us of work between two barriers
    EXPECT_TRUE(Matmuls(rounds, 128)->worth_sharing) << rounds;  // 20 us
    EXPECT_FALSE(RoundTrips(rounds, 64)->worth_sharing) << rounds;
    EXPECT_TRUE(RoundTrips(rounds, 1024)->worth_sharing) << rounds;
  }
}

TEST(Sharing, CountsOnlyWhatWorkersShare) {
  Plan plan = *Chain(8, 512);
  for (Step& step : plan.steps) step.shared = false;
  EXPECT_FALSE(WorthSharing(plan));
}

TEST(Sharing, CountsStepsInHbmByTheirRows) {
  for (int64_t columns : {256, 8192}) {
    GraphBuilder b;
    const View one = b.Input({128, columns}), two = b.Input({128, columns}), out = b.Hbm({128, columns});
    const View x = b.Sbuf({128, columns}), y = b.Sbuf({128, columns}), z = b.Sbuf({128, columns});
    b.Load(x, one);
    b.Load(y, two);
    b.Add("tensor_tensor", {{"dst", z}, {"data1", x}, {"data2", y}, {"op", AluOp::kAdd}});
    b.Load(out, z);
    b.Return(out);
    const std::shared_ptr<const Plan> plan = b.Make();
    ASSERT_EQ(plan->in_hbm.size(), 1u);
    EXPECT_EQ(plan->worth_sharing, columns == 8192);
  }
}

}  // namespace
}  // namespace nki
