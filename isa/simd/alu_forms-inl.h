// The operators that are worth a loop for each pair of them.
#if defined(NKI_ISA_SIMD_ALU_FORMS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NKI_ISA_SIMD_ALU_FORMS_INL_H_
#undef NKI_ISA_SIMD_ALU_FORMS_INL_H_
#else
#define NKI_ISA_SIMD_ALU_FORMS_INL_H_
#endif

#include <iterator>

#include "isa/simd/alu-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

struct Form {
  AluOp op;
  bool reverse;
};
// Reversed forms of the others are rare: which zero or NaN wins differs, so that they are not the same.
constexpr Form kForms[] = {{AluOp::kAdd, false},      {AluOp::kSubtract, false}, {AluOp::kSubtract, true},
                           {AluOp::kMultiply, false}, {AluOp::kMaximum, false},  {AluOp::kMinimum, false}};
constexpr size_t kFormCount = std::size(kForms);

template <size_t kForm>
HWY_INLINE FloatVec ApplyForm(FloatVec value, FloatVec operand) {
  if constexpr (kForms[kForm].reverse) return FloatAlu<kForms[kForm].op>(operand, value);
  return FloatAlu<kForms[kForm].op>(value, operand);
}

inline int FormOf(AluOp op, bool reverse) {
  for (size_t i = 0; i < kFormCount; ++i) {
    if (kForms[i].op == op && kForms[i].reverse == reverse) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // NKI_ISA_SIMD_ALU_FORMS_INL_H_
