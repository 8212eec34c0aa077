#include "memory/index_selection.h"

#include <algorithm>
#include <string>

#include "memory/error.h"
#include "memory/view_limits.h"

namespace nki {

using std::to_string;

namespace {

[[noreturn]] void ThrowOutside(const View& base, int axis, int64_t index) {
  ThrowIndex("index: " + to_string(index) + " on axis " + to_string(axis) + " of " + base.ToString() +
             " is out of bounds; the axis has " + to_string(base.dims[axis].count) +
             " elements. Give the instruction a mask= that leaves it out");
}

void CheckInside(const View& base, std::span<const IndexGrid> grids) {
  for (size_t axis = 0; axis < grids.size(); ++axis) {
    if (grids[axis].Greatest() >= base.dims[axis].count)
      ThrowOutside(base, static_cast<int>(axis), grids[axis].Greatest());
    if (grids[axis].Least() < 0) ThrowOutside(base, static_cast<int>(axis), grids[axis].Least());
  }
}

// A sequence as nested arithmetic ones, innermost last: 0 0 1 1 2 2 is {1, 3}, {0, 2}. False if it is none.
bool Factor(std::vector<int64_t> sequence, std::vector<Dim>& dims) {
  std::vector<Dim> inner;
  while (sequence.size() > 1) {
    const int64_t step = sequence[1] - sequence[0];
    size_t run = 2;
    while (run < sequence.size() && sequence[run] - sequence[run - 1] == step) ++run;
    if (sequence.size() % run != 0) return false;
    std::vector<int64_t> starts;
    for (size_t i = 0; i < sequence.size(); ++i) {
      if (i % run == 0) starts.push_back(sequence[i]);
      if (sequence[i] != starts.back() + step * static_cast<int64_t>(i % run)) return false;
    }
    inner.push_back({step, static_cast<int64_t>(run)});
    sequence = std::move(starts);
  }
  dims.insert(dims.end(), inner.rbegin(), inner.rend());
  return true;
}

[[noreturn]] void ThrowNoPattern(const View& base) {
  ThrowValue("index: these indices of " + base.ToString() +
             " can't be expressed as an access pattern: each axis must be steps of one size, or nested ones. "
             "Gather the elements with nl.gather_flattened, or by loops");
}

// The pattern of offsets that are no affine function of the index, if each axis is one of its own.
void PatternOf(const IndexGrid& offsets, View& view) {
  std::vector<Dim> dims;
  Shape index(offsets.rank, 0);
  const Shape shape = offsets.shape();
  std::vector<std::vector<int64_t>> along(shape.size());
  for (size_t d = 0; d < shape.size(); ++d) {
    for (index[d] = 0; index[d] < shape[d]; ++index[d])
      along[d].push_back(offsets.At(index) - offsets.At(Shape(shape.size(), 0)));
    index[d] = 0;
    const size_t before = dims.size();
    if (!Factor(along[d], dims)) ThrowNoPattern(view);
    if (dims.size() == before) dims.push_back({0, 1});
    if (d == 0 && view.on_chip() && dims.size() != 1) ThrowNoPattern(view);
  }
  bool separate = true;
  const int64_t first = offsets.At(Shape(shape.size(), 0));
  ForEachIndex(shape, [&](const Shape& at) {
    int64_t sum = first;
    for (size_t d = 0; d < at.size(); ++d) sum += along[d][at[d]];
    separate &= sum == offsets.At(at);
  });
  if (!separate || dims.size() > kMaxRank) ThrowNoPattern(view);
  view.offset += first;
  view.rank = static_cast<uint8_t>(dims.size());
  std::ranges::copy(dims, view.dims.begin());
}

// On chip, partitions are selected by the first axis of the result and by nothing else.
void CheckPartitions(const View& base, std::span<const IndexGrid> grids, const Shape& shape) {
  for (size_t axis = 0; axis < grids.size(); ++axis) {
    const IndexGrid& grid = grids[axis];
    for (int d = 0; d < grid.rank; ++d) {
      const bool first = d + shape.size() - grid.rank == 0;
      const bool varies = grid.axes[d].count > 1 && (grid.axes[d].step != 0 || !grid.affine());
      if (!varies || first == (axis == 0) || !grid.affine()) continue;
      ThrowValue(
          "index: axis " + to_string(axis) + " of " + base.ToString() + " is indexed along axis " +
          to_string(d + shape.size() - grid.rank) +
          " of the result; on chip, the first axis of a tile is the partition axis, and indices of the "
          "partition alone lie along it");
    }
  }
}

}  // namespace

Shape GridShape(std::span<const IndexGrid> grids) {
  Shape shape;
  for (const IndexGrid& grid : grids) shape = BroadcastShape(shape, grid.shape(), "index");
  return shape;
}

bool Inside(const View& base, std::span<const IndexGrid> grids) {
  for (size_t axis = 0; axis < grids.size(); ++axis) {
    if (grids[axis].Greatest() >= base.dims[axis].count || grids[axis].Least() < 0) return false;
  }
  return true;
}

IndexSelection SelectGrid(const View& base, std::span<const IndexGrid> given, const IndexBox* box) {
  const Shape whole = GridShape(given);
  CheckRank(static_cast<int>(whole.size()));
  std::vector<IndexGrid> grids(given.begin(), given.end());
  if (box != nullptr) {
    for (IndexGrid& grid : grids) grid = grid.Part(whole, box->begins, box->ends);
  }
  CheckInside(base, grids);
  IndexSelection selected{base, box == nullptr ? whole : box->shape()};
  if (base.on_chip()) CheckPartitions(base, grids, selected.shape);
  IndexGrid offsets = IndexGrid::Constant(0);
  for (size_t axis = 0; axis < grids.size(); ++axis) {
    const IndexGrid step = IndexGrid::Constant(base.dims[axis].step);
    offsets = Combined(IndexOp::kAdd, offsets, Combined(IndexOp::kMultiply, grids[axis], step));
  }
  View& view = selected.view;
  if (!offsets.affine()) {
    PatternOf(offsets, view);
    return selected;
  }
  view.offset += offsets.start;
  view.rank = static_cast<uint8_t>(offsets.rank);
  std::copy_n(offsets.axes.begin(), offsets.rank, view.dims.begin());
  // One partition is a step of nothing, which an engine would take for one that repeats.
  if (base.on_chip() && view.rank > 0 && view.dims[0].count == 1) view.dims[0].step = base.dims[0].step;
  return selected;
}

}  // namespace nki
