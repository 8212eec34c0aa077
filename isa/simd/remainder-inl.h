// The remainders of a / b, exact.
#if defined(NKI_ISA_SIMD_REMAINDER_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NKI_ISA_SIMD_REMAINDER_INL_H_
#undef NKI_ISA_SIMD_REMAINDER_INL_H_
#else
#define NKI_ISA_SIMD_REMAINDER_INL_H_
#endif

#include <cmath>

#include "isa/simd/power-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

// C's fmod lane by lane; it is exact, so that every library gives the same.
HWY_INLINE DoubleVec RemainderOfLanes(DoubleVec a, DoubleVec b) {
  const DoubleTag dd;
  alignas(64) double x[kLanes], y[kLanes];
  hn::Store(a, dd, x);
  hn::Store(b, dd, y);
  for (size_t lane = 0; lane < hn::Lanes(dd); ++lane) x[lane] = std::fmod(x[lane], y[lane]);
  return hn::Load(dd, x);
}

// Of float32 numbers, with the sign of a. Unless b divides a, a / b differs from every integer by 2^-24 or
// more, and a double below 2^28 from what it was rounded from by less; the product and the rest have at most
// 53 bits.
HWY_INLINE DoubleVec RemainderOf(DoubleVec a, DoubleVec b) {
  const DoubleTag dd;
  const DoubleVec turns = hn::Trunc(hn::Div(a, b));
  DoubleVec rest = hn::NegMulAdd(turns, b, a);
  rest = hn::IfThenElse(hn::Eq(turns, hn::Zero(dd)), a, rest);  // also of an infinite b
  const auto far = hn::Ge(hn::Abs(turns), Double(0x1p28));
  if (!hn::AllFalse(dd, far)) rest = hn::IfThenElse(far, RemainderOfLanes(a, b), rest);
  return hn::CopySign(rest, a);
}

// The remainder with the sign of b.
HWY_INLINE DoubleVec FlooredRemainderOf(DoubleVec a, DoubleVec b) {
  const DoubleTag dd;
  const DoubleVec zero = hn::Zero(dd), rest = RemainderOf(a, b);
  const auto signs_differ = hn::Xor(hn::Lt(rest, zero), hn::Lt(b, zero));
  const DoubleVec moved = hn::IfThenElse(signs_differ, hn::Add(rest, b), rest);
  return hn::IfThenElse(hn::Eq(rest, zero), hn::CopySign(zero, b), moved);
}

template <AluOp kOp>
HWY_INLINE void RemainderLine(const float* a, const float* b, float* d) {
  const HalfFloatTag dh;
  for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(dh)) {
    const DoubleVec x = hn::PromoteTo(DoubleTag(), hn::LoadU(dh, a + lane));
    const DoubleVec y = hn::PromoteTo(DoubleTag(), hn::LoadU(dh, b + lane));
    const DoubleVec rest = kOp == AluOp::kMod ? FlooredRemainderOf(x, y) : RemainderOf(x, y);
    hn::StoreU(hn::DemoteTo(dh, rest), dh, d + lane);
  }
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // NKI_ISA_SIMD_REMAINDER_INL_H_
