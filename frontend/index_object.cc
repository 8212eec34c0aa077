#include "frontend/index_object.h"

#include <pybind11/stl.h>

#include <algorithm>
#include <string>

#include "frontend/errors.h"
#include "frontend/tensor_object.h"
#include "memory/view_limits.h"

namespace nki {
namespace {

struct IndexObject {
  PyObject_HEAD IndexGrid grid;
};
struct MaskObject {
  PyObject_HEAD IndexMask mask;
};

PyTypeObject* index_type = nullptr;
PyTypeObject* mask_type = nullptr;

template <typename Object>
void Deallocate(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  if constexpr (std::is_same_v<Object, IndexObject>) {
    reinterpret_cast<Object*>(self)->grid.~IndexGrid();
  } else {
    reinterpret_cast<Object*>(self)->mask.~IndexMask();
  }
  type->tp_free(self);
  Py_DECREF(type);
}

PyObject* NewIndex(IndexGrid grid) {
  PyObject* object = index_type->tp_alloc(index_type, 0);
  if (object != nullptr) new (&reinterpret_cast<IndexObject*>(object)->grid) IndexGrid(std::move(grid));
  return object;
}

PyObject* NewMask(IndexMask mask) {
  PyObject* object = mask_type->tp_alloc(mask_type, 0);
  if (object != nullptr) new (&reinterpret_cast<MaskObject*>(object)->mask) IndexMask(std::move(mask));
  return object;
}

bool IsInteger(PyObject* object) {
  return PyLong_Check(object) || (PyIndex_Check(object) && !IsTensor(object));
}

// An Index as it is, an integer as a constant one; false if `object` is neither.
bool ReadGrid(PyObject* object, IndexGrid& grid) {
  if (const IndexGrid* index = AsIndex(object)) {
    grid = *index;
    return true;
  }
  if (!IsInteger(object)) return false;
  grid = IndexGrid::Constant(ReadInt(object, "index"));
  return true;
}

template <IndexOp op>
PyObject* Binary(PyObject* left, PyObject* right) {
  return Guarded<PyObject*>(nullptr, [&] {
    IndexGrid a, b;
    if (!ReadGrid(left, a) || !ReadGrid(right, b)) return Py_NewRef(Py_NotImplemented);
    return NewIndex(Combined(op, a, b));
  });
}

PyObject* Negative(PyObject* self) {
  return Guarded<PyObject*>(nullptr, [&] {
    return NewIndex(Combined(IndexOp::kMultiply, *AsIndex(self), IndexGrid::Constant(-1)));
  });
}

PyObject* Positive(PyObject* self) { return Py_NewRef(self); }

// a < b is b - a - 1 >= 0.
IndexGrid Below(const IndexGrid& a, const IndexGrid& b, int64_t strict) {
  return Combined(IndexOp::kSubtract, Combined(IndexOp::kSubtract, b, a), IndexGrid::Constant(strict));
}

PyObject* Compare(PyObject* self, PyObject* other, int op) {
  return Guarded<PyObject*>(nullptr, [&] {
    IndexGrid a, b;
    if (!ReadGrid(self, a) || !ReadGrid(other, b)) return Py_NewRef(Py_NotImplemented);
    if (op == Py_NE) ThrowType("mask: != of indices is no affine comparison; use < or >");
    IndexMask mask;
    if (op == Py_LT || op == Py_LE || op == Py_EQ) mask.Require(Below(a, b, op == Py_LT));
    if (op == Py_GT || op == Py_GE || op == Py_EQ) mask.Require(Below(b, a, op == Py_GT));
    return NewMask(std::move(mask));
  });
}

// index[:, None], index[None, :, None]
PyObject* Subscript(PyObject* self, PyObject* key) {
  return Guarded<PyObject*>(nullptr, [&] {
    IndexGrid grid = *AsIndex(self);
    PyObject* const* items = PyTuple_Check(key) ? &PyTuple_GET_ITEM(key, 0) : &key;
    const Py_ssize_t count = PyTuple_Check(key) ? PyTuple_GET_SIZE(key) : 1;
    int axis = 0;
    for (Py_ssize_t i = 0; i < count; ++i, ++axis) {
      if (items[i] == Py_None) {
        grid = grid.ExpandDim(axis);
        continue;
      }
      Py_ssize_t start, stop, step;
      if (!PySlice_Check(items[i]) || axis >= grid.rank)
        ThrowType("index: an index expression takes : and None in brackets, as in nl.arange(128)[:, None]");
      if (PySlice_Unpack(items[i], &start, &stop, &step) < 0) throw pybind11::error_already_set();
      const int64_t size = grid.axes[axis].count;
      if (PySlice_AdjustIndices(size, &start, &stop, step) != size || step != 1)
        ThrowType("index: an index expression can't be cut; make one of the length that is wanted");
    }
    return NewIndex(std::move(grid));
  });
}

PyObject* RefuseTruth(const char* message) {
  PyErr_SetString(PyExc_TypeError, message);
  return nullptr;
}

int IndexTruth(PyObject*) {
  RefuseTruth("an index expression has no truth value: it stands for many elements at once");
  return -1;
}

int MaskTruth(PyObject*) {
  RefuseTruth(
      "a mask has no truth value: it stands for many elements at once. Join masks by & and not by `and`, "
      "and pass "
      "them as mask=");
  return -1;
}

PyObject* And(PyObject* left, PyObject* right) {
  return Guarded<PyObject*>(nullptr, [&] {
    const std::optional<IndexMask> a = AsMask(left), b = AsMask(right);
    if (!a || !b) return Py_NewRef(Py_NotImplemented);
    return NewMask(IndexMask::And(*a, *b));
  });
}

PyObject* Or(PyObject* left, PyObject* right) {
  return Guarded<PyObject*>(nullptr, [&] {
    const std::optional<IndexMask> a = AsMask(left), b = AsMask(right);
    if (!a || !b) return Py_NewRef(Py_NotImplemented);
    return NewMask(IndexMask::Or(*a, *b));
  });
}

PyObject* RefuseNot(PyObject*) { return RefuseTruth("a mask has no ~; write the opposite comparison"); }

PyObject* GetIndexShape(PyObject* self, void*) {
  return pybind11::tuple(pybind11::cast(AsIndex(self)->shape())).release().ptr();
}

PyObject* RepresentIndex(PyObject* self) {
  return PyUnicode_FromFormat("<index expression of shape %s>", ToString(AsIndex(self)->shape()).c_str());
}

PyTypeObject* MakeIndexType() {
  static PyGetSetDef attributes[] = {{"shape", GetIndexShape, nullptr, "Elements along each axis.", nullptr},
                                     {nullptr, nullptr, nullptr, nullptr, nullptr}};
  const auto slot = [](auto* function) { return reinterpret_cast<void*>(function); };
  static PyType_Slot slots[] = {
      {Py_tp_dealloc, slot(Deallocate<IndexObject>)},
      {Py_tp_repr, slot(RepresentIndex)},
      {Py_tp_richcompare, slot(Compare)},
      {Py_tp_hash, slot(PyObject_HashNotImplemented)},
      {Py_tp_getset, attributes},
      {Py_mp_subscript, slot(Subscript)},
      {Py_nb_add, slot(Binary<IndexOp::kAdd>)},
      {Py_nb_subtract, slot(Binary<IndexOp::kSubtract>)},
      {Py_nb_multiply, slot(Binary<IndexOp::kMultiply>)},
      {Py_nb_floor_divide, slot(Binary<IndexOp::kFloorDivide>)},
      {Py_nb_remainder, slot(Binary<IndexOp::kModulo>)},
      {Py_nb_negative, slot(Negative)},
      {Py_nb_positive, slot(Positive)},
      {Py_nb_bool, slot(IndexTruth)},
      {Py_tp_doc, const_cast<char*>("An index expression: nl.arange, nl.mgrid, and arithmetic on them.")},
      {0, nullptr}};
  static PyType_Spec spec = {"nki._core.Index", sizeof(IndexObject), 0,
                             Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
  return reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
}

PyTypeObject* MakeMaskType() {
  const auto slot = [](auto* function) { return reinterpret_cast<void*>(function); };
  static PyType_Slot slots[] = {
      {Py_tp_dealloc, slot(Deallocate<MaskObject>)},
      {Py_nb_and, slot(And)},
      {Py_nb_or, slot(Or)},
      {Py_nb_invert, slot(RefuseNot)},
      {Py_nb_bool, slot(MaskTruth)},
      {Py_tp_doc, const_cast<char*>("A comparison of index expressions, for mask=.")},
      {0, nullptr}};
  static PyType_Spec spec = {"nki._core.Mask", sizeof(MaskObject), 0,
                             Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
  return reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
}

pybind11::object IndexRange(int64_t start, int64_t stop, int64_t step) {
  if (step == 0) ThrowValue("arange: step must not be 0");
  constexpr int64_t kFurthest = int64_t{1} << 50;  // of memory/index_grid.cc
  for (int64_t number : {start, stop, step}) {
    if (number < -kFurthest || number > kFurthest)
      ThrowValue("arange: " + std::to_string(number) + " is too large for any tensor");
  }
  const int64_t count = FloorDivide(stop - start + step + (step > 0 ? -1 : 1), step);
  if (count < 1) {
    ThrowValue("arange: nothing lies between " + std::to_string(start) + " and " + std::to_string(stop));
  }
  return pybind11::reinterpret_steal<pybind11::object>(NewIndex(IndexGrid::Range(start, count, step)));
}

PyObject* TupleOf(const Shape& shape) {
  PyObject* tuple = PyTuple_New(static_cast<Py_ssize_t>(shape.size()));
  for (size_t d = 0; tuple != nullptr && d < shape.size(); ++d)
    PyTuple_SET_ITEM(tuple, d, PyLong_FromLongLong(shape[d]));
  return tuple;
}

// mask_box(mask, shape): (begins, ends) of a box of elements outside of which the mask does not hold, and
// whether it holds all through it; None if it leaves nothing out. METH_FASTCALL, as what every masked
// instruction calls.
PyObject* BoxOf(PyObject*, PyObject* const* args, Py_ssize_t) {
  return Guarded<PyObject*>(nullptr, [&] {
    const std::optional<IndexMask> constant = IsMask(args[0]) ? std::nullopt : AsMask(args[0]);
    if (!IsMask(args[0]) && !constant) {
      ThrowType("mask: must be a comparison of index expressions, True or False, got " +
                pybind11::cast<std::string>(pybind11::repr(args[0])));
    }
    const IndexMask& mask = constant ? *constant : reinterpret_cast<MaskObject*>(args[0])->mask;
    const Shape shape = ReadInts(args[1], "mask");
    const auto [box, exact] = mask.Box(shape);
    if (exact && box.ends == shape &&
        std::ranges::all_of(box.begins, [](int64_t begin) { return begin == 0; }))
      return Py_NewRef(Py_None);
    return Py_BuildValue("NNO", TupleOf(box.begins), TupleOf(box.ends), exact ? Py_True : Py_False);
  });
}

PyMethodDef kBoxOf = {"mask_box", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(BoxOf)),
                      METH_FASTCALL, "mask_box(mask, shape)"};

void BindIndexFunctions(pybind11::module_& module) {
  module.def("index_range", IndexRange);
  module.def("broadcast_index", [](const pybind11::object& index, const Shape& shape) {
    IndexGrid zero = IndexGrid::Constant(0);
    CheckRank(static_cast<int>(shape.size()));
    for (int64_t size : shape) zero.axes[zero.rank++] = {0, size};
    return pybind11::reinterpret_steal<pybind11::object>(
        NewIndex(Combined(IndexOp::kAdd, *AsIndex(index.ptr()), zero)));
  });
  // (start, [(step, count), …]) of an index expression, or None if it is not affine.
  module.def("index_terms", [](const pybind11::object& index) -> pybind11::object {
    const IndexGrid& grid = *AsIndex(index.ptr());
    if (!grid.affine()) return pybind11::none();
    pybind11::list axes;
    for (int d = 0; d < grid.rank; ++d)
      axes.append(pybind11::make_tuple(grid.axes[d].step, grid.axes[d].count));
    return pybind11::make_tuple(grid.start, axes);
  });
}

void BindMaskFunctions(pybind11::module_& module) {
  module.attr("mask_box") = pybind11::reinterpret_steal<pybind11::object>(PyCFunction_New(&kBoxOf, nullptr));
  module.def("mask_values", [](const pybind11::object& mask, const Shape& shape) {
    return AsMask(mask.ptr())->Dense(shape);
  });
  // A mask on a tile of `shape`, as one on the part [begins, ends) of it.
  module.def("mask_part",
             [](const pybind11::object& mask, const Shape& shape, const Shape& begins, const Shape& ends) {
               const std::optional<IndexMask> read = AsMask(mask.ptr());
               if (!read) ThrowType("a comparison of index expressions is wanted");
               const IndexMask whole = read->On(shape);
               IndexMask part;
               part.nothing = whole.nothing;
               for (const IndexGrid& term : whole.terms) part.Require(term.Part(shape, begins, ends));
               return pybind11::reinterpret_steal<pybind11::object>(NewMask(std::move(part)));
             });
  // The expressions that a mask says are not negative.
  module.def("mask_terms", [](const pybind11::object& mask) {
    pybind11::list terms;
    const std::optional<IndexMask> read = AsMask(mask.ptr());
    for (const IndexGrid& term : read->terms)
      terms.append(pybind11::reinterpret_steal<pybind11::object>(NewIndex(term)));
    return terms;
  });
}

}  // namespace

const IndexGrid* AsIndex(PyObject* object) {
  return Py_TYPE(object) == index_type ? &reinterpret_cast<IndexObject*>(object)->grid : nullptr;
}

bool IsMask(PyObject* object) { return Py_TYPE(object) == mask_type; }

std::optional<IndexMask> AsMask(PyObject* object) {
  if (IsMask(object)) return reinterpret_cast<MaskObject*>(object)->mask;
  if (!PyBool_Check(object)) return std::nullopt;
  IndexMask mask;
  mask.nothing = object == Py_False;
  return mask;
}

void BindIndices(pybind11::module_& module) {
  index_type = MakeIndexType();
  mask_type = MakeMaskType();
  if (index_type == nullptr || mask_type == nullptr) throw pybind11::error_already_set();
  const auto borrowed = [](PyTypeObject* type) {
    return pybind11::reinterpret_borrow<pybind11::object>(reinterpret_cast<PyObject*>(type));
  };
  module.attr("Index") = borrowed(index_type);
  module.attr("Mask") = borrowed(mask_type);
  BindIndexFunctions(module);
  BindMaskFunctions(module);
}

}  // namespace nki
