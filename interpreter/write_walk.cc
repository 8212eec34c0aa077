#include "interpreter/write_walk.h"

#include <algorithm>

#include "interpreter/fresh_memory.h"
#include "interpreter/regions.h"
#include "interpreter/touched.h"

namespace nki {
namespace {

std::vector<bool> LoopsThatMayNotRun(const KernelGraph& graph) {
  std::vector<bool> may_not_run;
  for (const Region& region : graph.regions) {
    const std::optional<Flow> flow = graph.nodes[region.first].instruction->ControlFlow();
    const bool runs = flow->kind == Flow::Kind::kLoop && !flow->start.is_register() &&
                      !flow->stop.is_register() && flow->start.value < flow->stop.value;
    may_not_run.push_back(!runs);
  }
  return may_not_run;
}

}  // namespace

struct WriteWalk::Reader : OperandVisitor {
  Reader(WriteWalk& walk, const Instruction& instruction) : walk(walk), instruction(instruction) {}
  void OnView(const Field& field, const View& view) override {
    const bool runs = walk.at_ != nullptr;
    if (runs && in_address()) return;  // has been read, to know where the view is
    if (runs && view.dynamic != nullptr && !view.dynamic->reg.given())
      OnPlaces({Name(view.dynamic->kind).data(), Field::Role::kIn, true}, view.dynamic->index);
    if (field.role != Field::Role::kIn && !instruction.ReadsDestination()) return;
    walk.ForEachPart(instruction, view, [&](const View& part) {
      MayFill(part) ? walk.ReadMasked(part) : walk.Read(field, part);
    });
  }
  // Not an address or a register: what comes of those is wrong wherever it is stored.
  bool MayFill(const View& view) const {
    return walk.graph_.IsMasked(*view.tensor) && !in_address() && !SetsRegister(instruction);
  }
  void OnPlaces(const Field& field, const View& index) {
    if (!walk.Follows(index)) return;
    for (const View& place : PlacesOf(index, *walk.at_)) walk.Read(field, place);
  }
  WriteWalk& walk;
  const Instruction& instruction;
};

struct WriteWalk::Writer : OperandVisitor {
  Writer(WriteWalk& walk, const Instruction& instruction) : walk(walk), instruction(instruction) {}
  void OnView(const Field& field, const View& view) override {
    if (field.role != Field::Role::kOut) return;
    walk.ForEachPart(instruction, view, [&](const View& part) {
      walk.Write(instruction, part);
      if (part.space() == Space::kPsum) walk.NoteWhoWrites(instruction, part);
    });
  }
  WriteWalk& walk;
  const Instruction& instruction;
};

WriteWalk::WriteWalk(const KernelGraph& graph, std::vector<Diagnostic>* found)
    : graph_(graph),
      tracker_(graph),
      registers_(graph, found),
      found_(found),
      regions_(RegionsOfNodes(graph)),
      may_not_run_(LoopsThatMayNotRun(graph)) {}

WriteWalk::WriteWalk(const KernelGraph& graph, const std::vector<bool>& tensors,
                     std::vector<Diagnostic>* found)
    : graph_(graph), follows_(&tensors), tracker_(graph), registers_(graph, found), found_(found) {
  Clear();
}

WriteFacts WriteWalk::Run(const std::vector<size_t>& order) {
  Clear();
  for (size_t node : order) {
    node_ = node;
    Instruction& instruction = *graph_.nodes[node].instruction;
    Visit(instruction);
    if (regions_.empty()) continue;
    const std::optional<Flow> flow = instruction.ControlFlow();
    if (flow && flow->kind == Flow::Kind::kEnd) certain_.Leave(regions_[node]);
  }
  CheckResults();
  return std::move(facts_);
}

const WriteFacts& WriteWalk::VisitAt(size_t node, const RunContext& context) {
  node_ = node;
  at_ = &context;
  if (follows_ == nullptr) {
    Clear();
  } else {
    facts_.destinations[node] = WriteState::kUnwritten;
    facts_.fill_first.clear();
  }
  Visit(*graph_.nodes[node].instruction);
  at_ = nullptr;
  return facts_;
}

void WriteWalk::CheckResults() {
  for (size_t i = 0; i < graph_.outputs.size(); ++i) CheckResult(i);
}

void WriteWalk::Forget(int tensor) {
  tracker_.Forget(tensor);
  if (foreign_) foreign_->Forget(tensor);
}

void WriteWalk::Clear() {
  facts_.destinations.assign(graph_.nodes.size(), WriteState::kUnwritten);
  facts_.overwrites_hbm.assign(graph_.nodes.size(), false);
  facts_.adds_again.assign(regions_.size(), -1);
  facts_.fill_first.clear();
}

void WriteWalk::Visit(Instruction& instruction) {
  Reader reader(*this, instruction);
  instruction.VisitFields(reader);
  if (follows_ == nullptr) registers_.Visit(node_);
  Writer writer(*this, instruction);
  instruction.VisitFields(writer);
}

template <typename Each>
void WriteWalk::ForEachPart(const Instruction& instruction, const View& view, const Each& each) const {
  if (!Follows(view)) return;
  if (at_ != nullptr) {
    for (const View& part : PartsAt(instruction, view, *at_)) each(part);
    return;
  }
  const Parts parts = instruction.PartsTouched(view);
  if (!parts) return each(view);
  for (const View& part : *parts) each(part);
}

void WriteWalk::Read(const Field& field, const View& view) {
  WrittenMap& map = tracker_.MapOf(*view.tensor);
  const ByteRuns runs = tracker_.RunsOf(view);
  // Which bytes a dynamic offset reaches only the run knows; that none is written is wrong in any case.
  const bool moved = view.dynamic != nullptr;
  const bool only_the_run_knows = moved && map.whole() != WrittenMap::State::kNone;
  const std::optional<int64_t> missing = only_the_run_knows ? std::nullopt : map.FirstMissing(runs);
  if (missing) {
    found_->push_back(ProblemOf(graph_.nodes[node_], "uninitialised-read",
                                std::string(field.name) + " reads " + tracker_.Where(*view.tensor, *missing) +
                                    " of " + view.tensor->name + " (" + std::string(Name(view.space())) +
                                    "), which nothing has written" + HintOfImages(*view.tensor)));
    if (!keeps_unwritten_) map.Mark(runs);  // said once; what follows from it is not another mistake
    return;
  }
  const WrittenMap& certain = certain_.Of(map);
  if (!moved && &certain == &map) return;
  if ((moved ? certain.whole() : certain.Of(runs)) != WrittenMap::State::kAll) LeaveToTheRun(*view.tensor);
}

// What a mask left unwritten of the view becomes what fresh memory holds and counts as written from then on.
void WriteWalk::ReadMasked(const View& view) {
  const Tensor& tensor = *view.tensor;
  const bool moved = view.dynamic != nullptr;
  const View reached = moved ? View::Of(tensor) : view;
  WrittenMap& map = tracker_.MapOf(tensor);
  const ByteRuns runs = tracker_.RunsOf(reached);
  const WrittenMap& certain = certain_.Of(map);
  if (certain.Of(runs) == WrittenMap::State::kAll) return;
  if (!moved && &certain == &map && !MayComeAgain(tensor)) {
    UnwrittenPart part = tracker_.UnwrittenOf(view);
    part.fresh = true;
    tracker_.MarkFilled(view, part);
    if (at_ != nullptr) return Fill(part, graph_, *at_);
    facts_.fill_first[node_].push_back(std::move(part));
    return;
  }
  LeaveToTheRun(tensor);
  facts_.fills_of_run.insert(node_);
  WrittenMap& own = tracker_.OwnMapOf(tensor);
  if (&own != &map) {  // which of the bytes are filled, and not those of another tensor, only the run knows
    Note(own, ByteRuns::Of(reached), tensor, false);
    own.Mark(ByteRuns::Of(reached));
  }
  Note(map, runs, tensor, !moved);
  map.Mark(runs);
}

// Whether the present node may read the tensor again after others have written it.
bool WriteWalk::MayComeAgain(const Tensor& tensor) const {
  if (regions_.empty() || regions_[node_] < 0) return false;
  return tensor.address || OutermostAround(tensor) >= 0;
}

std::string WriteWalk::HintOfImages(const Tensor& tensor) const {
  if (!tracker_.HasOtherImages(tensor)) return "";
  return ", or what was there is overwritten through a tile at an address with another remainder modulo 4: "
         "tiles that "
         "share bytes must have addresses that differ by multiples of 4";
}

// The run looks at what the present node reads.
void WriteWalk::LeaveToTheRun(const Tensor& tensor) {
  facts_.watched.resize(graph_.tensors.size());
  facts_.watched[tensor.id] = true;
  facts_.watched_reads.insert(node_);
}

void WriteWalk::Write(const Instruction& instruction, const View& to) {
  // A dynamic offset may reach every byte of the tensor: it counts as if it wrote everything.
  const bool moved = to.dynamic != nullptr;
  const View view = moved ? View::Of(*to.tensor) : to;
  const bool keeps = instruction.KeepsDestination(), adds = instruction.AddsWhereWritten();
  if ((adds || keeps) && !regions_.empty()) facts_.adds_again[node_] = OutermostAround(*view.tensor);
  WrittenMap& own = tracker_.OwnMapOf(*view.tensor);
  const ByteRuns runs = ByteRuns::Of(view);
  const WrittenMap::State held = own.Of(runs);
  if (adds && held == WrittenMap::State::kSome) facts_.fill_first[node_].push_back(UnwrittenOf(view, own));
  if (keeps && held != WrittenMap::State::kAll) {
    facts_.fill_first[node_].push_back(UnwrittenOf(view, own));
    Warn("uninitialised-kept",
         "nothing has written " + tracker_.Where(*view.tensor, *own.FirstMissing(runs)) + " of " +
             view.tensor->name +
             "; where the instruction leaves it as it is, it is 0 here and undefined on the device");
  }
  if (adds || keeps) {
    const WrittenMap& certain = certain_.Of(own);
    if ((moved || &certain != &own) && certain.Of(runs) != WrittenMap::State::kAll) {
      LeaveToTheRun(*view.tensor);
      facts_.destinations_of_run.insert(node_);
    }
  }
  const bool all = !moved && (at_ != nullptr || !instruction.SkipsByData());
  Note(own, runs, *view.tensor, all);
  const WrittenMap::State before = own.Mark(runs);
  WrittenMap& memory = tracker_.MapOf(*view.tensor);
  if (&memory != &own) {
    const ByteRuns there = tracker_.RunsOf(view);
    Note(memory, there, *view.tensor, all);
    memory.Mark(there);
    tracker_.LoseInOtherImages(*view.tensor, there);
  }
  const bool again = moved || !regions_.empty();
  if (!OnChip(view.space())) facts_.overwrites_hbm[node_] = again || before != WrittenMap::State::kNone;
  if (OnChip(view.space()) && before != WrittenMap::State::kNone) {
    facts_.destinations[node_] = WriteState::kWritten;
  }
}

// What of a write is certain.
void WriteWalk::Note(WrittenMap& map, const ByteRuns& runs, const Tensor& tensor, bool all) {
  all ? certain_.WriteAll(map, runs, LoopThatMayNotRun(tensor)) : certain_.WriteSome(map);
}

// The outermost loop around the present node that does not make `tensor` anew in each pass, or -1.
int WriteWalk::OutermostAround(const Tensor& tensor) const {
  int outermost = -1;
  for (int region = regions_[node_]; region >= 0 && !graph_.Inside(tensor.region, region);
       region = graph_.regions[region].parent) {
    outermost = region;
  }
  return outermost;
}

// The innermost loop around the present node that is not known to run and behind which `tensor` (for one with
// an address: its memory) exists, or -1.
int WriteWalk::LoopThatMayNotRun(const Tensor& tensor) const {
  for (int region = regions_.empty() ? -1 : regions_[node_]; region >= 0;
       region = graph_.regions[region].parent) {
    if (!tensor.address && graph_.Inside(tensor.region, region)) return -1;
    if (may_not_run_[region]) return region;
  }
  return -1;
}

// Some targets accumulate only onto what their Tensor engine has written. Where a dynamic offset may reach
// nothing is warned about, nor where the compiler begins such sums by itself (Beta 1's).
void WriteWalk::NoteWhoWrites(const Instruction& instruction, const View& to) {
  if (graph_.generation->Has(Feature::kForeignAccumulate) || graph_.compiler_starts_groups) return;
  if (follows_ != nullptr) return;
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
  if (!dynamic && adds && foreign.Of(runs) != WrittenMap::State::kNone) {
    Warn("accumulate-onto-foreign", "dst accumulates onto elements of " + to.tensor->name +
                                        " that another engine wrote last; on " +
                                        std::string(graph_.generation->name) +
                                        " that is undefined: start with a matmul that has accumulate=False");
  }
  foreign.Unmark(runs);
}

void WriteWalk::Warn(const char* rule, const std::string& sentence) {
  if (follows_ == nullptr) found_->push_back(WarningOf(graph_.nodes[node_], rule, sentence));
}

void WriteWalk::CheckResult(size_t index) {
  const Tensor& tensor = *graph_.outputs[index].tensor;
  WrittenMap& map = tracker_.MapOf(tensor);
  if (map.whole() == WrittenMap::State::kAll) {
    if (certain_.Of(map).whole() != WrittenMap::State::kAll) facts_.partly_written.push_back(index);
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
    diagnostic.message = "the kernel returns " + tensor.name + " " + ToString(tensor.shape) + " but leaves " +
                         tracker_.Where(tensor, *map.FirstMissing(ByteRuns::Of(View::Of(tensor)))) +
                         " and possibly more of it unwritten; such elements are NaN, or 4 in integers";
    facts_.partly_written.push_back(index);
  }
  found_->push_back(std::move(diagnostic));
}

}  // namespace nki
