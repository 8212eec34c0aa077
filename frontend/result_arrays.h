// NumPy arrays for the results of kernels.
#ifndef NKI_FRONTEND_RESULT_ARRAYS_H_
#define NKI_FRONTEND_RESULT_ARRAYS_H_

#include <pybind11/pybind11.h>

namespace nki {

// Adds new_array(shape, dtype): a contiguous array with undefined contents. The memory of large ones is kept
// when they are freed and used again by the next one of that size: fresh pages, which the kernel clears one
// by one, cost a bandwidth-bound kernel as much as its own work. Kept memory is lent back to the operating
// system (MADV_FREE), which takes it whenever it needs some.
void BindResultArrays(pybind11::module_& module);

}  // namespace nki

#endif  // NKI_FRONTEND_RESULT_ARRAYS_H_
