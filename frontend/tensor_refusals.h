// What NkiTensor refuses: Python's operators and NumPy's functions, which need values.
#ifndef NKI_FRONTEND_TENSOR_REFUSALS_H_
#define NKI_FRONTEND_TENSOR_REFUSALS_H_

#include <Python.h>

#include <vector>

namespace nki {

// Slots whose functions raise a TypeError that names the tensor and what to use instead.
std::vector<PyType_Slot> RefusalSlots();

// Adds __array__, __array_ufunc__ and __array_function__, through which NumPy asks, to the type. False with a
// Python error if that fails.
bool AddNumpyRefusals(PyTypeObject* type);

}  // namespace nki

#endif  // NKI_FRONTEND_TENSOR_REFUSALS_H_
