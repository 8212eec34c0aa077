#include "isa/run_context.h"

#include <cmath>
#include <cstdint>

namespace nki {

// A result of this size has left a core's caches before it is used again.
constexpr int64_t kStreamBytes = int64_t{4} << 20;

// One block of 16 partitions per row: see HbmRows.
Tile RunContext::RowsAsTile(const View& rows) const {
  const int item = ItemBytes(rows.dtype);
  Tile tile;
  tile.base = hbm[rows.tensor->id] + rows.offset * item;
  tile.block_bytes = rows.dims[0].step * item;
  tile.dtype = rows.dtype;
  tile.partitions = static_cast<int>(rows.dims[0].count) * kLanes;
  tile.rank = 1;
  tile.dims[0] = {1, rows.dims[1].count / kLanes};
  const bool aligned =
      reinterpret_cast<uintptr_t>(tile.base) % kLineBytes == 0 && tile.block_bytes % kLineBytes == 0;
  tile.streams = aligned && rows.elements() * item >= kStreamBytes;
  return tile;
}

Tile RunContext::tile(const View& view) const {
  for (const HbmRows& stand_in : in_hbm) {
    if (stand_in.tensor == view.tensor->id) return RowsAsTile(stand_in.rows);
  }
  const Placement& placement = placements[view.tensor->id];
  const PartitionedMemory& memory = view.space() == Space::kSbuf ? machine.sbuf : machine.psum;
  Tile tile;
  tile.base = memory.base();
  tile.block_bytes = memory.block_bytes();
  tile.dtype = view.dtype;
  tile.partition = placement.partition + static_cast<int>(view.first_partition());
  tile.partitions = static_cast<int>(view.partitions());
  tile.partition_step = view.partitions() == 1 ? 1 : static_cast<int>(view.partition_step());
  tile.offset = placement.byte / ItemBytes(view.dtype) + view.free_offset();
  std::copy(view.dims.begin() + 1, view.dims.begin() + std::max<int>(view.rank, 1), tile.dims.begin());
  tile.rank = Coalesce(tile.dims, view.rank - 1);
  return tile;
}

LinearTile RunContext::linear(const View& view) const {
  LinearTile tile;
  tile.base = hbm[view.tensor->id];
  tile.dtype = view.dtype;
  tile.offset = view.offset;
  tile.rank = view.rank;
  tile.dims = view.dims;
  return tile;
}

simd::ScalarOperand RunContext::scalar(const Operand& operand, double absent) const {
  simd::ScalarOperand scalar;
  if (operand.is_column()) {
    scalar.is_column = true;
    scalar.column = tile(operand.column);
    return scalar;
  }
  const double value = operand.given() ? operand.constant : absent;
  scalar.value = static_cast<float>(value);
  if (std::abs(value) < 0x1p62) scalar.bits = static_cast<uint32_t>(static_cast<int64_t>(value));
  return scalar;
}

}  // namespace nki
