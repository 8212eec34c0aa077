// nc_matmul of bfloat16 operands by the CPU's own bfloat16 dot product.
#ifndef NKI_ISA_SIMD_MATMUL_BF16_H_
#define NKI_ISA_SIMD_MATMUL_BF16_H_

#include "isa/simd/matmul.h"

namespace nki::simd {

// Does the multiplication and returns true if the CPU has AVX512_BF16 and the operands suit it: both
// bfloat16, the moving elements side by side from an even one on; float32 PSUM. Other last bits than the
// portable loops: VDPBF16PS adds the products of k and k + 1 in one step with its own roundings, and counts
// denormals as zero.
bool MatmulBf16(const Tile& stationary, const Tile& moving, const Tile& dst, bool add, BlockRange blocks);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_MATMUL_BF16_H_
