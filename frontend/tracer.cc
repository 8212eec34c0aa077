#include "frontend/tracer.h"

#include <algorithm>
#include <atomic>
#include <string_view>

#include "interpreter/overlap.h"
#include "interpreter/verifier.h"
#include "isa/control/control.h"
#include "memory/scalar_types.h"

namespace nki {

using std::to_string;

namespace {

// Finds where an instruction says that it writes `result`, whether it adds there, and what it does to another
// tensor, which may become its destination.
class ResultFinder : public OperandVisitor {
 public:
  ResultFinder(const View& result, const Tensor* target) : result_(result), target_(target) {}
  View* dst = nullptr;
  std::optional<bool>* accumulate = nullptr;
  bool reads_target = false, writes_target = false;
  using OperandVisitor::Visit;
  void OnView(const Field& field, const View& view) override {
    (field.role == Field::Role::kOut ? writes_target : reads_target) |= view.tensor == target_;
  }
  void Visit(const Field& field, View& view) override {
    OnView(field, view);
    if (field.role != Field::Role::kOut || view.tensor != result_.tensor) return;
    if (view.offset == result_.offset && view.dtype == result_.dtype &&
        std::ranges::equal(view.axes(), result_.axes())) {
      dst = &view;
    }
  }
  void Visit(const Field& field, std::optional<bool>& value) override {
    if (std::string_view(field.name) == "accumulate") accumulate = &value;
  }

 private:
  const View& result_;
  const Tensor* target_;
};

// False if the instruction breaks a rule.
bool KeepsRules(const KernelGraph& graph, const Node& node) {
  std::vector<Diagnostic> problems;
  CheckInstruction(*graph.generation, node, &problems);
  return std::ranges::none_of(problems,
                              [](const Diagnostic& problem) { return problem.severity == Severity::kError; });
}

// True if what the instruction reads and writes overlaps, shifted, or may when it runs.
bool Overlaps(const Node& node) {
  std::vector<Diagnostic> problems;
  CheckOverlap(node, &problems);
  return !problems.empty() || MayOverlap(*node.instruction);
}

uint64_t NextNumber() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

}  // namespace

Tracer::Tracer(std::string name, const Generation& generation, std::vector<int64_t> grid)
    : graph_(std::make_shared<KernelGraph>()),
      sink_(std::make_unique<GraphSink>(graph_)),
      number_(NextNumber()) {
  graph_->name = std::move(name);
  graph_->generation = &generation;
  graph_->grid = std::move(grid);
}

Tracer*& Tracer::Current() {
  thread_local Tracer* current = nullptr;
  return current;
}

Tracer& Tracer::Require(const char* called) {
  Tracer* current = Current();
  if (current == nullptr) {
    throw Error(std::string(called) +
                " was called outside a kernel; call it inside a function decorated with @nki.jit, which you "
                "call with arrays");
  }
  return *current;
}

Tensor& Tracer::NewTensor(std::string name, const char* prefix, Space space, Shape shape, Dtype dtype) {
  const int free = sink_->TakeFreeId();
  if (free >= 0) names_.erase(graph_->tensors[free].name);
  Tensor& tensor = free >= 0 ? graph_->tensors[free] : graph_->tensors.emplace_back();
  tensor = {};
  tensor.id = free >= 0 ? free : static_cast<int>(graph_->tensors.size()) - 1;
  tensor.space = space;
  tensor.dtype = dtype;
  tensor.shape = std::move(shape);
  int& counter = counters_[space == Space::kSbuf ? 0 : space == Space::kPsum ? 1 : 2];
  tensor.region = space == Space::kSharedHbm ? -1 : graph_->open_region;
  tensor.program = graph_->open_program;
  tensor.name = name.empty() ? prefix + ("." + to_string(counter++)) : name;
  // The text form must say which one is meant: the second "tile" is "tile.1".
  while (names_.contains(tensor.name)) {
    tensor.name =
        name.empty() ? prefix + ("." + to_string(counter++)) : name + "." + to_string(names_[name]++);
  }
  names_[tensor.name] = 1;
  return tensor;
}

const Tensor& Tracer::AddInput(std::string name, Shape shape, Dtype dtype, Space space) {
  Tensor& tensor = NewTensor(std::move(name), "input", space, std::move(shape), dtype);
  tensor.role = TensorRole::kInput;
  graph_->inputs.push_back(tensor.id);
  return tensor;
}

const Tensor& Tracer::AddTensor(std::string name, Space space, Shape shape, Dtype dtype,
                                std::optional<Address> address) {
  dtype = sink_->StoredAs(dtype);
  std::string shared;  // what the tensor is called among the programs of a grid
  if (space == Space::kSharedHbm) {
    shared = name.empty() ? "#" + to_string(unnamed_shared_++) : name + "#" + to_string(named_here_[name]++);
    const auto earlier = shared_.find(shared);
    if (earlier != shared_.end()) {
      const Tensor& tensor = graph_->tensors[earlier->second];
      if (tensor.shape == shape && tensor.dtype == dtype) return tensor;
      ThrowValue("ndarray: tensor " + tensor.name + " in shared_hbm is " + std::string(Name(dtype)) +
                 ToString(shape) + " in this program of the grid and " + std::string(Name(tensor.dtype)) +
                 ToString(tensor.shape) +
                 " in an earlier one; programs share these tensors and must make the same ones");
    }
  }
  const std::string prefix = OnChip(space) ? std::string(Name(space)) : "hbm";
  Tensor& tensor = NewTensor(std::move(name), prefix.c_str(), space, std::move(shape), dtype);
  tensor.address = address;
  tensor.source = sites_.Here();
  at_last_tensor_ = recorded_;
  if (block_ >= 0 && OnChip(space)) {
    block_of_[tensor.id] = block_;
  } else {
    block_of_.erase(tensor.id);  // of a tensor that is gone and had this id
  }
  sink_->AddTensor(tensor);
  if (space == Space::kSharedHbm) shared_[shared] = tensor.id;
  return tensor;
}

const Tensor& Tracer::AddConstant(Shape shape, Dtype dtype, const void* bytes) {
  const Dtype stored = sink_->StoredAs(dtype);
  Tensor& tensor = NewTensor("", "constant", Space::kSharedHbm, std::move(shape), stored);
  tensor.role = TensorRole::kConstant;
  const auto* first = static_cast<const std::byte*>(bytes);
  if (stored == dtype) {
    graph_->constants.emplace_back(first, first + tensor.bytes());
  } else {
    std::vector<std::byte>& values = graph_->constants.emplace_back(tensor.bytes());
    for (int64_t i = 0; i < tensor.elements(); ++i)
      StoreScalar(stored, LoadScalar(dtype, first + i * ItemBytes(dtype)), &values[i * ItemBytes(stored)]);
  }
  sink_->AddTensor(tensor);
  return tensor;
}

void Tracer::Record(std::unique_ptr<Instruction> instruction, std::string name) {
  CheckLoops();
  ++recorded_;
  sink_->Record(std::move(instruction), sites_.Here(), std::move(name));
}

// What has run already runs again, for sums that are the same bits as those of a graph.
bool Tracer::AddAgain(const View& result, const View& to) {
  if (graph_->nodes.empty() || at_last_tensor_ + 1 != recorded_) return false;
  Node& node = graph_->nodes.back();
  if (node.instruction == nullptr) return false;
  ResultFinder found(result, to.tensor);
  node.instruction->VisitFields(found);
  if (found.dst == nullptr || found.accumulate == nullptr) return false;
  *found.dst = to;
  found.accumulate->reset();
  sink_->Record(std::move(node.instruction), node.source, "");
  return true;
}

bool Tracer::Redirect(const View& result, const View& to, bool accumulates) {
  if (!sink_->CanRedirect()) return accumulates && AddAgain(result, to);
  Tensor& last = graph_->tensors.back();
  if (result.tensor != &last || at_last_tensor_ + 1 != recorded_) return false;
  ResultFinder found(result, to.tensor);
  Node& node = graph_->nodes.back();
  node.instruction->VisitFields(found);
  if (found.dst == nullptr || found.writes_target || (accumulates && found.accumulate == nullptr))
    return false;
  *found.dst = to;
  const bool alike =
      to.space() == result.space() && to.on_chip() && to.first_partition() == result.first_partition();
  if ((!alike && !KeepsRules(*graph_, node)) || (found.reads_target && Overlaps(node))) {
    *found.dst = result;
    return false;
  }
  // "None overwrites what nothing has written yet and adds otherwise" (nki.isa.nc_matmul, NKI 0.6).
  if (accumulates) found.accumulate->reset();
  names_.erase(last.name);
  block_of_.erase(last.id);
  graph_->MarkMasked(last.id, false);
  graph_->tensors.pop_back();
  return true;
}

void Tracer::RecordMove(Register dst, IntOrRegister src) { Record(MakeRegisterMove(dst, src), ""); }

Register Tracer::BeginLoop(IntOrRegister start, IntOrRegister stop, int64_t step) {
  RefuseLoopInOrder();
  const Register index = NewRegister();
  Record(MakeLoop(index, start, stop, step), "");
  return index;
}

void Tracer::BeginWhile(Register condition) {
  RefuseLoopInOrder();
  Record(MakeWhileLoop(condition), "");
}

// Source: nki.language.no_reorder and "NKI Dynamic Loops", NKI 0.6.
void Tracer::RefuseLoopInOrder() const {
  if (in_order_ == 0) return;
  throw Error(
      "a loop that runs while the kernel runs (dynamic_range, fori_loop, while_loop, `while register:`) "
      "can't "
      "be inside `with nl.no_reorder():`; put the no_reorder block into the body of the loop");
}

void Tracer::EndLoop() {
  if (graph_->open_region < 0) throw Error("a loop ends here that has not begun");
  Record(MakeEndLoop(), "");
}

bool Tracer::NextPass() {
  if (graph_->open_region < 0) throw Error("a loop goes on that has not begun");
  if (sink_->NextPass()) return true;
  EndLoop();
  return false;
}

bool Tracer::Truth(Register condition) {
  if (!sink_->InWhile(condition)) BeginWhile(condition);
  return NextPass();
}

std::string Tracer::PlaceOfLoop(int region) const {
  if (region < 0) return "";
  const int source = graph_->regions[region].source;
  if (source < 0) return "";
  const SourceLocation at = sites_.Locations()[source];
  return " at " + at.file + ":" + to_string(at.line);
}

void Tracer::AbandonLoop(const std::string& called) {
  if (!abandoned_.empty()) return;
  abandoned_ =
      "the loop over " + called + PlaceOfOpenLoop() +
      " was left by break, return or an exception; it runs on the device, where it ends at its bound only";
}

void Tracer::CheckLoops() const {
  if (!abandoned_.empty()) throw Error(abandoned_);
}

int Tracer::BeginBlock() {
  blocks_.push_back({block_, sites_.Here()});
  return block_ = static_cast<int>(blocks_.size()) - 1;
}

void Tracer::EndBlock(int block) {
  blocks_.at(block).open = false;
  block_ = blocks_[block].around;
}

bool Tracer::InOpenBlock(const Tensor& tensor) const {
  const auto found = block_of_.find(tensor.id);
  return found == block_of_.end() || blocks_[found->second].open;
}

void Tracer::LiftOutOf(const Tensor& tensor, int block) {
  if (blocks_.at(block).around < 0) {
    block_of_.erase(tensor.id);
  } else {
    block_of_[tensor.id] = blocks_[block].around;
  }
}

void Tracer::CheckBlock(const Tensor& tensor, const std::string& place) const {
  if (InOpenBlock(tensor)) return;
  const SourceLocation at = sites_.Locations()[blocks_[block_of_.at(tensor.id)].source];
  ThrowValue(place + ": tile " + tensor.name + " was made inside the loop at " + at.file + ":" +
             to_string(at.line) +
             ", which has ended; make it in front of the loop with nl.ndarray and assign to it inside");
}

void Tracer::BeginProgram(std::vector<int64_t> ids) {
  graph_->open_program = static_cast<int>(graph_->programs.size());
  sink_->BeginProgram();
  graph_->programs.push_back(graph_->nodes.size());
  program_ = std::move(ids);
  unnamed_shared_ = 0;
  named_here_.clear();
  in_order_ = 0;
  block_ = -1;
}

void Tracer::Suspend() {
  suspended_[graph_->open_program] = {std::move(program_), unnamed_shared_, std::move(named_here_),
                                      graph_->open_region, in_order_};
  graph_->open_region = -1;
  in_order_ = 0;
}

void Tracer::Resume(int program) {
  const auto found = suspended_.find(program);
  if (found == suspended_.end()) return;
  graph_->open_program = program;
  program_ = std::move(found->second.ids);
  unnamed_shared_ = found->second.unnamed_shared;
  named_here_ = std::move(found->second.named_here);
  graph_->open_region = found->second.open_region;
  in_order_ = found->second.in_order;
  suspended_.erase(found);
}

std::shared_ptr<const KernelGraph> Tracer::Finish(std::vector<View> outputs) {
  CheckLoops();
  if (graph_->open_region >= 0) {
    throw Error(
        "the loop" + PlaceOfOpenLoop() +
        " never ends: a register can be the condition of `while register:`, which no break or return may "
        "leave");
  }
  graph_->outputs = std::move(outputs);
  graph_->sources = sites_.Locations();
  sink_->Finish();
  return graph_;
}

}  // namespace nki
