#include "interpreter/executor.h"

#include <atomic>
#include <thread>

#include "tests/interpreter/graph_builder.h"
#include "tests/interpreter/random_kernel.h"

namespace nki {
namespace {

// A step that does what a test wants; everything else is a copy's.
class Intruder : public Instruction {
 public:
  Intruder(const Instruction* like, std::function<void(BlockRange)> act)
      : like_(like), act_(std::move(act)) {}
  const InstructionDef& def() const override { return like_->def(); }
  void VisitFields(FieldVisitor& visitor) override { const_cast<Instruction*>(like_)->VisitFields(visitor); }
  void Check(Checker& checker) const override { like_->Check(checker); }
  Cost CostOn(const Generation& gen) const override { return like_->CostOn(gen); }
  void Run(RunContext& context) const override { act_(context.blocks); }
  bool LaneLocal() const override { return true; }
  bool Splits() const override { return true; }
  bool Elementwise() const override { return false; }
  bool MovesBits() const override { return false; }
  bool ReadsDestination() const override { return false; }
  bool ReadsAllFirst() const override { return false; }
  bool AddsWhereWritten() const override { return false; }
  bool KeepsDestination() const override { return false; }
  StateUse State() const override { return {}; }
  bool FollowsVectorOffset() const override { return false; }
  std::string_view RefusesIndirect(const View&) const override { return ""; }
  bool TakesName() const override { return true; }
  std::optional<Meeting> MeetsCore() const override { return std::nullopt; }
  std::optional<Flow> ControlFlow() const override { return std::nullopt; }
  Parts PartsTouched(const View&) const override { return std::nullopt; }
  bool SkipsByData() const override { return false; }
  Parts PartsMoved(const View&, const RunContext&) const override { return std::nullopt; }

 private:
  const Instruction* like_;
  std::function<void(BlockRange)> act_;
};

// A plan of `rounds` matmuls with barriers between them, whose first one is replaced by `act`.
class Intruded {
 public:
  Intruded(int rounds, std::function<void(BlockRange)> act) {
    GraphBuilder b;
    const View in = b.Input({128, 64}), x = b.Sbuf({128, 64}), sum = b.Psum({64, 64}), out = b.Hbm({64, 64});
    b.Load(x, in);
    for (int i = 0; i < rounds; ++i) {
      b.Add("nc_matmul", {{"dst", sum}, {"stationary", x}, {"moving", x}, {"accumulate", false}});
      b.Add("tensor_copy", {{"dst", x.Slice(0, 0, 64, 1)}, {"src", sum}});
    }
    b.Load(out, x.Slice(0, 0, 64, 1));
    b.Return(out);
    plan_ = Shareable(*b.Make());
    intruder_ = std::make_unique<Intruder>(plan_.steps[1].instruction, std::move(act));
    plan_.steps[1].instruction = intruder_.get();
  }
  const Plan& plan() const { return plan_; }

 private:
  Plan plan_;
  std::unique_ptr<Intruder> intruder_;
};

TEST(Executor, AnExceptionInAnyWorkerEndsTheRunAndTheNextOneWorks) {
  for (int workers : {1, 2, 4}) {
    for (int thrower = 0; thrower < workers; ++thrower) {
      const int first_block = thrower * kBlocks / workers;
      const Intruded intruded(50, [&](BlockRange blocks) {
        if (workers == 1 || blocks.begin == first_block) throw RunError("as planned");
      });
      const Buffers inputs = MakeInputs(intruded.plan());
      EXPECT_THROW(RunOn(intruded.plan(), inputs, {.max_workers = workers}), RunError);
      const RandomKernel kernel(7, 30);
      const Plan plan = Shareable(*kernel.builder().Make());
      EXPECT_EQ(RunOn(plan, MakeInputs(plan), {.max_workers = workers}),
                RunOn(plan, MakeInputs(plan), {.max_workers = 1}));
    }
  }
}

TEST(Executor, InterruptionEndsTheRun) {
  for (int workers : {1, 2, 3}) {
    std::atomic<int> polls = 0;
    const Intruded slow(2, [&](BlockRange blocks) {
      if (blocks.first()) std::this_thread::sleep_for(std::chrono::milliseconds(80));
    });
    RunOptions options{.max_workers = workers};
    options.interrupted = [&] { return ++polls > 0; };
    EXPECT_THROW(RunOn(slow.plan(), MakeInputs(slow.plan()), options), Interrupted);
    EXPECT_EQ(polls, 1);
    options.interrupted = [&] { return false; };
    EXPECT_NO_THROW(RunOn(slow.plan(), MakeInputs(slow.plan()), options));
  }
}

TEST(Executor, ManyThreadsRunTheSamePlanAtOnce) {
  const RandomKernel kernel(11, 40);
  const Plan plan = Shareable(*kernel.builder().Make());
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int seed = 0; seed < 4; ++seed) {
    threads.emplace_back([&, seed] {
      const Buffers inputs = MakeInputs(plan, seed);
      const Buffers expected = RunOn(plan, inputs, {.max_workers = 1});
      for (int i = 0; i < 20; ++i) wrong += RunOn(plan, inputs, {.max_workers = 2}) != expected;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Executor, LogsOneLinePerInstructionAndGivesTheSameBits) {
  const RandomKernel kernel(6, 20);
  const Plan plan = Shareable(*kernel.builder().Make());
  std::vector<std::string> lines;
  RunOptions options;
  options.log = [&](const std::string& line) { lines.push_back(line); };
  EXPECT_EQ(RunOn(plan, MakeInputs(plan), options), RunOn(plan, MakeInputs(plan)));
  ASSERT_EQ(lines.size(), plan.steps.size());
  EXPECT_EQ(lines[0], "nki kernel 0 dma dma_copy dst=t3 src=t1.ap([[560, 128], [1, 560]]) @ kernel.py:0");
}

TEST(Executor, ReportsStepsAndWorkers) {
  const RandomKernel kernel(5, 20);
  const Plan plan = Shareable(*kernel.builder().Make());
  Buffers inputs = MakeInputs(plan);
  std::vector<void*> in, out;
  Buffers outputs;
  for (auto& bytes : inputs) in.push_back(bytes.data());
  for (const View& output : plan.graph->outputs) outputs.emplace_back(output.tensor->bytes());
  for (auto& bytes : outputs) out.push_back(bytes.data());
  out.back() = in[0];  // the last result is the first input
  const RunReport report = RunPlan(plan, in, out, {.max_workers = 3});
  EXPECT_EQ(report.steps, std::ssize(plan.steps));
  EXPECT_EQ(report.workers, 3);
  EXPECT_GT(report.seconds, 0);
  Plan small = plan;
  small.worth_sharing = false;
  EXPECT_EQ(RunPlan(small, in, out, {.max_workers = 3}).workers, 1) << "too little work for a second thread";
}

TEST(Executor, MoreWorkersThanBlocksAreNotMade) {
  const RandomKernel kernel(5, 20);
  const Plan plan = Shareable(*kernel.builder().Make());
  EXPECT_EQ(RunOn(plan, MakeInputs(plan), {.max_workers = 50}),
            RunOn(plan, MakeInputs(plan), {.max_workers = 1}));
}

// Adds to registers that no activation of the kernel has reset: x is [128, 8] of ones, summed.
View SumRegisters(GraphBuilder& b, const View& x) {
  const View sum = b.Sbuf({128, 1}), out = b.Hbm({128, 1});
  b.Add("activation", {{"dst", x},
                       {"op", ActivationOp::kCopy},
                       {"data", x},
                       {"reduce_op", AluOp::kAdd},
                       {"reduce_res", sum},
                       {"reduce_cmd", ReduceCmd::kReduce}});
  b.Load(out, sum);
  return out;
}

TEST(Executor, RegistersAreZeroWhenAKernelOrAProgramOfItsGridStarts) {
  for (int workers : {1, 2, 8}) {
    GraphBuilder b;
    for (int program = 0; program < 3; ++program) {
      b.graph()->programs.push_back(b.graph()->nodes.size());
      const View x = b.Sbuf({128, 8});
      b.Fill(x, 1);
      b.Return(SumRegisters(b, x));
    }
    const Plan plan = Shareable(*b.Make());
    for (int run = 0; run < 2; ++run) {
      for (const std::vector<std::byte>& result : RunOn(plan, {}, {.max_workers = workers})) {
        EXPECT_EQ(Floats(result), std::vector<float>(128, 8)) << workers << " workers, run " << run;
      }
    }
  }
}

TEST(Executor, ResultsOfAPackedDtypeAreFilledToo) {
  GraphBuilder b;
  const View out = b.Hbm({4, 8}, Dtype::kFloat8E4m3fnX4), x = b.Sbuf({2, 8}, Dtype::kFloat8E4m3fnX4);
  const View in = b.Input({2, 8}, Dtype::kFloat8E4m3fnX4);
  b.Load(x, in);
  b.Load(out.Slice(0, 0, 2, 1), x);
  b.Return(out);
  Buffers inputs = {std::vector<std::byte>(64, std::byte{7})};
  std::vector<std::byte> expected(128, std::byte{0});
  std::fill_n(expected.begin(), 64, std::byte{7});
  EXPECT_EQ(RunOn(*b.Make(), inputs)[0], expected);
}

}  // namespace
}  // namespace nki
