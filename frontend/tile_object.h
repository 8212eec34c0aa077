// The tensors of Beta 1 kernels: tiles that operators compute with, that index expressions select from, and
// that instructions return.
#ifndef NKI_FRONTEND_TILE_OBJECT_H_
#define NKI_FRONTEND_TILE_OBJECT_H_

#include <pybind11/pybind11.h>

#include <memory>

#include "interpreter/graph.h"

namespace nki {

bool IsTile(PyObject* object);
// A tile for the result of an instruction, of which nothing else knows yet (owned reference).
PyObject* MakeFreshTile(const View& view, std::shared_ptr<KernelGraph> graph);
// Throws if the tile is a selection that leaves its tensor and that no mask has cut yet.
void CheckInBounds(PyObject* tile);

// After BindTensor, whose type it extends.
void BindTiles(pybind11::module_& module);

}  // namespace nki

#endif  // NKI_FRONTEND_TILE_OBJECT_H_
