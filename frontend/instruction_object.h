// The functions of nki.isa: one Python callable per row of the instruction table.
#ifndef NKI_FRONTEND_INSTRUCTION_OBJECT_H_
#define NKI_FRONTEND_INSTRUCTION_OBJECT_H_

#include <pybind11/pybind11.h>

namespace nki {

// Adds `instructions`, a dict from name to callable, and the type of what a call returns, to `module`.
void BindInstructions(pybind11::module_& module);

}  // namespace nki

#endif  // NKI_FRONTEND_INSTRUCTION_OBJECT_H_
