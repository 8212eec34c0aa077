// The number formats on vectors: the bits of any dtype to float32 and back, with the results of
// memory/scalar_types.h bit for bit.
#if defined(NKI_ISA_SIMD_LANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NKI_ISA_SIMD_LANES_INL_H_
#undef NKI_ISA_SIMD_LANES_INL_H_
#else
#define NKI_ISA_SIMD_LANES_INL_H_
#endif

#include "isa/simd/vectors-inl.h"
#include "memory/number_formats.h"

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

template <class Format>
HWY_INLINE FloatVec DecodeSmallFloat(WordVec code) {
  const WordVec magnitude = hn::And(code, Word(Format::kSignBit - 1));
  const WordVec sign = hn::ShiftLeft<31 - Format::kExponentBits - Format::kFractionBits>(
      hn::And(code, Word(Format::kSignBit)));
  const FloatVec value = hn::Mul(AsFloat(hn::ShiftLeft<Format::kShift>(magnitude)),
                                 Float(std::bit_cast<float>(Format::kRescaleBits)));
  const WordVec special = Format::kHasInfinity ? hn::IfThenElse(hn::Eq(magnitude, Word(Format::kTopExponent)),
                                                                Word(0x7f800000u), Word(0x7fc00000u))
                                               : Word(0x7fc00000u);
  const auto finite = hn::Gt(Word(Format::kLargest + 1), magnitude);
  return AsFloat(hn::Or(hn::IfThenElse(finite, AsWord(value), special), sign));
}

template <class Format>
HWY_INLINE WordVec EncodeSmallFloat(FloatVec v) {
  constexpr int kShift = Format::kShift;
  const WordVec bits = AsWord(v);
  const WordVec magnitude = hn::And(bits, Word(0x7fffffffu));
  const WordVec sign = hn::And(hn::ShiftRight<31 - Format::kExponentBits - Format::kFractionBits>(bits),
                               Word(Format::kSignBit));
  const FloatVec tiny = hn::Add(AsFloat(magnitude), Float(std::bit_cast<float>(Format::kSubnormalMagicBits)));
  const WordVec subnormal = hn::Sub(AsWord(tiny), Word(Format::kSubnormalMagicBits));
  const WordVec odd = hn::And(hn::ShiftRight<kShift>(magnitude), Word(1));
  const WordVec rounded = hn::Add(hn::Add(magnitude, Word((1u << (kShift - 1)) - 1)), odd);
  const WordVec normal = hn::Sub(hn::ShiftRight<kShift>(rounded), Word(Format::kRebias));
  const WordVec finite =
      hn::IfThenElse(hn::Gt(normal, Word(Format::kLargest)), Word(Format::kOverflow), normal);
  const WordVec number =
      hn::IfThenElse(hn::Gt(Word(Format::kSmallestNormalBits), magnitude), subnormal, finite);
  const auto is_nan = hn::Gt(magnitude, Word(0x7f800000u));
  return hn::Or(hn::IfThenElse(is_nan, Word(Format::kNan), number), sign);
}

HWY_INLINE WordVec EncodeBfloat16(FloatVec v) {
  const WordVec bits = AsWord(v);
  const WordVec top = hn::ShiftRight<16>(bits);
  const WordVec rounded = hn::ShiftRight<16>(hn::Add(hn::Add(bits, Word(0x7fffu)), hn::And(top, Word(1))));
  const WordVec nan = hn::Or(hn::And(top, Word(0x8000u)), Word(0x7fc0u));
  return hn::IfThenElse(hn::RebindMask(WordTag(), hn::Eq(v, v)), rounded, nan);
}

HWY_INLINE WordVec EncodeTfloat32(FloatVec v) {
  const WordVec bits = AsWord(v);
  const WordVec odd = hn::And(hn::ShiftRight<13>(bits), Word(1));
  const WordVec rounded = hn::And(hn::Add(hn::Add(bits, Word(0xfffu)), odd), Word(0xffffe000u));
  const WordVec nan = hn::Or(hn::And(bits, Word(0x80000000u)), Word(0x7fc00000u));
  return hn::IfThenElse(hn::RebindMask(WordTag(), hn::Eq(v, v)), rounded, nan);
}

HWY_INLINE FloatVec DecodeE8m0(WordVec code) {
  const WordVec normal = hn::ShiftLeft<23>(code);
  const WordVec value = hn::IfThenElse(hn::Eq(code, Word(255)), Word(0x7fc00000u), normal);
  return AsFloat(hn::IfThenElse(hn::Eq(code, Word(0)), Word(0x00400000u), value));
}

HWY_INLINE WordVec EncodeE8m0(FloatVec v) {
  const WordVec bits = AsWord(v);
  const WordVec normal = hn::ShiftRight<23>(hn::Add(bits, Word(0x00400000u)));
  const WordVec subnormal = hn::IfThenElseZero(hn::Gt(bits, Word(0x005fffffu)), Word(1));
  const WordVec number = hn::IfThenElse(hn::Gt(Word(0x00800000u), bits), subnormal, normal);
  // Zero wraps to the largest word, so one comparison refuses it, negative values, infinity and NaN.
  const auto refused = hn::Gt(hn::Sub(bits, Word(1)), Word(0x7f7ffffeu));
  return hn::IfThenElse(refused, Word(255), number);
}

// The value of an element whose bits are `code`, zero-extended.
template <Dtype kDtype>
HWY_INLINE FloatVec Decode(WordVec code) {
  if constexpr (kDtype == Dtype::kBool) {
    return AsFloat(hn::IfThenZeroElse(hn::Eq(code, Word(0)), AsWord(Float(1.0f))));
  } else if constexpr (kDtype == Dtype::kUint8 || kDtype == Dtype::kUint16) {
    return FromSigned(AsInt(code));
  } else if constexpr (kDtype == Dtype::kUint32) {
    return FromUnsigned(code);
  } else if constexpr (kDtype == Dtype::kInt8) {
    return FromSigned(hn::ShiftRight<24>(AsInt(hn::ShiftLeft<24>(code))));
  } else if constexpr (kDtype == Dtype::kInt16) {
    return FromSigned(hn::ShiftRight<16>(AsInt(hn::ShiftLeft<16>(code))));
  } else if constexpr (kDtype == Dtype::kInt32) {
    return FromSigned(AsInt(code));
  } else if constexpr (kDtype == Dtype::kFloat16) {
    return DecodeSmallFloat<Float16>(code);
  } else if constexpr (kDtype == Dtype::kBfloat16) {
    return AsFloat(hn::ShiftLeft<16>(code));
  } else if constexpr (kDtype == Dtype::kFloat8E4m3) {
    return DecodeSmallFloat<Float8E4m3>(code);
  } else if constexpr (kDtype == Dtype::kFloat8E4m3fn) {
    return DecodeSmallFloat<Float8E4m3fn>(code);
  } else if constexpr (kDtype == Dtype::kFloat8E5m2) {
    return DecodeSmallFloat<Float8E5m2>(code);
  } else if constexpr (kDtype == Dtype::kFloat8E8m0fnu) {
    return DecodeE8m0(code);
  } else {
    return AsFloat(code);
  }
}

// The bits of the element nearest to a value; the bits above the element are zero.
template <Dtype kDtype>
HWY_INLINE WordVec Encode(FloatVec v) {
  const auto clamp = [](FloatVec x, float low, float high) HWY_ATTR {
    return hn::IfThenElseZero(hn::Eq(x, x), hn::Min(hn::Max(x, Float(low)), Float(high)));
  };
  if constexpr (kDtype == Dtype::kBool) {
    return hn::IfThenZeroElse(hn::RebindMask(WordTag(), hn::Eq(v, Float(0.0f))), Word(1));
  } else if constexpr (kDtype == Dtype::kUint8) {
    return AsWord(hn::NearestInt(clamp(v, 0.0f, 255.0f)));
  } else if constexpr (kDtype == Dtype::kUint16) {
    return AsWord(hn::NearestInt(clamp(v, 0.0f, 65535.0f)));
  } else if constexpr (kDtype == Dtype::kUint32) {
    return ToUnsigned(v);
  } else if constexpr (kDtype == Dtype::kInt8) {
    return hn::And(AsWord(hn::NearestInt(clamp(v, -128.0f, 127.0f))), Word(0xffu));
  } else if constexpr (kDtype == Dtype::kInt16) {
    return hn::And(AsWord(hn::NearestInt(clamp(v, -32768.0f, 32767.0f))), Word(0xffffu));
  } else if constexpr (kDtype == Dtype::kInt32) {
    return AsWord(ToSigned(v));
  } else if constexpr (kDtype == Dtype::kFloat16) {
    return EncodeSmallFloat<Float16>(v);
  } else if constexpr (kDtype == Dtype::kBfloat16) {
    return EncodeBfloat16(v);
  } else if constexpr (kDtype == Dtype::kTfloat32) {
    return EncodeTfloat32(v);
  } else if constexpr (kDtype == Dtype::kFloat8E4m3) {
    return EncodeSmallFloat<Float8E4m3>(v);
  } else if constexpr (kDtype == Dtype::kFloat8E4m3fn) {
    return EncodeSmallFloat<Float8E4m3fn>(v);
  } else if constexpr (kDtype == Dtype::kFloat8E5m2) {
    return EncodeSmallFloat<Float8E5m2>(v);
  } else if constexpr (kDtype == Dtype::kFloat8E8m0fnu) {
    return EncodeE8m0(v);
  } else {
    return AsWord(v);
  }
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // NKI_ISA_SIMD_LANES_INL_H_
