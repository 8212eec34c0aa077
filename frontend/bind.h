// The parts of the extension module.
#ifndef NKI_FRONTEND_BIND_H_
#define NKI_FRONTEND_BIND_H_

#include <pybind11/pybind11.h>

namespace nki {

void BindTrace(pybind11::module_& module);
void BindCompiled(pybind11::module_& module);
void BindEager(pybind11::module_& module);
void BindCaptured(pybind11::module_& module);

}  // namespace nki

#endif  // NKI_FRONTEND_BIND_H_
