// The operators of the Vector and GpSimd engines. alu_op.def holds one row per operator.
#ifndef NKI_ISA_ALU_OP_H_
#define NKI_ISA_ALU_OP_H_

#include <cstdint>
#include <string_view>

namespace nki {

enum class AluOp : uint8_t {
#define NKI_ALU_OP(enumerator, name, op_class, reduces, unary) enumerator,
#include "isa/alu_op.def"
#undef NKI_ALU_OP
};

enum class AluClass : uint8_t { kArithmetic, kBitwise };

struct AluOpRow {
  std::string_view name;
  AluClass op_class;
  bool reduces;  // may be the operator of a reduction
  bool unary;    // its operand is ignored
};

inline constexpr AluOpRow kAluOpRows[] = {
#define NKI_ALU_OP(enumerator, name, op_class, reduces, unary) {name, AluClass::op_class, reduces, unary},
#include "isa/alu_op.def"
#undef NKI_ALU_OP
};
inline constexpr int kAluOpCount = sizeof(kAluOpRows) / sizeof(kAluOpRows[0]);

constexpr const AluOpRow& RowOf(AluOp op) { return kAluOpRows[static_cast<int>(op)]; }
constexpr std::string_view Name(AluOp op) { return RowOf(op).name; }
constexpr bool IsBitwise(AluOp op) { return RowOf(op).op_class == AluClass::kBitwise; }
constexpr bool IsUnary(AluOp op) { return RowOf(op).unary; }
constexpr bool CanReduce(AluOp op) { return RowOf(op).reduces; }

}  // namespace nki

#endif  // NKI_ISA_ALU_OP_H_
