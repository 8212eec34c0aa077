#include "interpreter/sharing.h"

#include <algorithm>

namespace nki {
namespace {

// Measured with two workers on two virtual CPUs of an AMD EPYC at 2.6 GHz. Work is counted in bytes of
// operands: one worker gets through 80 of them per nanosecond (tensor_scalar on [128, 512]), so half of
// 2 MiB takes about as long as waking a worker (10 to 25 us), and half of 256 KiB about as long as a barrier:
// 1 us where one has to wait for the other, 2 us where they share a processor with somebody else.
constexpr int64_t kBytesToWake = int64_t{2} << 20;
constexpr int64_t kBytesPerBarrier = int64_t{256} << 10;
// The same worker multiplies at 3 to 7 bytes of operands per nanosecond.
constexpr int64_t kMatmulWeight = 16;

// The passes of the loops around a node, as far as they are constants; others count as one.
int64_t PassesOf(const KernelGraph& graph, int region) {
  int64_t passes = 1;
  for (; region >= 0; region = graph.regions[region].parent) {
    const std::optional<Flow> flow = graph.nodes[graph.regions[region].first].instruction->ControlFlow();
    if (flow->kind != Flow::Kind::kLoop || flow->start.is_register() || flow->stop.is_register()) continue;
    passes *= std::max<int64_t>(0, (flow->stop.value - flow->start.value + flow->step - 1) / flow->step);
    passes = std::min(passes, int64_t{1} << 20);
  }
  return passes;
}

class ByteCounter : public OperandVisitor {
 public:
  int64_t bytes = 0;
  void OnView(const Field&, const View& view) override { bytes += view.elements() * ItemBytes(view.dtype); }
};

int64_t SharedBytes(const Plan& plan, const Step& step) {
  ByteCounter counter;
  if (step.in_hbm >= 0) {
    for (const HbmRows& tile : plan.in_hbm[step.in_hbm]) counter.OnView({}, tile.rows);
    return counter.bytes;
  }
  const_cast<Instruction*>(step.instruction)->VisitFields(counter);
  const bool tensor_engine = step.instruction->CostOn(*plan.graph->generation).engine == Engine::kTensor;
  return tensor_engine ? counter.bytes * kMatmulWeight : counter.bytes;
}

}  // namespace

bool WorthSharing(const Plan& plan) {
  int64_t work = 0, waits = kBytesToWake;
  for (const Step& step : plan.steps) {
    if (step.elided) continue;
    const int64_t passes = PassesOf(*plan.graph, step.region);
    if (step.shared) work += passes * SharedBytes(plan, step);
    if (step.barrier) waits += passes * kBytesPerBarrier;
  }
  return work >= waits;
}

}  // namespace nki
