#include "tests/fuzz/samplers.h"

#include <algorithm>
#include <limits>

namespace nki::fuzz {
namespace {

// Powers have their own bounds; what follows them can't be told exactly.
bool IsAllowed(World& w, AluOp op) {
  if (op == AluOp::kPower) return false;
  const bool only_trn3 =
      op == AluOp::kAbsMax || op == AluOp::kAbsMin || op == AluOp::kSquare || op == AluOp::kRelu;
  return !only_trn3 || w.gen.name == "trn3";
}

AluOp Any(World& w, AluClass op_class, bool unary) {
  while (true) {
    const AluOp op = static_cast<AluOp>(w.draw.Below(kAluOpCount));
    if (RowOf(op).op_class == op_class && (unary || !IsUnary(op)) && IsAllowed(w, op)) return op;
  }
}

int64_t AnyNumber(World& w) {
  const int64_t small = w.draw.Between(-3, 130);
  const int64_t wild =
      w.draw.OneOf({int64_t{-1}, int64_t{1} << 20, int64_t{1} << 31, int64_t{1} << 40, -(int64_t{1} << 40),
                    std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::min()});
  return w.draw.Chance(60) ? small : wild;
}

// The same pattern in the storage of any operand, which may be too small for it.
void MoveToOther(World& w, View& view) {
  const int64_t rows = view.on_chip() && view.storage_row() > 0 ? view.partition_step() : 1;
  view.tensor = &w.tensors[w.draw.Below(static_cast<int64_t>(w.tensors.size()))];
  if (view.on_chip()) view.dims[0].step = rows * view.storage_row();
}

// As views of Python can be: counts are positive, steps are not negative, and ranks end at five.
void ChangeView(World& w, View& view) {
  const int64_t axis = view.rank > 0 ? w.draw.Below(view.rank) : 0;
  const int64_t large =
      w.draw.OneOf<int64_t>({0, 1, 2, 3, 7, 128, 129, 4096, int64_t{1} << 20, int64_t{1} << 36});
  switch (w.draw.Below(9)) {
    case 0:
      view.dtype = static_cast<Dtype>(w.draw.Below(kDtypeCount));
      break;
    case 1:
      view.dims[axis].count = std::clamp<int64_t>(large, 1, 4096);
      break;
    case 2:
      view.dims[axis].step = large;
      break;
    case 3:
      view.offset = large;
      break;
    case 4:
      view = w.Source(w.draw.OneOf({Space::kSbuf, Space::kPsum}), w.Partitions(), w.Free(), w.AnyDtype());
      break;
    case 5:
      view = w.Hbm({w.Partitions(), w.Free()}, w.AnyDtype(), true);
      break;
    case 6:
      MoveToOther(w, view);
      break;
    case 7:  // beside another operand, and beyond the end
      MoveToOther(w, view);
      if (view.rank > 1) view.dims[view.rank - 1].step = std::max<int64_t>(large, 3);
      break;
    default:
      if (view.rank > 2) --view.rank;
      break;
  }
}

// What View::AccessPattern and slices of its views let pass. Elements may lie beyond the storage.
bool CanBeMade(const View& view) {
  if (view.LastElement() >= int64_t{1} << 47) return false;
  const int64_t row = view.on_chip() ? view.storage_row() : 1;
  return row > 0 && (!view.on_chip() || (view.dims[0].step > 0 && view.dims[0].step % row == 0));
}

void SpoilView(World& w, View& view) {
  View changed = view;
  ChangeView(w, changed);
  if (CanBeMade(changed)) view = changed;
}

struct Spoiler {
  World& w;
  void operator()(Argument::None&) {}
  void operator()(View& view) { SpoilView(w, view); }
  void operator()(Operand& operand) {
    if (operand.is_column() && w.draw.Chance(70)) return SpoilView(w, operand.column);
    operand = w.draw.Chance(40) ? Operand() : Operand::Constant(w.Number());
    operand.integral = w.draw.Chance(30);
  }
  void operator()(AluOp& op) { op = static_cast<AluOp>(w.draw.Below(kAluOpCount)); }
  void operator()(ActivationOp& op) { op = static_cast<ActivationOp>(w.draw.Below(kActivationOpCount)); }
  void operator()(bool& flag) { flag = !flag; }
  void operator()(int64_t& number) { number = AnyNumber(w); }
  void operator()(double&) {}
  void operator()(IntList& list) {
    if (w.draw.Chance(50)) list.resize(w.draw.Below(40), AnyNumber(w));
    if (!list.empty()) list[w.draw.Below(static_cast<int64_t>(list.size()))] = AnyNumber(w);
  }
  void operator()(ViewList& list) {
    if (w.draw.Chance(30)) list.clear();
    for (View& view : list) {
      if (w.draw.Chance(40)) SpoilView(w, view);
    }
  }
  void operator()(OperandList& list) { list.push_back(Operand::Constant(w.Number())); }
  void operator()(Pattern& pattern) {
    if (w.draw.Chance(40)) pattern.resize(w.draw.Below(7), Dim{AnyNumber(w), AnyNumber(w)});
    if (!pattern.empty()) pattern[0] = {AnyNumber(w), AnyNumber(w)};
  }
  void operator()(std::string& text) { text = "%s%n"; }
  void operator()(Register&) {}
  void operator()(Argument::Enumerator& one) { one.value = static_cast<uint8_t>(w.draw.Below(2)); }
};

}  // namespace

const Samplers& AllSamplers() {
  static const Samplers all = [] {
    Samplers table;
    AddVectorSamplers(table);
    AddAccumulatorSamplers(table);
    AddSearchSamplers(table);
    AddRandomSamplers(table);
    AddTensorSamplers(table);
    AddDmaSamplers(table);
    AddControlSamplers(table);
    return table;
  }();
  return all;
}

AluOp AnyArithmetic(World& w) { return Any(w, AluClass::kArithmetic, true); }
AluOp AnyBinary(World& w) { return Any(w, AluClass::kArithmetic, false); }
AluOp AnyBitwise(World& w) { return Any(w, AluClass::kBitwise, true); }

Dtype AnyInteger(World& w) {
  using enum Dtype;
  return w.draw.OneOf({kInt8, kInt16, kInt32, kUint8, kUint16, kUint32});
}

Argument OperandOf(World& w, AluOp op, int64_t partitions, std::initializer_list<Dtype> columns) {
  const Operand operand = w.Scalar(partitions, columns);
  return IsUnary(op) ? Operand() : operand;
}

void Spoil(World& w, Arguments& arguments) {
  for (int64_t times = w.draw.Between(1, 3); times > 0 && !arguments.empty(); --times) {
    const auto argument = std::next(arguments.begin(), w.draw.Below(static_cast<int64_t>(arguments.size())));
    std::visit(Spoiler{w}, argument->second.value);
  }
}

}  // namespace nki::fuzz
