// An instruction's fields as plain Python values: for signatures, stubs and the JSON form of a graph.
#ifndef NKI_FRONTEND_FIELD_VALUES_H_
#define NKI_FRONTEND_FIELD_VALUES_H_

#include <pybind11/pybind11.h>

#include "interpreter/graph.h"

namespace nki {

// [(name, role, type, required, default as Python source)], for a fresh instruction. `name=None` comes last,
// if it takes one.
pybind11::list DescribeFields(Instruction& fresh);

// The graph as dicts, lists, strings and numbers.
pybind11::dict ToDict(const KernelGraph& graph);

}  // namespace nki

#endif  // NKI_FRONTEND_FIELD_VALUES_H_
