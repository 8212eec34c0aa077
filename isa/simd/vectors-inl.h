// Vectors of 4-byte lanes, at most the 16 partitions of a line, and conversion between float32 and 32-bit
// integers.
#if defined(NKI_ISA_SIMD_VECTORS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NKI_ISA_SIMD_VECTORS_INL_H_
#undef NKI_ISA_SIMD_VECTORS_INL_H_
#else
#define NKI_ISA_SIMD_VECTORS_INL_H_
#endif

#include <hwy/highway.h>

#include "memory/tile.h"

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// A vector never spans two lines.
using FloatTag = hn::CappedTag<float, kLanes>;
using WordTag = hn::RebindToUnsigned<FloatTag>;
using IntTag = hn::RebindToSigned<FloatTag>;
using FloatVec = hn::Vec<FloatTag>;
using WordVec = hn::Vec<WordTag>;
using IntVec = hn::Vec<IntTag>;

HWY_INLINE FloatVec AsFloat(WordVec v) { return hn::BitCast(FloatTag(), v); }
HWY_INLINE FloatVec AsFloat(IntVec v) { return hn::BitCast(FloatTag(), v); }
HWY_INLINE WordVec AsWord(FloatVec v) { return hn::BitCast(WordTag(), v); }
HWY_INLINE WordVec AsWord(IntVec v) { return hn::BitCast(WordTag(), v); }
HWY_INLINE IntVec AsInt(FloatVec v) { return hn::BitCast(IntTag(), v); }
HWY_INLINE IntVec AsInt(WordVec v) { return hn::BitCast(IntTag(), v); }
HWY_INLINE WordVec Word(uint32_t value) { return hn::Set(WordTag(), value); }
HWY_INLINE FloatVec Float(float value) { return hn::Set(FloatTag(), value); }

// Round to nearest even, saturate; NaN is 0.
HWY_INLINE IntVec ToSigned(FloatVec v) {
  const IntTag di;
  const IntVec fits = hn::NearestInt(v);  // below the range x86 gives the smallest integer, as wanted
  const auto too_large = hn::RebindMask(di, hn::Ge(v, Float(0x1p31f)));
  const auto too_small = hn::RebindMask(di, hn::Lt(v, Float(-0x1p31f)));
  const IntVec clamped = hn::IfThenElse(too_small, hn::Set(di, INT32_MIN), fits);
  return hn::IfThenElseZero(hn::RebindMask(di, hn::Eq(v, v)),
                            hn::IfThenElse(too_large, hn::Set(di, INT32_MAX), clamped));
}

HWY_INLINE WordVec ToUnsigned(FloatVec v) {
  const WordTag dw;
  const auto upper_half = hn::Ge(v, Float(0x1p31f));
  const FloatVec low = hn::IfThenElse(upper_half, hn::Sub(v, Float(0x1p31f)), v);
  const WordVec bits = hn::Xor(AsWord(hn::NearestInt(low)),
                               hn::IfThenElseZero(hn::RebindMask(dw, upper_half), Word(0x80000000u)));
  const WordVec saturated =
      hn::IfThenElse(hn::RebindMask(dw, hn::Ge(v, Float(0x1p32f))), Word(0xffffffffu), bits);
  return hn::IfThenElseZero(hn::RebindMask(dw, hn::Gt(v, Float(0.0f))), saturated);
}

HWY_INLINE FloatVec FromSigned(IntVec v) { return hn::ConvertTo(FloatTag(), v); }

// Exact high part plus exact low part: one rounding.
HWY_INLINE FloatVec FromUnsigned(WordVec v) {
  const FloatVec high = FromSigned(AsInt(hn::ShiftRight<16>(v)));
  const FloatVec low = FromSigned(AsInt(hn::And(v, Word(0xffffu))));
  return hn::MulAdd(high, Float(65536.0f), low);
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // NKI_ISA_SIMD_VECTORS_INL_H_
