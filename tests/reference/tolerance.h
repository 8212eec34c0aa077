// How far the Scalar engine's functions may be from the mathematical ones.
#ifndef NKI_TESTS_REFERENCE_TOLERANCE_H_
#define NKI_TESTS_REFERENCE_TOLERANCE_H_

#include "isa/activation_op.h"

namespace nki::reference {

// How far a result may be from the mathematical value: units in the last place, or an absolute error where
// the function passes through zero by cancellation or its argument is a rounded product.
struct Tolerance {
  double ulp;
  double absolute;
  const char* reason;
};

Tolerance ToleranceOf(ActivationOp op);

// What is allowed at x, where the function's value is `expected`: this many units in the last place, or this
// absolute error.
double AllowedUlp(ActivationOp op, float x);
double AllowedError(ActivationOp op, float x, double expected);

}  // namespace nki::reference

#endif  // NKI_TESTS_REFERENCE_TOLERANCE_H_
