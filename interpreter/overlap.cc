#include "interpreter/overlap.h"

#include <algorithm>

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

// True if element i of both is the same element, for every i; the shapes may differ.
bool SamePlaces(const View& a, const View& b) {
  std::array<Dim, kMaxRank> x = a.dims, y = b.dims;
  const int rank = Coalesce(x, a.rank);
  return a.dtype == b.dtype && a.offset == b.offset && rank == Coalesce(y, b.rank) &&
         std::equal(x.begin(), x.begin() + rank, y.begin());
}

bool ShareBytes(const View& a, const View& b) {
  const int64_t a_begin = a.offset * ItemBytes(a.dtype), a_end = (a.LastElement() + 1) * ItemBytes(a.dtype);
  const int64_t b_begin = b.offset * ItemBytes(b.dtype), b_end = (b.LastElement() + 1) * ItemBytes(b.dtype);
  if (a_end <= b_begin || b_end <= a_begin) return false;
  WrittenMap map(a.tensor->bytes());
  map.Mark(ByteRuns::Of(a));
  return map.Of(ByteRuns::Of(b)) != WrittenMap::State::kNone;
}

}  // namespace

void CheckOverlaps(const KernelGraph& graph, std::vector<Diagnostic>* found) {
  for (const Node& node : graph.nodes) CheckOverlap(node, found);
}

void CheckOverlap(const Node& node, std::vector<Diagnostic>* found) {
  if (node.instruction->ReadsAllFirst()) return;
  Collector operands;
  node.instruction->VisitFields(operands);
  for (const Named& out : operands.outs) {
    for (const Named& in : operands.ins) {
      // Fewer or more elements: a reduction or a column, which is read before or written after the rest.
      if (in.view.tensor != out.view.tensor || in.view.elements() != out.view.elements()) continue;
      if (in.view.dynamic != nullptr || out.view.dynamic != nullptr) continue;  // nobody knows yet
      if (SamePlaces(in.view, out.view) || !ShareBytes(in.view, out.view)) continue;
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
