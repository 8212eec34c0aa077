// Calls of the DMA engines' instructions: any shapes, offsets in registers and in memory.
#include <algorithm>

#include "tests/fuzz/samplers.h"

namespace nki::fuzz {
namespace {

using enum Dtype;

// [rows, ...] with `elements` in all.
Shape ShapeOf(World& w, int64_t rows, int64_t free) {
  const int64_t divisor = w.draw.OneOf<int64_t>({1, 2, 3, 4});
  if (free % divisor == 0 && w.draw.Chance(40)) return {rows, divisor, free / divisor};
  return {rows, free};
}
// Another shape with as many elements, as HBM may have it.
Shape Reshaped(World& w, Shape shape) {
  int64_t elements = 1;
  for (const int64_t size : shape) elements *= size;
  switch (w.draw.Below(6)) {
    case 0:
      return {elements};
    case 1: {
      const int64_t groups = w.draw.OneOf<int64_t>({2, 3, 4});
      if (shape[0] % groups == 0) {
        shape[0] /= groups;
        shape.insert(shape.begin(), groups);
      }
      return shape;
    }
    case 2:
      std::ranges::reverse(shape);
      return shape;
    default:
      return shape;
  }
}

View AnyPlace(World& w, const Shape& shape, Dtype dtype, bool repeats, bool on_chip) {
  if (on_chip && shape[0] <= 128) return w.DmaTile(shape, dtype, repeats);
  return w.Hbm(Reshaped(w, shape), dtype, repeats);
}

// A register or an element in SBUF moves the view, perhaps out of its tensor.
void Move(World& w, View& view, bool may_leave) {
  const int64_t storage = w.model.Storage(view), room = storage - 1 - view.LastElement();
  const int64_t step = w.draw.OneOf<int64_t>({1, 2, 3});
  const int64_t value = may_leave ? w.draw.Between(-3, room / step + 2) : w.draw.Between(0, room / step);
  w.Move(view, value, step, w.draw.Chance(50));
}

// Rows of an HBM tensor of `rows` rows, each with an index.
View Indexed(World& w, int64_t count, int64_t rows, const Shape& row, Dtype dtype, const View& index,
             bool unique) {
  Shape shape = row;
  shape.insert(shape.begin(), rows);
  View view = w.Plain(Space::kSharedHbm, shape, dtype);
  const int64_t beyond = w.draw.Chance(10) ? 2 : 0;
  const int64_t first = w.draw.Below(rows), stride = rows == 7 ? 3 : 1;
  int64_t next = first;
  w.Fill(index, [&](Draw& own) {
    if (!unique) return static_cast<double>(own.Below(rows + beyond));
    return static_cast<double>(next++ * stride % rows);
  });
  const int64_t row_elements = view.dims[0].step;
  view.dims[0] = {0, count};
  DynamicOffset offset;
  offset.kind = DynamicOffset::Kind::kRows;
  offset.index = index;
  offset.step_bytes = row_elements * ItemBytes(dtype);
  view.dynamic = &w.offsets.emplace_back(offset);
  return view;
}

Arguments CopyOfRows(World& w) {
  const int64_t count = w.Partitions(), f = w.Free(), rows = std::max<int64_t>(count, w.draw.Between(1, 140));
  const Dtype dtype = w.AnyDtype();
  const bool scatters = w.draw.Chance(40);
  const View index = w.Plain(Space::kSbuf, {count, 1}, w.draw.OneOf({kInt32, kUint32}));
  const View hbm = Indexed(w, count, rows, {f}, dtype, index, scatters);
  const View tile = w.DmaTile({count, f}, w.draw.Chance(70) ? dtype : w.AnyDtype(), !scatters);
  Arguments call = {{"dst", scatters ? hbm : tile}, {"src", scatters ? tile : hbm}};
  if (w.draw.Chance(50)) call.insert({"oob_mode", OobMode::kSkip});
  return call;
}

Arguments DmaCopy(World& w) {
  if (w.draw.Chance(15)) return CopyOfRows(w);
  const Dtype dtype = w.draw.Chance(15) ? static_cast<Dtype>(w.draw.Below(kDtypeCount)) : w.AnyDtype();
  const Shape shape = ShapeOf(w, w.Partitions(), w.Free());
  const int64_t places = w.draw.Below(8);  // of 8: two from and two to chip at once, one within HBM
  View src = AnyPlace(w, shape, dtype, true, places < 5);
  View dst = AnyPlace(w, shape, IsPacked(dtype) || w.draw.Chance(65) ? dtype : w.AnyDtype(), false,
                      places < 2 || places > 5);
  const bool skips = w.draw.Chance(30);
  if (!src.on_chip() && w.draw.Chance(15)) Move(w, src, skips || w.draw.Chance(20));
  if (!dst.on_chip() && w.draw.Chance(15)) Move(w, dst, skips || w.draw.Chance(20));
  if (skips && !src.on_chip() && src.dynamic == nullptr && w.draw.Chance(50))
    src.offset += w.draw.Between(1, 30);
  if (skips && !dst.on_chip() && dst.dynamic == nullptr && w.draw.Chance(50))
    dst.offset += w.draw.Between(1, 30);
  Arguments call = {{"dst", dst}, {"src", src}};
  // Out of a tile that moves on chip a skipped transfer writes nothing
  // (tests/python/dynamic_addresses_test.py).
  const auto moves_on_chip = [](const View& view) { return view.on_chip() && view.dynamic != nullptr; };
  if (skips && !moves_on_chip(src) && !moves_on_chip(dst)) call.insert({"oob_mode", OobMode::kSkip});
  if (w.gen.name == "trn3" && w.draw.Chance(20)) call.insert({"priority", w.draw.Between(0, 3)});
  if (src.dtype == dst.dtype && w.gen.name != "trn1" && w.draw.Chance(20))
    call.insert({"dge_mode", DgeMode::kHwdge});
  return call;
}

Arguments SumOfRows(World& w) {
  const int64_t f = w.Free(), count = std::min<int64_t>(w.Partitions(), 100),
                rows = count + w.draw.Between(0, 20);
  const View index = w.Plain(Space::kSbuf, {count, 1}, w.draw.OneOf({kInt32, kUint32}));
  const bool scatters = w.draw.Chance(50);
  const View hbm = Indexed(w, count, rows, {f}, w.AnyDtype(), index, scatters);
  const View tile = w.DmaTile({count, f}, w.AnyDtype(), false);
  const View dst = scatters ? hbm : tile, other = scatters ? tile : hbm;
  Arguments call = {{"dst", dst},
                    {"srcs", w.draw.Chance(50) ? ViewList{dst, other} : ViewList{other, dst}},
                    {"reduce_op", AluOp::kAdd}};
  if (w.draw.Chance(50)) call.insert({"oob_mode", OobMode::kSkip});
  return call;
}

Arguments DmaCompute(World& w) {
  if (w.draw.Chance(25)) return SumOfRows(w);
  const Shape shape = ShapeOf(w, w.Partitions(), w.Free());
  ViewList srcs;
  for (int64_t k = w.draw.Between(1, 4); k > 0; --k)
    srcs.push_back(AnyPlace(w, shape, w.AnyDtype(), true, w.draw.Chance(50)));
  const View other = AnyPlace(w, shape, w.AnyDtype(), false, w.draw.Chance(50));
  const bool in_place = w.draw.Has(Trait::kInPlace, 25) && !NamesOneTwice(srcs.back());
  Arguments call = {{"dst", in_place ? srcs.back() : other}, {"srcs", srcs}, {"reduce_op", AluOp::kAdd}};
  if (w.draw.Chance(30)) call.insert({"scales", OperandList(srcs.size(), Operand::Constant(1))});
  return call;
}

Arguments GatherTranspose(World& w) {
  const int64_t chosen = 16 * w.draw.Between(1, 8), columns = chosen == 128 ? w.draw.Between(1, 2) : 1;
  const int64_t count =
      chosen == 128 ? 16 * w.draw.Between(1, 8 * columns) : 16 * w.draw.Between(1, chosen / 16);
  const int64_t last = w.draw.Between(1, 30), rows = w.draw.Between(20, 40);
  const Dtype dtype = w.draw.OneOf({kBfloat16, kFloat16, kInt16, kUint16});
  const View index = w.Plain(Space::kSbuf, {chosen, columns}, kUint32);
  const View src = Indexed(w, count, rows, {last}, dtype, index, false);
  Arguments call = {{"dst", w.DmaTile({last, count}, dtype, false)}, {"src", src}};
  if (w.draw.Chance(40)) call.insert({"oob_mode", OobMode::kSkip});
  return call;
}

Arguments DmaTranspose(World& w) {
  if (w.gen.name != "trn1" && w.draw.Chance(20)) return GatherTranspose(w);
  const int64_t first = w.Free(), last = w.Partitions();
  Shape shape{first, last};
  const int64_t rank = w.draw.Between(2, 4);
  while (static_cast<int64_t>(shape.size()) < rank) shape.insert(shape.begin() + 1, w.draw.Between(1, 3));
  const Dtype dtype = static_cast<Dtype>(w.draw.Below(kDtypeCount));
  View src = w.Hbm(shape, dtype, true);
  if (w.draw.Chance(50) && rank == 2 && first <= 128) {
    src = w.Source(Space::kSbuf, first, last, dtype);
    if (src.rank > 4) src = w.Hbm(shape, dtype, true);
  } else if (w.draw.Chance(20)) {
    Move(w, src, w.draw.Chance(30));
  }
  Shape turned = src.shape();
  std::swap(turned.front(), turned.back());
  if (turned[0] > 128) turned[0] = 128;
  const View dst = w.Plain(Space::kSbuf, turned, dtype);
  Arguments call = {{"dst", dst}, {"src", src}};
  if (src.dynamic != nullptr && !src.on_chip() && w.draw.Chance(50))
    call.insert({"oob_mode", OobMode::kSkip});
  if (w.draw.Chance(30)) {
    const IntList axes[] = {{1, 0}, {2, 1, 0}, {3, 1, 2, 0}};
    call.insert({"axes", axes[src.rank - 2]});
  }
  return call;
}

}  // namespace

void AddDmaSamplers(Samplers& table) {
  table["dma_copy"] = DmaCopy;
  table["dma_compute"] = DmaCompute;
  table["dma_transpose"] = DmaTranspose;
}

}  // namespace nki::fuzz
