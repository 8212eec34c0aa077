// a to the power b, computed in double without the C library, so that every CPU gives the same float32.
#if defined(NKI_ISA_SIMD_POWER_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NKI_ISA_SIMD_POWER_INL_H_
#undef NKI_ISA_SIMD_POWER_INL_H_
#else
#define NKI_ISA_SIMD_POWER_INL_H_
#endif

#include "isa/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

using DoubleTag = hn::CappedTag<double, kLanes>;
using DoubleVec = hn::Vec<DoubleTag>;
using HalfFloatTag = hn::Rebind<float, DoubleTag>;
using DoubleBits = hn::RebindToUnsigned<DoubleTag>;

HWY_INLINE DoubleVec Double(double value) { return hn::Set(DoubleTag(), value); }

// log2 of a positive normal number: 2/ln2 · atanh((m-1)/(m+1)) + exponent, m in [√½, √2); relative error
// below 1e-13.
HWY_INLINE DoubleVec Log2(DoubleVec a) {
  const DoubleTag dd;
  const DoubleBits du;
  const auto bits = hn::BitCast(du, a);
  // Adding the distance from √½ to 1 carries into the exponent exactly where m would be √2 or more.
  const auto shifted = hn::Add(bits, hn::Set(du, 0x3ff0000000000000ull - 0x3fe6a09e667f3bcdull));
  const auto exponent_bits = hn::ShiftRight<52>(shifted);
  const auto fraction = hn::And(shifted, hn::Set(du, 0x000fffffffffffffull));
  const DoubleVec m = hn::BitCast(dd, hn::Add(fraction, hn::Set(du, 0x3fe6a09e667f3bcdull)));
  // An integer below 2^52 in the fraction of 2^52 is that integer plus 2^52.
  const auto biased = hn::BitCast(dd, hn::Or(exponent_bits, hn::Set(du, 0x4330000000000000ull)));
  const DoubleVec exponent = hn::Sub(biased, Double(0x1p52 + 1023));
  const DoubleVec f = hn::Div(hn::Sub(m, Double(1)), hn::Add(m, Double(1)));
  const DoubleVec s = hn::Mul(f, f);
  DoubleVec sum = Double(1.0 / 19);
  for (int k = 17; k >= 1; k -= 2) sum = hn::MulAdd(sum, s, Double(1.0 / k));
  return hn::MulAdd(hn::Mul(f, sum), Double(2.8853900817779268), exponent);
}

// 2^y for |y| <= 1000; relative error below 1e-13.
HWY_INLINE DoubleVec Exp2(DoubleVec y) {
  const DoubleTag dd;
  const DoubleBits du;
  const DoubleVec magic = hn::Add(y, Double(0x1.8p52));  // the nearest integer in the low bits
  const DoubleVec r = hn::Mul(hn::Sub(y, hn::Sub(magic, Double(0x1.8p52))), Double(0.69314718055994531));
  DoubleVec sum = Double(1);
  for (int k = 13; k >= 1; --k) sum = hn::MulAdd(hn::Mul(sum, r), Double(1.0 / k), Double(1));
  const auto scale = hn::Add(hn::ShiftLeft<52>(hn::BitCast(du, magic)), hn::Set(du, 0x3ff0000000000000ull));
  return hn::Mul(sum, hn::BitCast(dd, scale));
}

// The cases of C's pow: 1 if b = 0 or a = 1; NaN for a negative finite a with a b that is no integer.
HWY_INLINE DoubleVec PowerOf(DoubleVec a, DoubleVec b) {
  const DoubleTag dd;
  const DoubleVec magnitude = hn::Abs(a);
  const DoubleVec infinity = Double(std::numeric_limits<double>::infinity());
  DoubleVec log = Log2(magnitude);
  log = hn::IfThenElse(hn::Eq(magnitude, hn::Zero(dd)), hn::Neg(infinity), log);
  log = hn::IfThenElse(hn::Eq(magnitude, infinity), infinity, log);
  DoubleVec y = hn::Mul(b, log);
  y = hn::IfThenElse(hn::Gt(y, Double(1000)), Double(1000), y);
  y = hn::IfThenElse(hn::Lt(y, Double(-1000)), Double(-1000), y);
  DoubleVec result = Exp2(y);

  const auto integer = hn::Eq(hn::Floor(b), b);
  const DoubleVec half = hn::Mul(b, Double(0.5));
  const auto odd = hn::And(integer, hn::Ne(hn::Floor(half), half));
  const DoubleVec sign = hn::And(a, hn::SignBit(dd));
  result = hn::Or(result, hn::IfThenElseZero(odd, sign));
  const auto negative = hn::And(hn::Lt(a, hn::Zero(dd)), hn::Lt(magnitude, infinity));
  const DoubleVec nan = Double(std::numeric_limits<double>::quiet_NaN());
  result = hn::IfThenElse(hn::And(negative, hn::Not(integer)), nan, result);
  const auto minus_one_to_infinity = hn::And(hn::Eq(magnitude, Double(1)), hn::Eq(hn::Abs(b), infinity));
  result = hn::IfThenElse(minus_one_to_infinity, Double(1), result);
  result = hn::IfThenElse(hn::Or(hn::IsNaN(a), hn::IsNaN(b)), nan, result);
  return hn::IfThenElse(hn::Or(hn::Eq(b, hn::Zero(dd)), hn::Eq(a, Double(1))), Double(1), result);
}

HWY_INLINE void PowerLine(const float* a, const float* b, float* d) {
  const HalfFloatTag dh;
  for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(dh)) {
    const DoubleVec base = hn::PromoteTo(DoubleTag(), hn::LoadU(dh, a + lane));
    const DoubleVec exponent = hn::PromoteTo(DoubleTag(), hn::LoadU(dh, b + lane));
    hn::StoreU(hn::DemoteTo(dh, PowerOf(base, exponent)), dh, d + lane);
  }
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // NKI_ISA_SIMD_POWER_INL_H_
