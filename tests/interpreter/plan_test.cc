#include "interpreter/plan.h"

#include "tests/interpreter/graph_builder.h"

namespace nki {
namespace {

TEST(Plan, SaysWhichDestinationsHoldSomething) {
  GraphBuilder b;
  const View x = b.Sbuf({128, 64}), sum = b.Psum({64, 64}), other = b.Psum({64, 64});
  b.Fill(x, 1);
  for (const View& dst : {sum, sum, other})
    b.Add("nc_matmul", {{"dst", dst}, {"stationary", x}, {"moving", x}});
  const std::shared_ptr<const Plan> plan = b.Make();
  std::vector<bool> written;
  for (const Step& step : plan->steps) written.push_back(step.destination == WriteState::kWritten);
  EXPECT_EQ(written, std::vector<bool>({false, false, true, false}));
}

TEST(Plan, OrdersDiagnosticsByTheLinesOfTheKernel) {
  GraphBuilder b;
  const View x = b.Sbuf({128, 64}), wide = b.Sbuf({128, 65});
  b.Fill(x, 1);
  b.Add("tensor_copy", {{"dst", x}, {"src", b.Sbuf({128, 64})}}, 5);
  b.Add("tensor_copy", {{"dst", wide}, {"src", x}}, 2);
  try {
    b.Make();
    FAIL() << "the kernel is wrong in two lines";
  } catch (const VerifyError& error) {
    ASSERT_EQ(error.diagnostics.size(), 2u);
    EXPECT_EQ(error.diagnostics[0].line, 2);
    EXPECT_EQ(error.diagnostics[0].file, "kernel.py");
    EXPECT_EQ(error.diagnostics[0].text, "line 2");
    EXPECT_EQ(error.diagnostics[1].rule, "uninitialised-read");
    EXPECT_THAT(error.what(), ::testing::HasSubstr("kernel.py:2: error: tensor_copy"));
  }
}

// Workers would overwrite what others have still to read, so that one of them does it alone.
TEST(Plan, CopiesThatOverlapAreNotShared) {
  GraphBuilder b;
  const View in = b.Input({128, 64}), y = b.Sbuf({128, 64});
  // One place under two names: that they overlap shows in their addresses only.
  const View x = b.Sbuf({128, 64}, Dtype::kFloat32, Address{0, 4096});
  const View z = b.Sbuf({128, 64}, Dtype::kFloat32, Address{0, 4096});
  b.Load(x, in);
  b.Load(y, x);
  b.Load(z.Slice(0, 1, 128, 1), x.Slice(0, 0, 127, 1));
  b.Load(z.Slice(0, 0, 64, 1), x.Slice(0, 64, 128, 1));
  b.Load(z.Slice(0, 1, 65, 1).Slice(1, 0, 32, 1), x.Slice(0, 0, 64, 1).Slice(1, 32, 64, 1));
  const std::shared_ptr<const Plan> plan = b.Make();
  std::vector<bool> shared;
  for (const Step& step : plan->steps) shared.push_back(step.shared);
  EXPECT_EQ(shared, std::vector<bool>({true, true, false, true, true}));
}

}  // namespace
}  // namespace nki
