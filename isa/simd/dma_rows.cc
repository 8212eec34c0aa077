#include "isa/simd/dma_rows.h"

#include <cstdlib>

namespace nki::simd {
namespace {

// Larger than the second-level cache of today's cores (1-2 MiB): what is stored now won't be found there
// later.
constexpr int64_t kStreamBytes = int64_t{4} << 20;

}  // namespace

bool LanesInBlock(const Tile& tile, int block, LaneSet& lanes) {
  int present = 0;
  for (int lane = 0; lane < kLanes; ++lane) {
    const int distance = block * kLanes + lane - tile.partition;
    const bool inside = distance >= 0 && distance % tile.partition_step == 0 &&
                        distance / tile.partition_step < tile.partitions;
    lanes.words[lane] = inside ? ~0u : 0u;
    present += inside;
  }
  lanes.full = present == kLanes;
  return present > 0;
}

bool RowsOfBlock(const LinearTile& linear, RowPlaces places, const Tile& tile, int block, BlockRows& rows) {
  if (!LanesInBlock(tile, block, rows.lanes)) return false;
  const int64_t row_step = linear.dims[0].step * ItemBytes(linear.dtype);
  std::byte* any = nullptr;
  rows.aligned_alike = true;
  for (int lane = 0; lane < kLanes; ++lane) {
    if (rows.lanes.words[lane] == 0) continue;
    const int row = (block * kLanes + lane - tile.partition) / tile.partition_step;
    const int64_t place = places == nullptr ? row * row_step : places[row];
    if (place == kNoRow) {
      rows.lanes.words[lane] = 0;
      rows.lanes.full = false;
      continue;
    }
    std::byte* const begin = linear.base + place;
    rows.aligned_alike &= any == nullptr || (begin - any) % kLineBytes == 0;
    any = rows.row[lane] = begin;
  }
  if (any == nullptr) return false;
  for (int lane = 0; lane < kLanes; ++lane) {
    if (rows.lanes.words[lane] == 0) rows.row[lane] = any;
  }
  rows.streams = places == nullptr && tile.partitions * std::abs(row_step) >= kStreamBytes;
  rows.adjacent =
      places == nullptr && rows.lanes.full && tile.partition_step == 1 && linear.dims[0].step == 1;
  return true;
}

Tile FreeAxes(const LinearTile& linear) {
  Tile axes;
  axes.dtype = linear.dtype;
  axes.offset = linear.offset;
  axes.rank = std::max(linear.rank - 1, 0);
  for (int i = 0; i < axes.rank; ++i) axes.dims[i] = linear.dims[i + 1];
  return axes;
}

}  // namespace nki::simd
