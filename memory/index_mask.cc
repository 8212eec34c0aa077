#include "memory/index_mask.h"

#include <algorithm>

#include "memory/error.h"

namespace nki {

namespace {
constexpr int64_t kMostElements = int64_t{1} << 30;  // of a mask element by element
}  // namespace

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

bool IndexMask::HoldsNowhere() const {
  return nothing || std::ranges::any_of(terms, [](const IndexGrid& term) { return term.Greatest() < 0; });
}

bool IndexMask::HoldsEverywhere() const {
  return !nothing && std::ranges::all_of(terms, [](const IndexGrid& term) { return term.Least() >= 0; });
}

IndexMask IndexMask::Or(const IndexMask& a, const IndexMask& b) {
  const Shape shape = BroadcastShape(a.shape, b.shape, "mask");
  IndexMask either;
  if (a.HoldsNowhere() || b.HoldsEverywhere()) {
    either = b;
  } else if (b.HoldsNowhere() || a.HoldsEverywhere()) {
    either = a;
  } else {
    const std::vector<bool> in_a = a.Dense(shape), in_b = b.Dense(shape);
    std::vector<int64_t> values(in_a.size());
    for (size_t i = 0; i < values.size(); ++i) values[i] = in_a[i] || in_b[i] ? 0 : -1;
    either.Require(IndexGrid::OfValues(shape, std::move(values)));
  }
  either.shape = shape;
  return either;
}

namespace {

// The same for a term that has no affine form: to the box around the elements where it holds.
bool NarrowDense(const IndexGrid& term, size_t shift, IndexBox& box) {
  const Shape shape = term.shape();
  IndexBox found{shape, Shape(shape.size(), 0)};
  int64_t held = 0, i = 0;
  ForEachIndex(shape, [&](const Shape& index) {
    if ((*term.values)[i++] < 0) return;
    ++held;
    for (size_t d = 0; d < index.size(); ++d) {
      found.begins[d] = std::min(found.begins[d], index[d]);
      found.ends[d] = std::max(found.ends[d], index[d] + 1);
    }
  });
  for (size_t d = 0; d < shape.size(); ++d) {
    held /= found.ends[d] - found.begins[d];  // to 1, where it holds in all of the box
    if (shape[d] == 1) continue;
    box.begins[shift + d] = std::max(box.begins[shift + d], found.begins[d]);
    box.ends[shift + d] = std::min(box.ends[shift + d], found.ends[d]);
  }
  return held == 1;
}

// Narrows the box to where a term of the mask is at least 0; false if that is no box.
bool Narrow(const IndexGrid& term, const Shape& tile, IndexBox& box) {
  if (term.Greatest() < 0) {
    box.ends = box.begins;
    return true;
  }
  if (term.Least() >= 0) return true;
  const size_t shift = tile.size() - term.rank;
  if (!term.affine()) return NarrowDense(term, shift, box);
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

// Whether the axes of a mask fit those of a tile from `shift` on.
bool Fits(const Shape& mask, const Shape& tile, size_t shift) {
  bool fits = true;
  for (size_t d = 0; d < mask.size(); ++d) fits &= mask[d] == 1 || mask[d] == tile[shift + d];
  return fits;
}

// The term of a mask of so many axes with axes of one element behind them.
IndexGrid WithAxesBehind(IndexGrid term, int rank, size_t count) {
  while (term.rank < rank) term = term.ExpandDim(0);
  for (size_t i = 0; i < count; ++i) term = term.ExpandDim(term.rank);
  return term;
}

}  // namespace

IndexMask IndexMask::On(const Shape& tile) const {
  const bool fewer = shape.size() < tile.size();
  if (fewer && Fits(shape, tile, 0)) {
    IndexMask mask;
    mask.nothing = nothing;
    for (const IndexGrid& term : terms) {
      mask.Require(WithAxesBehind(term, static_cast<int>(shape.size()), tile.size() - shape.size()));
    }
    return mask;
  }
  if (shape.size() <= tile.size() && Fits(shape, tile, tile.size() - shape.size())) return *this;
  ThrowValue("mask: its shape " + ToString(shape) + " does not fit " + ToString(tile) +
             ", the shape of what it masks");
}

std::pair<IndexBox, bool> IndexMask::Box(const Shape& tile) const {
  if (shape.size() != tile.size()) {
    const IndexMask mask = On(tile);
    if (mask.shape.size() == tile.size()) return mask.Box(tile);
  } else if (!Fits(shape, tile, 0)) {
    On(tile);  // throws
  }
  IndexBox box = IndexBox::Whole(tile);
  bool is_box = true;
  for (const IndexGrid& term : terms) is_box &= Narrow(term, tile, box);
  if (nothing) box.ends = box.begins;
  return {box, is_box || box.empty()};
}

std::vector<bool> IndexMask::Dense(const Shape& tile) const {
  const IndexMask mask = On(tile);
  int64_t elements = 1;
  for (int64_t size : tile) elements = std::min(elements * size, kMostElements + 1);
  if (elements > kMostElements) {
    ThrowValue("mask: one that holds in no box looks at " + ToString(tile) + " elements, more than " +
               std::to_string(kMostElements));
  }
  std::vector<bool> holds;
  ForEachIndex(tile, [&](const Shape&) { holds.push_back(!nothing); });
  for (const IndexGrid& term : mask.terms) {
    size_t i = 0;
    ForEachIndex(tile, [&](const Shape& index) {
      holds[i] = holds[i] && term.At(index) >= 0;
      ++i;
    });
  }
  return holds;
}

}  // namespace nki
