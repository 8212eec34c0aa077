#include "isa/rules.h"

#include <algorithm>
#include <charconv>

#include "isa/instruction.h"
#include "isa/reach.h"
#include "memory/ascending.h"

namespace nki {
namespace {

using std::to_string;

std::string Quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string SpaceNames(SpaceSet spaces) {
  std::string names;
  if (spaces & kSbuf) names += "SBUF";
  if (spaces & kPsum) names += names.empty() ? "PSUM" : " or PSUM";
  if (spaces & kHbm) names += names.empty() ? "HBM" : " or HBM";
  return names;
}

// How what is in another memory gets to where an operand may be, or from there.
std::string WayBetween(Space space, SpaceSet allowed, Field::Role role) {
  const bool out = role == Field::Role::kOut;
  if (!OnChip(space) && (allowed & kSbuf) && !(allowed & kHbm))
    return out ? "; write to a tile and store that with nisa.dma_copy" : "; load it first with nisa.dma_copy";
  if (space == Space::kPsum && (allowed & kSbuf))
    return out ? "; write to a tile there and copy that with nisa.tensor_copy"
               : "; copy it to SBUF first with nisa.tensor_copy";
  return "";
}

// Finds the field whose address is `wanted`.
class FieldFinder : public FieldVisitor {
 public:
  explicit FieldFinder(const void* wanted) : wanted_(wanted) {}
  std::string name;
  Field::Role role = Field::Role::kAttr;

  void Visit(const Field& field, View& value) override { Match(field, &value); }
  void Visit(const Field& field, std::optional<View>& value) override {
    Match(field, &value);
    if (value) Match(field, &*value);
  }
  void Visit(const Field& field, Operand& value) override {
    Match(field, &value);
    Match(field, &value.column);
  }
  void Visit(const Field& field, AluOp& value) override { Match(field, &value); }
  void Visit(const Field& field, std::optional<AluOp>& value) override {
    Match(field, &value);
    if (value) Match(field, &*value);
  }
  void Visit(const Field& field, ActivationOp& value) override { Match(field, &value); }
  void Visit(const Field& field, bool& value) override { Match(field, &value); }
  void Visit(const Field& field, std::optional<bool>& value) override { Match(field, &value); }
  void Visit(const Field& field, int64_t& value) override { Match(field, &value); }
  void Visit(const Field& field, std::optional<int64_t>& value) override { Match(field, &value); }
  void Visit(const Field& field, IntList& value) override { Match(field, &value); }
  void Visit(const Field& field, std::optional<IntList>& value) override { Match(field, &value); }
  void Visit(const Field& field, ViewList& value) override {
    for (size_t i = 0; i < value.size(); ++i) Match(field, &value[i], i);
  }
  void Visit(const Field& field, OperandList& value) override {
    for (size_t i = 0; i < value.size(); ++i) Match(field, &value[i], i);
  }
  void Visit(const Field& field, Pattern& value) override { Match(field, &value); }
  void Visit(const Field& field, std::string& value) override { Match(field, &value); }
  void Visit(const Field& field, Register& value) override { Match(field, &value); }
  void Visit(const Field& field, IntOrRegister& value) override { Match(field, &value); }
  void VisitEnum(const Field&, const EnumRow&, uint8_t&) override {}

 private:
  void Match(const Field& field, const void* address) {
    if (address != wanted_ || !name.empty()) return;
    name = field.name;
    role = field.role;
  }
  void Match(const Field& field, const void* address, size_t index) {
    if (address != wanted_) return;
    name = std::string(field.name) + "[" + to_string(index) + "]";
    role = field.role;
  }
  const void* wanted_;
};

}  // namespace

RuleCoverage* Checker::coverage = nullptr;

Checker::Checker(const Instruction& instruction, const Generation& gen, int source,
                 std::vector<Diagnostic>* found)
    : instruction_(instruction), gen_(gen), source_(source), found_(found) {}

namespace {

FieldFinder FieldOf(const Instruction& instruction, const void* value) {
  FieldFinder finder(value);
  const_cast<Instruction&>(instruction).VisitFields(finder);  // which sees fields as mutable; this only looks
  NKI_CHECK(!finder.name.empty());
  return finder;
}

}  // namespace

std::string Checker::NameOf(const void* value) const { return FieldOf(instruction_, value).name; }

std::string Checker::Says(const AluOp& op) const { return NameOf(&op) + " is " + Quoted(Name(op)); }

std::string Checker::Says(const Operand& operand) const {
  const std::string name = NameOf(&operand) + " is ";
  if (operand.is_column()) return name + "a tensor";
  if (!operand.given()) return name + "None";
  char text[32];
  return name + std::string(text, std::to_chars(text, text + sizeof(text), operand.constant).ptr);
}

void Checker::Report(Severity severity, bool holds, const char* id, std::string_view sentence) {
  if (coverage) {
    auto& counts = (*coverage)[{std::string(instruction_.def().name), id}];
    ++(holds ? counts.first : counts.second);
  }
  if (holds) return;
  Diagnostic diagnostic;
  diagnostic.severity = severity;
  diagnostic.rule = id;
  diagnostic.message = std::string(instruction_.def().name) + ": " + std::string(sentence);
  diagnostic.source = source_;
  found_->push_back(std::move(diagnostic));
}

bool Checker::Rule(bool holds, const char* id, std::string_view sentence) {
  Report(Severity::kError, holds, id, sentence);
  return holds;
}

void Checker::Warn(bool holds, const char* id, std::string_view sentence) {
  Report(Severity::kWarning, holds, id, sentence);
}

// Sentences are built only for rules that fail: checking is on the path of every traced instruction.
#define NKI_RULE(holds, id, sentence)                                     \
  do {                                                                    \
    const bool rule_holds = (holds);                                      \
    if (rule_holds && coverage == nullptr) return true;                   \
    return Rule(rule_holds, id, rule_holds ? std::string() : (sentence)); \
  } while (false)

bool Checker::ComputeOperand(const View& view, SpaceSet spaces) {
  if (!InSpaces(view, spaces)) return false;
  bool ok = PartitionsAtMost(view, gen_.partitions);
  ok &= PartitionStep(view);
  ok &= InBounds(view);
  return ok && StartPartition(view);
}

bool Checker::ScalarOperand(const Operand& operand, const View& data, SpaceSet spaces) {
  if (!operand.is_column()) return true;
  return ComputeOperand(operand.column, spaces) & Column(operand.column, data);
}

bool Checker::Float32Operand(const Operand& operand, const View& data) {
  if (!ScalarOperand(operand, data, kOnChip)) return false;
  return !operand.is_column() || DtypeIn(operand.column, {Dtype::kFloat32});
}

bool Checker::InSpaces(const View& view, SpaceSet spaces) {
  NKI_RULE(In(view.space(), spaces), "space",
           NameOf(&view) + " is in " + std::string(Name(view.space())) + "; it must be in " +
               SpaceNames(spaces) + WayBetween(view.space(), spaces, FieldOf(instruction_, &view).role));
}

bool Checker::PartitionsAtMost(const View& view, int64_t limit) {
  NKI_RULE(view.partitions() <= limit, "partitions-at-most",
           NameOf(&view) + " has " + to_string(view.partitions()) + " partitions; " + std::string(gen_.name) +
               " allows at most " + to_string(limit));
}

bool Checker::StartPartition(const View& view) {
  const int64_t start = view.first_partition() + (view.tensor->address ? view.tensor->address->partition : 0);
  const int64_t step = StartPartitionStep(view.partitions());
  NKI_RULE(start % step == 0, "start-partition",
           NameOf(&view) + " starts at partition " + to_string(start) + "; " + to_string(view.partitions()) +
               " partitions may start at " +
               (step == 128  ? "0"
                : step == 64 ? "0 or 64"
                             : "0, 32, 64 or 96"));
}

bool Checker::PartitionStep(const View& view) {
  NKI_RULE(view.partitions() == 1 || view.partition_step() == 1, "partition-step",
           NameOf(&view) + " takes partitions in steps of " + to_string(view.partition_step()) +
               "; compute instructions need neighbouring partitions");
}

// What a dynamic offset reaches is checked while the kernel runs.
bool Checker::InBounds(const View& given) {
  if (given.dynamic != nullptr) return true;
  const View view = Ascending(given);
  const int64_t last = view.LastElement();
  const int64_t storage = view.tensor->bytes() / ItemBytes(view.dtype);
  const int64_t last_free =
      view.on_chip() ? view.LastOf(view.free_axes()) - view.offset + view.free_offset() : 0;
  const bool in_storage = view.offset >= 0 && last < storage;
  NKI_RULE(in_storage && (!view.on_chip() || last_free < view.storage_row()), "in-bounds",
           NameOf(&given) + " reaches element " +
               (in_storage ? to_string(last_free) + " of a partition"
                           : to_string(view.offset < 0 ? view.offset : last)) +
               "; the storage of " + view.tensor->name + " holds " +
               to_string(in_storage ? view.storage_row() : storage));
}

bool Checker::FreeAtMost(const View& view, int64_t limit) {
  NKI_RULE(view.free_elements() <= limit, "free-at-most",
           NameOf(&view) + " has " + to_string(view.free_elements()) + " free elements; " +
               std::string(gen_.name) + " allows at most " + to_string(limit));
}

bool Checker::FreeExactly(const View& view, int64_t count) {
  NKI_RULE(view.free_elements() == count, "free-exactly",
           NameOf(&view) + " has " + to_string(view.free_elements()) +
               " elements per partition; it must have " + to_string(count));
}

bool Checker::FreeBetween(const View& view, int64_t least, int64_t most) {
  NKI_RULE(least <= view.free_elements() && view.free_elements() <= most, "free-between",
           NameOf(&view) + " has " + to_string(view.free_elements()) +
               " elements per partition; it must have " + to_string(least) + " to " + to_string(most));
}

bool Checker::RankAtMost(const View& view, int limit) {
  NKI_RULE(view.rank <= limit, "rank-at-most",
           NameOf(&view) + " has " + to_string(view.rank) + " axes; it may have at most " + to_string(limit));
}

bool Checker::SamePartitions(const View& a, const View& b) {
  NKI_RULE(a.partitions() == b.partitions(), "same-partitions",
           NameOf(&a) + " has " + to_string(a.partitions()) + " partitions and " + NameOf(&b) + " has " +
               to_string(b.partitions()) + "; they must have the same number");
}

bool Checker::SameFree(const View& a, const View& b) {
  NKI_RULE(a.free_elements() == b.free_elements(), "same-free",
           NameOf(&a) + " has " + to_string(a.free_elements()) + " elements per partition and " + NameOf(&b) +
               " has " + to_string(b.free_elements()) + "; they must have the same number");
}

bool Checker::SameElements(const View& a, const View& b) {
  NKI_RULE(a.elements() == b.elements(), "same-elements",
           NameOf(&a) + " has shape " + nki::ToString(a.shape()) + " and " + NameOf(&b) + " has shape " +
               nki::ToString(b.shape()) + "; they must hold the same number of elements");
}

bool Checker::SameDtype(const View& a, const View& b) {
  NKI_RULE(a.dtype == b.dtype, "same-dtype",
           NameOf(&a) + " is " + std::string(Name(a.dtype)) + " and " + NameOf(&b) + " is " +
               std::string(Name(b.dtype)) + "; they must have the same dtype");
}

bool Checker::SameItemBytes(const View& a, const View& b) {
  NKI_RULE(ItemBytes(a.dtype) == ItemBytes(b.dtype), "same-item-bytes",
           NameOf(&a) + " is " + std::string(Name(a.dtype)) + " and " + NameOf(&b) + " is " +
               std::string(Name(b.dtype)) +
               "; bitwise operators convert nothing, so their elements must have the same size");
}

bool Checker::FitsInt32(const void* field, int64_t value) {
  NKI_RULE(value == static_cast<int32_t>(value), "int32",
           to_string(value) + " in " + NameOf(field) + " does not fit into int32");
}

bool Checker::ReducesToMaximum(const AluOp& op) {
  NKI_RULE(op == AluOp::kMaximum, "reduce-op", Says(op) + "; it must be nl.maximum");
}

bool Checker::Column(const View& column, const View& data) {
  NKI_RULE(column.free_elements() == 1 && column.partitions() == data.partitions(), "column",
           NameOf(&column) + " has shape " + nki::ToString(column.shape()) + "; beside " + NameOf(&data) +
               " it must have one value per partition, (" + to_string(data.partitions()) + ", 1)");
}

bool Checker::DtypeIn(const View& view, std::initializer_list<Dtype> set) {
  const auto list = [&] {
    std::string names;
    for (Dtype dtype : set) names += (names.empty() ? "" : ", ") + std::string(Name(dtype));
    return names;
  };
  NKI_RULE(std::ranges::count(set, view.dtype) > 0, "dtype",
           NameOf(&view) + " is " + std::string(Name(view.dtype)) + "; allowed are " + list());
}

bool Checker::NotPacked(const View& view) {
  NKI_RULE(
      !IsPacked(view.dtype), "packed-dtype",
      NameOf(&view) + " is " + std::string(Name(view.dtype)) + ", which this instruction can't compute with");
}

bool Checker::Convertible(const View& a, const View& b) {
  NKI_RULE(a.dtype == b.dtype || !(IsPacked(a.dtype) || IsPacked(b.dtype)), "packed-dtype",
           NameOf(&a) + " is " + std::string(Name(a.dtype)) + " and " + NameOf(&b) + " is " +
               std::string(Name(b.dtype)) + "; packed dtypes are copied to the same dtype only");
}

bool Checker::IntegerDtype(const View& view, AluOp op) {
  NKI_RULE(IsInteger(view.dtype), "integer-dtype",
           NameOf(&view) + " is " + std::string(Name(view.dtype)) + "; the bitwise operator " +
               Quoted(Name(op)) + " needs an integer dtype");
}

bool Checker::NotBothInPsum(const View& a, const View& b) {
  NKI_RULE(!(In(a.space(), kPsum) && In(b.space(), kPsum)), "both-psum",
           NameOf(&a) + " and " + NameOf(&b) + " are both in PSUM; one of them must be in SBUF");
}

bool Checker::EngineIn(Engine engine, std::initializer_list<Engine> set) {
  const auto list = [&] {
    std::string names;
    for (Engine allowed : set) names += (names.empty() ? "" : ", ") + std::string(Name(allowed));
    return names;
  };
  NKI_RULE(engine == Engine::kUnknown || std::ranges::count(set, engine) > 0, "engine",
           "engine " + Quoted(Name(engine)) + " can't run it; allowed are " + list());
}

bool Checker::GpSimdOutsidePsum(Engine engine, const View& view) {
  NKI_RULE(engine != Engine::kGpSimd || !In(view.space(), kPsum), "gpsimd-psum",
           NameOf(&view) + " is in PSUM, which the GpSimd engine can't reach");
}

bool Checker::SameClass(const AluOp& a, const AluOp& b) {
  NKI_RULE(IsBitwise(a) == IsBitwise(b), "op-class",
           Says(a) + " and " + Says(b) + "; both must be bitwise or both arithmetic");
}

bool Checker::BinaryOp(const AluOp& op) {
  NKI_RULE(!IsUnary(op), "binary-op", Says(op) + ", which takes one operand only");
}

bool Checker::ArithmeticOp(const AluOp& op) {
  NKI_RULE(!IsBitwise(op), "arithmetic-op", Says(op) + ", which is bitwise; it must be arithmetic");
}

bool Checker::BitwiseOnVector(const AluOp& op, Engine engine) {
  NKI_RULE(
      !IsBitwise(op) || engine == Engine::kVector, "bitwise-engine",
      Says(op) + " on engine " + Quoted(Name(engine)) + "; bitwise operators run on the Vector engine only");
}

bool Checker::Comparison(const AluOp& op, std::initializer_list<AluOp> set) {
  const auto list = [&] {
    std::string names;
    for (AluOp allowed : set) names += (names.empty() ? "" : ", ") + std::string(Name(allowed));
    return names;
  };
  NKI_RULE(std::ranges::count(set, op) > 0, "comparison", Says(op) + "; allowed are " + list());
}

bool Checker::Given(const Operand& operand) {
  NKI_RULE(operand.given(), "given", NameOf(&operand) + " is None; it must be a number or a column (P, 1)");
}

bool Checker::UnaryOperand(AluOp op, const Operand& operand) {
  const bool none_or_zero = !operand.given() || (operand.is_constant() && operand.constant == 0);
  NKI_RULE(IsUnary(op) ? none_or_zero : operand.given(), "unary-operand",
           NameOf(&operand) + (IsUnary(op) ? " must be None or 0 beside " : " must be given beside ") +
               Quoted(Name(op)) +
               (IsUnary(op) ? ", which takes one operand only" : ", which takes two operands"));
}

bool Checker::AluOpOnTarget(AluOp op) {
  if (op == AluOp::kAbsMax || op == AluOp::kAbsMin) return Requires(Feature::kAbsMaxMin);
  if (op == AluOp::kSquare || op == AluOp::kRelu) return Requires(Feature::kUnaryAluOps);
  return true;
}

bool Checker::DmaPriority(const std::optional<int64_t>& priority) {
  if (!priority) return true;
  const bool known = Requires(Feature::kDmaPriority);
  return Rule(*priority >= 0 && *priority <= 3, "priority",
              [&] { return "priority is " + to_string(*priority) + "; it must lie between 0 and 3"; }) &&
         known;
}

bool Checker::Requires(Feature feature) {
  const FeatureRow& row = RowOf(feature);
  NKI_RULE(gen_.Has(feature), row.name.data(),
           std::string(gen_.name) + " does not have " + std::string(row.sentence) +
               "; targets that have it: " + TargetsWith(feature));
}

}  // namespace nki
