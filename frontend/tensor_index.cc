// Reading Python integers, lists and subscripts.
#include <algorithm>

#include "frontend/dynamic_view.h"
#include "frontend/register_object.h"
#include "frontend/tensor_object.h"

namespace nki {
namespace {

using std::to_string;

// One axis of the view is consumed per item; `axis` counts the axes of the result so far.
struct IndexWalk {
  View view;
  Holds& holds;
  int axis = 0;
  int left;  // axes of the view that no item has consumed yet

  IndexWalk(const View& from, Holds& holds) : view(from), holds(holds), left(from.rank) {}

  void Consume(PyObject* item) {
    if (PySlice_Check(item)) return Slice(item);
    if (item == Py_None) return NewAxis();
    if (PyBool_Check(item)) ThrowType("index: True and False are not indices of a tensor");
    if (IsRegister(item)) return Dynamic(item);
    if (const DynamicSlice* slice = AsDynamicSlice(item)) return Dynamic(*slice);
    Integer(ReadInt(item, "index"));
  }

  void Slice(PyObject* slice) {
    Py_ssize_t start, stop, step;
    const Py_ssize_t size = static_cast<Py_ssize_t>(view.dims[axis].count);
    if (PySlice_Unpack(slice, &start, &stop, &step) < 0) throw pybind11::error_already_set();
    // Unlike NumPy a bound beyond the axis is an error: on the device it would touch other data.
    const auto from_end = [size](Py_ssize_t at) { return at < 0 && at >= -size ? at + size : at; };
    const bool open = stop == PY_SSIZE_T_MAX;
    view = view.Slice(axis, from_end(start), open ? size : from_end(stop), step);
    ++axis;
    --left;
  }

  // The index that a register holds.
  void Dynamic(PyObject* index) {
    const View from = view;
    const int at = axis;
    Integer(0);
    view = Selected(from, at, view, index, from.dims[at].count, holds, "index");
  }

  // So many elements from the one whose index a register holds.
  void Dynamic(const DynamicSlice& slice) {
    const int64_t size = view.dims[axis].count;
    if (slice.size < 1 || slice.size > size) {
      ThrowIndex("index: nl.ds of " + to_string(slice.size) + " elements on axis " + to_string(axis) +
                 " of " + view.ToString() + ", which has " + to_string(size));
    }
    const View first = view.Slice(axis, 0, slice.size, 1);
    view = Selected(view, axis, first, slice.start.ptr(), size - slice.size + 1, holds, "index");
    ++axis;
    --left;
  }

  // On chip, axis 0 stays as one partition and two axes remain; in HBM one axis remains.
  void Integer(int64_t index) {
    const int least = view.on_chip() ? 2 : 1;
    const bool keep = (view.on_chip() && axis == 0) || view.rank <= least;
    view = view.Select(axis, index, keep);
    if (keep) ++axis;
    --left;
  }

  void NewAxis() {
    view = view.ExpandDim(axis);
    ++axis;
  }
};

}  // namespace

View Index(const View& view, PyObject* key, Holds& holds) {
  IndexWalk walk(view, holds);
  PyObject* const* items = &key;
  Py_ssize_t count = 1;
  if (PyTuple_Check(key)) {
    items = &PyTuple_GET_ITEM(key, 0);
    count = PyTuple_GET_SIZE(key);
  }
  const auto consumes = [](PyObject* item) { return item != Py_None && item != Py_Ellipsis; };
  const int given = static_cast<int>(std::count_if(items, items + count, consumes));
  if (given > view.rank) {
    ThrowIndex("index: " + to_string(given) + " indices for " + view.ToString() + ", which has " +
               to_string(view.rank) + " axes");
  }
  bool ellipsis = false;
  for (Py_ssize_t i = 0; i < count; ++i) {
    if (items[i] != Py_Ellipsis) {
      walk.Consume(items[i]);
      continue;
    }
    if (ellipsis) ThrowIndex("index: an index can have one ellipsis ('...') only");
    ellipsis = true;
    const int skipped = view.rank - given;
    walk.axis += skipped;
    walk.left -= skipped;
  }
  return walk.view;
}

int64_t ReadInt(PyObject* value, const char* what) {
  if (PyLong_CheckExact(value)) {
    const long long number = PyLong_AsLongLong(value);
    if (number != -1 || !PyErr_Occurred()) return number;
    PyErr_Clear();
    ThrowValue(std::string(what) + ": the integer is too large");
  }
  if (IsTensor(value)) {
    ThrowType(
        std::string(what) + " must be an integer, and what tensor " + AsTensor(value)->view.tensor->name +
        " holds is not known while a kernel is traced; read it into a register with nisa.register_load");
  }
  PyObject* index = PyFloat_Check(value) || IsRegister(value) ? nullptr : PyNumber_Index(value);
  if (index == nullptr) {
    PyErr_Clear();
    ThrowType(std::string(what) + " must be an integer, got " +
              pybind11::cast<std::string>(pybind11::repr(pybind11::handle(value))));
  }
  const long long number = PyLong_AsLongLong(index);
  Py_DECREF(index);
  if (number == -1 && PyErr_Occurred()) {
    PyErr_Clear();
    ThrowValue(std::string(what) + ": the integer is too large");
  }
  return number;
}

Shape ReadInts(PyObject* value, const char* what) {
  if (!PyTuple_Check(value) && !PyList_Check(value)) return {ReadInt(value, what)};
  const Py_ssize_t count = PySequence_Fast_GET_SIZE(value);
  PyObject** items = PySequence_Fast_ITEMS(value);
  Shape numbers(count);
  for (Py_ssize_t i = 0; i < count; ++i) numbers[i] = ReadInt(items[i], what);
  return numbers;
}

std::vector<Dim> ReadPattern(PyObject* value, const char* what) {
  if (!PyTuple_Check(value) && !PyList_Check(value)) {
    ThrowType(std::string(what) + " must be a list of [step, count] pairs");
  }
  std::vector<Dim> pattern;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(value); ++i) {
    const Shape pair = ReadInts(PySequence_Fast_ITEMS(value)[i], what);
    if (pair.size() != 2)
      ThrowValue(std::string(what) + ": entry " + to_string(i) + " is not a [step, count] pair");
    pattern.push_back({pair[0], pair[1]});
  }
  return pattern;
}

}  // namespace nki
