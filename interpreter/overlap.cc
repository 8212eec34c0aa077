#include "interpreter/overlap.h"

#include <algorithm>
#include <vector>

#include "interpreter/written_map.h"
#include "memory/tile.h"

namespace nki {
namespace {

struct Named {
  const char* field;
  View view;
};

class Collector : public OperandVisitor {
 public:
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

bool Conflicts(const View& in, const View& out) {
  if (in.elements() == out.elements()) return !SamePlaces(in, out) && ShareBytes(in, out);
  return ShareBytes(in, out) && OverwritesUnread(in, out);
}

}  // namespace

bool ShareBytes(const View& a, const View& b) {
  const int64_t a_begin = a.offset * ItemBytes(a.dtype), a_end = (a.LastElement() + 1) * ItemBytes(a.dtype);
  const int64_t b_begin = b.offset * ItemBytes(b.dtype), b_end = (b.LastElement() + 1) * ItemBytes(b.dtype);
  if (a_end <= b_begin || b_end <= a_begin) return false;
  WrittenMap map(a.tensor->bytes());
  map.Mark(ByteRuns::Of(a));
  return map.Of(ByteRuns::Of(b)) != WrittenMap::State::kNone;
}

void CheckOverlaps(const KernelGraph& graph, std::vector<Diagnostic>* found) {
  for (const Node& node : graph.nodes) CheckOverlap(node, found);
}

void CheckOverlap(const Node& node, std::vector<Diagnostic>* found) {
  if (node.instruction->ReadsAllFirst()) return;
  Collector operands;
  node.instruction->VisitFields(operands);
  for (const Named& out : operands.outs) {
    for (const Named& in : operands.ins) {
      if (in.view.tensor != out.view.tensor) continue;
      if (in.view.dynamic != nullptr || out.view.dynamic != nullptr) continue;  // nobody knows yet
      if (!Conflicts(in.view, out.view)) continue;
      Diagnostic diagnostic;
      diagnostic.rule = "overlap";
      diagnostic.source = node.source;
      diagnostic.message =
          std::string(node.instruction->def().name) + ": " + out.field + " overlaps " + in.field +
          ", shifted, in " + in.view.tensor->name +
          ": which elements are read before they are overwritten is not defined; copy to another "
          "tensor first";
      found->push_back(std::move(diagnostic));
    }
  }
}

}  // namespace nki
