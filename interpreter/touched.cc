#include "interpreter/touched.h"

#include "isa/dma/transfer.h"
#include "isa/indirection.h"

namespace nki {

std::vector<View> PlacesOf(const View& view, const RunContext& context) {
  if (view.dynamic == nullptr) return {view};
  if (!IsIndexed(view)) return {context.At(view)};
  std::vector<View> rows;
  for (int64_t row = 0; row < view.dims[0].count; ++row) rows.push_back(context.At(view, false, row));
  return rows;
}

std::vector<View> PartsAt(const Instruction& instruction, const View& operand, const RunContext& context) {
  if (Parts moved = instruction.PartsMoved(operand, context)) return *std::move(moved);
  if (operand.indirect())
    return ElementsChosen(operand, context, IndexGroup(instruction.CostOn(*context.gen).engine));
  Parts touched = instruction.PartsTouched(operand);
  if (!touched) return PlacesOf(operand, context);
  if (operand.dynamic == nullptr) return *std::move(touched);
  std::vector<View> places;
  for (const View& part : *touched) {
    for (const View& place : PlacesOf(part, context)) places.push_back(place);
  }
  return places;
}

}  // namespace nki
