// nl.arange and nl.mgrid of Beta 1 as Python objects: Index, and Mask, which comparisons of them make.
#ifndef NKI_FRONTEND_INDEX_OBJECT_H_
#define NKI_FRONTEND_INDEX_OBJECT_H_

#include <pybind11/pybind11.h>

#include <optional>

#include "memory/index_mask.h"

namespace nki {

// The grid of an Index; null if `object` is none.
const IndexGrid* AsIndex(PyObject* object);
// The mask that a Mask, True or False is; null if `object` is none of them.
std::optional<IndexMask> AsMask(PyObject* object);
bool IsMask(PyObject* object);

void BindIndices(pybind11::module_& module);

}  // namespace nki

#endif  // NKI_FRONTEND_INDEX_OBJECT_H_
