#include "isa/run_context.h"

#include <cmath>

namespace nki {

Tile RunContext::tile(const View& view) const {
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
