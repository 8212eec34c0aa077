// NkiTensor.rearrange: axes split, reordered and joined by names, as einops does.
#include <algorithm>

#include "frontend/errors.h"
#include "frontend/tensor_object.h"

namespace nki {
namespace {

namespace py = pybind11;

// The names of each axis, more than one where it is split or joined.
using AxisNames = std::vector<std::vector<std::string>>;

std::vector<std::string> Names(py::handle axis, const char* what) {
  if (py::isinstance<py::str>(axis)) return {axis.cast<std::string>()};
  std::vector<std::string> names;
  const bool is_group = py::isinstance<py::tuple>(axis) || py::isinstance<py::list>(axis);
  for (py::handle name : is_group ? py::list(py::reinterpret_borrow<py::object>(axis)) : py::list()) {
    if (!py::isinstance<py::str>(name)) break;
    names.push_back(name.cast<std::string>());
  }
  if (is_group && !names.empty() && names.size() == py::len(axis)) return names;
  ThrowType("rearrange: " + std::string(what) + " must hold names and tuples of names, got " +
            py::cast<std::string>(py::repr(axis)));
}

AxisNames ReadPatternOfNames(py::handle pattern, const char* what) {
  if (!py::isinstance<py::tuple>(pattern) && !py::isinstance<py::list>(pattern)) {
    ThrowType("rearrange: " + std::string(what) +
              " must be a tuple of names such as ('p', ('a', 'b')), got " +
              py::cast<std::string>(py::repr(pattern)));
  }
  AxisNames axes;
  for (py::handle axis : pattern) axes.push_back(Names(axis, what));
  return axes;
}

std::vector<std::string> Flat(const AxisNames& axes) {
  std::vector<std::string> names;
  for (const auto& axis : axes) names.insert(names.end(), axis.begin(), axis.end());
  return names;
}

void CheckNames(const AxisNames& from, const AxisNames& to) {
  std::vector<std::string> have = Flat(from), want = Flat(to);
  std::ranges::sort(have);
  std::ranges::sort(want);
  const auto twice = std::ranges::adjacent_find(have);
  if (twice != have.end()) ThrowValue("rearrange: src_pattern names '" + *twice + "' twice");
  if (have != want)
    ThrowValue("rearrange: dst_pattern must name every axis of src_pattern once, and no other");
}

int64_t FixedSize(const py::dict& sizes, const std::string& name) {
  return sizes.contains(name) ? ReadInt(sizes[name.c_str()].ptr(), "rearrange: a fixed size") : -1;
}

View Split(View view, const AxisNames& from, const py::dict& sizes) {
  int at = 0;
  for (const auto& names : from) {
    Shape parts;
    for (const std::string& name : names) parts.push_back(FixedSize(sizes, name));
    if (std::ranges::count(parts, -1) > 1) {
      ThrowValue("rearrange: of the group that starts with '" + names[0] +
                 "' all sizes but one must be in fixed_sizes");
    }
    if (names.size() > 1) view = view.ReshapeDim(at, parts);
    if (names.size() == 1 && parts[0] != -1 && parts[0] != view.dims[at].count) {
      ThrowValue("rearrange: fixed_sizes gives '" + names[0] + "' " + std::to_string(parts[0]) +
                 " elements; the axis has " + std::to_string(view.dims[at].count));
    }
    at += static_cast<int>(names.size());
  }
  return view;
}

View Join(View view, const AxisNames& to) {
  int at = 0;
  for (const auto& names : to) {
    if (names.size() > 1) view = view.FlattenDims(at, at + static_cast<int>(names.size()) - 1);
    ++at;
  }
  return view;
}

}  // namespace

View Rearranged(const View& view, PyObject* source, PyObject* destination, PyObject* fixed_sizes) {
  const AxisNames from = ReadPatternOfNames(source, "src_pattern");
  const AxisNames to = ReadPatternOfNames(destination, "dst_pattern");
  CheckNames(from, to);
  if (static_cast<int>(from.size()) != view.rank) {
    ThrowValue("rearrange: src_pattern has " + std::to_string(from.size()) + " axes and the tensor " +
               std::to_string(view.rank));
  }
  const std::vector<std::string> have = Flat(from), want = Flat(to);
  py::dict sizes;
  if (fixed_sizes != Py_None) {
    if (!PyDict_Check(fixed_sizes)) ThrowType("rearrange: fixed_sizes must be a dict of names and sizes");
    sizes = py::reinterpret_borrow<py::dict>(fixed_sizes);
  }
  for (const auto& [name, size] : sizes) {
    if (!py::isinstance<py::str>(name) || std::ranges::count(have, name.cast<std::string>()) == 0)
      ThrowValue("rearrange: fixed_sizes names " + py::cast<std::string>(py::repr(name)) +
                 ", which is no axis of src_pattern");
  }
  std::vector<int> order;
  for (const std::string& name : want)
    order.push_back(static_cast<int>(std::ranges::find(have, name) - have.begin()));
  return Join(Split(view, from, sizes).Permute(order), to);
}

}  // namespace nki
