// Matrix multiplication of MX tensors.
#ifndef NKI_ISA_SIMD_MX_MATMUL_H_
#define NKI_ISA_SIMD_MX_MATMUL_H_

#include "isa/simd/matmul.h"

namespace nki::simd {

// [K, F] packed elements and their scales (mx_quantize.h says where).
struct MxOperand {
  Tile elements;
  Tile scales;
};

// dst[m, n] (=|+=) Σ_k Σ_j s[k, m, j] · x[k, n, j], where s and x are the four values of an element times its
// scale. float32 sums for j = 0 over ascending k, then for j = 1 and so on, whose total is stored or added to
// dst once.
void MatmulMxTile(const MxOperand& stationary, const MxOperand& moving, const Tile& dst,
                  Accumulate accumulate, BlockRange blocks);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_MX_MATMUL_H_
