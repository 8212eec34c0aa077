#include "isa/run_context.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>

#include "isa/indirection.h"
#include "isa/reach.h"
#include "memory/ascending.h"
#include "memory/error.h"
#include "memory/scalar_types.h"

namespace nki {

// A result of this size has left a core's caches before it is used again.
constexpr int64_t kStreamBytes = int64_t{4} << 20;

// Steps that leave every memory, so few that addresses don't overflow.
constexpr double kFarAway = 0x1p40;

namespace {

// Calls visit(element, index) for the elements of a view: where each is in the storage, and its number.
template <typename Visit>
void ForEachElement(const View& view, const Visit& visit) {
  std::array<int64_t, kMaxRank> at{};
  const int64_t count = view.elements();
  for (int64_t index = 0, element = view.offset; index < count; ++index) {
    visit(element, index);
    for (int axis = view.rank - 1; axis >= 0; --axis) {
      element += view.dims[axis].step;
      if (++at[axis] < view.dims[axis].count) break;
      element -= view.dims[axis].step * view.dims[axis].count;
      at[axis] = 0;
    }
  }
}

}  // namespace

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

std::byte* RunContext::AddressOf(const View& view) const {
  if (!view.on_chip()) return hbm[view.tensor->id] + view.offset * ItemBytes(view.dtype);
  const Tile tile = this->tile(view);
  return tile.Address(tile.partition, tile.offset * ItemBytes(view.dtype));
}

double RunContext::Element(const View& view) const {
  if (view.dynamic != nullptr) return Element(At(view));
  const std::byte* address = AddressOf(view);
  if (view.dtype == Dtype::kInt32) return static_cast<int32_t>(LoadBits(view.dtype, address));
  if (view.dtype == Dtype::kUint32) return LoadBits(view.dtype, address);
  return LoadScalar(view.dtype, address);
}

void RunContext::SetElement(const View& view, double value) const {
  if (view.dynamic != nullptr) return SetElement(At(view), value);
  std::byte* address = AddressOf(view);
  if (IsInteger(view.dtype)) {
    StoreBits(view.dtype, static_cast<uint32_t>(static_cast<int64_t>(value)), address);
  } else {
    StoreScalar(view.dtype, static_cast<float>(value), address);
  }
}

int64_t RunContext::value(const IntOrRegister& index) const {
  return index.is_register() ? static_cast<int64_t>(registers[index.reg.number]) : index.value;
}

namespace {

std::string ValueText(double value) {
  return std::abs(value) < kFarAway ? std::to_string(static_cast<int64_t>(value)) : std::to_string(value);
}

std::string MovedBy(const DynamicOffset& dynamic, int64_t row, double steps) {
  const bool rows = dynamic.kind == DynamicOffset::Kind::kRows;
  return (rows ? "index " + std::to_string(row) + " of vector_offset is " : "scalar_offset is ") +
         ValueText(steps);
}

// Of what selects from an axis of a view, which may be a part of the storage.
[[noreturn]] void ThrowNoChoice(const View& view, int64_t row, double steps) {
  const DynamicOffset& dynamic = *view.dynamic;
  const bool rows = dynamic.kind == DynamicOffset::Kind::kRows;
  throw RunError((rows ? "index " + std::to_string(row) + " of vector_offset" : "the index") + " is " +
                 ValueText(steps) + "; it must be 0 to " + std::to_string(dynamic.choices - 1) +
                 " for the part of " + view.tensor->name + " that it selects from");
}

[[noreturn]] void ThrowOutside(const View& at, const std::string& moved_by) {
  const int64_t storage = at.tensor->bytes() / ItemBytes(at.dtype), last = at.LastElement();
  const bool in_storage = at.offset >= 0 && last < storage;  // but beyond the end of a partition
  const int64_t last_free = in_storage ? at.LastOf(at.free_axes()) - at.offset + at.free_offset() : 0;
  throw RunError(moved_by + ": the access reaches element " +
                 std::to_string(in_storage      ? last_free
                                : at.offset < 0 ? at.offset
                                                : last) +
                 (in_storage ? " of a partition of " : " of ") + at.tensor->name + ", which holds " +
                 std::to_string(in_storage ? at.storage_row() : storage));
}

}  // namespace

View RunContext::At(const View& view, bool may_leave, int64_t row) const {
  if (view.dynamic == nullptr) return view;
  NKI_CHECK(!view.indirect());
  const DynamicOffset& dynamic = *view.dynamic;
  const bool rows = dynamic.kind == DynamicOffset::Kind::kRows;
  View at = rows ? view.Row(row) : view;
  at.dynamic = nullptr;
  const double steps = dynamic.reg.given() ? registers[dynamic.reg.number]
                                           : Element(rows ? dynamic.index.Row(row) : dynamic.index);
  const int64_t whole =
      static_cast<int64_t>(std::isnan(steps) ? kFarAway : std::clamp(steps, -kFarAway, kFarAway));
  at.offset += whole * (dynamic.step_bytes / ItemBytes(view.dtype));
  if (dynamic.choices > 0 && (whole < 0 || whole >= dynamic.choices)) {
    if (!may_leave) ThrowNoChoice(view, row, steps);
    at.offset = static_cast<int64_t>(kFarAway);  // outside, though there may be storage
  }
  // Steps along a partition don't lead into the next one.
  const bool strays = view.on_chip() && dynamic.step_bytes % view.tensor->bytes_per_partition() != 0 &&
                      at.first_partition() != view.first_partition();
  if (may_leave || (StaysInside(at) && !strays)) return at;
  ThrowOutside(at, MovedBy(dynamic, row, steps));
}

// What a compute operand's dynamic offset has moved to other partitions must start where such an operand may.
Tile RunContext::MovedTile(const View& view) const {
  const View at = At(view);
  const Tile moved = tile(at);
  const int64_t step = StartPartitionStep(moved.partitions);
  if (at.first_partition() == view.first_partition() || moved.partition % step == 0) return moved;
  throw RunError(view.tensor->name + " starts at partition " + std::to_string(moved.partition) +
                 ", where its scalar_offset takes it; " + std::to_string(moved.partitions) +
                 " partitions may start at multiples of " + std::to_string(step) + " [start-partition]");
}

Tile RunContext::tile(const View& view) const {
  for (const GatheredTile& one : gathered) {
    if (one.offset == view.dynamic) return one.tile;
  }
  if (view.dynamic != nullptr) return MovedTile(view);
  for (const HbmRows& stand_in : in_hbm) {
    if (stand_in.tensor == view.tensor->id) return RowsAsTile(stand_in.rows);
  }
  const Placement& placement = placements[view.tensor->id];
  Tile tile;
  tile.base = placement.memory;
  tile.block_bytes = placement.block_bytes;
  if (tile.base == nullptr) {
    const PartitionedMemory& memory =
        view.space() == Space::kSbuf ? machine.sbuf[placement.shift()] : machine.psum;
    tile.base = memory.base();
    tile.block_bytes = memory.block_bytes();
  }
  tile.dtype = view.dtype;
  tile.partition = placement.partition + static_cast<int>(view.first_partition());
  tile.partitions = static_cast<int>(view.partitions());
  tile.partition_step = view.partitions() == 1 ? 1 : static_cast<int>(view.partition_step());
  tile.offset = placement.image_byte() / ItemBytes(view.dtype) + view.free_offset();
  std::copy(view.dims.begin() + 1, view.dims.begin() + std::max<int>(view.rank, 1), tile.dims.begin());
  tile.rank = Coalesce(tile.dims, view.rank - 1);
  return tile;
}

LinearTile RunContext::linear(const View& view) const {
  if (view.dynamic != nullptr) return linear(At(view));
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

void RunContext::CopyOut(const View& view, std::byte* to) const {
  if (view.indirect()) return CopyOutIndirect(view, *this, to);
  const int64_t item = ItemBytes(view.dtype);
  if (view.dynamic != nullptr && view.dynamic->kind == DynamicOffset::Kind::kRows) {
    const int64_t rows = view.dims[0].count, row_bytes = view.elements() / rows * item;
    for (int64_t row = 0; row < rows; ++row) CopyOut(At(view, false, row), to + row * row_bytes);
    return;
  }
  if (view.dynamic != nullptr) return CopyOut(At(view), to);
  const int64_t storage = view.tensor->bytes() / item;
  const View reach = Ascending(view);
  if (reach.offset < 0 || reach.LastElement() >= storage) {
    ThrowIndex(view.ToString() + " reaches element " + std::to_string(reach.LastElement()) +
               "; the storage holds " + std::to_string(storage));
  }
  if (!view.on_chip()) {
    const std::byte* from = hbm[view.tensor->id];
    if (view.IsContiguous()) {
      std::memcpy(to, from + view.offset * item, static_cast<size_t>(view.elements() * item));
      return;
    }
    ForEachElement(view, [&](int64_t element, int64_t index) {
      std::memcpy(to + index * item, from + element * item, static_cast<size_t>(item));
    });
    return;
  }
  const Placement& placement = placements[view.tensor->id];
  const Tile whole = tile(View::Of(*view.tensor));
  const int64_t row = view.storage_row();
  ForEachElement(view, [&](int64_t element, int64_t index) {
    const std::byte* from = whole.Address(placement.partition + static_cast<int>(element / row),
                                          placement.image_byte() + element % row * item);
    std::memcpy(to + index * item, from, static_cast<size_t>(item));
  });
}

}  // namespace nki
