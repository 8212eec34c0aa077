// The rows of linear memory that belong to the 16 partitions of a block.
#ifndef NKI_ISA_SIMD_DMA_ROWS_H_
#define NKI_ISA_SIMD_DMA_ROWS_H_

#include <cstdint>

#include "isa/simd/dma.h"
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
  bool aligned_alike;      // all rows begin at the same byte of a cache line
  bool streams;            // the tile spreads over more memory than a cache of the core keeps

  // Whether whole words of all rows begin at the same place of a cache line.
  bool AgreeOnWords(int64_t byte) const {
    return aligned_alike && reinterpret_cast<uintptr_t>(row[0] + byte) % 4 == 0;
  }
  // Words from `byte` of the rows to the begin of a cache line, if the rows agree on it, else 0.
  int WordsToLine(int64_t byte) const {
    const auto address = reinterpret_cast<uintptr_t>(row[0] + byte);
    return AgreeOnWords(byte) ? static_cast<int>((kLineBytes - address % kLineBytes) % kLineBytes / 4) : 0;
  }
};

// The partitions of `tile` that lie in `block`; false if there are none.
bool LanesInBlock(const Tile& tile, int block, LaneSet& lanes);

// The rows (dims[0]) of `linear` that belong to those partitions; rows start at the first byte of the tensor,
// or where `places` says (RowPlaces).
bool RowsOfBlock(const LinearTile& linear, RowPlaces places, const Tile& tile, int block, BlockRows& rows);

// The free axes of a linear operand, to be walked like those of a tile.
Tile FreeAxes(const LinearTile& linear);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_DMA_ROWS_H_
