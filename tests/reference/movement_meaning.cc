// The meaning of what the DMA engines do.
#include <algorithm>
#include <cmath>

#include "tests/reference/call.h"
#include "tests/reference/reference.h"

namespace nki::reference {
namespace {

bool Skips(const Call& call) { return call.Enum("oob_mode", OobMode::kError) == OobMode::kSkip; }

// The elements that a view names; refuses those outside the storage unless they may be left out.
std::vector<int64_t> PlacesOf(const Call& call, const Model& model, const View& view) {
  std::vector<int64_t> places = model.Places(view);
  const int64_t storage = model.Storage(view);
  for (const int64_t place : places) {
    if ((place < 0 || place >= storage) && !Skips(call)) throw Refused("an offset leaves the tensor");
  }
  return places;
}

bool Inside(const Model& model, const View& view, int64_t place) {
  return place >= 0 && place < model.Storage(view);
}

void DmaCopy(const Call& call, Model& model) {
  const View dst = call.view("dst"), src = call.view("src");
  const std::vector<int64_t> to = PlacesOf(call, model, dst), from = PlacesOf(call, model, src);
  std::vector<uint32_t> bits(from.size());
  for (size_t i = 0; i < from.size(); ++i) {
    if (Inside(model, src, from[i])) bits[i] = model.Bits(src, from[i]);
  }
  for (size_t i = 0; i < to.size(); ++i) {
    if (!Inside(model, src, from[i]) || !Inside(model, dst, to[i])) continue;
    if (src.dtype == dst.dtype) {
      model.Put(dst, to[i], bits[i]);
    } else {
      model.PutValue(dst, to[i], static_cast<float>(Decode(src.dtype, bits[i])));
    }
  }
}

// With a vector_offset rows that leave a tensor are left out whole.
void DmaCompute(const Call& call, Model& model) {
  const View dst = call.view("dst");
  const ViewList srcs = call.Get<ViewList>("srcs");
  const std::vector<int64_t> to = PlacesOf(call, model, dst);
  std::vector<std::vector<int64_t>> from;
  for (const View& src : srcs) from.push_back(PlacesOf(call, model, src));
  const int64_t row =
      static_cast<int64_t>(to.size()) / std::max<int64_t>(1, dst.rank == 0 ? 1 : dst.dims[0].count);
  const auto row_is_inside = [&](size_t i) {
    const size_t begin = Skips(call) ? i / row * row : 0, end = Skips(call) ? begin + row : 0;
    for (size_t k = begin; k < end; ++k) {
      if (!Inside(model, dst, to[k])) return false;
      for (size_t s = 0; s < srcs.size(); ++s) {
        if (!Inside(model, srcs[s], from[s][k])) return false;
      }
    }
    return true;
  };
  std::vector<float> sums(to.size());
  for (size_t i = 0; i < to.size(); ++i) {
    if (!row_is_inside(i)) continue;
    sums[i] = model.Value(srcs[0], from[0][i]);
    for (size_t s = 1; s < srcs.size(); ++s) sums[i] += model.Value(srcs[s], from[s][i]);
  }
  for (size_t i = 0; i < to.size(); ++i) {
    if (row_is_inside(i)) model.PutValue(dst, to[i], sums[i]);
  }
}

void DmaTranspose(const Call& call, Model& model) {
  const View dst = call.view("dst"), src = call.view("src");
  const std::vector<int64_t> from = PlacesOf(call, model, src), to = model.Places(dst);
  const int64_t first = src.dims[0].count, last = src.dims[src.rank - 1].count;
  const int64_t middle = static_cast<int64_t>(from.size()) / first / last, row = middle * last;
  std::vector<uint32_t> bits(from.size());
  std::vector<bool> inside(from.size());
  for (size_t k = 0; k < from.size(); ++k) {  // a row is left out whole
    inside[k] = true;
    for (int64_t e = 0; Skips(call) && e < row; ++e) {
      if (!Inside(model, src, from[k / row * row + e])) inside[k] = false;
    }
    if (inside[k]) bits[k] = model.Bits(src, from[k]);
  }
  for (int64_t i = 0; i < first; ++i) {
    for (int64_t j = 0; j < middle; ++j) {
      for (int64_t k = 0; k < last; ++k) {
        const size_t at = (i * middle + j) * last + k;
        if (inside[at]) model.Put(dst, to[(k * middle + j) * first + i], bits[at]);
      }
    }
  }
}

}  // namespace

void AddMovement(Meanings& table) {
  table["dma_copy"] = DmaCopy;
  table["dma_compute"] = DmaCompute;
  table["dma_transpose"] = DmaTranspose;
}

}  // namespace nki::reference
