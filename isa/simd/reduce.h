// Reductions along the free axes, in the hardware's sequential order.
#ifndef NKI_ISA_SIMD_REDUCE_H_
#define NKI_ISA_SIMD_REDUCE_H_

#include "isa/alu_op.h"
#include "memory/tile.h"

namespace nki::simd {

// Of data's free elements, in order, each run of `inner` gives one element of dst (the reduced axes are the
// last ones). Arithmetic operators accumulate in float32, one element after the other, starting from the
// first element (measured on trn1: equal to a sequential float32 sum bit for bit); bitwise ones work on the
// bits of the integer dtype. `negate` multiplies the result by -1 before the conversion to dst.dtype.
void ReduceTile(AluOp op, const Tile& data, int64_t inner, const Tile& dst, bool negate, BlockRange blocks);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_REDUCE_H_
