// Two operators in one pass over the lines: the pairs that tensor_scalar is mostly used for.
#ifndef NKI_ISA_SIMD_ALU_PAIR_H_
#define NKI_ISA_SIMD_ALU_PAIR_H_

#include "isa/alu_op.h"
#include "isa/simd/convert.h"

namespace nki::simd {

// d[i] = (x[i] op0 first) op1 second for n float32 lines, where first and second are one line each; d may be
// x.
using AluPairLoop = void (*)(Lines x, const float* first, const float* second, MutableLines d, int64_t n);

// The loop for a pair of add, subtract (also reversed: operand op value), multiply, maximum and minimum; null
// for others, which take a pass each. Same bits as two passes.
AluPairLoop AluPairLoopFor(AluOp op0, bool reverse0, AluOp op1, bool reverse1);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_ALU_PAIR_H_
