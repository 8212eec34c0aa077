// Whether what a kernel's Python has read is what it was: asked at every call, so it is flat and in C.
#include <pybind11/pybind11.h>

#include <cstring>

#include "frontend/bind.h"

namespace nki {
namespace {

// What a probe looks at, each with (owner, key, expected). python/nki/_captured.py writes them.
enum Probe : long {
  kItem,      // the dict `owner` has `key`, which is `expected`
  kNoItem,    // the dict `owner` has no `key`
  kDict,      // the dict `owner` has the keys in the tuple `key` and the values in `expected`
  kList,      // the list `owner` holds what the tuple `expected` does
  kIterated,  // the set, deque, … `owner` gives what the tuple `expected` holds
  kLength,    // the dict `owner` has `expected` items
  kCell,      // the cell `owner` holds `expected`
  kNoCell,    // the cell `owner` is empty
  kSlot,      // the descriptor `key` finds `expected` in `owner`
  kNoSlot,    // the descriptor `key` finds nothing in `owner`
  kClass,     // the class of `owner` is `expected`
  kFields,    // `expected` is the __dict__ of `owner`
  kFunction,  // code, defaults and keyword defaults of `owner` are in the tuple `expected`
};
constexpr Py_ssize_t kWords = 4;

// Values are the same if a kernel can't tell them apart, though one be made anew. Runs no code of the user's.
bool Same(PyObject* a, PyObject* b) {
  if (a == b) return true;
  if (a == nullptr || b == nullptr || Py_TYPE(a) != Py_TYPE(b)) return false;
  if (PyFloat_CheckExact(a)) {
    const double x = PyFloat_AS_DOUBLE(a), y = PyFloat_AS_DOUBLE(b);
    return std::memcmp(&x, &y, sizeof x) == 0;
  }
  if (PyLong_CheckExact(a) || PyUnicode_CheckExact(a) || PyBytes_CheckExact(a)) {
    return PyObject_RichCompareBool(a, b, Py_EQ) == 1;
  }
  if (!PyTuple_CheckExact(a) || PyTuple_GET_SIZE(a) != PyTuple_GET_SIZE(b)) return false;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(a); ++i) {
    if (!Same(PyTuple_GET_ITEM(a, i), PyTuple_GET_ITEM(b, i))) return false;
  }
  return true;
}

bool SameDict(PyObject* dict, PyObject* keys, PyObject* values) {
  if (PyDict_GET_SIZE(dict) != PyTuple_GET_SIZE(keys)) return false;
  PyObject *key, *value;
  for (Py_ssize_t at = 0, i = 0; PyDict_Next(dict, &at, &key, &value); ++i) {
    if (!Same(key, PyTuple_GET_ITEM(keys, i)) || !Same(value, PyTuple_GET_ITEM(values, i))) return false;
  }
  return true;
}

bool SameList(PyObject* list, PyObject* items) {
  const Py_ssize_t size = PyTuple_GET_SIZE(items);
  if (PyList_GET_SIZE(list) != size) return false;
  for (Py_ssize_t i = 0; i < size; ++i) {
    if (!Same(PyList_GET_ITEM(list, i), PyTuple_GET_ITEM(items, i))) return false;
  }
  return true;
}

bool SameIterated(PyObject* container, PyObject* items) {
  PyObject* now = PySequence_List(container);
  const bool same = now != nullptr && SameList(now, items);
  Py_XDECREF(now);
  return same;
}

bool SameSlot(PyObject* owner, PyObject* descriptor, PyObject* expected) {
  PyObject* now =
      Py_TYPE(descriptor)->tp_descr_get(descriptor, owner, reinterpret_cast<PyObject*>(Py_TYPE(owner)));
  const bool same = expected == nullptr ? now == nullptr : Same(now, expected);
  Py_XDECREF(now);
  return same;
}

bool SameFields(PyObject* owner, PyObject* expected) {
  PyObject* now = PyObject_GenericGetDict(owner, nullptr);
  Py_XDECREF(now);  // `expected` keeps it, if it is that
  return now == expected;
}

bool SameFunction(PyObject* function, PyObject* expected) {
  const auto is = [expected](Py_ssize_t i, PyObject* part) {
    return Same(part == nullptr ? Py_None : part, PyTuple_GET_ITEM(expected, i));
  };
  return is(0, PyFunction_GET_CODE(function)) && is(1, PyFunction_GET_DEFAULTS(function)) &&
         is(2, PyFunction_GET_KW_DEFAULTS(function));
}

bool Holds(Probe probe, PyObject* owner, PyObject* key, PyObject* expected) {
  switch (probe) {
    case kItem:
      return Same(PyDict_GetItemWithError(owner, key), expected);
    case kNoItem:
      return PyDict_GetItemWithError(owner, key) == nullptr;
    case kDict:
      return SameDict(owner, key, expected);
    case kList:
      return SameList(owner, expected);
    case kIterated:
      return SameIterated(owner, expected);
    case kLength:
      return PyDict_GET_SIZE(owner) == PyLong_AsSsize_t(expected);
    case kCell:
      return Same(PyCell_GET(owner), expected);
    case kNoCell:
      return PyCell_GET(owner) == nullptr;
    case kSlot:
      return SameSlot(owner, key, expected);
    case kNoSlot:
      return SameSlot(owner, key, nullptr);
    case kClass:
      return reinterpret_cast<PyObject*>(Py_TYPE(owner)) == expected;
    case kFields:
      return SameFields(owner, expected);
    case kFunction:
      return SameFunction(owner, expected);
  }
  return false;
}

PyObject* Unchanged(PyObject*, PyObject* probes) {
  if (!PyTuple_CheckExact(probes)) return PyErr_Format(PyExc_TypeError, "unchanged: probes are a tuple");
  for (Py_ssize_t i = 0; i + kWords <= PyTuple_GET_SIZE(probes); i += kWords) {
    PyObject** at = &PyTuple_GET_ITEM(probes, i);
    if (!Holds(static_cast<Probe>(PyLong_AsLong(at[0])), at[1], at[2], at[3])) {
      PyErr_Clear();  // an empty slot
      Py_RETURN_FALSE;
    }
  }
  PyErr_Clear();
  Py_RETURN_TRUE;
}
PyMethodDef kUnchanged = {"unchanged", Unchanged, METH_O,
                          "unchanged(probes): whether every probe, four items of a flat tuple, holds."};

}  // namespace

void BindCaptured(pybind11::module_& module) {
  module.attr("unchanged") =
      pybind11::reinterpret_steal<pybind11::object>(PyCFunction_New(&kUnchanged, nullptr));
}

}  // namespace nki
