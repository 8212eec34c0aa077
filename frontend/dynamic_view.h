// Views moved by what only a run knows: a register, or values in SBUF.
#ifndef NKI_FRONTEND_DYNAMIC_VIEW_H_
#define NKI_FRONTEND_DYNAMIC_VIEW_H_

#include <pybind11/pybind11.h>

#include <memory>

#include "interpreter/graph.h"

namespace nki {

// What the Python object of a view holds; a moved view may need another.
using Holds = std::shared_ptr<KernelGraph>;

// The view moved by `offset`, whose register or tensor is the Python object `index`. `what` begins messages.
View WithDynamic(View view, const DynamicOffset& offset, PyObject* index, Holds& holds, const char* what);

// The view, made of `base`, moved by `scalar` steps of axis `dim` of the base tensor, or by an index for each
// row. The one that is not given is None.
View WithOffset(const View& base, const View& view, PyObject* scalar, PyObject* vector, int64_t dim,
                Holds& holds);

// `first`, what index 0 of an axis of `from` selects, moved to the index in a register or tensor, which must
// be below `choices`.
View Selected(const View& from, int axis, const View& first, PyObject* index, int64_t choices, Holds& holds,
              const char* what);

// The view moved by the value in a tensor times `step` elements, or each row by one of them. Values must be
// below `choices`, if that is not 0.
View MovedBy(View view, PyObject* index, int64_t step, int64_t choices, bool rows, Holds& holds);

// The rows [begin, end) of a view whose rows have an index each.
View SomeRows(View view, int64_t begin, int64_t end, Holds& holds);

}  // namespace nki

#endif  // NKI_FRONTEND_DYNAMIC_VIEW_H_
