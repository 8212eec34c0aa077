#include "frontend/tensor_refusals.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "frontend/errors.h"
#include "frontend/tensor_object.h"

namespace nki {
namespace {

const std::string& NameOf(PyObject* tensor) { return AsTensor(tensor)->view.tensor->name; }

PyObject* Refuse(const std::string& message) {
  PyErr_SetString(PyExc_TypeError, message.c_str());
  return nullptr;
}

constexpr std::string_view kBinary[] = {
    "add",        "subtract",    "multiply",   "divide",      "power",       "maximum",       "minimum",
    "equal",      "not_equal",   "less",       "less_equal",  "greater",     "greater_equal", "bitwise_and",
    "bitwise_or", "bitwise_xor", "left_shift", "right_shift", "logical_and", "logical_or",    "logical_xor"};
constexpr std::string_view kUnary[] = {"abs", "arctan", "exp",    "log", "sign",
                                       "sin", "sqrt",   "square", "tanh"};
constexpr std::string_view kReductions[] = {"sum",  "max",  "min", "amax", "amin",
                                            "mean", "prod", "any", "all"};
constexpr std::string_view kSizes[] = {"shape", "ndim", "size"};  // functions that need no values

bool Contains(const auto& names, std::string_view name) {
  return std::ranges::find(names, name) != std::end(names);
}

// What does in NKI what the operator or NumPy function of this name, spelled as in nki.language, does.
std::string Instead(std::string_view name) {
  const std::string op = "nl." + std::string(name);
  if (Contains(kBinary, name)) {
    return "nisa.tensor_tensor(dst=..., data1=..., data2=..., op=" + op +
           ") on two tensors or nisa.tensor_scalar(dst=..., data=..., op0=" + op +
           ", operand0=...) with a number";
  }
  if (Contains(kUnary, name)) return "nisa.activation(dst=..., op=" + op + ", data=...)";
  if (Contains(kReductions, name)) return "nisa.tensor_reduce(dst=..., op=..., data=..., axis=...)";
  if (name == "negative") return "nisa.tensor_scalar(dst=..., data=..., op0=nl.multiply, operand0=-1.0)";
  if (name == "reciprocal") return "nisa.reciprocal(dst=..., data=...)";
  if (name == "invert") return "nisa.tensor_scalar(dst=..., data=..., op0=nl.bitwise_xor, operand0=-1)";
  if (name == "matmul" || name == "dot") return "nisa.nc_matmul(dst=..., stationary=..., moving=...)";
  if (name == "transpose") return "nisa.nc_transpose(dst=..., data=...), or permute() of a tensor in HBM";
  if (name == "reshape") return "the tensor's own reshape()";
  if (name == "copy") return "nisa.tensor_copy(dst=..., src=...)";
  return "instructions of nki.isa";
}

struct OperatorWords {
  const char* symbol;
  const char* name;  // as nki.language spells it
};

enum : size_t {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kMatmul,
  kFloorDivide,
  kRemainder,
  kPower,
  kAnd,
  kOr,
  kXor,
  kLeft,
  kRight,
  kDivmod,
  kNegative,
  kPositive,
  kAbsolute,
  kInvert,
  kLess,
  kLessEqual,
  kEqual,
  kNotEqual,
  kGreater,
  kGreaterEqual
};
constexpr OperatorWords kOperators[] = {
    {"+", "add"},          {"-", "subtract"},      {"*", "multiply"},
    {"/", "divide"},       {"@", "matmul"},        {"//", "floor_divide"},
    {"%", "mod"},          {"**", "power"},        {"&", "bitwise_and"},
    {"|", "bitwise_or"},   {"^", "bitwise_xor"},   {"<<", "left_shift"},
    {">>", "right_shift"}, {"divmod()", "divmod"}, {"unary -", "negative"},
    {"unary +", "copy"},   {"abs()", "abs"},       {"~", "invert"},
    {"<", "less"},         {"<=", "less_equal"},   {"==", "equal"},
    {"!=", "not_equal"},   {">", "greater"},       {">=", "greater_equal"},
};

PyObject* RefuseOperator(PyObject* left, PyObject* right, const OperatorWords& words) {
  return Refuse("tensor " + NameOf(IsTensor(left) ? left : right) + " has no operator " + words.symbol +
                ": NKI's tensors have none; use " + Instead(words.name));
}

template <size_t kOperator>
PyObject* RefuseBinary(PyObject* left, PyObject* right) {
  return RefuseOperator(left, right, kOperators[kOperator]);
}

template <size_t kOperator>
PyObject* RefuseUnary(PyObject* self) {
  return RefuseOperator(self, self, kOperators[kOperator]);
}

PyObject* RefusePower(PyObject* base, PyObject* exponent, PyObject*) {
  return RefuseOperator(base, exponent, kOperators[kPower]);
}

bool HasValues(PyObject* tensor) { return AsTensor(tensor)->graph->machine != nullptr; }

// float() and int(): of one element, where it has a value.
PyObject* AsNumber(PyObject* self, const char* kind, PyObject* (*convert)(PyObject*)) {
  const std::string place = std::string(kind) + "() of tensor " + NameOf(self) + ": ";
  const int64_t elements = AsTensor(self)->view.elements();
  if (!HasValues(self)) {
    return Refuse(place +
                  "its values are not known while a kernel is traced; a number must be an argument of the "
                  "kernel, and an instruction takes a [partitions, 1] tensor in place of a number");
  }
  if (elements != 1) return Refuse(place + "it has " + std::to_string(elements) + " elements; index one");
  return Guarded<PyObject*>(nullptr, [&] { return convert(ValuesOf(self).attr("item")().ptr()); });
}
PyObject* AsFloat(PyObject* self) { return AsNumber(self, "float", PyNumber_Float); }
PyObject* AsInt(PyObject* self) { return AsNumber(self, "int", PyNumber_Long); }

// For range(), slices and whatever else wants an integer.
PyObject* RefuseIndex(PyObject* self) {
  return Refuse(
      "tensor " + NameOf(self) +
      " is no integer, as its values are not known while a kernel is traced; read it into a register "
      "with nisa.register_load, which can bound nl.dynamic_range and be an offset of .ap or select()");
}

// Of what a comparison answers, whether all of it is true, as AWS's documents use it: assert nl.equal(a, b).
// Of any other tensor of several elements, whether it was given: that is how AWS's kernels ask for optional
// ones.
int Truth(PyObject* self) {
  const bool is_condition = AsTensor(self)->is_condition;
  if (!is_condition && AsTensor(self)->view.elements() > 1) return 1;
  if (HasValues(self)) {
    return Guarded<int>(-1, [&] { return PyObject_IsTrue(ValuesOf(self).attr("all")().ptr()); });
  }
  const std::string use =
      is_condition
          ? "; select with nl.where or multiply by it as a mask, run nki.simulate(kernel)(...), where "
            "values are known, or ask whether a tensor was given with `is not None`"
          : "; Python's if, while and assert can use shapes, dtypes and arguments that are not "
            "tensors, and values in nki.simulate(kernel)(...)";
  Refuse("the truth value of tensor " + NameOf(self) + (is_condition ? ", which a comparison made," : "") +
         " is not known while a kernel is traced" + use);
  return -1;
}

// Says what there is in place of what a tensor of NumPy or of an older release has.
PyObject* GetAttribute(PyObject* self, PyObject* name) {
  PyObject* found = PyObject_GenericGetAttr(self, name);
  const bool is_absent = found == nullptr && PyErr_ExceptionMatches(PyExc_AttributeError);
  if (!is_absent || !PyUnicode_Check(name) || PyUnicode_READ_CHAR(name, 0) == '_') return found;
  PyErr_Clear();
  return Guarded<PyObject*>(nullptr, [&]() -> PyObject* {
    const auto message = pybind11::module_::import("nki._language.absent")
                             .attr("absent")(pybind11::handle(self), pybind11::handle(name));
    PyErr_SetObject(PyExc_AttributeError, message.ptr());
    return nullptr;
  });
}

// Equality of tensors stays identity, so that a list of them can be searched; with None it is asked whether
// an argument was given. A number would be a comparison of values.
PyObject* Compare(PyObject* left, PyObject* right, int comparison) {
  const bool by_identity = IsTensor(right) || right == Py_None;
  if (by_identity && (comparison == Py_EQ || comparison == Py_NE))
    return Py_NewRef((left == right) == (comparison == Py_EQ) ? Py_True : Py_False);
  static_assert(Py_LT == 0 && Py_GE == 5);
  constexpr std::array<size_t, 6> kByComparison = {kLess,     kLessEqual, kEqual,
                                                   kNotEqual, kGreater,   kGreaterEqual};
  return RefuseOperator(left, right, kOperators[kByComparison[static_cast<size_t>(comparison)]]);
}

PyObject* Iterate(PyObject* self) {
  return Refuse("tensor " + NameOf(self) + " can't be iterated over; index it: for i in nl.affine_range(" +
                std::to_string(AsTensor(self)->view.dims[0].count) + "): t[i]");
}

int HasItem(PyObject* self, PyObject*) {
  Refuse("tensor " + NameOf(self) +
         " can't be searched with `in`: its values are not known while a kernel is traced");
  return -1;
}

Py_ssize_t Length(PyObject* self) {
  Refuse("tensor " + NameOf(self) + " has no len(); use its shape, as in t.shape[0]");
  return -1;
}

std::string TextAttribute(PyObject* object, const char* attribute) {
  const auto text = pybind11::getattr(object, attribute, pybind11::str("?"));
  return pybind11::str(text).cast<std::string>();
}

// The name in nki.language of what NumPy calls otherwise.
std::string NkiName(const std::string& name) {
  if (name == "true_divide") return "divide";
  return name == "absolute" ? "abs" : name;
}

PyObject* RefuseFunction(PyObject* self, const std::string& called, const std::string& name) {
  return Refuse("np." + called + " can't take tensor " + NameOf(self) +
                ", which has no values while a kernel is traced; use " + Instead(NkiName(name)));
}

// __array_ufunc__(ufunc, method, *inputs, **kwargs): np.add(t, 1), and operators of NumPy's arrays and
// numbers.
PyObject* RefuseUfunc(PyObject* self, PyObject* args, PyObject*) {
  return Guarded<PyObject*>(nullptr, [&] {
    const pybind11::tuple given = pybind11::reinterpret_borrow<pybind11::tuple>(args);
    if (given.size() < 2) return Refuse("__array_ufunc__ is NumPy's to call");
    const std::string name = TextAttribute(given[0].ptr(), "__name__");
    const std::string method = pybind11::str(given[1]).cast<std::string>();
    const bool plain = method == "__call__";
    return RefuseFunction(self, plain ? name : name + "." + method,
                          plain                ? name
                          : method == "reduce" ? "sum"
                                               : "");
  });
}

// __array_function__(function, types, args, kwargs): np.sum(t), np.concatenate([t, u]).
PyObject* RefuseArrayFunction(PyObject* self, PyObject* args, PyObject*) {
  return Guarded<PyObject*>(nullptr, [&] {
    const pybind11::tuple given = pybind11::reinterpret_borrow<pybind11::tuple>(args);
    if (given.size() < 4) return Refuse("__array_function__ is NumPy's to call");
    const std::string name = TextAttribute(given[0].ptr(), "__name__");
    if (!Contains(kSizes, name)) return RefuseFunction(self, name, name);
    const pybind11::object plain = given[0].attr("_implementation");
    return PyObject_Call(plain.ptr(), given[2].ptr(), given[3].ptr());
  });
}

// NumPy asks for this before it makes an array of an object: there is one in nki.simulate.
PyObject* MakeArray(PyObject* self, PyObject* args, PyObject* kwargs) {
  if (HasValues(self)) {
    return Guarded<PyObject*>(nullptr, [&] {
      const pybind11::object values = ValuesOf(self), convert = values.attr("__array__");
      return PyObject_Call(convert.ptr(), args, kwargs);
    });
  }
  return Refuse("tensor " + NameOf(self) +
                " has no values while a kernel is traced, so NumPy can't make an array of it; use "
                "instructions of nki.isa");
}

template <typename Function>
void* Slot(Function* function) {
  return reinterpret_cast<void*>(function);
}

template <typename Function>
PyMethodDef Method(const char* name, Function* function) {
  return {name, reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function)),
          METH_VARARGS | METH_KEYWORDS, nullptr};
}

}  // namespace

std::vector<PyType_Slot> RefusalSlots() {
  return {
      {Py_mp_length, Slot(Length)},
      {Py_sq_contains, Slot(HasItem)},
      {Py_nb_bool, Slot(Truth)},
      {Py_tp_getattro, Slot(GetAttribute)},
      {Py_nb_add, Slot(RefuseBinary<kAdd>)},
      {Py_nb_subtract, Slot(RefuseBinary<kSubtract>)},
      {Py_nb_multiply, Slot(RefuseBinary<kMultiply>)},
      {Py_nb_true_divide, Slot(RefuseBinary<kDivide>)},
      {Py_nb_matrix_multiply, Slot(RefuseBinary<kMatmul>)},
      {Py_nb_floor_divide, Slot(RefuseBinary<kFloorDivide>)},
      {Py_nb_remainder, Slot(RefuseBinary<kRemainder>)},
      {Py_nb_divmod, Slot(RefuseBinary<kDivmod>)},
      {Py_nb_power, Slot(RefusePower)},
      {Py_nb_and, Slot(RefuseBinary<kAnd>)},
      {Py_nb_or, Slot(RefuseBinary<kOr>)},
      {Py_nb_xor, Slot(RefuseBinary<kXor>)},
      {Py_nb_lshift, Slot(RefuseBinary<kLeft>)},
      {Py_nb_rshift, Slot(RefuseBinary<kRight>)},
      {Py_nb_negative, Slot(RefuseUnary<kNegative>)},
      {Py_nb_positive, Slot(RefuseUnary<kPositive>)},
      {Py_nb_absolute, Slot(RefuseUnary<kAbsolute>)},
      {Py_nb_invert, Slot(RefuseUnary<kInvert>)},
      {Py_nb_float, Slot(AsFloat)},
      {Py_nb_int, Slot(AsInt)},
      {Py_nb_index, Slot(RefuseIndex)},
      {Py_tp_richcompare, Slot(Compare)},
      {Py_tp_hash, Slot(_Py_HashPointer)},
      {Py_tp_iter, Slot(Iterate)},
  };
}

bool AddNumpyRefusals(PyTypeObject* type) {
  static PyMethodDef methods[] = {Method("__array__", MakeArray), Method("__array_ufunc__", RefuseUfunc),
                                  Method("__array_function__", RefuseArrayFunction)};
  for (PyMethodDef& method : methods) {
    PyObject* descriptor = PyDescr_NewMethod(type, &method);
    if (descriptor == nullptr) return false;
    const int set = PyObject_SetAttrString(reinterpret_cast<PyObject*>(type), method.ml_name, descriptor);
    Py_DECREF(descriptor);
    if (set != 0) return false;
  }
  return true;
}

}  // namespace nki
