// The loops that carry one line of values along the free axis.
#ifndef NKI_ISA_SIMD_ACCUMULATE_LOOPS_H_
#define NKI_ISA_SIMD_ACCUMULATE_LOOPS_H_

#include "isa/alu_op.h"
#include "isa/simd/convert.h"

namespace nki::simd {

// For n float32 lines in order: line = line op x[i].
using AccumulateLoop = void (*)(Lines x, int64_t n, float* line);
AccumulateLoop AccumulateLoopFor(AluOp op);  // an arithmetic operator that can reduce

// For n float32 lines in order: line = x[i] op line, d[i] = line; d may be x. Add, subtract, multiply,
// maximum and minimum; null for others.
using CumulateLoop = void (*)(Lines x, MutableLines d, int64_t n, float* line);
CumulateLoop CumulateLoopFor(AluOp op);

// For n float32 lines in order: line = (x[i] op0 line) op1 y[i], d[i] = line; d may be x or y. Null for
// operators that alu_pair.h has no pair of.
using ScanLoop = void (*)(Lines x, Lines y, MutableLines d, int64_t n, float* line);
ScanLoop ScanLoopFor(AluOp op0, bool reverse0, AluOp op1, bool reverse1);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_ACCUMULATE_LOOPS_H_
