// The rows of linear memory that belong to the 16 partitions of a block.
#ifndef NKI_ISA_SIMD_DMA_ROWS_H_
#define NKI_ISA_SIMD_DMA_ROWS_H_

#include "memory/tile.h"

namespace nki::simd {

// Which of a block's partitions take part: all ones or zero.
struct LaneSet {
  alignas(64) uint32_t words[kLanes];
  bool full;
};

struct BlockRows {
  LaneSet lanes;
  std::byte* row[kLanes];  // absent lanes repeat a present one, so that they can be read
  bool adjacent;           // full, and the elements of neighbouring rows are neighbours in memory
};

// The partitions of `tile` that lie in `block`; false if there are none.
bool LanesInBlock(const Tile& tile, int block, LaneSet& lanes);

// The rows (dims[0]) of `linear` that belong to those partitions; rows start at the first byte of the tensor.
bool RowsOfBlock(const LinearTile& linear, const Tile& tile, int block, BlockRows& rows);

// The free axes of a linear operand, to be walked like those of a tile.
Tile FreeAxes(const LinearTile& linear);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_DMA_ROWS_H_
