// Copies between HBM and chip that change the dtype.
#ifndef NKI_ISA_SIMD_DMA_CAST_H_
#define NKI_ISA_SIMD_DMA_CAST_H_

#include "isa/simd/dma.h"

namespace nki::simd {

// Like LoadRows, StoreRows and CopyRows: the bits go through a small on-chip tile, where CopyTile converts
// them.
void LoadRowsCast(const LinearTile& src, const Tile& dst, BlockRange blocks);
void StoreRowsCast(const Tile& src, const LinearTile& dst, BlockRange blocks);
void CopyRowsCast(const Tile& src, const Tile& dst, BlockRange blocks);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_DMA_CAST_H_
