// Reductions over partitions.
#ifndef NKI_ISA_SIMD_PARTITION_REDUCE_H_
#define NKI_ISA_SIMD_PARTITION_REDUCE_H_

#include "isa/alu_op.h"
#include "memory/tile.h"

namespace nki::simd {

// dst[0, f] = data[0, f] op data[1, f] op ..., in the order of the partitions; then divided by their number
// if `average`. The operator is add or maximum, in float32, or in int32 and uint32 between such dtypes unless
// `average`; or bitwise_and, bitwise_or on the bits of one integer dtype. One worker does it all.
void PartitionReduceTile(AluOp op, bool average, const Tile& data, const Tile& dst);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_PARTITION_REDUCE_H_
