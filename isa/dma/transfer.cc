#include "isa/dma/transfer.h"

#include <algorithm>
#include <optional>

#include "isa/reach.h"
#include "memory/ascending.h"
#include "memory/scalar_types.h"

namespace nki {
namespace {

using Dims = std::array<Dim, kMaxRank>;

int64_t StorageElements(const View& view) { return view.tensor->bytes() / ItemBytes(view.dtype); }

// Brings coalesced axes into the form "row axis of `partitions`, then the rest" by splitting or adding a
// first axis.
bool SplitRows(Dims& dims, int& rank, int64_t partitions) {
  if (rank > 0 && dims[0].count == partitions) return true;
  const int64_t first = rank == 0 || partitions == 1 ? 1 : dims[0].count;
  if ((partitions != 1 && first % partitions != 0) || rank == kMaxRank) return false;
  std::shift_right(dims.begin(), dims.end(), 1);
  if (partitions == 1) {
    dims[0] = {0, 1};
  } else {
    dims[0] = {dims[1].step * (first / partitions), partitions};
    dims[1].count = first / partitions;
  }
  ++rank;
  return true;
}

// If the first axis is shorter than the partitions it may still hold whole groups of them: [2, 64, F] beside
// [128, F].
bool IsGroup(const Dims& dims, int rank, int64_t partitions) {
  return rank > 1 && dims[0].count < partitions && partitions % dims[0].count == 0;
}

bool AreRows(Dims dims, int rank, int64_t partitions) {
  while (IsGroup(dims, rank, partitions)) {
    partitions /= dims[0].count;
    std::copy(dims.begin() + 1, dims.begin() + rank, dims.begin());
    --rank;
  }
  return SplitRows(dims, rank, partitions);
}

template <typename Move>
void ForEachGroup(const Tile& tile, const LinearTile& linear, Move move) {
  if (!IsGroup(linear.dims, linear.rank, tile.partitions)) {
    LinearTile rows = linear;
    NKI_CHECK(SplitRows(rows.dims, rows.rank, tile.partitions));
    return move(tile, rows);
  }
  Tile group = tile;
  group.partitions = static_cast<int>(tile.partitions / linear.dims[0].count);
  LinearTile rest = linear;
  --rest.rank;
  std::copy(linear.dims.begin() + 1, linear.dims.begin() + linear.rank, rest.dims.begin());
  for (int64_t i = 0; i < linear.dims[0].count; ++i) {
    ForEachGroup(group, rest, move);
    group.partition += group.partitions * group.partition_step;
    rest.offset += linear.dims[0].step;
  }
}

LinearTile Coalesced(const RunContext& ctx, const View& view) {
  LinearTile linear = ctx.linear(view);
  linear.rank = Coalesce(linear.dims, linear.rank);
  return linear;
}

// Element `index` of a view, counted as its offset is; nothing outside its storage.
std::optional<int64_t> ElementOf(const View& view, int64_t index) {
  int64_t element = view.offset, rest = index;
  for (int axis = view.rank - 1; axis >= 0; --axis) {
    element += rest % view.dims[axis].count * view.dims[axis].step;
    rest /= view.dims[axis].count;
  }
  if (element < 0 || element >= StorageElements(view)) return std::nullopt;
  return element;
}

// Where element `index` of a view is, or null outside its storage.
std::byte* ElementAddress(const RunContext& ctx, const View& view, int64_t index) {
  const std::optional<int64_t> found = ElementOf(view, index);
  if (!found) return nullptr;
  const int64_t element = *found;
  const int64_t item = ItemBytes(view.dtype);
  if (!view.on_chip()) return ctx.hbm[view.tensor->id] + element * item;
  const int64_t row = view.storage_row();
  const Placement& placement = ctx.placements[view.tensor->id];
  return ctx.tile(view).Address(placement.partition + static_cast<int>(element / row),
                                placement.image_byte() + element % row * item);
}

}  // namespace

int64_t ContiguousRun(const View& view) {
  int64_t run = 1;
  for (int axis = view.rank - 1; axis >= (view.on_chip() ? 1 : 0); --axis) {
    const Dim& dim = view.dims[axis];
    if (dim.count == 1) continue;
    if (dim.step != run) break;
    run *= dim.count;
  }
  return run;
}

bool Overlaps(const View& given) {
  const View view = Ascending(given);
  Dims dims = view.dims;
  const int rank = std::min<int>(view.rank, kMaxRank);  // the bound is for the compiler to see
  std::sort(dims.begin(), dims.begin() + rank, [](const Dim& a, const Dim& b) { return a.step < b.step; });
  int64_t extent = 1;
  for (int i = 0; i < view.rank; ++i) {
    if (dims[i].count > 1 && dims[i].step < extent) return true;
    extent += dims[i].step * (dims[i].count - 1);
  }
  return false;
}

bool MovesRows(const View& dst, const View& src) {
  if (dst.on_chip() && src.on_chip()) return dst.partitions() == src.partitions();
  if (!dst.on_chip() && !src.on_chip()) return false;
  const View& hbm = dst.on_chip() ? src : dst;
  Dims dims = hbm.dims;
  const int rank = Coalesce(dims, hbm.rank);
  return AreRows(dims, rank, (dst.on_chip() ? dst : src).partitions());
}

void MoveRows(RunContext& ctx, const View& dst, const View& src) {
  if (dst.on_chip() && src.on_chip()) return simd::CopyRows(ctx.tile(src), ctx.tile(dst), ctx.blocks);
  if (dst.on_chip()) {
    ForEachGroup(ctx.tile(dst), Coalesced(ctx, src),
                 [&](const Tile& tile, const LinearTile& rows) { simd::LoadRows(rows, tile, ctx.blocks); });
  } else {
    ForEachGroup(ctx.tile(src), Coalesced(ctx, dst),
                 [&](const Tile& tile, const LinearTile& rows) { simd::StoreRows(tile, rows, ctx.blocks); });
  }
}

bool IsSameView(const View& a, const View& b) {
  const bool same_start = a.tensor == b.tensor && a.dtype == b.dtype && a.offset == b.offset;
  if (!same_start || !std::ranges::equal(a.axes(), b.axes())) return false;
  if (a.dynamic == nullptr || b.dynamic == nullptr) return a.dynamic == b.dynamic;
  const DynamicOffset &x = *a.dynamic, &y = *b.dynamic;
  if (x.kind != y.kind || x.reg != y.reg || x.step_bytes != y.step_bytes) return false;
  return x.reg.given() || IsSameView(x.index, y.index);
}

bool IsIndexed(const View& view) {
  return view.dynamic != nullptr && view.dynamic->kind == DynamicOffset::Kind::kRows;
}

void CheckIndexed(Checker& c, const View& view, const View& other) {
  if (!IsIndexed(view)) return;
  const View& index = view.dynamic->index;
  const int64_t rows = view.dims[0].count;
  const bool column = In(index.space(), kSbuf) && index.elements() == index.partitions() &&
                      index.partitions() == rows &&
                      (index.dtype == Dtype::kInt32 || index.dtype == Dtype::kUint32);
  c.Rule(column, "vector-offset", [&] {
    return c.NameOf(&view) + " has the vector_offset " + index.ToString() + "; it must be (" +
           std::to_string(rows) + ", 1) int32 or uint32 in SBUF, an index for each row";
  });
  c.Rule(!view.on_chip(), "vector-offset",
         [&] { return c.NameOf(&view) + " is in SBUF; only rows of HBM can have an index each"; });
  c.Rule(other.rank > 0 && other.dims[0].count == rows, "same-rows", [&] {
    return c.NameOf(&view) + " has " + std::to_string(rows) + " rows with an index each and " +
           c.NameOf(&other) + " has shape " + ToString(other.shape()) + "; it must have as many rows";
  });
}

void CheckHwdge(Checker& c, const View& dst, const View& src) {
  c.Rule(src.dtype == dst.dtype, "same-dtype", [&] {
    return "src is " + std::string(Name(src.dtype)) + " and dst is " + std::string(Name(dst.dtype)) +
           "; dge_mode.hwdge can't convert dtypes: take dge_mode.swdge or .unknown";
  });
}

void CheckRows(const RunContext& ctx, const View& view) {
  for (int64_t row = 0; IsIndexed(view) && row < view.dims[0].count; ++row) ctx.At(view, false, row);
}

View RowAt(const RunContext& ctx, const View& view, bool may_leave, int64_t row) {
  return IsIndexed(view) ? ctx.At(view, may_leave, row) : ctx.At(view, may_leave).Row(row);
}

simd::DmaOperand DmaOperandOf(const RunContext& ctx, const View& view) {
  simd::DmaOperand operand;
  operand.on_chip = view.on_chip();
  if (view.on_chip()) {
    operand.tile = ctx.tile(view);
  } else {
    operand.linear = ctx.linear(view);
  }
  return operand;
}

std::vector<View> InsideRows(const RunContext& ctx, const View& dst, const ViewList& srcs,
                             const View& operand) {
  std::vector<View> rows;
  for (int64_t row = 0; row < dst.dims[0].count; ++row) {
    const auto inside = [&](const View& view) { return StaysInside(RowAt(ctx, view, true, row)); };
    if (inside(dst) && std::ranges::all_of(srcs, inside)) rows.push_back(RowAt(ctx, operand, true, row));
  }
  return rows;
}

void AddInsideElements(const View& dst, const View& src, const View& operand, std::vector<View>& parts) {
  const int last = operand.rank - 1;
  const Dim axis = last < 0 ? Dim{} : operand.dims[last];
  int64_t next = -1;  // the element that would make the part before it longer
  for (int64_t i = 0; i < dst.elements(); ++i) {
    const std::optional<int64_t> to = ElementOf(dst, i), from = ElementOf(src, i);
    if (!to || !from) continue;
    if (i == next && i % axis.count != 0) {
      ++parts.back().dims[std::max(last, 0)].count;
    } else {
      View& part = parts.emplace_back(operand);
      part.dynamic = nullptr;
      part.offset = &operand == &dst ? *to : *from;
      for (Dim& dim : part.dims) dim.count = 1;
    }
    next = i + 1;
  }
}

void CopyInsideElements(const RunContext& ctx, const View& dst, const View& src) {
  for (int64_t i = 0; i < dst.elements(); ++i) {
    const std::byte* from = ElementAddress(ctx, src, i);
    std::byte* to = ElementAddress(ctx, dst, i);
    if (from == nullptr || to == nullptr) continue;
    if (src.dtype == dst.dtype) {
      StoreBits(dst.dtype, LoadBits(src.dtype, from), to);
    } else {
      StoreScalar(dst.dtype, LoadScalar(src.dtype, from), to);
    }
  }
}

}  // namespace nki
