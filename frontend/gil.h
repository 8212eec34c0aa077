// Taking the GIL on threads that Python may be about to end.
#ifndef NKI_FRONTEND_GIL_H_
#define NKI_FRONTEND_GIL_H_

#include <pybind11/pybind11.h>
#include <unistd.h>

namespace nki {

// Calls `take`, which takes the GIL. While Python shuts down, CPython ends each other thread that asks for
// the GIL by unwinding its stack; destructors there would then let go of Python objects without it. Such a
// thread waits here for the end of the process instead, as CPython itself lets it do from 3.14 on.
template <typename Take>
auto OrWaitForTheEnd(const Take& take) {
  try {
    return take();
  } catch (...) {  // abi::__forced_unwind, which UBSan can't name: it has no object
    while (true) pause();
  }
}

// Holds the GIL on a thread that may not have it.
class GilScope {
 public:
  GilScope() : state_(OrWaitForTheEnd([] { return PyGILState_Ensure(); })) {}
  ~GilScope() { PyGILState_Release(state_); }
  GilScope(const GilScope&) = delete;
  GilScope& operator=(const GilScope&) = delete;

 private:
  PyGILState_STATE state_;
};

}  // namespace nki

#endif  // NKI_FRONTEND_GIL_H_
