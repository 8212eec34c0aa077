// The meaning of the instructions that look for values and of those that write down where they are.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/reference/call.h"
#include "tests/reference/reference.h"

namespace nki::reference {
namespace {

// NaN counts as larger than every number.
bool IsLarger(float a, float b) { return std::isnan(a) ? !std::isnan(b) : a > b; }

void Max8(const Call& call, Model& model) {
  const View dst = call.view("dst");
  const Reader src(model, call.view("src")), to(model, dst);
  for (int64_t p = 0; p < to.partitions; ++p) {
    std::vector<float> row;
    for (int64_t i = 0; i < src.free(); ++i) row.push_back(src.Value(p, i));
    std::ranges::stable_sort(row, IsLarger);
    for (int64_t i = 0; i < 8; ++i) {
      if (row[i] == 0) {  // 0 and -0 are equal: either may come first
        model.PutRange(dst, to.Place(p, i), Interval::Of(0));
      } else {
        model.PutValue(dst, to.Place(p, i), row[i]);
      }
    }
  }
}

// For each column the first element that is equal and not taken by a column before it, or -1.
std::vector<int64_t> Match(const Reader& data, const Reader& vals, int64_t p, bool last_first) {
  std::vector<bool> taken(data.free());
  std::vector<int64_t> found(8, -1);
  for (int64_t k = 0; k < 8; ++k) {
    const int64_t column = last_first ? 7 - k : k;
    for (int64_t i = 0; i < data.free() && found[column] < 0; ++i) {
      if (!taken[i] && data.Value(p, i) == vals.Value(p, column)) found[column] = i;
    }
    if (found[column] >= 0) taken[found[column]] = true;
  }
  return found;
}

void NcFindIndex8(const Call& call, Model& model) {
  const Reader data(model, call.view("data")), vals(model, call.view("vals")), to(model, call.view("dst"));
  for (int64_t p = 0; p < to.partitions; ++p) {
    const std::vector<int64_t> found = Match(data, vals, p, false);
    for (int64_t i = 0; i < 8; ++i) model.Put(to.view, to.Place(p, i), static_cast<uint32_t>(found[i]));
  }
}

void NcMatchReplace8(const Call& call, Model& model) {
  const Reader data(model, call.view("data")), vals(model, call.view("vals")), to(model, call.view("dst"));
  const float replacement = static_cast<float>(call.Get<Operand>("imm").constant);
  std::vector<std::vector<int64_t>> found;
  for (int64_t p = 0; p < to.partitions; ++p) {
    found.push_back(Match(data, vals, p, true));
    for (int64_t i = 0; i < to.free(); ++i) {
      const bool replaced = std::ranges::count(found[p], i) > 0;
      model.PutValue(to.view, to.Place(p, i), replaced ? replacement : data.Value(p, i));
    }
  }
  if (!call.Has("dst_idx")) return;
  const Reader positions(model, call.view("dst_idx"));
  for (int64_t p = 0; p < to.partitions; ++p) {
    for (int64_t i = 0; i < 8; ++i)
      model.Put(positions.view, positions.Place(p, i), static_cast<uint32_t>(found[p][i]));
  }
}

void Topk(const Call& call, Model& model) {
  const Reader src(model, call.view("src")), val(model, call.view("val_dst")),
      idx(model, call.view("idx_dst"));
  const int64_t n = call.Get<int64_t>("n"), k = val.free();
  for (int64_t group = 0; group < src.partitions; group += 16) {
    const auto at = [&](int64_t e) { return src.Value(group + e % 16, e / 16); };
    std::vector<int64_t> order(n);
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, [&](int64_t a, int64_t b) { return IsLarger(at(a), at(b)); });
    for (int64_t j = 0; j < k; ++j) {
      const int64_t e = order[k - 1 - j];
      model.PutValue(val.view, val.Place(group + j % 16, j / 16), at(e));
      model.Put(idx.view, idx.Place(group + j % 16, j / 16), static_cast<uint32_t>(e));
    }
  }
}

void NonzeroWithCount(const Call& call, Model& model) {
  const Reader src(model, call.view("src")), to(model, call.view("dst"));
  const uint32_t offset = static_cast<uint32_t>(call.Get<int64_t>("index_offset", 0));
  const uint32_t padding = static_cast<uint32_t>(call.Get<int64_t>("padding_val", -1));
  for (int64_t p = 0; p < src.partitions; p += 16) {
    std::vector<uint32_t> row;
    for (int64_t i = 0; i < src.free(); ++i) {
      if (src.Value(p, i) != 0) row.push_back(offset + static_cast<uint32_t>(i));
    }
    const uint32_t count = static_cast<uint32_t>(row.size());
    row.resize(src.free(), padding);
    row.push_back(count);
    for (int64_t i = 0; i < to.free(); ++i) model.Put(to.view, to.Place(p, i), row[i]);
  }
}

void SequenceBounds(const Call& call, Model& model) {
  const Reader ids(model, call.view("segment_ids")), to(model, call.view("dst"));
  const int64_t n = ids.free();
  const auto put = [&](int64_t at, int64_t value) {
    if (IsInteger(to.view.dtype)) return model.Put(to.view, to.Place(0, at), static_cast<uint32_t>(value));
    model.PutValue(to.view, to.Place(0, at), static_cast<float>(value));
  };
  const auto id = [&](int64_t i) { return Decode(ids.view.dtype, ids.Bits(0, i)); };
  for (int64_t i = 0; i < n; ++i) {
    int64_t begin = i, end = i + 1;
    while (begin > 0 && id(begin - 1) == id(i)) --begin;
    while (end < n && id(end) == id(i)) ++end;
    put(i, id(i) == 0 ? n : begin);
    put(n + i, id(i) == 0 ? -1 : end);
  }
}

}  // namespace

void AddSearch(Meanings& table) {
  table["max8"] = Max8;
  table["nc_find_index8"] = NcFindIndex8;
  table["nc_match_replace8"] = NcMatchReplace8;
  table["topk"] = Topk;
  table["nonzero_with_count"] = NonzeroWithCount;
  table["sequence_bounds"] = SequenceBounds;
}

}  // namespace nki::reference
