#include "isa/dma/transpose_modes.h"

#include "isa/dma/transfer.h"
#include "isa/reach.h"
#include "isa/simd/transpose.h"

namespace nki {
namespace {

// One row, where it is now. Each column of the indices is the vector_offset of as many rows as it has
// partitions.
View SourceRow(const RunContext& ctx, const View& src, bool skips, int64_t row) {
  if (!IsIndexed(src)) return ctx.At(src, skips).Row(row);
  const View& index = src.dynamic->index;
  const int64_t column = row / index.partitions(), first = column * index.partitions();
  DynamicOffset offset = *src.dynamic;
  offset.index = index.Slice(1, column, column + 1, 1);
  View rows = src;
  rows.offset += first * src.dims[0].step;
  rows.dims[0].count -= first;
  rows.dynamic = &offset;
  return ctx.At(rows, skips, row - first);
}

}  // namespace

void CheckHwdgeTranspose(Checker& c, const View& src) {
  if (!c.Requires(Feature::kHwdge)) return;
  const int64_t first = src.dims[0].count, beside = src.dims[src.rank - 2].count;
  const bool rows = src.rank == 2 ? first == 16 : first <= 16 && 16 % first == 0 && first * beside % 16 == 0;
  c.Rule(rows && src.dims[src.rank - 1].count <= 128 && ItemBytes(src.dtype) == 2, "hwdge-transpose", [&] {
    return "src is " + std::string(Name(src.dtype)) + " of shape " + ToString(src.shape()) +
           "; dge_mode.hwdge needs 2 bytes per element, at most 128 in the last axis and 16 in the first "
           "(with 3 or 4 axes 1, 2, 4, 8 or 16, times the last axis but one a multiple of 16)";
  });
}

void CheckGatherTranspose(Checker& c, const View& src) {
  c.Requires(Feature::kGatherTranspose);
  const View& index = src.dynamic->index;
  const int64_t rows = src.dims[0].count, chosen = index.dims[0].count;
  const bool sized = chosen % 16 == 0 && chosen <= 128 && index.elements() >= rows &&
                     (chosen == 128 || index.elements() == chosen);
  c.Rule(In(index.space(), kSbuf) && index.rank == 2 && index.dtype == Dtype::kUint32 && sized,
         "vector-offset", [&] {
           return "src has the vector_offset " + index.ToString() +
                  "; it must be [P, N] uint32 in SBUF with P 16, 32, ... "
                  "or 128 (128 if N is not 1) and P * N of " +
                  std::to_string(rows) + " or more";
         });
  const bool narrow = src.rank < 4 || src.dims[1].count == 1 || src.dims[2].count == 1;
  const bool fits = rows % 16 == 0 && src.dims[src.rank - 1].count <= 128 && narrow;
  c.Rule(!src.on_chip() && ItemBytes(src.dtype) == 2 && fits, "gather-shape", [&] {
    return "src is " + src.ToString() +
           "; with a vector_offset it must be in HBM, of 2 bytes per element, with a multiple of 16 rows, at "
           "most "
           "128 in the last axis and of 4 axes 1 in the second or third";
  });
}

std::vector<View> TransposedRows(const RunContext& ctx, const View& src, bool skips, const View* dst) {
  std::vector<View> parts;
  for (int64_t row = 0; row < src.dims[0].count; ++row) {
    const View from = SourceRow(ctx, src, skips, row);
    if (!StaysInside(from)) continue;
    parts.push_back(dst == nullptr ? from : ctx.At(*dst).Slice(dst->rank - 1, row, row + 1, 1));
  }
  return parts;
}

void GatherRows(const RunContext& ctx, const View& src, bool skips, const LinearTile& to) {
  LinearTile row = to;
  row.dims[0].count = 1;
  for (int64_t i = 0; i < src.dims[0].count; ++i) {
    const View from = SourceRow(ctx, src, skips, i);
    row.offset = to.offset + i * to.dims[0].step;
    if (StaysInside(from)) simd::CopyElements(DmaOperandOf(ctx, from), {.linear = row});
  }
}

bool TransposeTiles(const RunContext& ctx, const View& dst, const View& src) {
  if (src.rank != 2) return false;
  const Tile from = ctx.tile(ctx.At(src)), to = ctx.tile(ctx.At(dst));
  for (const Tile& tile : {from, to}) {
    if (tile.partition_step != 1 || tile.partition % kLanes != 0) return false;
  }
  simd::TransposeTile(from, to, ctx.blocks);
  return true;
}

LinearTile Dense(const View& view, std::byte* base) {
  LinearTile dense{.base = base, .dtype = view.dtype, .rank = view.rank, .dims = view.dims};
  int64_t step = 1;
  for (int axis = view.rank - 1; axis >= 0; --axis) {
    dense.dims[axis].step = step;
    step *= view.dims[axis].count;
  }
  return dense;
}

}  // namespace nki
