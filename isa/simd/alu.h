// The operators as loops over lines, one function per operator: chosen once per tile, called once per chunk.
#ifndef NKI_ISA_SIMD_ALU_H_
#define NKI_ISA_SIMD_ALU_H_

#include "isa/alu_op.h"
#include "isa/simd/convert.h"

namespace nki::simd {

// d[i] = a[i] op b[i] for n lines; d may be a or b. Unary operators ignore b.
using AluLoop = void (*)(Lines a, Lines b, MutableLines d, int64_t n);

// The loop for lines of this form: arithmetic on kFloat, kSigned and kUnsigned, bitwise operators on kBits.
AluLoop AluLoopFor(AluOp op, LineForm form);

// Integer lines of lanes[k] + offset + i * step in lane k, with wrap-around, for the elements i of a run.
void CountLines(const uint32_t* lanes, const FreeCursor::Run& run, float* lines);

// Whether integer lines have this operator; the others go through float32.
constexpr bool HasIntegerForm(AluOp op) {
  switch (op) {
    case AluOp::kDivide:
    case AluOp::kFmod:
    case AluOp::kMod:
    case AluOp::kPower:
    case AluOp::kReciprocal:
    case AluOp::kRsqrt:
      return false;
    default:
      return !IsBitwise(op);
  }
}

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_ALU_H_
