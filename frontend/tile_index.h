// Subscripts of Beta 1's tensors, as index grids.
#ifndef NKI_FRONTEND_TILE_INDEX_H_
#define NKI_FRONTEND_TILE_INDEX_H_

#include <Python.h>

#include <span>
#include <vector>

#include "memory/index_grid.h"

namespace nki {

// What stands between the brackets.
std::span<PyObject* const> ItemsOf(PyObject* const& key);

// One grid for each axis of the tensor: what the subscript gives, and whole axes behind. Its items are index
// expressions and integers, or slices and integers.
std::vector<IndexGrid> ReadGrids(const View& base, PyObject* key);

// Whether a subscript of slices and integers selects more than the tensor has, which a mask may leave out.
bool SlicesLeave(const View& base, PyObject* key);

}  // namespace nki

#endif  // NKI_FRONTEND_TILE_INDEX_H_
