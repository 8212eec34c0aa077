// Scalar-engine functions over tiles.
#ifndef NKI_ISA_SIMD_ACTIVATION_H_
#define NKI_ISA_SIMD_ACTIVATION_H_

#include "isa/activation_op.h"
#include "isa/simd/elementwise.h"

namespace nki::simd {

// dst = op(data * scale + bias) in float32 (the product and sum are one fused multiply-add), stored as
// dst.dtype. If `row_sum` is not null, the float32 results before the conversion to dst.dtype are added, in
// order along the free axes, onto row_sum[partition] (128 floats, one per absolute dst partition).
void ActivationTile(ActivationOp op, const Tile& data, const ScalarOperand& scale, const ScalarOperand& bias,
                    const Tile& dst, float* row_sum, BlockRange blocks);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_ACTIVATION_H_
