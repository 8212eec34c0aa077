#include "isa/dma/indexed_rows.h"

#include <algorithm>
#include <optional>

#include "isa/dma/transfer.h"
#include "memory/ascending.h"
#include "memory/scalar_types.h"

namespace nki {
namespace {

using Places = std::array<int64_t, kBlocks * kLanes>;  // RowPlaces

// From the first to the last element of a row, in elements.
int64_t SpanOf(const View& given) {
  const View rows = Ascending(given);
  return rows.LastOf(rows.free_axes()) - rows.offset;
}

// Whether two rows of different indices have no byte in common.
bool AreApart(const View& rows) {
  return std::abs(rows.dynamic->step_bytes) >= (SpanOf(rows) + 1) * ItemBytes(rows.dtype);
}

// Where the rows begin; nothing if some are partly outside of the storage.
std::optional<Places> PlacesOf(const RunContext& ctx, const View& rows, bool skips) {
  const DynamicOffset& dynamic = *rows.dynamic;
  const int64_t item = ItemBytes(rows.dtype), step = dynamic.step_bytes / item, span = SpanOf(rows);
  const int64_t storage = rows.tensor->bytes() / item;
  const Tile index = ctx.tile(dynamic.index);
  Places places;
  for (int row = 0; row < rows.dims[0].count; ++row) {
    const std::byte* at =
        index.Address(index.partition + row * index.partition_step, index.offset * kWordBytes);
    const uint32_t bits = LoadBits(index.dtype, at);
    const int64_t value = index.dtype == Dtype::kInt32 ? static_cast<int32_t>(bits) : int64_t{bits};
    const int64_t first = rows.offset + value * step;
    const bool chosen = dynamic.choices == 0 || (value >= 0 && value < dynamic.choices);
    const bool inside = chosen && first >= 0 && first + span < storage;
    if (!inside && !skips) ctx.At(rows, false, row);  // throws
    if (!inside && chosen && first + span >= 0 && first < storage) return std::nullopt;
    places[row] = inside ? first * item : simd::kNoRow;
  }
  return places;
}

// Rows whose places are told apart: [rows, elements of a row].
LinearTile RowsAnywhere(const RunContext& ctx, View rows) {
  rows.dynamic = nullptr;
  LinearTile linear = ctx.linear(rows);
  linear.offset = 0;
  std::array<Dim, kMaxRank> inner = {};
  std::copy(linear.dims.begin() + 1, linear.dims.begin() + linear.rank, inner.begin());
  const int rank = Coalesce(inner, linear.rank - 1);
  std::copy(inner.begin(), inner.begin() + rank, linear.dims.begin() + 1);
  linear.rank = rank + 1;
  return linear;
}

}  // namespace

bool MoveIndexedRows(const RunContext& ctx, const View& dst, const View& src, bool skips) {
  const bool gathers = IsIndexed(src);
  const View &rows = gathers ? src : dst, &chip = gathers ? dst : src;
  const bool fits = chip.on_chip() && chip.dynamic == nullptr && rows.dynamic->index.dynamic == nullptr &&
                    chip.partitions() == rows.dims[0].count && chip.dtype == rows.dtype;
  if (!fits || !(gathers || AreApart(rows))) return false;
  const std::optional<Places> places = PlacesOf(ctx, rows, skips);
  if (!places) return false;
  const LinearTile linear = RowsAnywhere(ctx, rows);
  if (gathers) {
    simd::LoadRowsAt(linear, places->data(), ctx.tile(chip), ctx.blocks);
  } else {
    simd::StoreRowsAt(ctx.tile(chip), linear, places->data(), ctx.blocks);
  }
  return true;
}

}  // namespace nki
