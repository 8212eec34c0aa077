#ifndef NKI_FRONTEND_FLOAT_GUARD_H_
#define NKI_FRONTEND_FLOAT_GUARD_H_

#if defined(__x86_64__)
#include <xmmintrin.h>
#else
#include <cfenv>
#endif

namespace nki {

// Gives the calling thread IEEE arithmetic (subnormals kept, nearest-even, exceptions masked) until it is
// destroyed. XLA:CPU calls its handlers with flush-to-zero and denormals-are-zero set.
class FloatGuard {
 public:
  FloatGuard(const FloatGuard&) = delete;
  FloatGuard& operator=(const FloatGuard&) = delete;

#if defined(__x86_64__)
  FloatGuard() : saved_(_mm_getcsr()) { _mm_setcsr(0x1f80); }  // the power-on value of MXCSR
  ~FloatGuard() { _mm_setcsr(saved_); }

 private:
  unsigned saved_;
#else
  FloatGuard() {
    std::fegetenv(&saved_);
    std::fesetenv(FE_DFL_ENV);
  }
  ~FloatGuard() { std::fesetenv(&saved_); }

 private:
  std::fenv_t saved_;
#endif
};

}  // namespace nki

#endif  // NKI_FRONTEND_FLOAT_GUARD_H_
