#include "frontend/tensor_object.h"

#include "frontend/enums.h"
#include "frontend/errors.h"

namespace nki {
namespace {

PyTypeObject* tensor_type = nullptr;

const View& ViewOf(PyObject* self) { return AsTensor(self)->view; }

template <typename Number>
PyObject* Tuple(const View& view, const Number& number) {
  PyObject* tuple = PyTuple_New(view.rank);
  if (tuple == nullptr) return nullptr;
  for (int i = 0; i < view.rank; ++i) PyTuple_SET_ITEM(tuple, i, PyLong_FromLongLong(number(view.dims[i])));
  return tuple;
}

PyObject* GetShape(PyObject* self, void*) {
  return Tuple(ViewOf(self), [](const Dim& dim) { return dim.count; });
}
PyObject* GetStrides(PyObject* self, void*) {
  return Tuple(ViewOf(self), [](const Dim& dim) { return dim.step; });
}
PyObject* GetOffset(PyObject* self, void*) { return PyLong_FromLongLong(ViewOf(self).offset); }
PyObject* GetName(PyObject* self, void*) { return PyUnicode_FromString(ViewOf(self).tensor->name.c_str()); }
PyObject* GetDtype(PyObject* self, void*) { return Py_NewRef(DtypeName(ViewOf(self).dtype)); }
PyObject* GetBuffer(PyObject* self, void*) { return Py_NewRef(SpaceMember(ViewOf(self).space())); }
PyObject* GetRank(PyObject* self, void*) { return PyLong_FromLong(ViewOf(self).rank); }
PyObject* GetSize(PyObject* self, void*) { return PyLong_FromLongLong(ViewOf(self).elements()); }
PyObject* GetItemBytes(PyObject* self, void*) { return PyLong_FromLong(ItemBytes(ViewOf(self).dtype)); }

PyGetSetDef kAttributes[] = {
    {"shape", GetShape, nullptr, "Elements along each axis; on chip axis 0 is the partition axis.", nullptr},
    {"strides", GetStrides, nullptr, "Elements of the storage from one index to the next, per axis.",
     nullptr},
    {"offset", GetOffset, nullptr, "Elements from the start of the storage to the first element.", nullptr},
    {"name", GetName, nullptr, "The name given when it was made, or one like 'sbuf.3'.", nullptr},
    {"dtype", GetDtype, nullptr, "The data type, a string like 'float32'.", nullptr},
    {"buffer", GetBuffer, nullptr, "The memory it is in, an nl.MemoryRegion.", nullptr},
    {"ndim", GetRank, nullptr, "The number of axes.", nullptr},
    {"size", GetSize, nullptr, "The number of elements.", nullptr},
    {"itemsize", GetItemBytes, nullptr, "Bytes of one element.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

void Deallocate(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  AsTensor(self)->graph.~shared_ptr();
  type->tp_free(self);
  Py_DECREF(type);
}

PyObject* Represent(PyObject* self) {
  return Guarded<PyObject*>(nullptr, [&] {
    const View& view = ViewOf(self);
    const std::string text = "<NkiTensor " + ToText(view) + ": " + TypeText(view.dtype, view.shape()) +
                             " in " + std::string(Name(view.space())) + ">";
    return PyUnicode_FromString(text.c_str());
  });
}

PyObject* Subscript(PyObject* self, PyObject* key) {
  return Guarded<PyObject*>(nullptr,
                            [&] { return MakeTensor(Index(ViewOf(self), key), AsTensor(self)->graph); });
}

int AssignSubscript(PyObject*, PyObject*, PyObject*) {
  PyErr_SetString(PyExc_TypeError,
                  "a tensor is written by an instruction, not by assignment: use "
                  "nisa.tensor_copy(dst=t[...], src=...) on "
                  "chip, or nisa.dma_copy(dst=t[...], src=...) to and from HBM");
  return -1;
}

Py_ssize_t Length(PyObject* self) { return static_cast<Py_ssize_t>(ViewOf(self).dims[0].count); }

int Truth(PyObject* self) {
  PyErr_Format(PyExc_TypeError,
               "the truth value of tensor %s is not known while a kernel is traced; Python's if, while and "
               "assert can use "
               "shapes, dtypes and arguments that are not tensors",
               ViewOf(self).tensor->name.c_str());
  return -1;
}

PyObject* RefuseOperator(PyObject* left, PyObject* right) {
  PyObject* tensor = IsTensor(left) ? left : right;
  PyErr_Format(
      PyExc_TypeError,
      "tensor %s has no Python operators; use an instruction such as nisa.tensor_tensor(dst=..., data1=..., "
      "data2=..., op=nl.add) or nisa.tensor_scalar(...)",
      ViewOf(tensor).tensor->name.c_str());
  return nullptr;
}

PyObject* RefuseUnary(PyObject* self) { return RefuseOperator(self, self); }

// Equality of tensors stays identity, so that a list of them can be searched; with None it is asked whether
// an argument was given. A number would be a comparison of values.
PyObject* Compare(PyObject* left, PyObject* right, int comparison) {
  const bool by_identity = IsTensor(right) || right == Py_None;
  if (by_identity && (comparison == Py_EQ || comparison == Py_NE))
    return Py_NewRef((left == right) == (comparison == Py_EQ) ? Py_True : Py_False);
  return RefuseOperator(left, right);
}

PyObject* Iterate(PyObject* self) {
  PyErr_Format(PyExc_TypeError,
               "tensor %s can't be iterated over; index it: for i in nl.affine_range(%zd): t[i]",
               ViewOf(self).tensor->name.c_str(), Length(self));
  return nullptr;
}

// NumPy asks for this before it makes an array of an object.
PyObject* RefuseArray(PyObject* self, PyObject*, PyObject*) {
  PyErr_Format(
      PyExc_TypeError,
      "tensor %s has no values while a kernel is traced, so NumPy can't use it; use instructions of nki.isa",
      ViewOf(self).tensor->name.c_str());
  return nullptr;
}

PyObject* New(PyTypeObject*, PyObject*, PyObject*) {
  PyErr_SetString(PyExc_TypeError, "tensors are made with nl.ndarray(shape, dtype, buffer)");
  return nullptr;
}

PyType_Slot kSlots[] = {
    {Py_tp_new, reinterpret_cast<void*>(New)},
    {Py_tp_dealloc, reinterpret_cast<void*>(Deallocate)},
    {Py_tp_repr, reinterpret_cast<void*>(Represent)},
    {Py_tp_getset, kAttributes},
    {Py_tp_methods, kTensorMethods},
    {Py_mp_subscript, reinterpret_cast<void*>(Subscript)},
    {Py_mp_ass_subscript, reinterpret_cast<void*>(AssignSubscript)},
    {Py_mp_length, reinterpret_cast<void*>(Length)},
    {Py_nb_bool, reinterpret_cast<void*>(Truth)},
    {Py_nb_add, reinterpret_cast<void*>(RefuseOperator)},
    {Py_nb_subtract, reinterpret_cast<void*>(RefuseOperator)},
    {Py_nb_multiply, reinterpret_cast<void*>(RefuseOperator)},
    {Py_nb_true_divide, reinterpret_cast<void*>(RefuseOperator)},
    {Py_nb_matrix_multiply, reinterpret_cast<void*>(RefuseOperator)},
    {Py_nb_floor_divide, reinterpret_cast<void*>(RefuseOperator)},
    {Py_nb_remainder, reinterpret_cast<void*>(RefuseOperator)},
    {Py_nb_and, reinterpret_cast<void*>(RefuseOperator)},
    {Py_nb_or, reinterpret_cast<void*>(RefuseOperator)},
    {Py_nb_xor, reinterpret_cast<void*>(RefuseOperator)},
    {Py_nb_negative, reinterpret_cast<void*>(RefuseUnary)},
    {Py_nb_absolute, reinterpret_cast<void*>(RefuseUnary)},
    {Py_nb_invert, reinterpret_cast<void*>(RefuseUnary)},
    {Py_nb_float, reinterpret_cast<void*>(RefuseUnary)},
    {Py_nb_int, reinterpret_cast<void*>(RefuseUnary)},
    {Py_tp_richcompare, reinterpret_cast<void*>(Compare)},
    {Py_tp_hash, reinterpret_cast<void*>(_Py_HashPointer)},
    {Py_tp_iter, reinterpret_cast<void*>(Iterate)},
    {Py_tp_doc,
     const_cast<char*>("A tensor of a kernel, or a view of one. Views share the storage; none moves data.\n\n"
                       "Source of the semantics: nki.language.NkiTensor, NKI 0.6.")},
    {0, nullptr},
};

PyType_Spec kSpec = {"nki.language.NkiTensor", sizeof(TensorObject), 0, Py_TPFLAGS_DEFAULT, kSlots};

}  // namespace

void BindTensor(pybind11::module_& module) {
  static PyMethodDef refuse_array = {"__array__",
                                     reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(RefuseArray)),
                                     METH_VARARGS | METH_KEYWORDS, nullptr};
  tensor_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&kSpec));
  if (tensor_type == nullptr) throw pybind11::error_already_set();
  auto* type = reinterpret_cast<PyObject*>(tensor_type);
  const auto array =
      pybind11::reinterpret_steal<pybind11::object>(PyDescr_NewMethod(tensor_type, &refuse_array));
  // None: NumPy's functions and operators refuse the object instead of wrapping it.
  const bool set = array && PyObject_SetAttrString(type, "__array__", array.ptr()) == 0 &&
                   PyObject_SetAttrString(type, "__array_ufunc__", Py_None) == 0;
  if (!set) throw pybind11::error_already_set();
  module.attr("NkiTensor") =
      pybind11::reinterpret_borrow<pybind11::object>(reinterpret_cast<PyObject*>(tensor_type));
}

bool IsTensor(PyObject* object) { return Py_TYPE(object) == tensor_type; }

PyObject* MakeTensor(const View& view, std::shared_ptr<KernelGraph> graph) {
  PyObject* object = tensor_type->tp_alloc(tensor_type, 0);
  if (object == nullptr) return nullptr;
  AsTensor(object)->view = view;
  new (&AsTensor(object)->graph) std::shared_ptr<KernelGraph>(std::move(graph));
  return object;
}

}  // namespace nki
