#include "isa/dma/sum.h"

#include <memory>
#include <numeric>

#include "isa/dma/transfer.h"
#include "isa/simd/elementwise.h"

namespace nki {
namespace {

constexpr int64_t kChunk = 1 << 13;  // elements: sums and terms take 64 KiB

// `values` as [rows, elements of a row]; the first axis of `like` gives the rows.
LinearTile FloatRows(const View& like, float* values) {
  const int64_t rows = like.rank == 0 ? 1 : like.dims[0].count, row = like.elements() / rows;
  LinearTile tile;
  tile.base = reinterpret_cast<std::byte*>(values);
  tile.rank = 2;
  tile.dims[0] = {row, rows};
  tile.dims[1] = {1, row};
  return tile;
}

// The memory of a view, if it is float32 elements of HBM side by side, else null.
float* FloatsAt(const RunContext& ctx, const View& view) {
  if (view.on_chip() || view.dtype != Dtype::kFloat32 || !view.IsContiguous()) return nullptr;
  std::byte* at = ctx.hbm[view.tensor->id] + view.offset * ItemBytes(view.dtype);
  return reinterpret_cast<uintptr_t>(at) % alignof(float) == 0 ? reinterpret_cast<float*>(at) : nullptr;
}

// The elements of a view, in order, as float32: their memory, or a copy in `buffer`.
const float* ReadFloats(const RunContext& ctx, const View& src, float* buffer) {
  if (const float* at = FloatsAt(ctx, src)) return at;
  if (src.on_chip()) {
    simd::StoreRows(ctx.tile(src), FloatRows(src, buffer), {});
  } else {
    simd::CopyElements(DmaOperandOf(ctx, src), {.linear = FloatRows(src, buffer)});
  }
  return buffer;
}

void WriteFloats(const RunContext& ctx, const float* values, const View& dst) {
  const LinearTile rows = FloatRows(dst, const_cast<float*>(values));  // only read
  if (dst.on_chip()) return simd::LoadRows(rows, ctx.tile(dst), {});
  simd::CopyElements({.linear = rows}, DmaOperandOf(ctx, dst));
}

// Whether two views are tiles whose elements an engine could take one by one, without a copy in between.
bool LieAlike(const RunContext& ctx, const View& a, const View& b) {
  if (!a.on_chip() || !b.on_chip() || !IsFloat(a.dtype) || !IsFloat(b.dtype)) return false;
  const Tile x = ctx.tile(a), y = ctx.tile(b);
  return x.partition == y.partition && x.partitions == y.partitions && x.partition_step == 1 &&
         y.partition_step == 1 && x.free_elements() == y.free_elements();
}

}  // namespace

// In parts along the first axes, if their counts have a common divisor, so that the sums stay in a cache.
void SumViews(const RunContext& ctx, const View& dst, const ViewList& srcs) {
  if (srcs.size() == 2 && LieAlike(ctx, dst, srcs[0]) && LieAlike(ctx, dst, srcs[1])) {
    return simd::BinaryTile(AluOp::kAdd, ctx.tile(srcs[0]), ctx.tile(srcs[1]), ctx.tile(dst), false, {});
  }
  const auto rows = [](const View& view) { return view.rank == 0 ? 1 : view.dims[0].count; };
  int64_t groups = rows(dst);
  for (const View& src : srcs) groups = std::gcd(groups, rows(src));
  int64_t step = std::clamp<int64_t>(kChunk / (dst.elements() / groups), 1, groups);
  if (step > kLanes) step = step / kLanes * kLanes;  // whole blocks of partitions
  const int64_t elements = dst.elements() / groups * step;
  const std::unique_ptr<float[]> sums(new float[elements]), terms(new float[elements]);
  for (int64_t first = 0; first < groups; first += step) {
    const auto part = [&](const View& view) {
      const int64_t each = rows(view) / groups, end = std::min(first + step, groups);
      return view.rank == 0 ? view : view.Slice(0, first * each, end * each, 1);
    };
    const int64_t count = part(dst).elements();
    float* const last = FloatsAt(ctx, part(dst));  // where the last addition may go
    const float* total = ReadFloats(ctx, part(srcs[0]), sums.get());
    for (size_t i = 1; i < srcs.size(); ++i) {
      const float* term = ReadFloats(ctx, part(srcs[i]), terms.get());
      float* to = last != nullptr && i + 1 == srcs.size() ? last : sums.get();
      for (int64_t k = 0; k < count; ++k) to[k] = total[k] + term[k];
      total = to;
    }
    if (total != last) WriteFloats(ctx, total, part(dst));
  }
}

}  // namespace nki
