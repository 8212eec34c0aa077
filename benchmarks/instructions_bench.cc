// Every instruction on its own samples: how fast one executes, and what recording one costs without Python.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <cstring>

#include "interpreter/executor.h"
#include "interpreter/graph.h"

namespace nki {
namespace {

class OperandBytes : public OperandVisitor {
 public:
  int64_t bytes = 0;
  void OnView(const Field&, const View& view) override { bytes += view.elements() * ItemBytes(view.dtype); }
};

// The samples' tensors placed one after the other and filled with small positive numbers of their dtype.
class SampleMachine {
 public:
  explicit SampleMachine(const SampleBuilder& builder)
      : state_(kTrn.partitions, kTrn.sbuf_bytes, kTrn.psum_bytes), placements_(builder.tensors().size()) {
    int64_t next[2] = {0, 0};
    for (const Tensor& tensor : builder.tensors()) {
      hbm_.push_back(nullptr);
      if (OnChip(tensor.space)) {
        int64_t& at = next[tensor.space == Space::kPsum];
        placements_[tensor.id].byte = at;
        at += (tensor.bytes_per_partition() + 3) / 4 * 4;
      } else {
        storage_.emplace_back(tensor.bytes());
        hbm_.back() = storage_.back().data();
      }
    }
  }
  RunContext context() {
    return {.machine = state_, .hbm = hbm_.data(), .placements = placements_.data(), .blocks = {}};
  }

 private:
  static inline const Generation& kTrn = *AllGenerations().back();  // the largest memories
  MachineState state_;
  std::vector<Placement> placements_;
  std::vector<std::vector<std::byte>> storage_;
  std::vector<std::byte*> hbm_;
};

void Execute(benchmark::State& state, const InstructionDef* def, size_t index) {
  SampleBuilder builder;
  const auto samples = def->samples(builder);
  SampleMachine machine(builder);
  RunContext context = machine.context();
  OperandBytes operands;
  samples[index]->VisitFields(operands);
  for (auto _ : state) samples[index]->Run(context);
  state.SetBytesProcessed(state.iterations() * operands.bytes);
  state.SetLabel(ToText(*samples[index]));
}

// Making an instruction and appending it to a graph: what is left of tracing when Python is taken away.
void Record(benchmark::State& state) {
  const InstructionDef* def = FindInstruction("tensor_tensor");
  KernelGraph graph;
  for (auto _ : state) {
    graph.nodes.push_back({def->create(), 0, {}});
    if (graph.nodes.size() == 4096) graph.nodes.clear();
  }
}
BENCHMARK(Record);

// Registered before main runs, one benchmark per sample of the table.
const bool registered = [] {
  for (const InstructionDef* def : AllInstructions()) {
    SampleBuilder builder;
    const size_t count = def->samples(builder).size();
    for (size_t i = 0; i < count; ++i) {
      const std::string name = std::string(def->name) + "/" + std::to_string(i);
      benchmark::RegisterBenchmark(name.c_str(), Execute, def, i);
    }
  }
  return true;
}();

}  // namespace
}  // namespace nki
