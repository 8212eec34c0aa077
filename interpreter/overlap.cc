#include "interpreter/overlap.h"

#include <algorithm>
#include <vector>

#include "interpreter/written_map.h"
#include "isa/dma/transfer.h"
#include "isa/reach.h"
#include "memory/ascending.h"
#include "memory/error.h"
#include "memory/tile.h"

namespace nki {
namespace {

struct Named {
  const char* field;
  View view;
};

class Collector : public OperandVisitor {
 public:
  explicit Collector(const Instruction& instruction) {
    const_cast<Instruction&>(instruction)
        .VisitFields(*this);  // visitors see fields as mutable; this only reads
  }
  std::vector<Named> outs, ins;
  void OnView(const Field& field, const View& view) override {
    (field.role == Field::Role::kOut ? outs : ins).push_back({field.name, view});
  }
};

// True if element i of both has the same bytes, for every i; shapes and dtypes may differ.
bool SamePlaces(const View& a, const View& b) {
  std::array<Dim, kMaxRank> x = a.dims, y = b.dims;
  const int rank = Coalesce(x, a.rank);
  return ItemBytes(a.dtype) == ItemBytes(b.dtype) && a.offset == b.offset && rank == Coalesce(y, b.rank) &&
         std::equal(x.begin(), x.begin() + rank, y.begin());
}

// Calls visit(byte, free): where each element of an on-chip view begins, and its number among the free ones.
template <class Visit>
void ForEachElement(const View& view, const Visit& visit) {
  const int64_t item = ItemBytes(view.dtype), free = view.free_elements();
  for (int64_t i = 0; i < view.elements(); ++i) {
    int64_t element = view.offset, rest = i;
    for (int axis = view.rank - 1; axis >= 0; --axis) {
      element += rest % view.dims[axis].count * view.dims[axis].step;
      rest /= view.dims[axis].count;
    }
    visit(element * item, i % free);
  }
}

// Of a source with more elements than the destination, which is written while the source is read: whether
// anything is overwritten before it is read. A column beside a tile is read before anything is written.
bool OverwritesUnread(const View& in, const View& out) {
  const int64_t reads = in.free_elements(), writes = out.free_elements();
  if (!in.on_chip() || reads < writes) return false;
  std::vector<int64_t> last_read(static_cast<size_t>(in.tensor->bytes()), -1);
  ForEachElement(in, [&](int64_t byte, int64_t free) {
    for (int64_t b = 0; b < ItemBytes(in.dtype); ++b) {
      last_read[byte + b] = std::max(last_read[byte + b], free);
    }
  });
  bool overwrites = false;
  ForEachElement(out, [&](int64_t byte, int64_t free) {
    const int64_t read = (free + 1) * reads / writes;  // so many
    for (int64_t b = 0; b < ItemBytes(out.dtype); ++b) overwrites |= last_read[byte + b] >= read;
  });
  return overwrites;
}

// Whether a view names a byte twice; one that nothing moves.
bool NamesTwice(const View& given) {
  const View view = Ascending(given);
  if (!Overlaps(view)) return false;
  std::vector<bool> named(static_cast<size_t>(view.LastElement() - view.offset + 1));
  bool twice = false;
  ForEachElement(view, [&](int64_t byte, int64_t) {
    const size_t element = static_cast<size_t>(byte / ItemBytes(view.dtype) - view.offset);
    twice |= named[element];
    named[element] = true;
  });
  return twice;
}

bool Conflicts(const View& in, const View& out) {
  if (in.elements() == out.elements()) return !SamePlaces(in, out) && ShareBytes(in, out);
  return ShareBytes(in, out) && OverwritesUnread(in, out);
}

// What is wrong with a destination and a source that conflict.
std::string Sentence(const Named& out, const Named& in) {
  return std::string(out.field) + " overlaps " + in.field + ", shifted, in " + in.view.tensor->name +
         ": which elements are read before they are overwritten is not defined; copy to another tensor first";
}

// Pairs that only a run can judge. What an index tensor gathers is read before anything is scattered.
bool MayConflict(const Named& out, const Named& in) {
  if (in.view.tensor != out.view.tensor || in.view.indirect() || out.view.indirect()) return false;
  return in.view.dynamic != nullptr || out.view.dynamic != nullptr;
}

// The rows of a view where they are now.
std::vector<View> RowsNow(const RunContext& context, const View& view) {
  std::vector<View> rows;
  for (int64_t row = 0; row < view.dims[0].count; ++row) {
    rows.push_back(RowAt(context, view, true, row));
  }
  return rows;
}

// Of rows with an index each: whether one reads what another one writes. Rows outside the storage move
// nothing.
bool RowsConflict(const std::vector<View>& ins, std::vector<View> outs) {
  if (std::ranges::equal(ins, outs, SamePlaces)) return false;
  for (View& out : outs) out = Ascending(out);
  const int64_t item = ItemBytes(outs[0].dtype);
  const int64_t bytes = (outs[0].LastOf(outs[0].free_axes()) - outs[0].offset + 1) * item;
  std::ranges::sort(outs, {}, &View::offset);
  return std::ranges::any_of(ins, [&](const View& given) {
    const View in = Ascending(given);
    if (!StaysInside(in)) return false;
    const int64_t begin = in.offset * ItemBytes(in.dtype), end = (in.LastElement() + 1) * ItemBytes(in.dtype);
    auto out = std::ranges::upper_bound(outs, begin - bytes, {},
                                        [&](const View& view) { return view.offset * item; });
    for (; out != outs.end() && out->offset * item < end; ++out) {
      if (StaysInside(*out) && ShareBytes(in, *out)) return true;
    }
    return false;
  });
}

bool ConflictsNow(const RunContext& context, const View& in, const View& out) {
  if (IsIndexed(in) || IsIndexed(out)) return RowsConflict(RowsNow(context, in), RowsNow(context, out));
  const View from = context.At(in, true), to = context.At(out, true);
  return StaysInside(from) && StaysInside(to) && Conflicts(from, to);
}

}  // namespace

bool ShareBytes(const View& left, const View& right) {
  const View a = Ascending(left), b = Ascending(right);
  const int64_t a_begin = a.offset * ItemBytes(a.dtype), a_end = (a.LastElement() + 1) * ItemBytes(a.dtype);
  const int64_t b_begin = b.offset * ItemBytes(b.dtype), b_end = (b.LastElement() + 1) * ItemBytes(b.dtype);
  if (a_end <= b_begin || b_end <= a_begin) return false;
  WrittenMap map(a.tensor->bytes());
  map.Mark(ByteRuns::Of(a));
  return map.Of(ByteRuns::Of(b)) != WrittenMap::State::kNone;
}

bool ShareBytes(const Tensor& a, const Tensor& b) {
  if (!a.address || !b.address || !OnChip(a.space) || a.space != b.space || a.program != b.program)
    return false;
  const auto meet = [](int64_t first, int64_t count, int64_t other, int64_t others) {
    return first < other + others && other < first + count;
  };
  return meet(a.address->partition, a.partitions(), b.address->partition, b.partitions()) &&
         meet(a.address->byte, a.bytes_per_partition(), b.address->byte, b.bytes_per_partition());
}

void CheckOverlaps(const KernelGraph& graph, std::vector<Diagnostic>* found) {
  for (const Node& node : graph.nodes) CheckOverlap(node, found);
}

// Kernels do so on purpose with a result that they don't want, beside a reduction.
void WarnOfSelfOverlap(const Node& node, const Named& out, std::vector<Diagnostic>* found) {
  if (out.view.dynamic != nullptr || !StaysInside(out.view) || !NamesTwice(out.view)) return;
  found->push_back(WarningOf(node, "overlap",
                             std::string(out.field) + " names elements of " + out.view.tensor->name +
                                 " more than once: which of the values stays there is not defined"));
}

void CheckOverlap(const Node& node, std::vector<Diagnostic>* found) {
  const Collector operands(*node.instruction);
  for (const Named& out : operands.outs) WarnOfSelfOverlap(node, out, found);
  if (node.instruction->ReadsAllFirst()) return;
  for (const Named& out : operands.outs) {
    for (const Named& in : operands.ins) {
      if (in.view.tensor != out.view.tensor) continue;
      if (in.view.dynamic != nullptr || out.view.dynamic != nullptr) continue;  // CheckOverlapNow
      if (!StaysInside(in.view) || !StaysInside(out.view)) continue;            // an error of its own
      if (!Conflicts(in.view, out.view)) continue;
      found->push_back(ProblemOf(node, "overlap", Sentence(out, in)));
    }
  }
}

bool MayOverlap(const Instruction& instruction) {
  if (instruction.ReadsAllFirst()) return false;
  const Collector operands(instruction);
  return std::ranges::any_of(operands.outs, [&](const Named& out) {
    return std::ranges::any_of(operands.ins, [&](const Named& in) { return MayConflict(out, in); });
  });
}

void CheckOverlapNow(const Instruction& instruction, const RunContext& context) {
  const Collector operands(instruction);
  for (const Named& out : operands.outs) {
    for (const Named& in : operands.ins) {
      if (MayConflict(out, in) && ConflictsNow(context, in.view, out.view))
        throw RunError(Sentence(out, in) + " [overlap]");
    }
  }
}

}  // namespace nki
