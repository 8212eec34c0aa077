// nki.isa.VirtualRegister: a register of the kernel that is being traced.
#ifndef NKI_FRONTEND_REGISTER_OBJECT_H_
#define NKI_FRONTEND_REGISTER_OBJECT_H_

#include <pybind11/pybind11.h>

#include <string>

#include "interpreter/graph.h"

namespace nki {

bool IsRegister(PyObject* object);
// The register that `object` is, of the kernel whose graph this is. `written`: it is about to be set, which
// the register of a loop can't be. `place` begins messages: "register_move: dst".
Register ReadRegister(PyObject* object, const KernelGraph& graph, bool written, const std::string& place);
// Throws, where a number is wanted and a register given.
[[noreturn]] void RefuseRegisterValue();
// An integer or a register.
IntOrRegister ReadIntOrRegister(PyObject* object, const KernelGraph& graph, const std::string& place);

// So many elements of an axis from the one whose index a register holds: nl.ds(register, size).
struct DynamicSlice {
  pybind11::object start;
  int64_t size;
};
// Null if `object` is none.
const DynamicSlice* AsDynamicSlice(PyObject* object);

// VirtualRegister, and what loops are made of.
void BindRegisters(pybind11::module_& module);

}  // namespace nki

#endif  // NKI_FRONTEND_REGISTER_OBJECT_H_
