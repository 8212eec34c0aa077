// Masks of Beta 1 kernels: comparisons of index expressions, joined by & and |.
#ifndef NKI_MEMORY_INDEX_MASK_H_
#define NKI_MEMORY_INDEX_MASK_H_

#include <utility>
#include <vector>

#include "memory/index_grid.h"

namespace nki {

// A box of elements: [begins[d], ends[d]) along each axis.
struct IndexBox {
  Shape begins, ends;
  static IndexBox Whole(const Shape& shape);
  bool empty() const;
  Shape shape() const;
};

// Where all of its terms are at least 0.
struct IndexMask {
  std::vector<IndexGrid> terms;
  Shape shape;           // of the terms, broadcast
  bool nothing = false;  // it holds nowhere, whatever the terms say

  void Require(IndexGrid term);
  // Where both hold.
  static IndexMask And(const IndexMask& a, const IndexMask& b);
  // Where one of them holds: in general no box, element by element.
  static IndexMask Or(const IndexMask& a, const IndexMask& b);
  // With the axes of a tile of this shape, which may have more: those of the mask are its first ones, since
  // its indices are those that the tile was indexed by, or the last ones where they only fit there. Throws if
  // it does not fit.
  IndexMask On(const Shape& tile) const;
  bool HoldsNowhere() const;
  bool HoldsEverywhere() const;
  // A box of elements of a tile of this shape, outside of which it does not hold, and whether it holds all
  // through it. Throws if the mask does not fit.
  std::pair<IndexBox, bool> Box(const Shape& tile) const;
  // For each element of a tile of this shape.
  std::vector<bool> Dense(const Shape& tile) const;
};

}  // namespace nki

#endif  // NKI_MEMORY_INDEX_MASK_H_
