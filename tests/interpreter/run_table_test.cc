#include "interpreter/run_table.h"

#include <cstring>

#include "tests/interpreter/graph_builder.h"

namespace nki {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::shared_ptr<const Plan> Copy(const std::string& name) {
  GraphBuilder b;
  b.graph()->name = name;
  const View in = b.Input({4, 4}), out = b.Hbm({4, 4}), x = b.Sbuf({4, 4});
  b.Load(x, in);
  b.Load(out, x);
  b.Return(out);
  return b.Make();
}

class RunTableTest : public ::testing::Test {
 protected:
  ~RunTableTest() override { SetRunHooks({}); }
  std::array<float, 16> input_{1, 2, 3}, output_{};
  std::array<void*, 1> in_{input_.data()}, out_{output_.data()};
};

TEST_F(RunTableTest, RunsWhatWasAdded) {
  AddCompiled("copy-key", Copy("copy"));
  EXPECT_NE(FindCompiled("copy-key"), nullptr);
  RunCompiled("copy-key", in_, out_);
  EXPECT_EQ(output_, input_);
}

TEST_F(RunTableTest, AnEntryNeverChanges) {
  const std::shared_ptr<const Plan> first = Copy("first");
  AddCompiled("same-key", first);
  AddCompiled("same-key", Copy("second"));
  EXPECT_EQ(GetCompiled("same-key"), first);
}

TEST_F(RunTableTest, SaysWhatToDoAboutAnUnknownKey) {
  EXPECT_EQ(FindCompiled("no-such-key"), nullptr);
  try {
    RunCompiled("no-such-key", in_, out_);
    FAIL() << "the key is not there";
  } catch (const UnknownKernelError& error) {
    EXPECT_THAT(error.what(),
                HasSubstr("NKI kernel no-such-key is not in this process: call the kernel here once"));
  }
}

TEST_F(RunTableTest, CheckOnlyGivesZerosAndRunsNothing) {
  output_.fill(5);
  SetRunHooks({.check_only = true, .log = {}});
  const RunReport report = RunHooked(*Copy("checked"), in_, out_);
  EXPECT_EQ(report.steps, 0);
  EXPECT_EQ(output_, (std::array<float, 16>{}));
}

TEST_F(RunTableTest, CheckOnlyLeavesInputsThatAreResultsAlone) {
  GraphBuilder b;
  const View in = b.Input({4, 4}), x = b.Sbuf({4, 4});
  b.Fill(x, 9);
  b.Load(in, x);
  b.Return(in);
  SetRunHooks({.check_only = true, .log = {}});
  RunHooked(*b.Make(), in_, in_);
  EXPECT_EQ(input_, (std::array<float, 16>{1, 2, 3}));
}

TEST_F(RunTableTest, LogsAndCountsEveryRun) {
  std::vector<std::string> lines;
  SetRunHooks({.check_only = false, .log = [&](const std::string& line) { lines.push_back(line); }});
  const std::shared_ptr<const Plan> plan = Copy("counted");
  RunHooked(*plan, in_, out_);
  RunHooked(*plan, in_, out_);
  EXPECT_THAT(lines, SizeIs(4));
  const RunTotals totals = Totals().at("counted");
  EXPECT_EQ(totals.calls, 2);
  EXPECT_EQ(totals.steps, 4);
  EXPECT_GT(totals.seconds, 0);
}

}  // namespace
}  // namespace nki
