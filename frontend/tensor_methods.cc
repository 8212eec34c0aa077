// The view methods of NkiTensor: read the arguments, call the view, wrap the result.
#include <algorithm>
#include <memory>
#include <string>

#include "frontend/dynamic_view.h"
#include "frontend/enums.h"
#include "frontend/errors.h"
#include "frontend/register_object.h"
#include "frontend/tensor_object.h"

namespace nki {
namespace {

const View& ViewOf(PyObject* self) { return AsTensor(self)->view; }

// Parses keyword arguments with PyArg's format language. Throws the Python error.
template <size_t kCount, typename... Targets>
void Parse(PyObject* args, PyObject* kwargs, const char* format, const char* const (&names)[kCount],
           Targets*... targets) {
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, format, const_cast<char**>(names), targets...)) {
    throw pybind11::error_already_set();
  }
}

// A new tensor object of the view that make(view) returns, or make(view, holds), which may exchange what the
// object holds.
template <typename Make>
PyObject* NewView(PyObject* self, const Make& make) {
  return Guarded<PyObject*>(nullptr, [&] {
    Holds holds = AsTensor(self)->graph;
    View view;
    if constexpr (requires { make(ViewOf(self), holds); }) {
      view = make(ViewOf(self), holds);
    } else {
      view = make(ViewOf(self));
    }
    return MakeTensor(view, std::move(holds), AsTensor(self)->is_condition);
  });
}

// NumPy takes the numbers one by one too; NKI takes a tuple.
void RefuseLooseNumbers(PyObject* args, const char* method) {
  const Py_ssize_t count = PyTuple_GET_SIZE(args);
  if (count < 2 || !PyLong_Check(PyTuple_GET_ITEM(args, 0)) || !PyLong_Check(PyTuple_GET_ITEM(args, 1)))
    return;
  const std::string numbers = pybind11::cast<std::string>(pybind11::repr(pybind11::handle(args)));
  ThrowType(std::string(method) + " takes one tuple, " + method + "(" + numbers + "), not " +
            std::to_string(count) + " arguments");
}

int Axis(const View& view, PyObject* value, const char* what) {
  const int64_t axis = ReadInt(value, what);
  return static_cast<int>(axis < 0 ? axis + view.rank : axis);
}

PyObject* Slice(PyObject* self, PyObject* args, PyObject* kwargs) {
  return NewView(self, [&](const View& view) {
    static const char* const names[] = {"dim", "start", "end", "step", nullptr};
    PyObject *dim, *start, *end, *step = nullptr;
    Parse(args, kwargs, "OOO|O:slice", names, &dim, &start, &end, &step);
    return view.Slice(Axis(view, dim, "slice: dim"), ReadInt(start, "slice: start"),
                      ReadInt(end, "slice: end"), step ? ReadInt(step, "slice: step") : 1);
  });
}

PyObject* Select(PyObject* self, PyObject* args, PyObject* kwargs) {
  return NewView(self, [&](const View& view, Holds& holds) {
    static const char* const names[] = {"dim", "index", nullptr};
    PyObject *dim, *index;
    Parse(args, kwargs, "OO:select", names, &dim, &index);
    const int axis = Axis(view, dim, "select: dim");
    if (axis == 0 && view.on_chip())
      ThrowValue("select: axis 0 of an on-chip tensor is the partition axis and stays");
    if (!IsRegister(index) && !IsTensor(index))
      return view.Select(axis, ReadInt(index, "select: index"), false);
    return Selected(view, axis, view.Select(axis, 0, false), index, view.dims[axis].count, holds, "select");
  });
}

PyObject* Permute(PyObject* self, PyObject* args, PyObject* kwargs) {
  return NewView(self, [&](const View& view) {
    static const char* const names[] = {"dims", nullptr};
    PyObject* dims;
    RefuseLooseNumbers(args, "permute");
    Parse(args, kwargs, "O:permute", names, &dims);
    const Shape given = ReadInts(dims, "permute: dims");
    std::vector<int> order(given.size());
    std::ranges::transform(given, order.begin(), [](int64_t axis) { return static_cast<int>(axis); });
    return view.Permute(order);
  });
}

PyObject* Broadcast(PyObject* self, PyObject* args, PyObject* kwargs) {
  return NewView(self, [&](const View& view) {
    static const char* const names[] = {"dim", "size", nullptr};
    PyObject *dim, *size;
    Parse(args, kwargs, "OO:broadcast", names, &dim, &size);
    return view.Broadcast(Axis(view, dim, "broadcast: dim"), ReadInt(size, "broadcast: size"));
  });
}

PyObject* BroadcastTo(PyObject* self, PyObject* args, PyObject* kwargs) {
  return NewView(self, [&](const View& view) {
    static const char* const names[] = {"shape", nullptr};
    PyObject* shape;
    RefuseLooseNumbers(args, "broadcast_to");
    Parse(args, kwargs, "O:broadcast_to", names, &shape);
    return view.BroadcastTo(ReadInts(shape, "broadcast_to: shape"));
  });
}

PyObject* ExpandDim(PyObject* self, PyObject* args, PyObject* kwargs) {
  return NewView(self, [&](const View& view) {
    static const char* const names[] = {"dim", nullptr};
    PyObject* dim;
    Parse(args, kwargs, "O:expand_dim", names, &dim);
    const int64_t axis = ReadInt(dim, "expand_dim: dim");
    return view.ExpandDim(static_cast<int>(axis < 0 ? axis + view.rank + 1 : axis));
  });
}

PyObject* SqueezeDim(PyObject* self, PyObject* args, PyObject* kwargs) {
  return NewView(self, [&](const View& view) {
    static const char* const names[] = {"dim", nullptr};
    PyObject* dim;
    Parse(args, kwargs, "O:squeeze_dim", names, &dim);
    const int axis = Axis(view, dim, "squeeze_dim: dim");
    if (axis == 0 && view.on_chip())
      ThrowValue("squeeze_dim: axis 0 of an on-chip tensor is the partition axis and stays");
    return view.SqueezeDim(axis);
  });
}

PyObject* ReshapeDim(PyObject* self, PyObject* args, PyObject* kwargs) {
  return NewView(self, [&](const View& view) {
    static const char* const names[] = {"dim", "shape", nullptr};
    PyObject *dim, *shape;
    Parse(args, kwargs, "OO:reshape_dim", names, &dim, &shape);
    return view.ReshapeDim(Axis(view, dim, "reshape_dim: dim"), ReadInts(shape, "reshape_dim: shape"));
  });
}

PyObject* FlattenDims(PyObject* self, PyObject* args, PyObject* kwargs) {
  return NewView(self, [&](const View& view) {
    static const char* const names[] = {"start_dim", "end_dim", nullptr};
    PyObject *start, *end;
    Parse(args, kwargs, "OO:flatten_dims", names, &start, &end);
    return view.FlattenDims(Axis(view, start, "flatten_dims: start_dim"),
                            Axis(view, end, "flatten_dims: end_dim"));
  });
}

PyObject* Reshape(PyObject* self, PyObject* args, PyObject* kwargs) {
  return NewView(self, [&](const View& view) {
    static const char* const names[] = {"shape", "new_shape", nullptr};
    PyObject *shape = nullptr, *new_shape = nullptr;  // the second is the name in NKI 0.4
    RefuseLooseNumbers(args, "reshape");
    Parse(args, kwargs, "|OO:reshape", names, &shape, &new_shape);
    if ((shape == nullptr) == (new_shape == nullptr)) ThrowType("reshape: shape must be given, once");
    return view.Reshape(ReadInts(shape ? shape : new_shape, "reshape: shape"));
  });
}

PyObject* Rearrange(PyObject* self, PyObject* args, PyObject* kwargs) {
  return NewView(self, [&](const View& view) {
    static const char* const names[] = {"src_pattern", "dst_pattern", "fixed_sizes", nullptr};
    if (PyTuple_GET_SIZE(args) > 0 && PyUnicode_Check(PyTuple_GET_ITEM(args, 0))) {
      ThrowType(
          "rearrange: src_pattern and dst_pattern are tuples of names, as in rearrange(('p', ('a', 'b')), "
          "('p', 'b', 'a'), {'a': 2}), and not one string");
    }
    PyObject *source, *destination, *sizes = Py_None;
    Parse(args, kwargs, "OO|O:rearrange", names, &source, &destination, &sizes);
    return Rearranged(view, source, destination, sizes);
  });
}

PyObject* Reinterpret(PyObject* self, PyObject* args, PyObject* kwargs) {
  return NewView(self, [&](const View& view) {
    static const char* const names[] = {"dtype", nullptr};
    PyObject* dtype;
    Parse(args, kwargs, "O:view", names, &dtype);
    return view.Reinterpret(ReadDtype(dtype));
  });
}

PyObject* AccessPattern(PyObject* self, PyObject* args, PyObject* kwargs) {
  return NewView(self, [&](const View& view, Holds& holds) {
    static const char* const names[] = {"pattern",      "offset", "scalar_offset", "vector_offset",
                                        "indirect_dim", "dtype",  nullptr};
    PyObject *pattern, *offset = Py_None, *scalar = Py_None, *vector = Py_None, *indirect = nullptr,
                       *dtype = Py_None;
    Parse(args, kwargs, "O|OOOOO:ap", names, &pattern, &offset, &scalar, &vector, &indirect, &dtype);
    const Dtype as = dtype == Py_None ? view.dtype : ReadDtype(dtype);
    const int64_t at = offset == Py_None ? 0 : ReadInt(offset, "ap: offset");
    const View made = view.AccessPattern(ReadPattern(pattern, "ap: pattern"), at, as);
    if (scalar == Py_None && vector == Py_None) return made;
    const int64_t dim = indirect == nullptr ? 0 : ReadInt(indirect, "ap: indirect_dim");
    return WithOffset(view, made, scalar, vector, dim, holds);
  });
}

PyObject* GetNumpy(PyObject* self, PyObject*) {
  return Guarded<PyObject*>(nullptr, [&] { return ValuesOf(self).release().ptr(); });
}

PyObject* GetPattern(PyObject* self, PyObject*) {
  pybind11::list pattern;
  for (const Dim& dim : ViewOf(self).axes()) {
    pybind11::list pair;
    pair.append(dim.step);
    pair.append(dim.count);
    pattern.append(pair);
  }
  return pattern.release().ptr();
}

PyObject* IsContiguous(PyObject* self, PyObject*) { return PyBool_FromLong(ViewOf(self).IsContiguous()); }

PyObject* IsIndirect(PyObject* self, PyObject*) { return PyBool_FromLong(ViewOf(self).dynamic != nullptr); }

PyObject* VectorSelect(PyObject* self, PyObject* args, PyObject* kwargs) {
  return NewView(self, [&](const View& view, Holds& holds) {
    static const char* const names[] = {"dim", "vector_offset", nullptr};
    PyObject *dim, *index;
    Parse(args, kwargs, "OO:vector_select", names, &dim, &index);
    if (ReadInt(dim, "vector_select: dim") != 0) ThrowValue("vector_select: dim must be 0");
    if (!IsTensor(index)) ThrowType("vector_select: vector_offset must be a tensor with one index per row");
    if (view.on_chip()) ThrowValue("vector_select: " + view.ToString() + " is on chip; it must be in HBM");
    if (view.dynamic != nullptr)
      ThrowValue("vector_select: " + view.ToString() + " already has a dynamic offset");
    DynamicOffset offset;
    offset.kind = DynamicOffset::Kind::kRows;
    offset.index = AsTensor(index)->view;
    offset.step_bytes = view.dims[0].step * ItemBytes(view.dtype);
    offset.choices = view.dims[0].count;
    View rows = view;
    rows.dims[0] = {0, offset.index.dims[0].count};
    return WithDynamic(rows, offset, index, holds, "vector_select");
  });
}

void CheckIndex(const View& view, const View& index) {
  if (!view.on_chip()) ThrowValue("indirect: " + view.ToString() + " is in HBM; it must be on chip");
  if (view.dynamic != nullptr || index.dynamic != nullptr)
    ThrowValue("indirect: neither " + view.ToString() + " nor its index may have a dynamic offset");
  if (In(index.space(), kSbuf) && index.rank == 2 && IsInteger(index.dtype) &&
      index.partitions() == view.partitions())
    return;
  ThrowValue("indirect: index is " + index.ToString() + "; for " + view.ToString() +
             " it must be a tile of integers in SBUF with two axes and " + std::to_string(view.partitions()) +
             " partitions");
}

PyObject* Indirect(PyObject* self, PyObject* args, PyObject* kwargs) {
  return NewView(self, [&](const View& view, Holds& holds) {
    static const char* const names[] = {"index", "num_elem", nullptr};
    PyObject *given, *count = Py_None;
    Parse(args, kwargs, "O|O:indirect", names, &given, &count);
    if (!IsTensor(given)) ThrowType("indirect: index must be a tensor of offsets along the free axis");
    const View& index = AsTensor(given)->view;
    CheckIndex(view, index);
    const int64_t elements = count == Py_None ? index.elements() : ReadInt(count, "indirect: num_elem");
    if (elements < 1 || elements > index.elements()) {
      ThrowValue("indirect: num_elem is " + std::to_string(elements) + "; index holds " +
                 std::to_string(index.elements()) + " offsets");
    }
    View chosen = view.rank > 2 ? view.FlattenDims(1, view.rank - 1) : view;
    DynamicOffset offset;
    offset.kind = DynamicOffset::Kind::kColumns;
    offset.index = index;
    offset.step_bytes = chosen.dims[1].step * ItemBytes(view.dtype);
    offset.choices = chosen.dims[1].count;
    chosen.dims[1] = {1, elements};
    return WithDynamic(chosen, offset, given, holds, "indirect");
  });
}

}  // namespace

#define NKI_VIEW_METHOD(name, function, signature, doc)                          \
  {                                                                              \
    name, reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function)), \
        METH_VARARGS | METH_KEYWORDS, name "($self, " signature ")\n--\n\n" doc  \
  }

PyMethodDef kTensorMethods[] = {
    NKI_VIEW_METHOD("slice", Slice, "dim, start, end, step=1",
                    "The elements start, start+step, … below end of one axis."),
    NKI_VIEW_METHOD("select", Select, "dim, index", "One index of an axis; the axis is dropped."),
    NKI_VIEW_METHOD("vector_select", VectorSelect, "dim, vector_offset",
                    "Rows of an HBM tensor, one for each index of a column [P, 1] in SBUF; dim is 0."),
    NKI_VIEW_METHOD("permute", Permute, "dims", "The axes in another order; on chip axis 0 stays first."),
    NKI_VIEW_METHOD("broadcast", Broadcast, "dim, size", "An axis of one element, repeated."),
    NKI_VIEW_METHOD("broadcast_to", BroadcastTo, "shape", "Every axis of one element, repeated to `shape`."),
    NKI_VIEW_METHOD("expand_dim", ExpandDim, "dim", "With a new axis of one element."),
    NKI_VIEW_METHOD("squeeze_dim", SqueezeDim, "dim", "Without an axis of one element."),
    NKI_VIEW_METHOD("reshape_dim", ReshapeDim, "dim, shape",
                    "One axis split into several; one size may be -1."),
    NKI_VIEW_METHOD("flatten_dims", FlattenDims, "start_dim, end_dim", "Neighbouring axes joined into one."),
    NKI_VIEW_METHOD("reshape", Reshape, "shape", "Another shape of the same elements in the same order."),
    NKI_VIEW_METHOD("rearrange", Rearrange, "src_pattern, dst_pattern, fixed_sizes=None",
                    "Axes split, reordered and joined by name, as ('b', ('h', 'w')) to ('b', 'w', 'h')."),
    NKI_VIEW_METHOD("view", Reinterpret, "dtype", "The same bytes as another dtype."),
    NKI_VIEW_METHOD("reinterpret_cast", Reinterpret, "dtype",
                    "The same bytes as another dtype; `view` by its other name."),
    NKI_VIEW_METHOD(
        "ap", AccessPattern,
        "pattern, offset=None, scalar_offset=None, vector_offset=None, indirect_dim=0, dtype=None",
        "An access pattern over the storage: [[step, count], …] in elements, from `offset`."),
    NKI_VIEW_METHOD(
        "indirect", Indirect, "index, num_elem=None",
        "Free elements that an index tensor chooses in each group of 16 partitions (32 on the "
        "Tensor engine); on trn3.\n\nnum_elem is index.size if left out, which one group can hold."),
    {"numpy", GetNumpy, METH_NOARGS,
     "numpy($self)\n--\n\nThe values as a NumPy array, a copy; in nki.simulate, where tensors have values."},
    {"get_pattern", GetPattern, METH_NOARGS,
     "get_pattern($self)\n--\n\n[[step, count], …], one pair per axis."},
    {"is_contiguous", IsContiguous, METH_NOARGS,
     "is_contiguous($self)\n--\n\nTrue if the elements lie side by side (on chip: inside each partition)."},
    {"is_indirect", IsIndirect, METH_NOARGS, "is_indirect($self)\n--\n\nTrue if addresses depend on data."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace nki
