#include "frontend/tile_index.h"

#include <algorithm>
#include <string>

#include "frontend/errors.h"
#include "frontend/index_object.h"
#include "frontend/tensor_object.h"

namespace nki {

std::span<PyObject* const> ItemsOf(PyObject* const& key) {
  if (!PyTuple_Check(key)) return {&key, 1};
  return {&PyTuple_GET_ITEM(key, 0), static_cast<size_t>(PyTuple_GET_SIZE(key))};
}

namespace {

// A bound of a slice, counted from the end if it is negative.
int64_t ReadBound(PyObject* bound, int64_t size, int64_t otherwise) {
  if (bound == Py_None) return otherwise;
  const int64_t read = ReadInt(bound, "index");
  return read < 0 ? read + size : read;
}

// Each slice, and each whole axis behind, is an axis of the result.
std::vector<IndexGrid> ReadSlices(const View& base, std::span<PyObject* const> items) {
  std::vector<IndexGrid> grids;
  for (size_t axis = 0; axis < base.rank; ++axis) {
    const int64_t size = base.dims[axis].count;
    if (axis < items.size() && !PySlice_Check(items[axis])) {
      grids.push_back(IndexGrid::Constant(ReadBound(items[axis], size, 0)));
      continue;
    }
    IndexGrid grid = IndexGrid::Range(0, size, 1);
    if (axis < items.size()) {
      const auto* slice = reinterpret_cast<PySliceObject*>(items[axis]);
      const int64_t start = ReadBound(slice->start, size, 0), stop = ReadBound(slice->stop, size, size);
      const int64_t step = slice->step == Py_None ? 1 : ReadInt(slice->step, "index");
      grid = IndexGrid::Range(start, (stop - start + step - 1) / step, step);
    }
    grids.push_back(grid);
  }
  size_t behind = 0;  // axes of the result
  for (size_t axis = base.rank; axis-- > 0;) {
    if (grids[axis].rank == 0) continue;
    for (size_t i = 0; i < behind; ++i) grids[axis] = grids[axis].ExpandDim(grids[axis].rank);
    ++behind;
  }
  return grids;
}

}  // namespace

std::vector<IndexGrid> ReadGrids(const View& base, PyObject* key) {
  const std::span<PyObject* const> items = ItemsOf(key);
  if (items.size() > base.rank) {
    ThrowIndex("index: " + std::to_string(items.size()) + " indices for " + base.ToString() + ", which has " +
               std::to_string(base.rank) + " axes");
  }
  if (std::ranges::none_of(items, [](PyObject* item) { return AsIndex(item) != nullptr; }))
    return ReadSlices(base, items);
  std::vector<IndexGrid> grids;
  const size_t behind = base.rank - items.size();
  for (size_t axis = 0; axis < items.size(); ++axis) {
    if (PySlice_Check(items[axis]) || items[axis] == Py_Ellipsis || items[axis] == Py_None)
      ThrowType("index: one subscript of " + base.ToString() +
                " has both index expressions (nl.arange, nl.mgrid) and slices; use one kind for all axes");
    const IndexGrid* index = AsIndex(items[axis]);
    if (index != nullptr && index->rank == 1) {
      ThrowValue("index: axis " + std::to_string(axis) + " of " + base.ToString() +
                 " is indexed by nl.arange without axes; say nl.arange(...)[:, None] or [None, :]");
    }
    int64_t number = index == nullptr ? ReadInt(items[axis], "index") : 0;
    if (number < 0) number += base.dims[axis].count;
    IndexGrid grid = index != nullptr ? *index : IndexGrid::Constant(number);
    for (size_t i = 0; i < behind && grid.rank > 0; ++i) grid = grid.ExpandDim(grid.rank);
    grids.push_back(std::move(grid));
  }
  for (size_t axis = items.size(); axis < base.rank; ++axis) {
    IndexGrid whole = IndexGrid::Range(0, base.dims[axis].count, 1);
    for (size_t i = axis + 1; i < base.rank; ++i) whole = whole.ExpandDim(whole.rank);
    grids.push_back(std::move(whole));
  }
  return grids;
}

bool SlicesLeave(const View& base, PyObject* key) {
  const std::span<PyObject* const> items = ItemsOf(key);
  if (items.size() > base.rank) return false;
  bool leaves = false;
  for (size_t axis = 0; axis < items.size(); ++axis) {
    if (PyLong_Check(items[axis])) continue;
    if (!PySlice_Check(items[axis])) return false;
    const auto* slice = reinterpret_cast<PySliceObject*>(items[axis]);
    const auto known = [](PyObject* bound) { return bound == Py_None || PyLong_Check(bound); };
    if (!known(slice->start) || !known(slice->stop) || !known(slice->step)) return false;
    const int64_t size = base.dims[axis].count;
    const int64_t start = ReadBound(slice->start, size, 0), stop = ReadBound(slice->stop, size, size);
    if (slice->step != Py_None && ReadInt(slice->step, "index") < 1) return false;
    if (start < 0 || start >= stop) return false;
    leaves |= stop > size;
  }
  return leaves;
}

}  // namespace nki
