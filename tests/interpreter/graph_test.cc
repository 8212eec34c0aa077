#include "interpreter/graph.h"

#include "tests/interpreter/graph_builder.h"

namespace nki {
namespace {

TEST(Graph, ViewsReadAsSlicesOrPatterns) {
  GraphBuilder b;
  const View x = b.Hbm({8, 4, 6});
  EXPECT_EQ(ToText(x), "t0");
  EXPECT_EQ(ToText(x.Slice(0, 2, 8, 2)), "t0[2:7:2, 0:4, 0:6]");
  EXPECT_EQ(ToText(x.Slice(0, 7, 8, 1).Slice(2, 5, 6, 1)), "t0[7:8, 0:4, 5:6]");
  EXPECT_EQ(ToText(x.Reinterpret(Dtype::kInt32)), "t0.ap([[24, 8], [6, 4], [1, 6]], dtype=int32)");
  EXPECT_EQ(ToText(x.Slice(0, 1, 2, 1).SqueezeDim(0)), "t0.ap([[6, 4], [1, 6]], offset=24)");
  EXPECT_EQ(ToText(x.Slice(1, 0, 1, 1).Broadcast(1, 4)), "t0.ap([[24, 8], [0, 4], [1, 6]])");
}

TEST(Graph, InstructionsShowWhatDiffersFromTheDefaults) {
  GraphBuilder b;
  const View x = b.Sbuf({8, 4}), sum = b.Psum({4, 4});
  b.Add("nc_matmul", {{"dst", sum}, {"stationary", x}, {"moving", x}, {"accumulate", false}});
  b.Add("tensor_tensor",
        {{"dst", x}, {"data1", x}, {"data2", x}, {"op", AluOp::kAdd}, {"engine", Engine::kGpSimd}});
  EXPECT_EQ(ToText(*b.graph()->nodes[0].instruction),
            "nc_matmul dst=t1 stationary=t0 moving=t0 accumulate=False");
  EXPECT_EQ(ToText(*b.graph()->nodes[1].instruction),
            "tensor_tensor dst=t0 data1=t0 data2=t0 op=add engine=gpsimd");
}

TEST(Graph, FindsTheInputThatAResultIs) {
  GraphBuilder b;
  const View x = b.Input({8, 4}), y = b.Input({8, 4}), out = b.Hbm({8, 4});
  b.Return(y);
  b.Return(out);
  b.Return(x);
  EXPECT_EQ(b.graph()->AliasedInput(0), 1);
  EXPECT_EQ(b.graph()->AliasedInput(1), -1);
  EXPECT_EQ(b.graph()->AliasedInput(2), 0);
}

}  // namespace
}  // namespace nki
