// Scalar-engine functions over tiles.
#ifndef NKI_ISA_SIMD_ACTIVATION_H_
#define NKI_ISA_SIMD_ACTIVATION_H_

#include "isa/activation_op.h"
#include "isa/simd/accumulate.h"

namespace nki::simd {

// dst = op(data * scale + bias) in float32 (the product and sum are one fused multiply-add), stored as
// dst.dtype, and reduced. `slope` is the parameter of prelu; the other functions have none.
void ActivationTile(ActivationOp op, const Tile& data, const ScalarOperand& scale, const ScalarOperand& bias,
                    const Tile& dst, const RowReduction& reduction, BlockRange blocks,
                    const ScalarOperand& slope = {});

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_ACTIVATION_H_
