// Elements of a tensor that index expressions select, as an access pattern.
#ifndef NKI_MEMORY_INDEX_SELECTION_H_
#define NKI_MEMORY_INDEX_SELECTION_H_

#include <span>

#include "memory/index_mask.h"

namespace nki {

// What a subscript of grids selects: elements in the order of `shape`. The view has more axes than that where
// an axis is no arithmetic sequence, as of nl.arange(512) // 4.
struct IndexSelection {
  View view;
  Shape shape;
};

// The elements that one grid for each axis of `base` selects; the result has the shape of the grids,
// broadcast. Only those of `box` are looked at, and must exist; all of them without one. Throws ArgumentError
// with the index, the axis and its size, or if the grids have no form as an access pattern.
IndexSelection SelectGrid(const View& base, std::span<const IndexGrid> grids, const IndexBox* box);
// The shape of such a selection.
Shape GridShape(std::span<const IndexGrid> grids);
// True if all elements that the grids select exist.
bool Inside(const View& base, std::span<const IndexGrid> grids);

}  // namespace nki

#endif  // NKI_MEMORY_INDEX_SELECTION_H_
