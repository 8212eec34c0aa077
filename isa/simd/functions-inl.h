// The Scalar engine's functions on float32 vectors; exp and log are in exponential-inl.h.
#if defined(NKI_ISA_SIMD_FUNCTIONS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NKI_ISA_SIMD_FUNCTIONS_INL_H_
#undef NKI_ISA_SIMD_FUNCTIONS_INL_H_
#else
#define NKI_ISA_SIMD_FUNCTIONS_INL_H_
#endif

#include "isa/activation_op.h"
#include "isa/simd/alu-inl.h"
#include "isa/simd/exponential-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

HWY_INLINE FloatVec Sigmoid(FloatVec x) {
  const FloatVec e = Exp(hn::Neg(hn::Abs(x)));
  const FloatVec top = hn::IfThenElse(hn::Lt(x, Float(0.0f)), e, Float(1.0f));
  return hn::Div(top, hn::Add(Float(1.0f), e));
}

// x · sigmoid(u); below -200 the sigmoid of every u used here is 0, and x = -∞ must not make NaN of it.
HWY_INLINE FloatVec TimesSigmoid(FloatVec x, FloatVec u) { return hn::Mul(AtLeast(x, -200.0f), Sigmoid(u)); }

// The derivative of x · sigmoid(slope · x).
HWY_INLINE FloatVec TimesSigmoidDx(FloatVec x, float slope) {
  const FloatVec u = AtMost(AtLeast(hn::Mul(x, Float(slope)), -200.0f), 200.0f);
  const FloatVec s = Sigmoid(u);
  return hn::MulAdd(hn::Mul(u, s), Sigmoid(hn::Neg(u)), s);
}

HWY_INLINE FloatVec Prelu(FloatVec x, FloatVec slope) {
  return hn::IfThenElse(hn::Lt(x, Float(0.0f)), hn::Mul(slope, x), x);
}

HWY_INLINE FloatVec Tanh(FloatVec x) {
  const FloatVec a = hn::Abs(x);
  const FloatVec s = hn::Mul(x, x);
  const FloatVec q =
      Horner(s, -0x1.555526p-2f, 0x1.1105d0p-3f, -0x1.b81e1ep-5f, 0x1.51909ap-6f, -0x1.73c236p-8f);
  const FloatVec small = hn::MulAdd(hn::Mul(x, s), q, x);
  const FloatVec e = Exp(hn::Add(a, a));
  const FloatVec large = hn::Sub(Float(1.0f), hn::Div(Float(2.0f), hn::Add(e, Float(1.0f))));
  return hn::IfThenElse(hn::Lt(a, Float(0.625f)), small, hn::CopySign(large, x));
}

// The normal distribution's mass beyond t >= 0: e^(-t²/2) g(w) / (t + 3), w = (t - 3) / (t + 3); the fit's
// error is 2^-29.
HWY_INLINE FloatVec NormalTail(FloatVec t) {
  t = AtMost(t, 14.6f);  // beyond it the result is below the smallest float32
  const FloatVec inverse = hn::Div(Float(1.0f), hn::Add(t, Float(3.0f)));
  const FloatVec w = hn::NegMulAdd(Float(6.0f), inverse, Float(1.0f));
  const FloatVec g = Horner(w, 0x1.754a76p-1f, -0x1.04c72ap-1f, 0x1.d71386p-3f, -0x1.832d0ap-5f,
                            -0x1.56d5f8p-7f, 0x1.c8bd88p-8f, 0x1.0ca398p-10f, -0x1.0eac66p-10f,
                            -0x1.00a340p-12f, 0x1.134cccp-13f, 0x1.c8e024p-15f);
  return hn::Mul(hn::Mul(g, inverse), ExpOfSquare(t, 0.5f));
}

HWY_INLINE FloatVec NormalMassBelow(FloatVec x) {
  const FloatVec tail = NormalTail(hn::Abs(x));
  return hn::IfThenElse(hn::Lt(x, Float(0.0f)), tail, hn::Sub(Float(1.0f), tail));
}

HWY_INLINE FloatVec Erf(FloatVec x) {
  const FloatVec a = hn::Abs(x);
  const FloatVec s = hn::Mul(x, x);
  const FloatVec small =
      hn::Mul(x, Horner(s, 0x1.20dd74p+0f, -0x1.81273ep-2f, 0x1.ce2d20p-4f, -0x1.b7fbb8p-6f, 0x1.541a12p-8f,
                        -0x1.a486a2p-11f, 0x1.4ae68ep-14f));
  const FloatVec tail = NormalTail(hn::Mul(a, Float(0x1.6a09e6p+0f)));
  const FloatVec large = hn::NegMulAdd(Float(2.0f), tail, Float(1.0f));
  return hn::IfThenElse(hn::Lt(a, Float(1.0f)), small, hn::CopySign(large, x));
}

HWY_INLINE FloatVec GeluDx(FloatVec x) {
  const FloatVec inside = AtMost(AtLeast(x, -14.6f), 14.6f);
  const FloatVec density = hn::Mul(Float(0x1.988454p-2f), ExpOfSquare(inside, 0.5f));  // 1 / √(2π)
  return hn::MulAdd(inside, density, NormalMassBelow(inside));
}

// tanh(ln(1 + e^x)) = e(e + 2) / (e(e + 2) + 2) with e = e^x; 1 in float32 from x = 20 on.
HWY_INLINE FloatVec Mish(FloatVec x) {
  const FloatVec e = Exp(AtMost(x, 20.0f));
  const FloatVec top = hn::Mul(e, hn::Add(e, Float(2.0f)));
  return hn::Mul(AtLeast(x, -200.0f), hn::Div(top, hn::Add(top, Float(2.0f))));
}

HWY_INLINE FloatVec Softplus(FloatVec x) {
  return hn::Add(Maximum(x, Float(0.0f)), Log1p(Exp(hn::Neg(hn::Abs(x)))));
}

HWY_INLINE FloatVec Arctan(FloatVec x) {
  const FloatVec a = hn::Abs(x);
  const auto large = hn::Gt(a, Float(1.0f));
  const FloatVec v = hn::IfThenElse(large, hn::Div(Float(1.0f), a), a);
  const FloatVec s = hn::Mul(v, v);
  const FloatVec q = Horner(s, -0x1.5554b4p-2f, 0x1.997534p-3f, -0x1.22f66ep-3f, 0x1.b46b4ap-4f,
                            -0x1.34960ap-4f, 0x1.6097d6p-5f, -0x1.0acc30p-6f, 0x1.7c9b34p-9f);
  const FloatVec p = hn::MulAdd(hn::Mul(v, s), q, v);
  const FloatVec complement =
      hn::Add(hn::Sub(Float(0x1.921fb6p+0f), p), Float(-0x1.777a5cp-25f));  // π/2 in two parts
  return hn::CopySign(hn::IfThenElse(large, complement, p), x);
}

// No range reduction, as the device: beyond ±π the last cubic goes on, the Taylor polynomial at π, so that
// sin(9) is 27.65 (nki.api.shared, NKI 0.6).
HWY_INLINE FloatVec Sin(FloatVec x) {
  const FloatVec a = hn::Abs(x);
  const FloatVec from_pi =
      hn::Sub(hn::Sub(Float(0x1.921fb6p+1f), a), Float(0x1.777a5cp-24f));  // π in two parts
  const FloatVec v = hn::IfThenElse(hn::Gt(a, Float(0x1.921fb6p+0f)), from_pi, a);
  const FloatVec s = hn::Mul(v, v);
  const FloatVec q = Horner(s, -0x1.55554ap-3f, 0x1.110eb2p-7f, -0x1.9f6d28p-13f, 0x1.5daaa4p-19f);
  const FloatVec inside = hn::MulAdd(hn::Mul(v, s), q, v);
  const FloatVec cubic = hn::MulAdd(v, hn::Mul(s, Float(-1.0f / 6)), v);
  const FloatVec result = hn::IfThenElse(hn::Gt(a, Float(0x1.921fb6p+1f)), cubic, inside);
  return hn::Xor(result, hn::And(x, hn::SignBit(FloatTag())));
}

HWY_INLINE FloatVec Sign(FloatVec x) {
  const auto has_sign = hn::Or(hn::Lt(x, Float(0.0f)), hn::Gt(x, Float(0.0f)));
  return hn::IfThenElse(has_sign, hn::CopySign(Float(1.0f), x), x);  // ±0 and NaN are themselves
}

template <ActivationOp kOp>
HWY_INLINE FloatVec Activate(FloatVec x) {
  using Op = ActivationOp;
  if constexpr (kOp == Op::kAbs) return hn::Abs(x);
  if constexpr (kOp == Op::kArctan) return Arctan(x);
  if constexpr (kOp == Op::kCopy) return x;
  if constexpr (kOp == Op::kErf) return Erf(x);
  if constexpr (kOp == Op::kErfDx)
    return hn::Mul(Float(0x1.20dd76p+0f), ExpOfSquare(AtMost(hn::Abs(x), 11.0f), 1.0f));
  if constexpr (kOp == Op::kExp) return Exp(x);
  if constexpr (kOp == Op::kGelu) return hn::Mul(AtLeast(x, -200.0f), NormalMassBelow(x));
  if constexpr (kOp == Op::kGeluApprxSigmoid) return TimesSigmoid(x, hn::Mul(x, Float(1.702f)));
  if constexpr (kOp == Op::kGeluApprxSigmoidDx) return TimesSigmoidDx(x, 1.702f);
  if constexpr (kOp == Op::kGeluApprxTanh) {
    // (1 + tanh u) / 2 = sigmoid(2u), u = √(2/π) (x + 0.044715 x³)
    return TimesSigmoid(
        x, hn::Mul(x, hn::MulAdd(hn::Mul(x, x), Float(0.07135481282553f), Float(1.59576912160573f))));
  }
  if constexpr (kOp == Op::kGeluDx) return GeluDx(x);
  if constexpr (kOp == Op::kLog) return Log(x);
  if constexpr (kOp == Op::kMish) return Mish(x);
  if constexpr (kOp == Op::kReciprocal) return hn::Div(Float(1.0f), x);
  if constexpr (kOp == Op::kPrelu) return Prelu(x, Float(0.0f));  // its slope is given to Prelu itself
  if constexpr (kOp == Op::kRelu) return Maximum(x, Float(0.0f));
  if constexpr (kOp == Op::kRsqrt) return hn::Div(Float(1.0f), hn::Sqrt(x));
  if constexpr (kOp == Op::kSigmoid) return Sigmoid(x);
  if constexpr (kOp == Op::kSign) return Sign(x);
  if constexpr (kOp == Op::kSilu) return TimesSigmoid(x, x);
  if constexpr (kOp == Op::kSiluDx) return TimesSigmoidDx(x, 1.0f);
  if constexpr (kOp == Op::kSin) return Sin(x);
  if constexpr (kOp == Op::kSoftplus) return Softplus(x);
  if constexpr (kOp == Op::kSqrt) return hn::Sqrt(x);
  if constexpr (kOp == Op::kSquare) return hn::Mul(x, x);
  if constexpr (kOp == Op::kTanh) return Tanh(x);
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // NKI_ISA_SIMD_FUNCTIONS_INL_H_
