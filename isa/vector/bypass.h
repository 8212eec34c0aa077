// Operators that may be nl.bypass, which passes the first operand on: no operator in the instruction's field.
#ifndef NKI_ISA_VECTOR_BYPASS_H_
#define NKI_ISA_VECTOR_BYPASS_H_

#include "isa/instruction.h"

namespace nki {

// The operator that says on what a step or two of the same class work: floats or bits.
inline const AluOp& Leading(const std::optional<AluOp>& op0, const std::optional<AluOp>& op1) {
  static constexpr AluOp kArithmetic = AluOp::kMultiply;
  return op0 ? *op0 : op1 ? *op1 : kArithmetic;
}

inline std::string Says(const Checker& c, const std::optional<AluOp>& op0) {
  return op0 ? c.Says(*op0) : "op0 is 'bypass'";
}

// An arithmetic step of tensor_scalar; without an operator times one, which keeps every float32.
inline simd::ScalarStep StepOf(const RunContext& ctx, const std::optional<AluOp>& op, const Operand& operand,
                               bool reverse = false) {
  if (!op) return {AluOp::kMultiply, ctx.scalar(Operand::Constant(1))};
  return {*op, ctx.scalar(operand), reverse};
}

}  // namespace nki

#endif  // NKI_ISA_VECTOR_BYPASS_H_
