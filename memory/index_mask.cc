#include "memory/index_mask.h"

#include <algorithm>

#include "memory/error.h"

namespace nki {

IndexBox IndexBox::Whole(const Shape& shape) { return {Shape(shape.size(), 0), shape}; }

bool IndexBox::empty() const {
  for (size_t d = 0; d < begins.size(); ++d) {
    if (begins[d] >= ends[d]) return true;
  }
  return false;
}

Shape IndexBox::shape() const {
  Shape shape(begins.size());
  for (size_t d = 0; d < shape.size(); ++d) shape[d] = ends[d] - begins[d];
  return shape;
}

void IndexMask::Require(IndexGrid term) {
  shape = BroadcastShape(shape, term.shape(), "mask");
  terms.push_back(std::move(term));
}

IndexMask IndexMask::And(const IndexMask& a, const IndexMask& b) {
  IndexMask both = a;
  both.nothing |= b.nothing;
  for (const IndexGrid& term : b.terms) both.Require(term);
  return both;
}

namespace {

// Narrows the box to where a term of the mask is at least 0; false if that is no box.
bool Narrow(const IndexGrid& term, const Shape& tile, IndexBox& box) {
  if (term.Greatest() < 0) {
    box.ends = box.begins;
    return true;
  }
  if (term.Least() >= 0) return true;
  if (!term.affine()) return false;
  const size_t shift = tile.size() - term.rank;
  int varying = -1;
  for (int d = 0; d < term.rank; ++d) {
    if (term.axes[d].step == 0 || term.axes[d].count == 1) continue;
    if (varying >= 0) return false;
    varying = d;
  }
  // start + step · i >= 0
  const int64_t step = term.axes[varying].step;
  int64_t& begin = box.begins[shift + varying];
  int64_t& end = box.ends[shift + varying];
  if (step > 0) {
    begin = std::max(begin, FloorDivide(-term.start + step - 1, step));
  } else {
    end = std::min(end, FloorDivide(term.start, -step) + 1);
  }
  return true;
}

void CheckFits(const IndexMask& mask, const Shape& tile) {
  if (mask.shape.size() <= tile.size() && BroadcastShape(mask.shape, tile, "mask") == tile) return;
  ThrowValue("mask: its shape " + ToString(mask.shape) + " does not fit " + ToString(tile) +
             ", the shape of what it masks");
}

}  // namespace

std::pair<IndexBox, bool> IndexMask::Box(const Shape& tile) const {
  CheckFits(*this, tile);
  IndexBox box = IndexBox::Whole(tile);
  bool is_box = true;
  for (const IndexGrid& term : terms) is_box &= Narrow(term, tile, box);
  if (nothing) box.ends = box.begins;
  return {box, is_box || box.empty()};
}

std::vector<bool> IndexMask::Dense(const Shape& tile) const {
  CheckFits(*this, tile);
  std::vector<bool> holds;
  ForEachIndex(tile, [&](const Shape&) { holds.push_back(!nothing); });
  for (const IndexGrid& term : terms) {
    size_t i = 0;
    ForEachIndex(tile, [&](const Shape& index) {
      holds[i] = holds[i] && term.At(index) >= 0;
      ++i;
    });
  }
  return holds;
}

}  // namespace nki
