#include "interpreter/undo_log.h"

#include "tests/interpreter/graph_builder.h"

namespace nki {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class UndoLogTest : public ::testing::Test {
 protected:
  // A log of the kernel's run on `inputs`, which hold other values in every byte.
  UndoLog Log(const Plan& plan) {
    inputs_ = MakeInputs(plan);
    before_ = inputs_;
    for (std::vector<std::byte>& bytes : inputs_) pointers_.push_back(bytes.data());
    return UndoLog(plan, pointers_);
  }
  // Every byte of the inputs changes.
  void Overwrite() {
    for (std::vector<std::byte>& bytes : inputs_) {
      for (std::byte& byte : bytes) byte = ~byte;
    }
  }
  // (first byte, bytes) of each stretch of an input that is as it was.
  std::vector<std::pair<int64_t, int64_t>> Restored(size_t input) const {
    std::vector<std::pair<int64_t, int64_t>> found;
    for (size_t i = 0; i < inputs_[input].size(); ++i) {
      if (inputs_[input][i] != before_[input][i]) continue;
      const int64_t at = static_cast<int64_t>(i);
      if (found.empty() || found.back().first + found.back().second != at) found.push_back({at, 0});
      ++found.back().second;
    }
    return found;
  }
  static std::vector<std::pair<int64_t, int64_t>> Saved(const UndoLog& log, size_t input) {
    std::vector<std::pair<int64_t, int64_t>> found;
    log.ForEachSaved(input, [&](int64_t start, int64_t bytes) { found.push_back({start, bytes}); });
    return found;
  }

  GraphBuilder b_;
  Buffers inputs_, before_;
  std::vector<void*> pointers_;
};

TEST_F(UndoLogTest, PutsBackTheBytesThatAreWrittenAndNoOthers) {
  const View x = b_.Input({4, 8}), y = b_.Input({4, 8});
  b_.Load(y.Slice(0, 1, 2, 1), x.Slice(0, 0, 1, 1));
  b_.Load(y.Slice(0, 3, 4, 1).Slice(1, 2, 4, 1), x.Slice(0, 3, 4, 1).Slice(1, 0, 2, 1));
  const auto plan = b_.Make();
  const UndoLog log = Log(*plan);
  EXPECT_THAT(Saved(log, 0), IsEmpty());
  EXPECT_THAT(Saved(log, 1), ElementsAre(Pair(32, 32), Pair(104, 8)));
  Overwrite();
  log.Restore();
  EXPECT_THAT(Restored(0), IsEmpty());
  EXPECT_THAT(Restored(1), ElementsAre(Pair(32, 32), Pair(104, 8)));
}

TEST_F(UndoLogTest, StridedWritesAreSavedElementByElement) {
  const View x = b_.Input({2, 4}), y = b_.Input({2, 8}, Dtype::kBfloat16);
  b_.Load(y.Slice(1, 1, 8, 2), x);
  const auto plan = b_.Make();
  const UndoLog log = Log(*plan);
  Overwrite();
  log.Restore();
  EXPECT_THAT(Restored(1), ElementsAre(Pair(2, 2), Pair(6, 2), Pair(10, 2), Pair(14, 2), Pair(18, 2),
                                       Pair(22, 2), Pair(26, 2), Pair(30, 2)));
}

// What only the run knows is saved before each write; bytes that are written again keep their oldest value.
TEST_F(UndoLogTest, AddressesOfTheRunAreSavedBeforeTheyAreWritten) {
  const View x = b_.Input({1, 4}), y = b_.Input({8, 4});
  KernelGraph& graph = *b_.graph();
  graph.registers = 1;
  View moved = y.Slice(0, 0, 1, 1);
  moved.dynamic = &graph.dynamic_offsets.emplace_back(DynamicOffset{.reg = {0}, .step_bytes = 16});
  b_.Load(moved, x);
  const auto instruction = MakeInstruction("dma_copy", {{"dst", moved}, {"src", x}});
  EXPECT_TRUE(WritesInputAnywhere(*instruction));
  EXPECT_FALSE(WritesInputAnywhere(*MakeInstruction("dma_copy", {{"dst", y.Slice(0, 0, 1, 1)}, {"src", x}})));

  Plan plan;
  plan.graph = b_.graph();
  plan.input_writes = FindInputWrites(graph);
  ASSERT_EQ(plan.input_writes.size(), 1u) << "y is written, though nobody knows where";
  EXPECT_EQ(plan.input_writes[0].input, 1u);
  EXPECT_THAT(plan.input_writes[0].runs, IsEmpty());
  UndoLog log = Log(plan);
  EXPECT_THAT(Saved(log, 1), IsEmpty());

  MachineState machine(128, 1024, 1024);
  double value = 2;
  const RunContext context{
      .machine = machine, .hbm = nullptr, .placements = nullptr, .blocks = {}, .registers = &value};
  log.Save(*instruction, context);
  for (int64_t byte = 32; byte < 48; ++byte) inputs_[1][byte] = std::byte{1};
  log.Save(*instruction, context);  // again, after it was written
  value = 5;
  log.Save(*instruction, context);
  EXPECT_THAT(Saved(log, 1), ElementsAre(Pair(32, 16), Pair(80, 16)));
  Overwrite();
  log.Restore();
  EXPECT_THAT(Restored(1), ElementsAre(Pair(32, 16), Pair(80, 16)));
}

TEST_F(UndoLogTest, RunsAreCutOffAtTheEndsOfTheStorage) {
  std::vector<std::pair<int64_t, int64_t>> found;
  const ByteRuns runs{.start = -4, .run = 8, .rank = 2, .dims = {Dim{10, 3}, Dim{0, 5}}};
  ForEachRun(runs, 20, [&](int64_t start, int64_t bytes) { found.push_back({start, bytes}); });
  EXPECT_THAT(found, ElementsAre(Pair(0, 4), Pair(6, 8), Pair(16, 4)));
}

}  // namespace
}  // namespace nki
