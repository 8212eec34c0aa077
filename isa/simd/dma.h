// Copies between HBM (linear) and on-chip memory (blocks of 16 partitions): what the DMA engines do.
// Element i of the source, in the order of its axes, goes to element i of the destination; the shapes may
// differ. Equal dtypes keep every bit; others are converted through float32.
#ifndef NKI_ISA_SIMD_DMA_H_
#define NKI_ISA_SIMD_DMA_H_

#include <cstdint>

#include "memory/tile.h"

namespace nki::simd {

// The pure forms: both sides have the same partition count and free element count, so that partition p of the
// tile is row p of the linear operand. LinearTile::dims[0] is the row axis, the rest are the free axes.
void LoadRows(const LinearTile& src, const Tile& dst, BlockRange blocks);   // HBM -> chip; `blocks` of dst
void StoreRows(const Tile& src, const LinearTile& dst, BlockRange blocks);  // chip -> HBM; `blocks` of src

// Where each row of a linear operand begins, in bytes from its base, instead of steps of dims[0]; null:
// there.
using RowPlaces = const int64_t*;
inline constexpr int64_t kNoRow = INT64_MIN;  // the row and its partition are left out

// The same for rows anywhere, of the dtype of the tile. Stored rows are equal or have no byte in common; of
// equal ones the last one counts.
void LoadRowsAt(const LinearTile& src, RowPlaces places, const Tile& dst, BlockRange blocks);
void StoreRowsAt(const Tile& src, const LinearTile& dst, RowPlaces places, BlockRange blocks);
void CopyRows(const Tile& src, const Tile& dst,
              BlockRange blocks);  // chip -> chip, any partition starts and steps

// The general form: any shapes with equal element counts. Not split between workers.
struct DmaOperand {
  bool on_chip = false;
  Tile tile;          // if on chip
  LinearTile linear;  // if not
};
void CopyElements(const DmaOperand& src, const DmaOperand& dst);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_DMA_H_
