#include "interpreter/eager.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "interpreter/banks.h"
#include "interpreter/executor.h"
#include "interpreter/fresh_memory.h"
#include "interpreter/overlap.h"
#include "interpreter/regions.h"
#include "interpreter/run_table.h"
#include "interpreter/undo_log.h"
#include "interpreter/worker_pool.h"
#include "isa/indirection.h"

namespace nki {
namespace {

using std::to_string;

// What AWS's simulator lets a kernel do, and shows in its results (nki.simulate, NKI 0.6).
bool IsTolerated(const Diagnostic& diagnostic) {
  return diagnostic.rule == "uninitialised-read" || diagnostic.rule == "output-unwritten";
}

int64_t CapacityOf(const Tensor& tensor, const Generation& gen) {
  return tensor.space == Space::kSbuf ? gen.sbuf_bytes : gen.psum_bytes;
}

class WrittenInputs : public OperandVisitor {
 public:
  std::vector<const View*> found;
  void OnView(const Field& field, const View& view) override {
    if (field.role == Field::Role::kOut && view.tensor->role == TensorRole::kInput) found.push_back(&view);
  }
};

// Equal for what is said of the same field at the same line.
std::string KeyOf(const Diagnostic& diagnostic) {
  const std::string& message = diagnostic.message;
  return to_string(diagnostic.source) + diagnostic.rule +
         message.substr(0, message.find(' ', message.find(' ') + 1));
}

}  // namespace

void EagerMachine::Free::operator()(std::byte* memory) const {
  ::operator delete[](memory, std::align_val_t{kLineBytes});
}

EagerMachine::Memory EagerMachine::NewMemory(int64_t bytes) {
  return Memory(new (std::align_val_t{kLineBytes}) std::byte[static_cast<size_t>(bytes)]);
}

EagerMachine::EagerMachine(std::shared_ptr<KernelGraph> graph, EagerOptions options)
    : graph_(std::move(graph)), options_(std::move(options)), writes_(*graph_, &found_) {
  const Generation& gen = *graph_->generation;
  machines_[0].emplace(gen.partitions, gen.sbuf_bytes, gen.psum_bytes);
  graph_->machine = this;
  options_.portable_math |= PortableMathWanted();
}

EagerMachine::~EagerMachine() { graph_->machine = nullptr; }

void EagerMachine::MakeRoom() {
  const size_t needed = graph_->tensors.size();
  hbm_.resize(needed);
  placements_.resize(needed);
  memories_.resize(needed);
}

void EagerMachine::AddTensor(const Tensor& tensor) {
  MakeRoom();
  if (OnChip(tensor.space)) return MakeChipMemory(tensor);
  if (tensor.role == TensorRole::kConstant) {
    hbm_[tensor.id] = graph_->constants.back().data();
    return;
  }
  try {
    memories_[tensor.id] = NewMemory(tensor.bytes());
  } catch (const std::bad_alloc&) {
    KnowSource(tensor.source);
    ThrowTooLarge(*graph_, tensor);
  }
  hbm_[tensor.id] = memories_[tensor.id].get();
  FillFresh(tensor.dtype, hbm_[tensor.id], tensor.bytes());
}

void EagerMachine::AddInput(const Tensor& tensor, std::shared_ptr<const void> values) {
  MakeRoom();
  hbm_[tensor.id] = static_cast<std::byte*>(const_cast<void*>(values.get()));
  inputs_.push_back(std::move(values));
}

void EagerMachine::MakeChipMemory(const Tensor& tensor) {
  CheckCapacity(tensor);
  Placement& placement = placements_[tensor.id];
  if (tensor.address) {
    placement = {tensor.address->partition, tensor.address->byte};
    return FillPinned(tensor);
  }
  const int64_t blocks = (tensor.partitions() + kLanes - 1) / kLanes;
  const int64_t words = (tensor.bytes_per_partition() + 3) / 4;
  const int64_t bytes = blocks * words * kLineBytes;
  memories_[tensor.id] = NewMemory(bytes);
  placement = {0, 0, memories_[tensor.id].get(), words * kLineBytes};
  FillFresh(tensor.dtype, placement.memory, bytes);
}

// Only what nothing has written: a tensor at the place of another finds what that has left.
void EagerMachine::FillPinned(const Tensor& tensor) {
  const std::array<std::byte, 4> word = FreshWord(tensor.dtype);
  const Tile tile = Context(tensor.program).tile(View::Of(tensor));
  for (const BytesOfPartitions& part : writes_.Unwritten(tensor)) {
    for (int64_t byte = part.byte; byte < part.byte + part.bytes; ++byte)
      *tile.Address(part.partition, byte) = word[byte % 4];
  }
}

void EagerMachine::CheckCapacity(const Tensor& tensor) const {
  const Generation& gen = *graph_->generation;
  const int64_t capacity = CapacityOf(tensor, gen), bytes = tensor.bytes_per_partition();
  const int64_t first = tensor.address ? tensor.address->byte : 0;
  if (first + bytes <= capacity) return;
  const bool sbuf = tensor.space == Space::kSbuf;
  KnowSource(tensor.source);
  std::vector<Diagnostic> found{Problem(
      sbuf ? "sbuf-capacity" : "psum-capacity", tensor.source,
      tensor.name + " " + ToString(tensor.shape) + " needs " + to_string(bytes) + " bytes per partition of " +
          (sbuf ? "SBUF" : "PSUM") + (tensor.address ? " from byte " + to_string(first) : "") + "; " +
          std::string(gen.name) + " has " + to_string(capacity))};
  AddPlaces(*graph_, found);
  throw VerifyError(std::move(found));
}

void EagerMachine::DropTensor(int id) {
  memories_[id].reset();
  hbm_[id] = nullptr;
  writes_.Forget(id);
  graph_->MarkMasked(id, false);
  free_ids_.push_back(id);
}

int EagerMachine::TakeFreeId() {
  if (free_ids_.empty()) return -1;
  const int id = free_ids_.back();
  free_ids_.pop_back();
  return id;
}

void EagerMachine::SetCores(std::function<bool()> yield) {
  const Generation& gen = *graph_->generation;
  machines_[1].emplace(gen.partitions, gen.sbuf_bytes, gen.psum_bytes);
  meetings_.emplace(EagerMeetings::Cores{.yield = std::move(yield),
                                         .context = [this](int core) { return Context(core); },
                                         .sources = options_.sources});
}

void EagerMachine::BeginProgram() {
  graph_->nodes.clear();
  Context().machine.ResetRegisters({});
}

void EagerMachine::EndProgram() {
  if (meetings_) meetings_->Await(graph_->open_program);
}

RunContext EagerMachine::Context(int program) const {
  return {.machine = *machines_[meetings_ ? program : 0],
          .hbm = hbm_.data(),
          .placements = placements_.data(),
          .blocks = {},
          .portable_math = options_.portable_math,
          .gen = graph_->generation,
          .registers = registers_.data(),
          .print = options_.print};
}

void EagerMachine::Run(Node node) {
  const bool meets = node.instruction->MeetsCore().has_value();
  if (meetings_) {
    if (!meets) meetings_->Await(graph_->open_program);
    meetings_->Moved();
  }
  graph_->nodes.clear();
  graph_->nodes.push_back(std::move(node));
  const Node& present = graph_->nodes[0];
  registers_.resize(graph_->registers);
  const WriteFacts& facts = Check(present);
  if (meets) {
    if (meetings_) Count(present);
    return Meet();
  }
  if (const std::optional<Flow> flow = present.instruction->ControlFlow()) {
    Enter(*flow, present);
  } else {
    RunBody(present, facts);
  }
  Count(present);
}

void EagerMachine::Count(const Node& node) {
  const int64_t number = executed_++;
  if (!options_.log) return;
  KnowSource(node.source);
  options_.log(LogLine(*graph_, number, node));
}

void EagerMachine::Meet() {
  Node node = std::move(graph_->nodes[0]);
  graph_->nodes.clear();
  if (meetings_) return meetings_->Come(graph_->open_program, std::move(node), graph_->open_region >= 0);
  found_.push_back(ProblemOf(node, "lnc2-launch", NoOtherCore(*graph_)));
  Report();
}

// What a run finds wrong is said with the node's place, after the warnings.
template <typename Action>
void EagerMachine::AtLineOf(const Node& node, const Action& action) {
  try {
    action();
  } catch (const RunError& error) {
    Report();
    KnowSource(node.source);
    throw RunError(WithPlace(*graph_, node, error.what()));
  }
}

const WriteFacts& EagerMachine::Check(const Node& node) {
  const Generation& gen = *graph_->generation;
  found_.clear();
  set_.resize(graph_->registers);
  CheckInstruction(gen, node, &found_);
  CheckOverlap(node, &found_);
  CheckRegion(*graph_, node, graph_->open_region, set_, &found_);
  Report();  // what follows takes the instruction to be legal
  const WriteFacts* facts = nullptr;
  AtLineOf(node, [&] { facts = &writes_.Next(Context()); });
  CheckBank(gen, node, placements_, &found_);
  Report();
  return *facts;
}

// Lines are worked out when there is something to say about one; they are numbered as they are met.
void EagerMachine::KnowSource(int source) const {
  if (source >= std::ssize(graph_->sources)) graph_->sources = options_.sources();
}

// Throws what is wrong and hands on the warnings, each once a line.
void EagerMachine::Report() {
  if (found_.empty()) return;
  std::vector<Diagnostic> found = std::exchange(found_, {});
  for (Diagnostic& diagnostic : found) {
    if (IsTolerated(diagnostic)) diagnostic.severity = Severity::kWarning;
  }
  const auto is_error = [](const Diagnostic& d) { return d.severity == Severity::kError; };
  const bool wrong = std::ranges::any_of(found, is_error);
  if (!wrong) std::erase_if(found, [&](const Diagnostic& d) { return !said_.insert(KeyOf(d)).second; });
  if (found.empty()) return;
  for (const Diagnostic& diagnostic : found) KnowSource(diagnostic.source);
  AddPlaces(*graph_, found);
  if (wrong) throw VerifyError(std::move(found));
  for (const Diagnostic& diagnostic : found) options_.warn(diagnostic);
}

void EagerMachine::Enter(const Flow& flow, const Node& node) {
  if (flow.kind == Flow::Kind::kEnd) {
    NKI_CHECK(!loops().empty());
    graph_->open_region = graph_->regions[loops().back().region].parent;
    loops().pop_back();
    return;
  }
  KnowSource(node.source);
  const int region = static_cast<int>(graph_->regions.size());
  graph_->regions.push_back({0, 0, graph_->open_region, node.source});
  graph_->open_region = region;
  Loop loop{flow, region};
  if (flow.kind == Flow::Kind::kLoop) {
    loop.value = Context().value(flow.start);
    loop.stop = Context().value(flow.stop);
  }
  loops().push_back(loop);
}

bool EagerMachine::NextPass() {
  NKI_CHECK(!loops().empty());
  Loop& loop = loops().back();
  if (loop.flow.kind == Flow::Kind::kWhile) return ValueOf(loop.flow.reg) != 0;
  if (loop.entered) loop.value += loop.flow.step;
  loop.entered = true;
  if (loop.value >= loop.stop) return false;
  registers_[loop.flow.reg.number] = static_cast<double>(loop.value);
  return true;
}

bool EagerMachine::InWhile(Register condition) const {
  const auto found = loops_.find(graph_->open_program);
  if (found == loops_.end() || found->second.empty()) return false;
  const Flow& flow = found->second.back().flow;
  return flow.kind == Flow::Kind::kWhile && flow.reg == condition;
}

bool EagerMachine::IsSet(Register reg) const {
  return static_cast<size_t>(reg.number) < set_.size() && set_[reg.number];
}

double EagerMachine::ValueOf(Register reg) const {
  if (!IsSet(reg)) throw Error("register " + ToText(reg) + " is asked for, which nothing has set");
  return registers_[reg.number];
}

void EagerMachine::OwnWrittenInputs(const Node& node, const RunContext& context) {
  WrittenInputs inputs;
  node.instruction->VisitFields(inputs);
  for (const View* view : inputs.found) {
    const Tensor& tensor = *view->tensor;
    const auto [at, is_new] = inputs_written_.try_emplace(tensor.id, tensor.bytes());
    ForEachWrite(*node.instruction, *view, context, [&](const ByteRuns& runs) { at->second.Mark(runs); });
    if (!is_new) continue;
    memories_[tensor.id] = NewMemory(tensor.bytes());
    std::memcpy(memories_[tensor.id].get(), hbm_[tensor.id], static_cast<size_t>(tensor.bytes()));
    hbm_[tensor.id] = memories_[tensor.id].get();
  }
}

std::vector<WrittenMap::Run> EagerMachine::Unwritten(int input) const {
  return inputs_written_.at(input).Missing(ByteRuns::Of(View::Of(graph_->tensors[input])));
}

void EagerMachine::RunBody(const Node& node, const WriteFacts& facts) {
  RunContext context = Context();
  AtLineOf(node, [&] { OwnWrittenInputs(node, context); });
  context.destination = facts.destinations[0];
  for (const auto& [at, parts] : facts.fill_first) {
    for (const UnwrittenPart& part : parts) Fill(part, *graph_, context);
  }
  const FloatingPointScope floating_point;
  AtLineOf(node, [&] {
    if (MayOverlap(*node.instruction)) CheckOverlapNow(*node.instruction, context);
    HasIndirection(*node.instruction) ? RunIndirect(*node.instruction, context)
                                      : node.instruction->Run(context);
  });
}

void EagerMachine::Finish() {
  found_.clear();
  writes_.CheckResults();
  Report();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  CountRun(graph_->name, {executed_, 1, elapsed.count()});
}

void EagerMachine::CopyOut(const View& view, std::byte* to) const {
  const FloatingPointScope floating_point;
  Context(view.tensor->program).CopyOut(view, to);
}

}  // namespace nki
