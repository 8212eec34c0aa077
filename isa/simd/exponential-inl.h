// exp and log on float32 vectors, and what the other functions need of them. All polynomials here and in
// functions-inl.h are our own minimax fits (weighted least squares on Chebyshev nodes); the errors named are
// the fits', the tests bound the whole.
#if defined(NKI_ISA_SIMD_EXPONENTIAL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NKI_ISA_SIMD_EXPONENTIAL_INL_H_
#undef NKI_ISA_SIMD_EXPONENTIAL_INL_H_
#else
#define NKI_ISA_SIMD_EXPONENTIAL_INL_H_
#endif

#include "isa/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

HWY_INLINE FloatVec Horner(FloatVec, float last) { return Float(last); }
template <class... Rest>
HWY_INLINE FloatVec Horner(FloatVec x, float first, Rest... rest) {
  return hn::MulAdd(Horner(x, rest...), x, Float(first));
}

// NaN stays NaN.
HWY_INLINE FloatVec AtMost(FloatVec x, float limit) {
  return hn::IfThenElse(hn::Gt(x, Float(limit)), Float(limit), x);
}
HWY_INLINE FloatVec AtLeast(FloatVec x, float limit) {
  return hn::IfThenElse(hn::Lt(x, Float(limit)), Float(limit), x);
}

// e^x = 2^n (1 + r + r² q(r)), n = round(x / ln 2), |r| <= ln2 / 2; the fit's error is 2^-28.
HWY_INLINE FloatVec Exp(FloatVec x) {
  const FloatTag df;
  const auto ordinary = hn::Le(hn::Abs(x), Float(87.0f));  // the result is a normal number
  const bool all_ordinary = hn::AllTrue(df, ordinary);
  if (HWY_UNLIKELY(!all_ordinary)) x = AtLeast(AtMost(x, 89.0f), -105.0f);
  const FloatVec magic = Float(0x1.8p23f);  // puts the nearest integer in the low bits
  const FloatVec t = hn::MulAdd(x, Float(0x1.715476p+0f), magic);
  const FloatVec n = hn::Sub(t, magic);
  FloatVec r = hn::NegMulAdd(n, Float(0x1.62e4p-1f), x);
  r = hn::NegMulAdd(n, Float(0x1.7f7d1cp-20f), r);
  const FloatVec q = Horner(r, 0x1p-1f, 0x1.55548ep-3f, 0x1.55545ep-5f, 0x1.123b7ep-7f, 0x1.6db45cp-10f);
  const FloatVec p = hn::Add(Float(1.0f), hn::MulAdd(hn::Mul(r, r), q, r));
  if (HWY_LIKELY(all_ordinary)) return AsFloat(hn::Add(AsWord(p), hn::ShiftLeft<23>(AsWord(t))));
  // Two factors: neither overflows nor underflows, so that the last product rounds once.
  const IntVec exponent = hn::Sub(AsInt(t), AsInt(magic));
  const IntVec half = hn::ShiftRight<1>(exponent);
  const FloatVec scaled = AsFloat(hn::Add(AsInt(p), hn::ShiftLeft<23>(half)));
  const IntVec rest = hn::Add(hn::Sub(exponent, half), hn::Set(IntTag(), 127));
  const FloatVec result = hn::Mul(scaled, AsFloat(hn::ShiftLeft<23>(rest)));
  return hn::IfThenElse(hn::Eq(x, x), result, x);
}

// ln x = e ln2 + ln(1 + f), f in [√½ - 1, √2 - 1]; ln(1 + f) = f - f²/2 + f³ q(f), the fit's error is 2^-30.
HWY_INLINE FloatVec Log(FloatVec x) {
  const auto subnormal = hn::Lt(x, Float(0x1p-126f));
  const FloatVec scaled = hn::IfThenElse(subnormal, hn::Mul(x, Float(0x1p23f)), x);
  constexpr uint32_t kRootHalf = 0x3f3504f3u;
  const WordVec shifted = hn::Add(AsWord(scaled), Word(0x3f800000u - kRootHalf));
  const FloatVec unbiased = hn::Sub(FromSigned(AsInt(hn::ShiftRight<23>(shifted))), Float(127.0f));
  const FloatVec e = hn::Sub(unbiased, hn::IfThenElseZero(subnormal, Float(23.0f)));
  const FloatVec m = AsFloat(hn::Add(hn::And(shifted, Word(0x007fffffu)), Word(kRootHalf)));
  const FloatVec f = hn::Sub(m, Float(1.0f));
  const FloatVec s = hn::Mul(f, f);
  const FloatVec q = Horner(f, 0x1.555546p-2f, -0x1.ffffeep-3f, 0x1.99a546p-3f, -0x1.5562e2p-3f,
                            0x1.2332b6p-3f, -0x1.fb4362p-4f, 0x1.e65150p-4f, -0x1.e2e8b8p-4f, 0x1.1b4026p-4f);
  const FloatVec tail =
      hn::MulAdd(hn::Mul(s, f), q, hn::MulAdd(e, Float(0x1.7f7d1cp-20f), hn::Mul(s, Float(-0.5f))));
  FloatVec result = hn::MulAdd(e, Float(0x1.62e4p-1f), hn::Add(f, tail));
  result = hn::IfThenElse(hn::Eq(x, Float(0.0f)), Float(-std::numeric_limits<float>::infinity()), result);
  result = hn::IfThenElse(hn::Eq(x, Float(std::numeric_limits<float>::infinity())), x, result);
  const auto valid = hn::Ge(x, Float(0.0f));
  return hn::IfThenElse(valid, result, Float(std::numeric_limits<float>::quiet_NaN()));
}

// ln(1 + u) for u in [0, 1]; the second term is what rounding 1 + u lost.
HWY_INLINE FloatVec Log1p(FloatVec u) {
  const FloatVec t = hn::Add(Float(1.0f), u);
  return hn::Add(Log(t), hn::Div(hn::Sub(u, hn::Sub(t, Float(1.0f))), t));
}

// e^(-x²/2 · scale) where x² would lose its low bits: the square's error is put back.
HWY_INLINE FloatVec ExpOfSquare(FloatVec x, float scale) {
  const FloatVec s = hn::Mul(x, x);
  const FloatVec lost = hn::MulSub(x, x, s);
  const FloatVec e = Exp(hn::Mul(s, Float(-scale)));
  return hn::NegMulAdd(hn::Mul(e, Float(scale)), lost, e);
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // NKI_ISA_SIMD_EXPONENTIAL_INL_H_
