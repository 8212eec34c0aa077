#include "interpreter/barriers.h"

#include <deque>
#include <numeric>
#include <random>

#include "memory/machine_state.h"
#include "tests/interpreter/random_kernel.h"

namespace nki {
namespace {

// Plays a plan's workers on one thread: between two barriers they take turns at random, one often far ahead
// of the others.
class Interleaving {
 public:
  Interleaving(const Plan& plan, int workers, uint32_t seed)
      : plan_(plan), workers_(workers), random_(seed), machine_(128, Trn1().sbuf_bytes, Trn1().psum_bytes) {}

  Buffers Run(Buffers inputs) {
    const KernelGraph& graph = *plan_.graph;
    Buffers memory(graph.tensors.size());
    for (const Tensor& tensor : graph.tensors)
      memory[tensor.id].resize(OnChip(tensor.space) ? 0 : tensor.bytes());
    for (size_t i = 0; i < inputs.size(); ++i) memory[graph.inputs[i]] = inputs[i];
    for (std::vector<std::byte>& bytes : memory) hbm_.push_back(bytes.data());
    const RunContext context{
        .machine = machine_, .hbm = hbm_.data(), .placements = plan_.placements.data(), .blocks = {}};
    for (int worker = 0; worker < workers_; ++worker) runners_.emplace_back(plan_, context, worker, workers_);
    for (size_t begin = 0; begin < plan_.steps.size();) {
      size_t end = begin + 1;
      while (end < plan_.steps.size() && !plan_.steps[end].barrier) ++end;
      Section(begin, end);
      begin = end;
    }
    Buffers outputs;
    for (const View& output : graph.outputs) outputs.push_back(memory[output.tensor->id]);
    return outputs;
  }

 private:
  void Section(size_t begin, size_t end) {
    std::vector<size_t> next(workers_, begin);
    std::vector<int> ready(workers_);
    for (int worker = 0; worker < workers_; ++worker) ready[worker] = worker;
    while (!ready.empty()) {
      const size_t at = random_() % ready.size();
      const int worker = ready[at];
      for (size_t steps = 1 + random_() % 8; steps > 0 && next[worker] < end; --steps)
        runners_[worker].Run(plan_.steps[next[worker]++]);
      if (next[worker] == end) ready.erase(ready.begin() + at);
    }
  }

  const Plan& plan_;
  int workers_;
  std::mt19937 random_;
  MachineState machine_;
  std::vector<std::byte*> hbm_;
  std::deque<StepRunner> runners_;
};

// One worker, one instruction after the other, as a log shows them.
Buffers RunInOrder(const Plan& plan, const Buffers& inputs) {
  RunOptions options;
  options.log = [](const std::string&) {};
  return RunOn(plan, inputs, options);
}

TEST(Barriers, EveryInterleavingThatTheyAllowGivesTheSameBits) {
  for (uint32_t seed = 0; seed < 400; ++seed) {
    const RandomKernel kernel(seed % 300, 4 + seed % 30, seed >= 300);
    ASSERT_THAT(kernel.builder().Problems(), ::testing::IsEmpty()) << ToText(*kernel.builder().graph());
    const std::shared_ptr<const Plan> plan = kernel.builder().Make();
    const Buffers inputs = MakeInputs(*plan, seed);
    const Buffers expected = RunInOrder(*plan, inputs);
    ASSERT_EQ(RunOn(*plan, inputs), expected) << "seed " << seed << "\n" << ToText(*plan->graph);
    for (int workers : {1, 2, 3, 8}) {
      ASSERT_EQ(Interleaving(*plan, workers, seed).Run(inputs), expected)
          << "seed " << seed << ", " << workers << " workers\n"
          << ToText(*plan->graph);
    }
  }
}

TEST(Barriers, ThreadsGiveTheSameBits) {
  for (uint32_t seed = 0; seed < 48; ++seed) {
    const RandomKernel kernel(seed / 2, seed % 2 == 1 ? 30 : 60, seed % 2 == 1);
    const Plan plan = Shareable(*kernel.builder().Make());
    const Buffers inputs = MakeInputs(plan, seed);
    const Buffers expected = RunInOrder(plan, inputs);
    for (int workers : {2, 3, seed / 2 % 8 == 0 ? 8 : 4}) {
      ASSERT_EQ(RunOn(plan, inputs, {.max_workers = workers}), expected)
          << "seed " << seed << ", " << workers << " workers";
    }
  }
}

std::vector<bool> BarriersOf(const GraphBuilder& b) {
  const std::shared_ptr<const Plan> plan = b.Make();
  std::vector<bool> barriers;
  for (const Step& step : plan->steps) barriers.push_back(step.barrier);
  return barriers;
}

TEST(Barriers, ChainInsideTheOwnPartitionsNeedsNone) {
  GraphBuilder b;
  const View in = b.Input({128, 8}), out = b.Hbm({128, 8}), x = b.Sbuf({128, 8}), y = b.Sbuf({128, 8});
  b.Load(x, in);
  b.Add("tensor_tensor", {{"dst", y}, {"data1", x}, {"data2", x}, {"op", AluOp::kAdd}});
  b.Load(out, y);
  b.Return(out);
  EXPECT_EQ(BarriersOf(b), std::vector<bool>({false, false, false}));
}

TEST(Barriers, OneBeforeAMatmulThatReadsWhatOthersLoaded) {
  GraphBuilder b;
  // Whole pieces of SBUF (2 KiB per partition) each: a piece is what accesses are compared by.
  const View in = b.Input({128, 512}), out = b.Hbm({64, 64}), loaded = b.Sbuf({128, 512}),
             y = b.Sbuf({64, 64});
  const View sum = b.Psum({64, 64}), x = loaded.Slice(1, 0, 64, 1);
  b.Load(loaded, in);
  b.Add("nc_matmul", {{"dst", sum}, {"stationary", x}, {"moving", x}});
  b.Add("nc_matmul", {{"dst", sum}, {"stationary", x}, {"moving", x}});
  b.Add("tensor_copy", {{"dst", y}, {"src", sum}});
  b.Load(out, y);
  b.Load(b.Hbm({128, 512}), loaded);  // keeps y from taking the place of x
  b.Return(out);
  EXPECT_EQ(BarriersOf(b), std::vector<bool>({false, true, false, false, false, false}));
}

TEST(Barriers, OneBeforeAWriteToWhatOthersStillRead) {
  GraphBuilder b;
  const View in = b.Input({128, 64}), out = b.Hbm({128, 64}), x = b.Sbuf({128, 64}), sum = b.Psum({64, 64});
  b.Load(x, in);
  b.Add("nc_matmul", {{"dst", sum}, {"stationary", x}, {"moving", x}});
  b.Load(x, in);
  b.Load(out, x);
  b.Return(out);
  EXPECT_EQ(BarriersOf(b), std::vector<bool>({false, true, true, false}));
}

TEST(Barriers, OneBetweenAStoreAndALoadOfTheSameTensor) {
  GraphBuilder b;
  const View in = b.Input({128, 8}), out = b.Hbm({128, 8}), x = b.Sbuf({128, 8}), y = b.Sbuf({64, 8});
  b.Load(x, in);
  b.Load(out, x);
  b.Load(y, out.Slice(0, 64, 128, 1));
  b.Load(out.Slice(0, 0, 64, 1), y);
  b.Return(out);
  EXPECT_EQ(BarriersOf(b), std::vector<bool>({false, false, true, true}));
}

// What one worker alone does with the registers of all partitions waits for the others', and they for it.
TEST(Barriers, RegistersAreComparedAsMemoryIs) {
  GraphBuilder b;
  const std::vector<View> tiles = {b.Sbuf({128, 512}), b.Sbuf({128, 512}), b.Sbuf({128, 512})};
  for (const View& tile : tiles) b.Fill(tile, 1);
  const auto sum = [&](const View& x, ReduceCmd command) {
    b.Add("activation", {{"dst", x},
                         {"op", ActivationOp::kCopy},
                         {"data", x},
                         {"reduce_op", AluOp::kAdd},
                         {"reduce_cmd", command}});
  };
  sum(tiles[0], ReduceCmd::kResetReduce);
  sum(tiles[1], ReduceCmd::kReduce);
  sum(tiles[2], ReduceCmd::kReduce);
  Plan plan = *b.Make();
  for (const Step& step : plan.steps) EXPECT_FALSE(step.barrier);
  plan.steps[1].shared = plan.steps[4].shared = false;  // nothing but registers is shared with others
  std::vector<size_t> order(plan.steps.size());
  std::iota(order.begin(), order.end(), size_t{0});
  PlaceBarriers(plan, order, std::vector<bool>(plan.steps.size(), false));
  EXPECT_TRUE(plan.steps[4].barrier);
  EXPECT_TRUE(plan.steps[5].barrier);
}

}  // namespace
}  // namespace nki
