#include "frontend/tensor_object.h"

#include <iterator>
#include <vector>

#include "frontend/enums.h"
#include "frontend/errors.h"
#include "frontend/tensor_refusals.h"

namespace nki {
namespace {

PyTypeObject* tensor_type = nullptr;
PyTypeObject* further_type = nullptr;  // Beta 1's

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
    if (AsTensor(self)->graph->machine == nullptr) return PyUnicode_FromString(text.c_str());
    const pybind11::object values =
        pybind11::module_::import("nki._numpy").attr("text_of")(pybind11::handle(self));
    return PyUnicode_FromFormat("%s\n%U", text.c_str(), values.ptr());
  });
}

PyObject* Subscript(PyObject* self, PyObject* key) {
  return Guarded<PyObject*>(nullptr, [&] {
    std::shared_ptr<KernelGraph> holds = AsTensor(self)->graph;
    const View view = Index(ViewOf(self), key, holds);
    return MakeTensor(view, std::move(holds), AsTensor(self)->is_condition);
  });
}

int AssignSubscript(PyObject*, PyObject*, PyObject*) {
  PyErr_SetString(PyExc_TypeError,
                  "a tensor is written by an instruction, not by assignment: use "
                  "nisa.tensor_copy(dst=t[...], src=...) on "
                  "chip, or nisa.dma_copy(dst=t[...], src=...) to and from HBM");
  return -1;
}

// NkiTensor(shape, dtype, None): a shape and dtype without values, as in a signature; no instruction takes
// it.
PyObject* New(PyTypeObject*, PyObject* args, PyObject* kwargs) {
  static const char* const names[] = {"shape", "dtype", "storage", "buffer", "name", nullptr};
  PyObject *shape, *dtype, *storage, *buffer = nullptr;
  const char* name = "";
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOO|Os", const_cast<char**>(names), &shape, &dtype,
                                   &storage, &buffer, &name)) {
    return nullptr;
  }
  return Guarded<PyObject*>(nullptr, [&] {
    if (storage != Py_None) {
      ThrowType(
          "NkiTensor: storage must be None; tensors with values are made with nl.ndarray(shape, dtype, "
          "buffer)");
    }
    const auto graph = std::make_shared<KernelGraph>();
    Tensor& tensor = graph->tensors.emplace_back();
    tensor.id = -1;
    tensor.name = *name == 0 ? "placeholder" : name;
    tensor.space = buffer == nullptr ? Space::kSbuf : ReadSpace(buffer);
    tensor.dtype = ReadDtype(dtype);
    tensor.shape = ReadInts(shape, "NkiTensor: shape");
    for (int64_t extent : tensor.shape) {
      if (extent < 1)
        ThrowValue("NkiTensor: shape " + ToString(tensor.shape) + " must hold positive integers");
    }
    return MakeTensor(View::Of(tensor), graph);
  });
}

PyType_Slot kSlots[] = {
    {Py_tp_new, reinterpret_cast<void*>(New)},
    {Py_tp_dealloc, reinterpret_cast<void*>(Deallocate)},
    {Py_tp_repr, reinterpret_cast<void*>(Represent)},
    {Py_tp_getset, kAttributes},
    {Py_tp_methods, kTensorMethods},
    {Py_mp_subscript, reinterpret_cast<void*>(Subscript)},
    {Py_mp_ass_subscript, reinterpret_cast<void*>(AssignSubscript)},
    {Py_tp_doc,
     const_cast<char*>("A tensor of a kernel, or a view of one. Views share the storage; none moves data.\n\n"
                       "Source of the semantics: nki.language.NkiTensor, NKI 0.6.")},
};

}  // namespace

void BindTensor(pybind11::module_& module) {
  std::vector<PyType_Slot> slots = RefusalSlots();
  slots.insert(slots.begin(), std::begin(kSlots), std::end(kSlots));
  slots.push_back({0, nullptr});
  PyType_Spec spec = {"nki.language.NkiTensor", sizeof(TensorObject), 0, Py_TPFLAGS_DEFAULT, slots.data()};
  tensor_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
  if (tensor_type == nullptr || !AddNumpyRefusals(tensor_type)) throw pybind11::error_already_set();
  module.attr("NkiTensor") =
      pybind11::reinterpret_borrow<pybind11::object>(reinterpret_cast<PyObject*>(tensor_type));
}

pybind11::object ValuesOf(PyObject* tensor) {
  if (AsTensor(tensor)->graph->machine == nullptr) {
    ThrowType(
        "tensor " + ViewOf(tensor).tensor->name +
        " has no values while a kernel is traced; call the kernel with nki.simulate(kernel)(...), or set "
        "NKI_SIMULATOR=1, and it has them");
  }
  return pybind11::module_::import("nki._numpy").attr("values_of")(pybind11::handle(tensor));
}

bool IsTensor(PyObject* object) { return Py_TYPE(object) == tensor_type || Py_TYPE(object) == further_type; }

void RegisterTensorType(PyTypeObject* type) { further_type = type; }

std::vector<PyGetSetDef> TensorAttributes(const char* dtype) {
  std::vector<PyGetSetDef> attributes(std::begin(kAttributes), std::prev(std::end(kAttributes)));
  for (PyGetSetDef& attribute : attributes) {
    if (attribute.get == GetDtype) attribute.name = dtype;
  }
  return attributes;
}

PyObject* MakeTensor(const View& view, std::shared_ptr<KernelGraph> graph, bool is_condition) {
  PyObject* object = tensor_type->tp_alloc(tensor_type, 0);
  if (object == nullptr) return nullptr;
  AsTensor(object)->view = view;
  new (&AsTensor(object)->graph) std::shared_ptr<KernelGraph>(std::move(graph));
  AsTensor(object)->is_condition = is_condition;
  return object;
}

}  // namespace nki
