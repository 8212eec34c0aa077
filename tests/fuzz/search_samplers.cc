// Calls of the instructions that look for values and of those that follow indices.
#include <algorithm>

#include "tests/fuzz/samplers.h"

namespace nki::fuzz {
namespace {

using enum Dtype;

// Few different values, so that some are equal.
void FillFew(World& w, const View& view, int64_t count) {
  if (IsPacked(view.dtype) || w.draw.Chance(25)) return;
  w.Fill(view, [=](Draw& own) { return static_cast<double>(own.Below(count)); });
}

Arguments Max8(World& w) {
  const int64_t p = w.Partitions();
  const View src = w.Source(w.OnChip(), p, std::max<int64_t>(8, w.Free()), w.AnyDtype());
  FillFew(w, src, 20);
  return {{"dst", w.Result(w.OnChip(), p, 8, w.AnyDtype())}, {"src", src}};
}

Arguments NcFindIndex8(World& w) {
  const int64_t p = w.Partitions();
  const View data = w.Source(w.OnChip(), p, std::max<int64_t>(8, w.Free()), w.AnyDtype());
  const View vals = w.Source(w.OnChip(), p, 8, w.draw.Chance(50) ? data.dtype : w.AnyDtype());
  FillFew(w, data, 12);
  FillFew(w, vals, 16);
  return {
      {"dst", w.Result(w.OnChip(), p, 8, w.draw.OneOf({kUint16, kUint32}))}, {"data", data}, {"vals", vals}};
}

Arguments NcMatchReplace8(World& w) {
  Arguments call = NcFindIndex8(w);
  const View data = std::get<View>(call.at("data").value), positions = std::get<View>(call.at("dst").value);
  const int64_t p = data.partitions(), f = data.free_elements();
  call.at("dst") = w.ResultOrInPlace(data, w.OnChip(), p, f, w.draw.Chance(50) ? data.dtype : w.AnyDtype());
  call.insert({"imm", Operand::Constant(w.Number())});
  if (w.draw.Chance(60)) call.insert({"dst_idx", positions});
  return call;
}

Arguments Topk(World& w) {
  const int64_t p = std::max<int64_t>(1, w.Partitions() / 16) * 16, f = std::min<int64_t>(w.Free(), 60);
  const View src = w.Source(Space::kSbuf, p, f, kBfloat16);
  FillFew(w, src, 60);
  const int64_t n = w.draw.Between(8, f * 16), k = std::min<int64_t>(n, w.draw.Between(1, 40));
  return {{"val_dst", w.Result(Space::kSbuf, p, k, kBfloat16)},
          {"idx_dst", w.Result(Space::kSbuf, p, k, kUint32)},
          {"src", src},
          {"n", n}};
}

Arguments NonzeroWithCount(World& w) {
  const int64_t p = w.Partitions(), f = w.Free();
  const View src = w.Source(Space::kSbuf, p, f, w.draw.OneOf({kFloat32, kInt32}));
  FillFew(w, src, 2);
  const int64_t offset =
      w.draw.Chance(80) ? w.draw.Between(-9, 5000) : w.draw.Between(2147483600, 2147483647);
  return {{"dst", w.Result(Space::kSbuf, p, f + 1, kInt32)},
          {"src", src},
          {"index_offset", offset},
          {"padding_val", w.draw.Between(-2147483648ll, 2147483647)}};
}

Arguments SequenceBounds(World& w) {
  const int64_t f = w.Free();
  const View ids = w.Source(Space::kSbuf, 1, f, w.draw.OneOf({kFloat32, kInt32}));
  w.Fill(ids, [](Draw& own) { return static_cast<double>(own.Below(3)); });
  return {{"dst", w.Result(Space::kSbuf, 1, 2 * f, w.draw.OneOf({kFloat32, kInt32}))}, {"segment_ids", ids}};
}

Arguments NcNGather(World& w) {
  const int64_t p = w.Partitions(), f = w.Free(), from = w.Free();
  const Dtype dtype = static_cast<Dtype>(w.draw.Below(kDtypeCount));
  const View data = w.Source(Space::kSbuf, p, from, dtype), indices = w.Source(Space::kSbuf, p, f, kUint32);
  const int64_t beyond = w.draw.Chance(5) ? 1 : 0;
  w.Fill(indices, [=](Draw& own) { return static_cast<double>(own.Below(from + beyond)); });
  return {{"dst", w.Result(Space::kSbuf, p, f, dtype)}, {"data", data}, {"indices", indices}};
}

Arguments LocalGather(World& w) {
  const int64_t p = std::max<int64_t>(1, w.Partitions() / 16) * 16, columns = w.draw.Between(1, 4);
  const int64_t width = w.draw.OneOf<int64_t>({1, 1, 2, 4, 8, 16, 32}),
                valid = w.draw.Between(1, columns * 16);
  const int64_t from = std::max<int64_t>(width, w.Free()), extra = w.draw.OneOf<int64_t>({0, 0, 1, 5});
  const Dtype dtype = static_cast<Dtype>(w.draw.Below(kDtypeCount));
  const View src = w.Source(Space::kSbuf, p, from, dtype),
             index = w.Source(Space::kSbuf, p, columns, kUint16);
  const int64_t beyond = w.draw.Chance(5) ? 1 : 0;
  w.Fill(index, [=](Draw& own) { return static_cast<double>(own.Below(from - width + 1 + beyond)); });
  Arguments call = {{"src_buffer", src}, {"index", index}, {"num_elem_per_idx", width}};
  const bool all = w.draw.Chance(30);
  if (!all) call.insert({"num_valid_indices", valid});
  call.insert({"dst", w.Result(Space::kSbuf, p, (all ? columns * 16 : valid) * width + extra, dtype)});
  return call;
}

Arguments NcStreamShuffle(World& w) {
  const int64_t p = w.Partitions(), f = w.Free();
  const int64_t from = w.draw.Chance(70) ? p : w.Partitions();
  const Dtype dtype = static_cast<Dtype>(w.draw.Below(kDtypeCount));
  const View src = w.Source(w.OnChip(), from, f, dtype);
  const int64_t reach = std::min<int64_t>(32, p > 32 && from < p ? (from - 1) % 32 + 1 : from);
  IntList mask;
  for (int i = 0; i < 32; ++i) {
    const int64_t entry = w.draw.Below(reach);
    mask.push_back(w.draw.Chance(12) ? 255 : entry);
  }
  return {{"dst",
           from == p ? w.ResultOrInPlace(src, w.OnChip(), p, f, dtype) : w.Result(w.OnChip(), p, f, dtype)},
          {"src", src},
          {"shuffle_mask", mask}};
}

}  // namespace

void AddSearchSamplers(Samplers& table) {
  table["max8"] = Max8;
  table["nc_find_index8"] = NcFindIndex8;
  table["nc_match_replace8"] = NcMatchReplace8;
  table["topk"] = Topk;
  table["nonzero_with_count"] = NonzeroWithCount;
  table["sequence_bounds"] = SequenceBounds;
  table["nc_n_gather"] = NcNGather;
  table["local_gather"] = LocalGather;
  table["nc_stream_shuffle"] = NcStreamShuffle;
}

}  // namespace nki::fuzz
