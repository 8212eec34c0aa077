// The operators of alu_op.def on vectors. In all of them both targets do the same operations in the same
// order.
#if defined(NKI_ISA_SIMD_ALU_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NKI_ISA_SIMD_ALU_INL_H_
#undef NKI_ISA_SIMD_ALU_INL_H_
#else
#define NKI_ISA_SIMD_ALU_INL_H_
#endif

#include "isa/alu_op.h"
#include "isa/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

// The larger, the smaller; NaN if either is (a's if both are), as numpy.maximum. x86's own max is not
// symmetric on NaN.
HWY_INLINE FloatVec Maximum(FloatVec a, FloatVec b) {
  return hn::IfThenElse(hn::Or(hn::Gt(a, b), hn::IsNaN(a)), a, b);
}
HWY_INLINE FloatVec Minimum(FloatVec a, FloatVec b) {
  return hn::IfThenElse(hn::Or(hn::Lt(a, b), hn::IsNaN(a)), a, b);
}

// The operand, with its sign, of larger or smaller magnitude; a tie gives b; NaN if either is.
HWY_INLINE FloatVec AbsMax(FloatVec a, FloatVec b) {
  return hn::IfThenElse(hn::Or(hn::Gt(hn::Abs(a), hn::Abs(b)), hn::IsNaN(a)), a, b);
}
HWY_INLINE FloatVec AbsMin(FloatVec a, FloatVec b) {
  return hn::IfThenElse(hn::Or(hn::Lt(hn::Abs(a), hn::Abs(b)), hn::IsNaN(a)), a, b);
}

template <class M>
HWY_INLINE FloatVec OneIf(M condition) {
  return hn::IfThenElseZero(condition, Float(1.0f));
}
HWY_INLINE auto IsTrue(FloatVec v) { return hn::Not(hn::Eq(v, Float(0.0f))); }  // NaN is true

// float32 in, float32 out. kPower, kFmod and kMod are in headers of their own, bitwise operators are not
// defined on values.
template <AluOp kOp>
HWY_INLINE FloatVec FloatAlu(FloatVec a, FloatVec b) {
  if constexpr (kOp == AluOp::kAbs) return hn::Abs(a);
  if constexpr (kOp == AluOp::kAbsMax) return AbsMax(a, b);
  if constexpr (kOp == AluOp::kAbsMin) return AbsMin(a, b);
  if constexpr (kOp == AluOp::kAdd) return hn::Add(a, b);
  if constexpr (kOp == AluOp::kDivide) return hn::Div(a, b);
  if constexpr (kOp == AluOp::kEqual) return OneIf(hn::Eq(a, b));
  if constexpr (kOp == AluOp::kGreater) return OneIf(hn::Gt(a, b));
  if constexpr (kOp == AluOp::kGreaterEqual) return OneIf(hn::Ge(a, b));
  if constexpr (kOp == AluOp::kLess) return OneIf(hn::Lt(a, b));
  if constexpr (kOp == AluOp::kLessEqual) return OneIf(hn::Le(a, b));
  if constexpr (kOp == AluOp::kLogicalAnd) return OneIf(hn::And(IsTrue(a), IsTrue(b)));
  if constexpr (kOp == AluOp::kLogicalOr) return OneIf(hn::Or(IsTrue(a), IsTrue(b)));
  if constexpr (kOp == AluOp::kLogicalXor) return OneIf(hn::Xor(IsTrue(a), IsTrue(b)));
  if constexpr (kOp == AluOp::kMaximum) return Maximum(a, b);
  if constexpr (kOp == AluOp::kMinimum) return Minimum(a, b);
  if constexpr (kOp == AluOp::kMultiply) return hn::Mul(a, b);
  if constexpr (kOp == AluOp::kNotEqual) return OneIf(hn::Not(hn::Eq(a, b)));  // Highway's Ne is false on NaN
  if constexpr (kOp == AluOp::kReciprocal) return hn::Div(Float(1.0f), a);
  if constexpr (kOp == AluOp::kRelu) return Maximum(a, Float(0.0f));
  if constexpr (kOp == AluOp::kRsqrt) return hn::Div(Float(1.0f), hn::Sqrt(a));
  if constexpr (kOp == AluOp::kSquare) return hn::Mul(a, a);
  if constexpr (kOp == AluOp::kSubtract) return hn::Sub(a, b);
  return a;
}

// A shift by 32 bits or more leaves nothing.
HWY_INLINE WordVec ShiftedLeft(WordVec a, WordVec b) {
  return hn::IfThenElseZero(hn::Gt(Word(32), b), hn::Shl(a, hn::And(b, Word(31))));
}
HWY_INLINE WordVec ShiftedRight(WordVec a, WordVec b) {
  return hn::IfThenElseZero(hn::Gt(Word(32), b), hn::Shr(a, hn::And(b, Word(31))));
}

template <AluOp kOp>
HWY_INLINE WordVec BitwiseAlu(WordVec a, WordVec b) {
  if constexpr (kOp == AluOp::kBitwiseAnd) return hn::And(a, b);
  if constexpr (kOp == AluOp::kBitwiseOr) return hn::Or(a, b);
  if constexpr (kOp == AluOp::kBitwiseXor) return hn::Xor(a, b);
  if constexpr (kOp == AluOp::kInvert) return hn::Not(a);
  if constexpr (kOp == AluOp::kLeftShift) return ShiftedLeft(a, b);
  if constexpr (kOp == AluOp::kRightShift) return ShiftedRight(a, b);
  return a;
}

// int32 or uint32 with wrap-around.
template <AluOp kOp, class V>
HWY_INLINE V IntegerAlu(V a, V b) {
  const hn::DFromV<V> d;
  constexpr bool kSigned = std::is_signed_v<hn::TFromD<hn::DFromV<V>>>;
  const V one = hn::Set(d, 1);
  const V zero = hn::Zero(d);
  const auto true_a = hn::Ne(a, zero);
  const auto true_b = hn::Ne(b, zero);
  const auto magnitude = [&](V v) HWY_ATTR { return kSigned ? hn::Max(v, hn::Sub(zero, v)) : v; };
  if constexpr (kOp == AluOp::kAbs) return magnitude(a);
  // By -|v|, which -2^31 has too.
  const auto is_larger = [&](V x, V y) HWY_ATTR {
    return kSigned ? hn::Gt(hn::Min(y, hn::Sub(zero, y)), hn::Min(x, hn::Sub(zero, x))) : hn::Gt(x, y);
  };
  if constexpr (kOp == AluOp::kAbsMax) return hn::IfThenElse(is_larger(a, b), a, b);
  if constexpr (kOp == AluOp::kAbsMin) return hn::IfThenElse(is_larger(b, a), a, b);
  if constexpr (kOp == AluOp::kAdd) return hn::Add(a, b);
  if constexpr (kOp == AluOp::kEqual) return hn::IfThenElseZero(hn::Eq(a, b), one);
  if constexpr (kOp == AluOp::kGreater) return hn::IfThenElseZero(hn::Gt(a, b), one);
  if constexpr (kOp == AluOp::kGreaterEqual) return hn::IfThenZeroElse(hn::Gt(b, a), one);
  if constexpr (kOp == AluOp::kLess) return hn::IfThenElseZero(hn::Gt(b, a), one);
  if constexpr (kOp == AluOp::kLessEqual) return hn::IfThenZeroElse(hn::Gt(a, b), one);
  if constexpr (kOp == AluOp::kLogicalAnd) return hn::IfThenElseZero(hn::And(true_a, true_b), one);
  if constexpr (kOp == AluOp::kLogicalOr) return hn::IfThenElseZero(hn::Or(true_a, true_b), one);
  if constexpr (kOp == AluOp::kLogicalXor) return hn::IfThenElseZero(hn::Xor(true_a, true_b), one);
  if constexpr (kOp == AluOp::kMaximum) return hn::Max(a, b);
  if constexpr (kOp == AluOp::kMinimum) return hn::Min(a, b);
  if constexpr (kOp == AluOp::kMultiply) return hn::Mul(a, b);
  if constexpr (kOp == AluOp::kNotEqual) return hn::IfThenElseZero(hn::Ne(a, b), one);
  if constexpr (kOp == AluOp::kRelu) return hn::Max(a, zero);
  if constexpr (kOp == AluOp::kSquare) return hn::Mul(a, a);
  if constexpr (kOp == AluOp::kSubtract) return hn::Sub(a, b);
  return a;
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // NKI_ISA_SIMD_ALU_INL_H_
