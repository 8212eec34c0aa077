// The elements of a view as a set, whatever their order.
#ifndef NKI_MEMORY_ASCENDING_H_
#define NKI_MEMORY_ASCENDING_H_

#include "memory/view.h"

namespace nki {

// The same elements without steps backwards, which index expressions of Beta 1 make (nl.arange(8) * -1 + 7):
// its offset is that of the first one in the storage, and LastElement that of the last.
inline View Ascending(View view) {
  for (int axis = 0; axis < view.rank; ++axis) {
    Dim& dim = view.dims[axis];
    if (dim.step >= 0) continue;
    view.offset += dim.step * (dim.count - 1);
    dim.step = -dim.step;
  }
  return view;
}

}  // namespace nki

#endif  // NKI_MEMORY_ASCENDING_H_
