// NkiTensor: a view of a traced tensor, as a Python object.
//
// A CPython type written out, because kernels make and index tensors as often as they issue instructions.
#ifndef NKI_FRONTEND_TENSOR_OBJECT_H_
#define NKI_FRONTEND_TENSOR_OBJECT_H_

#include <pybind11/pybind11.h>

#include <memory>
#include <span>
#include <vector>

#include "interpreter/graph.h"

namespace nki {

struct TensorObject {
  PyObject_HEAD View view;
  std::shared_ptr<KernelGraph> graph;  // keeps the tensor that the view points to
  bool is_condition;                   // its elements answer a question, as those of nl.equal do
};

void BindTensor(pybind11::module_& module);

// Also true for the tensors of Beta 1 (tile_object.h).
bool IsTensor(PyObject* object);
inline TensorObject* AsTensor(PyObject* object) { return reinterpret_cast<TensorObject*>(object); }

// A new NkiTensor (owned reference). Null with a Python error if memory is short.
PyObject* MakeTensor(const View& view, std::shared_ptr<KernelGraph> graph, bool is_condition = false);

// The view that `key` (ints, registers, slices, ellipsis, nl.ds, tuples of them) selects; `holds` is what its
// Python object will hold. tensor_index.cc
View Index(const View& view, PyObject* key, std::shared_ptr<KernelGraph>& holds);

// Python integers (also NumPy's). `what` names the argument in the error.
int64_t ReadInt(PyObject* value, const char* what);
// A tuple or list of integers; a lone integer is a list of one.
Shape ReadInts(PyObject* value, const char* what);
// [[step, count], …]
std::vector<Dim> ReadPattern(PyObject* value, const char* what);

// The view with its axes split, reordered and joined by name. tensor_rearrange.cc
View Rearranged(const View& view, PyObject* source, PyObject* destination, PyObject* fixed_sizes);
// The values as a NumPy array, for nki.simulate; a TypeError where a tensor has none.
pybind11::object ValuesOf(PyObject* tensor);

// Of a further type whose objects begin as TensorObject does: makes it a tensor to IsTensor.
void RegisterTensorType(PyTypeObject* type);
// The attributes of every tensor, without an end mark; that for the data type under this name.
std::vector<PyGetSetDef> TensorAttributes(const char* dtype);

extern PyMethodDef kTensorMethods[];  // tensor_methods.cc

}  // namespace nki

#endif  // NKI_FRONTEND_TENSOR_OBJECT_H_
