#include "memory/index_grid.h"

#include <algorithm>
#include <utility>

#include "memory/error.h"
#include "memory/view_limits.h"

namespace nki {

using std::to_string;

namespace {

constexpr int64_t kMostValues = int64_t{1} << 24;  // of a grid that has no affine form

constexpr __int128 kFurthest = __int128{1} << 50;  // far beyond all memory; sums of such don't overflow

int64_t Near(__int128 value) {
  if (value < -kFurthest || value > kFurthest)
    ThrowValue("index: an index expression has values that are too large for any tensor");
  return static_cast<int64_t>(value);
}

// Throws if the grid has elements that are too far away, or too many.
const IndexGrid& CheckNear(const IndexGrid& grid) {
  __int128 reach = grid.start < 0 ? -__int128{grid.start} : __int128{grid.start}, elements = 1;
  for (int d = 0; d < grid.rank; ++d) {
    const __int128 step = grid.axes[d].step;
    Near(step);
    Near(elements *= grid.axes[d].count);
    reach += (step < 0 ? -step : step) * (grid.axes[d].count - 1);
  }
  Near(reach);
  return grid;
}

int64_t Product(const Shape& shape) {
  __int128 product = 1;
  for (int64_t size : shape) product = std::min(product * size, kFurthest);
  return static_cast<int64_t>(product);
}

__int128 Apply(IndexOp op, int64_t a, int64_t b) {
  switch (op) {
    case IndexOp::kAdd:
      return __int128{a} + b;
    case IndexOp::kSubtract:
      return __int128{a} - b;
    case IndexOp::kMultiply:
      return __int128{a} * b;
    case IndexOp::kFloorDivide:
      return FloorDivide(a, b);
    case IndexOp::kModulo:
      break;
  }
  return a - FloorDivide(a, b) * b;
}

// With every step multiplied.
IndexGrid Scaled(IndexGrid grid, int64_t factor) {
  grid.start = Near(__int128{grid.start} * factor);
  for (int d = 0; d < grid.rank; ++d) grid.axes[d].step = Near(__int128{grid.axes[d].step} * factor);
  return grid;
}

// The grid with these axes; steps are those of `grid`, whose axes are the last ones.
IndexGrid Broadcast(const IndexGrid& grid, const Shape& shape) {
  IndexGrid wide = IndexGrid::Constant(grid.start);
  wide.rank = static_cast<int>(shape.size());
  const int shift = wide.rank - grid.rank;
  for (int d = 0; d < wide.rank; ++d) {
    const bool own = d >= shift && grid.axes[d - shift].count == shape[d];
    wide.axes[d] = {own ? grid.axes[d - shift].step : 0, shape[d]};
  }
  return wide;
}

}  // namespace

IndexGrid IndexGrid::Constant(int64_t value) {
  IndexGrid grid;
  grid.start = value;
  return grid;
}

IndexGrid IndexGrid::Range(int64_t start, int64_t count, int64_t step) {
  IndexGrid grid = Constant(start);
  grid.rank = 1;
  grid.axes[0] = {step, count};
  return grid;
}

IndexGrid IndexGrid::OfValues(const Shape& shape, std::vector<int64_t> values) {
  IndexGrid grid = Constant(values[0]);
  grid.rank = static_cast<int>(shape.size());
  int64_t stride = static_cast<int64_t>(values.size());
  for (int d = 0; d < grid.rank; ++d) {
    stride /= shape[d];
    grid.axes[d] = {shape[d] > 1 ? values[stride] - values[0] : 0, shape[d]};
  }
  bool affine = true;
  size_t next = 0;
  ForEachIndex(shape, [&](const Shape& index) { affine &= grid.At(index) == values[next++]; });
  if (affine) return grid;
  for (int d = 0; d < grid.rank; ++d) grid.axes[d].step = 0;
  grid.values = std::make_shared<const std::vector<int64_t>>(std::move(values));
  return grid;
}

bool IndexGrid::constant() const {
  return affine() && std::all_of(axes.begin(), axes.begin() + rank,
                                 [](const Dim& axis) { return axis.step == 0 || axis.count == 1; });
}

Shape IndexGrid::shape() const {
  Shape shape(rank);
  for (int d = 0; d < rank; ++d) shape[d] = axes[d].count;
  return shape;
}

int64_t IndexGrid::elements() const {
  int64_t product = 1;
  for (int d = 0; d < rank; ++d) product *= axes[d].count;
  return product;
}

int64_t IndexGrid::Least() const {
  if (!affine()) return std::ranges::min(*values);
  int64_t least = start;
  for (int d = 0; d < rank; ++d) least += std::min<int64_t>(0, axes[d].step * (axes[d].count - 1));
  return least;
}

int64_t IndexGrid::Greatest() const {
  if (!affine()) return std::ranges::max(*values);
  int64_t greatest = start;
  for (int d = 0; d < rank; ++d) greatest += std::max<int64_t>(0, axes[d].step * (axes[d].count - 1));
  return greatest;
}

int64_t IndexGrid::At(std::span<const int64_t> index) const {
  const size_t shift = index.size() - rank;
  int64_t at = start, flat = 0;
  for (int d = 0; d < rank; ++d) {
    const int64_t i = axes[d].count == 1 ? 0 : index[shift + d];
    at += axes[d].step * i;
    flat = flat * axes[d].count + i;
  }
  return affine() ? at : (*values)[flat];
}

std::vector<int64_t> IndexGrid::Dense(const Shape& shape) const {
  if (Product(shape) > kMostValues) {
    ThrowValue("index: an expression with // or % over " + to_string(Product(shape)) +
               " elements is too large; use slices");
  }
  std::vector<int64_t> dense;
  dense.reserve(Product(shape));
  ForEachIndex(shape, [&](const Shape& index) { dense.push_back(At(index)); });
  return dense;
}

IndexGrid IndexGrid::ExpandDim(int axis) const {
  CheckRank(rank + 1);
  IndexGrid grid = *this;
  for (int d = rank; d > axis; --d) grid.axes[d] = axes[d - 1];
  grid.axes[axis] = {0, 1};
  ++grid.rank;
  return grid;
}

IndexGrid IndexGrid::Part(const Shape& shape, std::span<const int64_t> begins,
                          std::span<const int64_t> ends) const {
  Shape part(shape.size());
  for (size_t d = 0; d < part.size(); ++d) part[d] = ends[d] - begins[d];
  if (affine()) {
    IndexGrid grid = Broadcast(*this, shape);
    for (size_t d = 0; d < part.size(); ++d) {
      grid.start += begins[d] * grid.axes[d].step;
      grid.axes[d].count = part[d];
    }
    return grid;
  }
  std::vector<int64_t> dense;
  ForEachIndex(part, [&](Shape index) {
    for (size_t d = 0; d < index.size(); ++d) index[d] += begins[d];
    dense.push_back(At(index));
  });
  return OfValues(part, std::move(dense));
}

Shape BroadcastShape(const Shape& a, const Shape& b, const char* what) {
  Shape shape(std::max(a.size(), b.size()));
  for (size_t d = 1; d <= shape.size(); ++d) {
    const int64_t m = d <= a.size() ? a[a.size() - d] : 1, n = d <= b.size() ? b[b.size() - d] : 1;
    if (m != n && m != 1 && n != 1)
      ThrowValue(std::string(what) + ": shapes " + ToString(a) + " and " + ToString(b) + " do not fit");
    shape[shape.size() - d] = m == 1 ? n : m;
  }
  return shape;
}

IndexGrid Combined(IndexOp op, const IndexGrid& a, const IndexGrid& b) {
  CheckNear(a);
  CheckNear(b);
  const Shape shape = BroadcastShape(a.shape(), b.shape(), "index");
  const bool divides = op == IndexOp::kFloorDivide || op == IndexOp::kModulo;
  if (divides && b.Least() <= 0 && b.Greatest() >= 0) ThrowValue("index: division of an index by 0");
  if (op == IndexOp::kMultiply && (a.constant() || b.constant()) && a.affine() && b.affine()) {
    const IndexGrid& varying = b.constant() ? a : b;
    return CheckNear(Scaled(Broadcast(varying, shape), (b.constant() ? b : a).start));
  }
  if (!divides && op != IndexOp::kMultiply && a.affine() && b.affine()) {
    IndexGrid sum = Broadcast(a, shape);
    const IndexGrid other = Scaled(Broadcast(b, shape), op == IndexOp::kAdd ? 1 : -1);
    sum.start += other.start;
    for (int d = 0; d < sum.rank; ++d) sum.axes[d].step += other.axes[d].step;
    return CheckNear(sum);
  }
  if (shape.empty()) return IndexGrid::Constant(Near(Apply(op, a.start, b.start)));
  std::vector<int64_t> values = a.Dense(shape);
  const std::vector<int64_t> others = b.Dense(shape);
  for (size_t i = 0; i < values.size(); ++i) values[i] = Near(Apply(op, values[i], others[i]));
  return IndexGrid::OfValues(shape, std::move(values));
}

}  // namespace nki
