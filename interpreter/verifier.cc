#include "interpreter/verifier.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <map>
#include <optional>

#include "interpreter/regions.h"
#include "interpreter/write_tracker.h"

namespace nki {

using std::to_string;

class WriteWalk {
 public:
  WriteWalk(const KernelGraph& graph, std::vector<Diagnostic>* found)
      : graph_(graph), tracker_(graph), found_(found), regions_(RegionsOfNodes(graph)) {}

  WriteFacts Run(const std::vector<size_t>& order) {
    Clear();
    for (size_t node : order) {
      node_ = node;
      Visit(*graph_.nodes[node].instruction);
    }
    CheckResults();
    return std::move(facts_);
  }

  // For WriteCheck: the only node of a graph whose earlier nodes are gone.
  const WriteFacts& Next() {
    Clear();
    node_ = 0;
    keeps_unwritten_ = true;
    Visit(*graph_.nodes[0].instruction);
    return facts_;
  }

  void CheckResults() {
    maybe_written_.resize(graph_.tensors.size(), false);  // some may have come after the last instruction
    for (size_t i = 0; i < graph_.outputs.size(); ++i) CheckResult(i);
  }
  void Forget(int tensor) {
    tracker_.Forget(tensor);
    if (foreign_) foreign_->Forget(tensor);
  }
  WriteTracker& tracker() { return tracker_; }

 private:
  void Clear() {
    facts_.destinations.assign(graph_.nodes.size(), WriteState::kUnwritten);
    facts_.overwrites_hbm.assign(graph_.nodes.size(), false);
    facts_.adds_again.assign(regions_.size(), -1);
    facts_.zero_first.clear();
    maybe_written_.resize(graph_.tensors.size(), false);
  }

  void Visit(Instruction& instruction) {
    Reader reader(*this, instruction);
    instruction.VisitFields(reader);
    CheckRegisters(instruction);
    Writer writer(*this, instruction);
    instruction.VisitFields(writer);
  }

  struct Reader : OperandVisitor {
    Reader(WriteWalk& walk, const Instruction& instruction) : walk(walk), instruction(instruction) {}
    void OnView(const Field& field, const View& view) override {
      if (field.role != Field::Role::kIn && !instruction.ReadsDestination()) return;
      ForEachPart(instruction, view, [&](const View& part) { walk.Read(instruction, field, part); });
    }
    WriteWalk& walk;
    const Instruction& instruction;
  };
  struct Writer : OperandVisitor {
    Writer(WriteWalk& walk, const Instruction& instruction) : walk(walk), instruction(instruction) {}
    void OnView(const Field& field, const View& view) override {
      if (field.role != Field::Role::kOut) return;
      ForEachPart(instruction, view, [&](const View& part) {
        walk.Write(instruction, part);
        if (part.space() == Space::kPsum) walk.NoteWhoWrites(instruction, part);
      });
    }
    WriteWalk& walk;
    const Instruction& instruction;
  };

  template <typename Visit>
  static void ForEachPart(const Instruction& instruction, const View& view, const Visit& visit) {
    const Parts parts = instruction.PartsTouched(view);
    if (!parts) return visit(view);
    for (const View& part : *parts) visit(part);
  }

  void Read(const Instruction& instruction, const Field& field, const View& view) {
    WrittenMap& map = tracker_.MapOf(*view.tensor);
    const ByteRuns runs = tracker_.RunsOf(view);
    // Which bytes a dynamic offset reaches only the run knows; that none is written is wrong in any case.
    if (view.dynamic != nullptr && map.whole() != WrittenMap::State::kNone) return;
    const std::optional<int64_t> missing = map.FirstMissing(runs);
    if (!missing) return;
    Diagnostic diagnostic;
    diagnostic.rule = "uninitialised-read";
    diagnostic.source = graph_.nodes[node_].source;
    diagnostic.message = std::string(instruction.def().name) + ": " + field.name + " reads " +
                         tracker_.Where(*view.tensor, *missing) + " of " + view.tensor->name + " (" +
                         std::string(Name(view.space())) + "), which nothing has written";
    found_->push_back(std::move(diagnostic));
    if (!keeps_unwritten_) map.Mark(runs);  // said once; what follows from it is not another mistake
  }

  void Write(const Instruction& instruction, const View& to) {
    // A dynamic offset may reach every byte of the tensor, and a loop may not run at all: both count as if
    // they wrote everything.
    const View view = to.dynamic != nullptr ? View::Of(*to.tensor) : to;
    if (to.dynamic != nullptr || MayNotRun()) maybe_written_[view.tensor->id] = true;
    const bool keeps = instruction.KeepsDestination();
    if ((instruction.AddsWhereWritten() || keeps) && !regions_.empty()) {
      facts_.adds_again[node_] = OutermostAround(*view.tensor);
    }
    WrittenMap& own = tracker_.OwnMapOf(*view.tensor);
    const ByteRuns runs = ByteRuns::Of(view);
    const WrittenMap::State held = own.Of(runs);
    if (instruction.AddsWhereWritten() && held == WrittenMap::State::kSome) {
      facts_.zero_first[node_] = UnwrittenOf(view, own);
    }
    if (keeps && held != WrittenMap::State::kAll) {
      facts_.zero_first[node_] = UnwrittenOf(view, own);
      WarnOfKept(instruction, view, *own.FirstMissing(runs));
    }
    const WrittenMap::State before = own.Mark(runs);
    WrittenMap& memory = tracker_.MapOf(*view.tensor);
    if (&memory != &own) memory.Mark(tracker_.RunsOf(view));
    const bool again = to.dynamic != nullptr || !regions_.empty();
    if (!OnChip(view.space())) facts_.overwrites_hbm[node_] = again || before != WrittenMap::State::kNone;
    if (OnChip(view.space()) && before != WrittenMap::State::kNone) {
      facts_.destinations[node_] = WriteState::kWritten;
    }
  }

  // The outermost loop around the present node that does not make `tensor` anew in each pass, or -1.
  int OutermostAround(const Tensor& tensor) const {
    int outermost = -1;
    for (int region = regions_[node_]; region >= 0 && !graph_.Inside(tensor.region, region);
         region = graph_.regions[region].parent) {
      outermost = region;
    }
    return outermost;
  }

  // True inside a loop that is not known to run at least once.
  bool MayNotRun() const {
    for (int region = regions_.empty() ? -1 : regions_[node_]; region >= 0;
         region = graph_.regions[region].parent) {
      const std::optional<Flow> flow = graph_.nodes[graph_.regions[region].first].instruction->ControlFlow();
      const bool runs = flow->kind == Flow::Kind::kLoop && !flow->start.is_register() &&
                        !flow->stop.is_register() && flow->start.value < flow->stop.value;
      if (!runs) return true;
    }
    return false;
  }

  // Some targets accumulate only onto what their Tensor engine has written. Where a dynamic offset may reach
  // nothing is warned about.
  void NoteWhoWrites(const Instruction& instruction, const View& to) {
    if (graph_.generation->Has(Feature::kForeignAccumulate)) return;
    const bool tensor_engine = instruction.CostOn(*graph_.generation).engine == Engine::kTensor;
    if (!foreign_) {
      if (tensor_engine) return;  // in most kernels nothing else ever writes there
      foreign_.emplace(graph_);
    }
    const bool dynamic = to.dynamic != nullptr;
    WrittenMap& foreign = foreign_->MapOf(*to.tensor);
    const ByteRuns runs = foreign_->RunsOf(dynamic ? View::Of(*to.tensor) : to);
    if (!tensor_engine) {
      if (!dynamic) foreign.Mark(runs);
      return;
    }
    const bool adds = instruction.ReadsDestination() || instruction.AddsWhereWritten();
    if (!dynamic && adds && foreign.Of(runs) != WrittenMap::State::kNone)
      WarnOfForeign(instruction, *to.tensor);
    foreign.Unmark(runs);
  }

  void WarnOfForeign(const Instruction& instruction, const Tensor& tensor) {
    Warn(instruction, "accumulate-onto-foreign",
         "dst accumulates onto elements of " + tensor.name + " that another engine wrote last; on " +
             std::string(graph_.generation->name) +
             " that is undefined: start with a matmul that has accumulate=False");
  }

  void WarnOfKept(const Instruction& instruction, const View& view, int64_t byte) {
    Warn(instruction, "uninitialised-kept",
         "nothing has written " + tracker_.Where(*view.tensor, byte) + " of " + view.tensor->name +
             "; where the instruction leaves it as it is, it is 0 here and undefined on the device");
  }

  void Warn(const Instruction& instruction, const char* rule, const std::string& sentence) {
    Diagnostic diagnostic;
    diagnostic.severity = Severity::kWarning;
    diagnostic.rule = rule;
    diagnostic.source = graph_.nodes[node_].source;
    diagnostic.message = std::string(instruction.def().name) + ": " + sentence;
    found_->push_back(std::move(diagnostic));
  }

  struct FirstOnChip : OperandVisitor {
    const View* view = nullptr;
    void OnView(const Field&, const View& operand) override {
      if (view == nullptr && operand.on_chip()) view = &operand;
    }
  };

  // Registers are undefined when a program starts, until an instruction resets them.
  void CheckRegisters(Instruction& instruction) {
    const StateUse use = instruction.State();
    if (!use.any()) return;
    FirstOnChip first;
    instruction.VisitFields(first);
    if (first.view == nullptr) return;
    const auto next = std::ranges::upper_bound(graph_.programs, node_);
    auto& [defined, spoiled] = registers_[next - graph_.programs.begin()];
    const Tensor& tensor = *first.view->tensor;
    const int64_t partition =
        (tensor.address ? tensor.address->partition : 0) + first.view->first_partition();
    for (int state = 0; state < kEngineStates; ++state) {
      std::optional<int64_t> missing;
      for (int64_t i = 0; i < first.view->partitions(); ++i) {
        const size_t p = static_cast<size_t>(partition + i * first.view->partition_step());
        if (p >= defined[state].size()) break;  // another rule's
        if ((use.reads >> state & 1) && !defined[state][p] && !missing) missing = p;
        if ((use.writes | use.reads) >> state & 1) defined[state].set(p);
        if (use.spoils >> state & 1) {
          defined[state].reset(p);
          spoiled[state].set(p);
        }
      }
      if (missing && !IsReadyAtStart(static_cast<EngineState>(state)))
        WarnOfRegister(instruction, *missing, spoiled[state][*missing]);
    }
  }

  void WarnOfRegister(const Instruction& instruction, int64_t partition, bool spoiled) {
    const char* why =
        spoiled ? "after reduce_cmd.idle, which leaves it undefined on the device; here it keeps its value"
                : "which nothing in this program has reset; it is 0 here and undefined on the device";
    Warn(instruction, "uninitialised-register",
         "the register of partition " + to_string(partition) + " is used" + (spoiled ? " " : ", ") + why);
  }

  void CheckResult(size_t index) {
    const Tensor& tensor = *graph_.outputs[index].tensor;
    WrittenMap& map = tracker_.MapOf(tensor);
    if (map.whole() == WrittenMap::State::kAll) {
      if (maybe_written_[tensor.id] && tensor.role == TensorRole::kLocal)
        facts_.partly_written.push_back(index);
      return;
    }
    Diagnostic diagnostic;
    diagnostic.source = tensor.source;
    if (map.whole() == WrittenMap::State::kNone) {
      diagnostic.rule = "output-unwritten";
      diagnostic.message =
          "the kernel returns " + tensor.name + " " + ToString(tensor.shape) + " but never writes it";
    } else {
      diagnostic.severity = Severity::kWarning;
      diagnostic.rule = "output-partly-written";
      diagnostic.message = "the kernel returns " + tensor.name + " " + ToString(tensor.shape) +
                           " but leaves " +
                           tracker_.Where(tensor, *map.FirstMissing(ByteRuns::Of(View::Of(tensor)))) +
                           " and possibly more of it unwritten; such elements are NaN, or 4 in integers";
      facts_.partly_written.push_back(index);
    }
    found_->push_back(std::move(diagnostic));
  }

  const KernelGraph& graph_;
  WriteTracker tracker_;
  std::optional<WriteTracker> foreign_;  // what of PSUM another engine than the Tensor engine wrote last
  std::vector<Diagnostic>* found_;
  WriteFacts facts_;
  std::vector<int> regions_;         // by node; empty without loops
  std::vector<bool> maybe_written_;  // by tensor id: only the run knows
  size_t node_ = 0;
  bool keeps_unwritten_ = false;  // what was read is not taken for written, so that a run can show it
  struct RegisterFacts {
    std::array<std::bitset<128>, kEngineStates> defined, spoiled;  // by partition; spoiled by reduce_cmd.idle
  };
  std::map<int64_t, RegisterFacts> registers_;  // by program: each has a core to itself
};

void CheckInstructions(const KernelGraph& graph, std::vector<Diagnostic>* found) {
  for (const Node& node : graph.nodes) CheckInstruction(*graph.generation, node, found);
}

void CheckInstruction(const Generation& gen, const Node& node, std::vector<Diagnostic>* found) {
  Checker checker(*node.instruction, gen, node.source, found);
  node.instruction->Check(checker);
}

WriteFacts CheckWrites(const KernelGraph& graph, const std::vector<size_t>& order,
                       std::vector<Diagnostic>* found) {
  return WriteWalk(graph, found).Run(order);
}

WriteCheck::WriteCheck(const KernelGraph& graph, std::vector<Diagnostic>* found)
    : walk_(std::make_unique<WriteWalk>(graph, found)) {}
WriteCheck::~WriteCheck() = default;
const WriteFacts& WriteCheck::Next() { return walk_->Next(); }
void WriteCheck::CheckResults() { walk_->CheckResults(); }
void WriteCheck::Forget(int tensor) { walk_->Forget(tensor); }
std::vector<BytesOfPartitions> WriteCheck::Unwritten(const Tensor& tensor) {
  return walk_->tracker().Unwritten(tensor);
}

}  // namespace nki
