// Calls of the Tensor engine's instructions and of what makes operands for them.
#include <algorithm>

#include "tests/fuzz/samplers.h"

namespace nki::fuzz {
namespace {

using enum Dtype;

struct Sizes {
  int64_t k, m, n;
};
// Small products most of the time: a multiplication takes k * m * n steps here.
Sizes AnySizes(World& w) {
  Sizes sizes{w.Partitions(), w.Partitions(), w.Free()};
  while (sizes.k * sizes.m * sizes.n > 100000) {
    int64_t& largest = sizes.m >= sizes.n ? sizes.m : sizes.n;
    largest = (largest + 1) / 2;
  }
  return sizes;
}

Arguments Transposed(World& w) {
  const int64_t k = w.Partitions(), m = w.Partitions();
  const Dtype dtype = w.draw.OneOf({kFloat32, kBfloat16, kFloat16, kFloat8E5m2});
  const View identity = w.Source(Space::kSbuf, k, k, dtype);
  return {{"dst", w.Result(Space::kPsum, m, k, w.gen.name == "trn1" ? kFloat32 : dtype)},
          {"stationary", w.Source(Space::kSbuf, k, m, dtype)},
          {"moving", identity},
          {"is_transpose", true},
          {"accumulate", false}};
}

Dtype PairOf(World& w, Dtype stationary) {
  if (stationary == kFloat32 || stationary == kTfloat32) return w.draw.OneOf({kFloat32, kTfloat32});
  Dtype other = w.draw.OneOf({kBfloat16, kFloat16, kFloat8E4m3, kFloat8E5m2, stationary});
  if (stationary == kFloat8E4m3fn && other == kFloat8E4m3) other = kFloat8E4m3fn;
  return other;
}

void AddTile(World& w, Arguments& call, int64_t k, int64_t m) {
  const int64_t rows = k > 64                           ? 128
                       : k > 32 || w.gen.name == "trn1" ? 64
                                                        : 32,
                columns = m > 64   ? 128
                          : m > 32 ? 64
                                   : 32;
  call.insert({"tile_size", IntList{rows, columns}});
  call.insert(
      {"tile_position", IntList{rows * w.draw.Below(128 / rows), columns * w.draw.Below(128 / columns)}});
}

void AddAccumulate(World& w, Arguments& call) {
  if (w.draw.Chance(60)) call.insert({"accumulate", w.draw.Chance(50)});
}

// [K, 2, F] of a dtype.
View Rows(World& w, int64_t k, int64_t f, Dtype dtype) {
  const View view = w.Plain(Space::kSbuf, {k, 2, f + w.draw.Below(3)}, dtype);
  return view.Slice(2, view.dims[2].count - f, view.dims[2].count, 1);
}

Arguments DoubleRow(World& w) {
  const Sizes sizes = AnySizes(w);
  const Dtype dtype = w.draw.OneOf({kFloat8E4m3, kFloat8E5m2});
  Arguments call = {{"dst", w.Result(Space::kPsum, sizes.m, sizes.n, kFloat32)},
                    {"stationary", Rows(w, sizes.k, sizes.m, dtype)},
                    {"moving", Rows(w, sizes.k, sizes.n, w.draw.OneOf({dtype, kFloat8E5m2}))},
                    {"perf_mode", PerfMode::kDoubleRow}};
  AddAccumulate(w, call);
  return call;
}

Arguments NcMatmul(World& w) {
  const int64_t kind = w.draw.Below(10);
  if (kind == 0) return Transposed(w);
  if (kind == 1 && w.gen.name != "trn1") return DoubleRow(w);
  const Sizes sizes = AnySizes(w);
  const bool trn3 = w.gen.name == "trn3";
  const Dtype dtype = w.draw.OneOf({kFloat32, kBfloat16, kBfloat16, kFloat16, kTfloat32, kFloat8E4m3,
                                    kFloat8E5m2, trn3 ? kFloat8E4m3fn : kBfloat16});
  Arguments call = {
      {"dst", w.Result(Space::kPsum, sizes.m, sizes.n, trn3 && w.draw.Chance(30) ? kBfloat16 : kFloat32)},
      {"stationary", w.Source(Space::kSbuf, sizes.k, sizes.m, dtype)},
      {"moving", w.Source(Space::kSbuf, sizes.k, sizes.n, PairOf(w, dtype))},
      {"is_stationary_onezero", w.draw.Chance(10)}};
  AddAccumulate(w, call);
  if (w.draw.Chance(25)) AddTile(w, call, sizes.k, sizes.m);
  return call;
}

// Scales near 2^0 most of the time, in rows from a multiple of 4 into a quadrant.
View Scales(World& w, int64_t partitions, int64_t free) {
  const int64_t rows = (partitions - 1) / 32 * 32 + 4, before = 4 * w.draw.Below(4);
  View view =
      w.Plain(Space::kSbuf, {rows + before + w.draw.Below(std::max<int64_t>(1, 129 - rows - before)), free},
              w.draw.OneOf({kUint8, kFloat8E8m0fnu}));
  const bool any = w.draw.Chance(15);
  w.FillBits(view,
             [=](Draw& own) { return static_cast<uint32_t>(any ? own.Below(256) : own.Between(120, 132)); });
  return view.Slice(0, before, before + rows, 1);
}

Arguments NcMatmulMx(World& w) {
  Sizes sizes = AnySizes(w);
  sizes.k = w.draw.OneOf<int64_t>({32, 64, 96, 128});
  sizes.m = (std::min<int64_t>(sizes.m, 32) + 1) / 2 * 2;
  sizes.n = std::min<int64_t>(sizes.n, 20);
  const auto dtype = [&] { return w.draw.OneOf({kFloat8E4m3fnX4, kFloat8E5m2X4, kFloat4E2m1fnX4}); };
  Arguments call = {{"dst", w.Result(Space::kPsum, sizes.m, sizes.n, w.draw.OneOf({kFloat32, kBfloat16}))},
                    {"stationary", w.Source(Space::kSbuf, sizes.k, sizes.m, dtype())},
                    {"moving", w.Source(Space::kSbuf, sizes.k, sizes.n, dtype())},
                    {"stationary_scale", Scales(w, sizes.k, sizes.m)},
                    {"moving_scale", Scales(w, sizes.k, sizes.n)}};
  AddAccumulate(w, call);
  return call;
}

Arguments QuantizeMx(World& w) {
  const int64_t k = w.draw.OneOf<int64_t>({32, 64, 96, 128});
  const int64_t f = std::min<int64_t>(w.Free(), 20);
  return {{"dst", w.Result(Space::kSbuf, k, f, w.draw.OneOf({kFloat8E4m3fnX4, kFloat8E5m2X4}))},
          {"src", w.Source(Space::kSbuf, k, 4 * f, w.draw.OneOf({kBfloat16, kFloat16}))},
          {"dst_scale", Scales(w, k, f)}};
}

Arguments NcTranspose(World& w) {
  const bool on_tensor = w.draw.Chance(60);
  const int64_t most = on_tensor ? 128 : 32;
  const int64_t p = std::min(w.Partitions(), most), f = std::min(w.Partitions(), most);
  const Dtype dtype = static_cast<Dtype>(w.draw.Below(kDtypeCount));
  const View data = w.Source(on_tensor ? Space::kSbuf : w.OnChip(), p, f, dtype);
  const View dst = p == f && !on_tensor ? w.ResultOrInPlace(data, w.OnChip(), f, p, dtype)
                                        : w.Result(on_tensor ? Space::kPsum : w.OnChip(), f, p, dtype);
  Arguments call = {{"dst", dst}, {"data", data}};
  if (!on_tensor || w.draw.Chance(50)) call.insert({"engine", on_tensor ? Engine::kTensor : Engine::kVector});
  return call;
}

}  // namespace

void AddTensorSamplers(Samplers& table) {
  table["nc_matmul"] = NcMatmul;
  table["nc_matmul_mx"] = NcMatmulMx;
  table["quantize_mx"] = QuantizeMx;
  table["nc_transpose"] = NcTranspose;
}

}  // namespace nki::fuzz
