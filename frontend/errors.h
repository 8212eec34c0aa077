// Our errors as Python exceptions.
#ifndef NKI_FRONTEND_ERRORS_H_
#define NKI_FRONTEND_ERRORS_H_

#include <cxxabi.h>
#include <pybind11/pybind11.h>

namespace nki {

// Makes NkiError and its kinds as attributes of `module` and translates ours in every bound function.
void BindErrors(pybind11::module_& module);

// Sets the Python error for the exception being handled; for functions that CPython calls directly.
void SetPythonError();

// Calls `body`, turning an exception into a Python error and the value `failed`.
template <typename Result, typename Body>
Result Guarded(Result failed, const Body& body) {
  try {
    return body();
  } catch (abi::__forced_unwind&) {
    throw;  // CPython ends this thread while it shuts down
  } catch (...) {
    SetPythonError();
    return failed;
  }
}

}  // namespace nki

#endif  // NKI_FRONTEND_ERRORS_H_
