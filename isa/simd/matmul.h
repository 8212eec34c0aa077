// The Tensor engine's matrix multiplication.
#ifndef NKI_ISA_SIMD_MATMUL_H_
#define NKI_ISA_SIMD_MATMUL_H_

#include "memory/tile.h"

namespace nki::simd {

enum class Accumulate : uint8_t { kOverwrite, kAdd };

// dst[m, n] (=|+=) Σ_k stationary[k, m] · moving[k, n]: stationary is [K <= 128, M <= 128] and moving [K, N],
// both SBUF with any free pattern and any legal dtype (widened to float32; tfloat32 keeps 10 fraction bits);
// dst is [M, N] in PSUM as float32 (or bfloat16 on trn3: each addition to PSUM is then rounded). Portable
// bits: each output is one float32 chain of fused multiply-adds in ascending k starting from +0, whose sum is
// then added to PSUM (or stored). `fast` allows the CPU's bfloat16 dot product for bfloat16 operands: other
// last bits. `blocks` are blocks of dst. A worker reads all partitions of both operands.
void MatmulTile(const Tile& stationary, const Tile& moving, const Tile& dst, Accumulate accumulate, bool fast,
                BlockRange blocks);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_MATMUL_H_
