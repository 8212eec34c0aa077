#include "interpreter/copy_elision.h"

#include <algorithm>
#include <array>
#include <optional>

namespace nki {
namespace {

// A tile that is made, used and stored again has three uses; with more it is not the chain that we look for.
struct Uses {
  static constexpr size_t kMost = 3;
  std::array<size_t, kMost> nodes;
  size_t count = 0;
};

struct NodeOperands {
  std::vector<View> outs, ins;
};

class Collector : public OperandVisitor {
 public:
  NodeOperands found;
  void OnView(const Field& field, const View& view) override {
    (field.role == Field::Role::kOut ? found.outs : found.ins).push_back(view);
  }
};

NodeOperands OperandsOf(const Instruction& instruction) {
  Collector collector;
  const_cast<Instruction&>(instruction)
      .VisitFields(collector);  // visitors see fields as mutable; this one only reads
  return std::move(collector.found);
}

bool IsWholeTensor(const View& view) {
  return view.dynamic == nullptr && view.offset == 0 && view.IsContiguous() && !view.tensor->address &&
         view.dtype == view.tensor->dtype && view.elements() == view.tensor->elements();
}

// The view as [rows, elements of a row], if its rows are contiguous and fill whole lines.
std::optional<View> AsRows(const View& view, int64_t rows) {
  if (view.rank == 0 || view.dims[0].count != rows || view.dynamic != nullptr) return std::nullopt;
  int64_t step = 1;
  for (int i = view.rank - 1; i >= 1; --i) {
    if (view.dims[i].count != 1 && view.dims[i].step != step) return std::nullopt;
    step *= view.dims[i].count;
  }
  if (step * ItemBytes(view.dtype) % kLineBytes != 0) return std::nullopt;
  if (view.dims[0].step * ItemBytes(view.dtype) % 4 != 0) return std::nullopt;
  View as_rows = view;
  as_rows.rank = 2;
  as_rows.dims[1] = {1, step};
  return as_rows;
}

class Elision {
 public:
  Elision(Plan& plan, const std::vector<bool>& overwrites_hbm)
      : plan_(plan), overwrites_hbm_(overwrites_hbm), uses_(plan.graph->tensors.size()) {}

  void Run() {
    NoteUses();
    for (size_t node = 0; node < plan_.steps.size(); ++node) {
      if (InstructionAt(node).Elementwise()) Try(node);
    }
    MergeNeighbours(ByColumns);
    MergeNeighbours(ByRows);
  }

 private:
  const Instruction& InstructionAt(size_t node) const { return *plan_.steps[node].instruction; }

  void NoteUses() {
    for (size_t node = 0; node < plan_.steps.size(); ++node) {
      const NodeOperands operands = OperandsOf(InstructionAt(node));
      for (const auto& views : {operands.outs, operands.ins}) {
        for (const View& view : views) {
          Uses& uses = uses_[view.tensor->id];
          if (uses.count > 0 && uses.count <= Uses::kMost && uses.nodes[uses.count - 1] == node) continue;
          if (uses.count < Uses::kMost) uses.nodes[uses.count] = node;
          ++uses.count;
        }
      }
    }
  }

  // The rows of HBM that the copy at `node` moves between HBM and the whole on-chip tensor `tile`.
  std::optional<View> RowsOfCopy(size_t node, const View& tile, bool load) const {
    const Step& step = plan_.steps[node];
    if (step.watched || step.fill_first >= 0 || !InstructionAt(node).MovesBits()) return std::nullopt;
    const NodeOperands copy = OperandsOf(InstructionAt(node));
    const View& chip = load ? copy.outs[0] : copy.ins[0];
    const View& hbm = load ? copy.ins[0] : copy.outs[0];
    if (chip.tensor != tile.tensor || !IsWholeTensor(chip) || hbm.on_chip()) return std::nullopt;
    return AsRows(hbm, tile.partitions());
  }

  // True if a node between the two (both excluded) writes `tensor`, or reads it where `reads` count too.
  bool TouchedBetween(size_t first, size_t last, const Tensor* tensor, bool reads) const {
    constexpr size_t kFarthest = 64;  // a chain further apart is left as it is
    if (last - first > kFarthest) return true;
    for (size_t node = first + 1; node < last; ++node) {
      if (InstructionAt(node).MeetsCore()) return true;  // the other core may have touched it
      const NodeOperands operands = OperandsOf(InstructionAt(node));
      const auto is_it = [tensor](const View& view) { return view.tensor == tensor; };
      if (reads ? std::ranges::any_of(operands.ins, is_it) : std::ranges::any_of(operands.outs, is_it))
        return true;
    }
    return false;
  }

  void Try(size_t node) {
    const NodeOperands operands = OperandsOf(InstructionAt(node));
    if (operands.outs.size() != 1) return;
    const View& out = operands.outs[0];
    std::vector<HbmRows> rows;
    std::vector<size_t> copies;
    for (const View& in : operands.ins) {
      const Uses& uses = uses_[in.tensor->id];
      const bool in_place = in.tensor == out.tensor;
      if (!Suits(in, out) || uses.count != (in_place ? 3u : 2u) || uses.nodes[1] != node) return;
      const std::optional<View> source = RowsOfCopy(uses.nodes[0], in, true);
      if (!source || TouchedBetween(uses.nodes[0], node, source->tensor, false)) return;
      rows.push_back({in.tensor->id, *source});
      copies.push_back(uses.nodes[0]);
    }
    const Uses& uses = uses_[out.tensor->id];
    if (operands.ins.empty() || !Suits(out, out) || uses.count > Uses::kMost || uses.count < 2) return;
    const size_t store = uses.nodes[uses.count - 1];
    if (store <= node) return;
    if (uses.nodes[uses.count - 2] != node) return;
    const std::optional<View> target = RowsOfCopy(store, out, false);
    if (!target || overwrites_hbm_[store] || TouchedBetween(node, store, target->tensor, true)) return;
    // Reading and writing one tensor could meet in rows that overlap.
    if (std::ranges::any_of(rows, [&](const HbmRows& row) { return row.rows.tensor == target->tensor; }))
      return;
    std::erase_if(rows, [&](const HbmRows& row) { return row.tensor == out.tensor->id; });
    if (rows.size() != operands.ins.size())
      return;  // in place: source and target rows are two places, a tile has one
    rows.push_back({out.tensor->id, *target});
    copies.push_back(store);
    Elide(node, std::move(rows), copies);
  }

  static bool Suits(const View& view, const View& out) {
    return In(view.space(), kSbuf) && IsWholeTensor(view) && ItemBytes(view.dtype) == ItemBytes(out.dtype) &&
           view.partitions() == out.partitions();
  }

  void Elide(size_t node, std::vector<HbmRows> rows, const std::vector<size_t>& copies) {
    plan_.steps[node].in_hbm = static_cast<int>(plan_.in_hbm.size());
    plan_.in_hbm.push_back(std::move(rows));
    for (size_t copy : copies) plan_.steps[copy].elided = true;
  }

  // Joins each step in HBM with the ones after it, as long as nothing but elided copies lies between them.
  template <typename Join>
  void MergeNeighbours(const Join& join) {
    Step* into = nullptr;
    for (Step& step : plan_.steps) {
      if (step.elided) continue;
      if (step.in_hbm >= 0 && into != nullptr && Merge(*into, step, join)) {
        step.elided = true;
      } else {
        into = step.in_hbm >= 0 ? &step : nullptr;
      }
    }
  }

  template <typename Join>
  bool Merge(const Step& into, const Step& step, const Join& join) {
    if (&into.instruction->def() != &step.instruction->def()) return false;
    std::vector<HbmRows>& rows = plan_.in_hbm[into.in_hbm];
    const std::vector<HbmRows>& next = plan_.in_hbm[step.in_hbm];
    if (rows.size() != next.size()) return false;
    std::vector<HbmRows> joined = rows;
    for (size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].rows.tensor != next[i].rows.tensor || !join(joined[i].rows, next[i].rows)) return false;
    }
    if (AttributesText(*into.instruction) != AttributesText(*step.instruction)) return false;
    rows = std::move(joined);
    return true;
  }

  // So long a step still lets Ctrl-C through in time.
  static constexpr int64_t kMostElements = int64_t{1} << 24;

  static bool ByColumns(View& left, const View& right) {
    if (left.dims[0] != right.dims[0] || right.offset != left.offset + left.dims[1].count) return false;
    left.dims[1].count += right.dims[1].count;
    return left.dims[1].count <= left.dims[0].step && left.elements() <= kMostElements;
  }

  static bool ByRows(View& upper, const View& lower) {
    if (upper.dims[1] != lower.dims[1] || upper.dims[0].step != lower.dims[0].step) return false;
    if (lower.offset != upper.offset + upper.dims[0].count * upper.dims[0].step) return false;
    upper.dims[0].count += lower.dims[0].count;
    return upper.elements() <= kMostElements;
  }

  Plan& plan_;
  const std::vector<bool>& overwrites_hbm_;
  std::vector<Uses> uses_;
};

}  // namespace

void ElideCopies(Plan& plan, const std::vector<bool>& overwrites_hbm) { Elision(plan, overwrites_hbm).Run(); }

}  // namespace nki
