#include "interpreter/undo_log.h"

#include <algorithm>
#include <cstring>

#include "interpreter/touched.h"

namespace nki {
namespace {

bool IsWrittenInput(const Field& field, const View& view) {
  return field.role == Field::Role::kOut && view.tensor->role == TensorRole::kInput;
}

// Collects the static writes of inputs, each byte once or seldom more often.
class StaticWrites : public OperandVisitor {
 public:
  explicit StaticWrites(const KernelGraph& graph)
      : runs_(graph.tensors.size()), maps_(graph.tensors.size()) {}

  void Visit(Instruction& instruction) {
    instruction_ = &instruction;
    instruction.VisitFields(*this);
  }

  void OnView(const Field& field, const View& view) override {
    if (!IsWrittenInput(field, view)) return;
    std::optional<WrittenMap>& map = maps_[view.tensor->id];
    if (!map) map.emplace(view.tensor->bytes());
    if (view.dynamic != nullptr) return;
    const Parts parts = instruction_->PartsTouched(view);
    if (!parts) return Add(view);
    for (const View& part : *parts) Add(part);
  }

  bool Writes(const Tensor& tensor) const { return maps_[tensor.id].has_value(); }
  std::vector<ByteRuns> TakeRunsOf(const Tensor& tensor) {
    if (maps_[tensor.id]->whole() == WrittenMap::State::kAll) return {ByteRuns::Of(View::Of(tensor))};
    return std::move(runs_[tensor.id]);
  }

 private:
  void Add(const View& view) {
    WrittenMap& map = *maps_[view.tensor->id];
    const ByteRuns runs = ByteRuns::Of(view);
    if (map.Mark(runs) == WrittenMap::State::kAll) return;
    std::vector<ByteRuns>& found = runs_[view.tensor->id];
    if (!found.empty() && found.back().rank == 0 && runs.rank == 0 &&
        found.back().start + found.back().run == runs.start) {
      found.back().run += runs.run;
    } else {
      found.push_back(runs);
    }
  }

  const Instruction* instruction_ = nullptr;
  std::vector<std::vector<ByteRuns>> runs_;      // by tensor id
  std::vector<std::optional<WrittenMap>> maps_;  // by tensor id
};

class DynamicFinder : public OperandVisitor {
 public:
  bool found = false;
  void OnView(const Field& field, const View& view) override {
    found |= IsWrittenInput(field, view) && view.dynamic != nullptr;
  }
};

}  // namespace

std::vector<InputWrites> FindInputWrites(const KernelGraph& graph) {
  StaticWrites writes(graph);
  for (const Node& node : graph.nodes) writes.Visit(*node.instruction);
  std::vector<InputWrites> found;
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    const Tensor& tensor = graph.tensors[graph.inputs[i]];
    if (writes.Writes(tensor)) found.push_back({i, writes.TakeRunsOf(tensor)});
  }
  return found;
}

// Visitors see fields as mutable; this one only reads.
bool WritesInputAnywhere(const Instruction& instruction) {
  DynamicFinder finder;
  const_cast<Instruction&>(instruction).VisitFields(finder);
  return finder.found;
}

void ForEachWrite(const Instruction& instruction, const View& view, const RunContext& context,
                  const RunsVisitor& visit) {
  for (const View& part : PartsAt(instruction, view, context)) visit(ByteRuns::Of(part));
}

class UndoLog::DynamicWrites : public OperandVisitor {
 public:
  DynamicWrites(UndoLog& log, const Instruction& instruction, const RunContext& context)
      : log_(log), instruction_(instruction), context_(context) {}

  void OnView(const Field& field, const View& view) override {
    if (!IsWrittenInput(field, view) || view.dynamic == nullptr) return;
    const std::vector<int>& inputs = log_.graph_.inputs;
    const size_t input = std::ranges::find(inputs, view.tensor->id) - inputs.begin();
    ForEachWrite(instruction_, view, context_, [&](const ByteRuns& runs) { log_.KeepNew(input, runs); });
  }

 private:
  UndoLog& log_;
  const Instruction& instruction_;
  const RunContext& context_;
};

UndoLog::UndoLog(const Plan& plan, std::span<void* const> inputs)
    : graph_(*plan.graph), dynamic_(inputs.size()) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    inputs_.push_back(static_cast<std::byte*>(inputs[i]));
    bytes_.push_back(graph_.tensors[graph_.inputs[i]].bytes());
  }
  for (const InputWrites& writes : plan.input_writes) {
    for (const ByteRuns& runs : writes.runs) Keep(writes.input, runs);
  }
}

void UndoLog::Save(const Instruction& instruction, const RunContext& context) {
  DynamicWrites writes(*this, instruction, context);
  const_cast<Instruction&>(instruction).VisitFields(writes);
}

void UndoLog::Restore() const {
  // What was saved last may have been written by then: the oldest bytes come last.
  for (auto part = parts_.rbegin(); part != parts_.rend(); ++part) {
    const std::byte* from = part->before.get();
    ForEachRun(part->runs, bytes_[part->input], [&](int64_t start, int64_t bytes) {
      std::memcpy(inputs_[part->input] + start, from, static_cast<size_t>(bytes));
      from += bytes;
    });
  }
}

void UndoLog::Keep(size_t input, const ByteRuns& runs) {
  int64_t total = 0;
  ForEachRun(runs, bytes_[input], [&](int64_t, int64_t bytes) { total += bytes; });
  std::unique_ptr<std::byte[]> before(new std::byte[total]);
  std::byte* to = before.get();
  ForEachRun(runs, bytes_[input],
             [&](int64_t start, int64_t bytes) { to = std::copy_n(inputs_[input] + start, bytes, to); });
  parts_.push_back({input, runs, std::move(before)});
}

// A loop that writes the same bytes again and again saves them once.
void UndoLog::KeepNew(size_t input, const ByteRuns& runs) {
  std::optional<WrittenMap>& map = dynamic_[input];
  if (!map) map.emplace(bytes_[input]);
  if (map->Of(runs) == WrittenMap::State::kNone) {
    Keep(input, runs);
  } else {
    for (const WrittenMap::Run& run : map->Missing(runs))
      Keep(input, {.start = run.start, .run = run.bytes, .rank = 0, .dims = {}});
  }
  map->Mark(runs);
}

}  // namespace nki
