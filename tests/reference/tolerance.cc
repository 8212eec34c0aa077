#include "tests/reference/tolerance.h"

#include <algorithm>
#include <cmath>

#include "tests/reference/compare.h"

namespace nki::reference {

Tolerance ToleranceOf(ActivationOp op) {
  using Op = ActivationOp;
  switch (op) {
    case Op::kAbs:
    case Op::kCopy:
    case Op::kPrelu:
    case Op::kRelu:
    case Op::kSign:
      return {0, 0, "no rounding"};
    case Op::kReciprocal:
    case Op::kSqrt:
    case Op::kSquare:
      return {0.5001, 0, "one correctly rounded operation"};
    case Op::kRsqrt:
      return {1.5, 0, "square root and quotient, each rounded"};
    case Op::kExp:
      return {1.1, 0, "polynomial of degree 6; subnormal results round once more"};
    case Op::kLog:
      return {1.6, 0, "e ln2 + f is a sum of rounded parts"};
    case Op::kSigmoid:
    case Op::kTanh:
    case Op::kArctan:
      return {2.5, 0, "a quotient of rounded terms"};
    case Op::kErf:
      return {3, 0, "the tail is at most 0.16, its error small in 1 - tail"};
    case Op::kErfDx:
    case Op::kSoftplus:
      return {3.5, 0, "exp, a sum and a quotient"};
    case Op::kSilu:
    case Op::kMish:
      return {4, 0x1p-142, "x times a quotient that may be subnormal"};
    case Op::kGelu:
      return {5, 0x1p-142, "x times a polynomial times exp, which may be subnormal"};
    case Op::kSin:
      return {2, 0, "one polynomial, pi in two parts"};
    case Op::kGeluDx:
    case Op::kSiluDx:
      return {4, 0x1p-22, "passes through zero, and x times a rounded density"};
    case Op::kGeluApprxSigmoid:
    case Op::kGeluApprxTanh:
      return {4, 0x1p-142, "as silu, and see UnitsOfArgument"};
    case Op::kGeluApprxSigmoidDx:
      return {4, 0x1p-21, "as silu_dx, of a rounded product"};
  }
  return {0, 0, ""};
}

namespace {

// An error of k units in the argument of an exp is one of k * |argument| in its result.
double UnitsOfArgument(ActivationOp op, double x) {
  constexpr double kMost = 104;  // beyond it exp is 0 or infinite in float32
  if (op == ActivationOp::kGeluApprxSigmoid) return 1.5 * std::min(std::fabs(1.702 * x), kMost);
  // A sum of products of three and four factors.
  if (op == ActivationOp::kGeluApprxTanh)
    return 2.5 * std::min(std::fabs(1.6 * x + 0.0714 * x * x * x), kMost);
  return 0;
}

}  // namespace

double AllowedUlp(ActivationOp op, float x) {
  return ToleranceOf(op).ulp + (std::isfinite(x) ? UnitsOfArgument(op, x) : 0);
}

double AllowedError(ActivationOp op, float x, double expected) {
  const bool beyond_pi = op == ActivationOp::kSin && std::fabs(x) > 3.14159;
  // The cubic passes zero 2.45 beyond pi.
  return (beyond_pi ? 0x1p-21 : ToleranceOf(op).absolute) * std::max(1.0, std::fabs(expected));
}

}  // namespace nki::reference
