#include "frontend/argument_reader.h"

#include <unordered_map>

#include "frontend/enums.h"
#include "frontend/register_object.h"
#include "frontend/tensor_object.h"
#include "frontend/tile_object.h"
#include "frontend/tracer.h"

namespace nki {
namespace {

constexpr std::string_view kBypass = "bypass";    // no operator, where one may be left out
constexpr std::string_view kAverage = "average";  // of nisa.tensor_partition_reduce alone

std::unordered_map<PyObject*, Operator>& Operators() {
  static auto* operators = new std::unordered_map<PyObject*, Operator>;
  return *operators;
}

const Operator* FindOperator(PyObject* object) {
  const auto found = Operators().find(object);
  return found == Operators().end() ? nullptr : &found->second;
}

// Short and on one line: the type alone for arrays and the like, and no addresses of functions.
std::string Repr(PyObject* object) {
  if (PyFunction_Check(object))
    return "the function " + py::cast<std::string>(py::handle(object).attr("__qualname__"));
  const std::string text = py::cast<std::string>(py::repr(py::handle(object)));
  if (text.size() <= 80 && text.find('\n') == std::string::npos) return text;
  const py::handle type = py::type::handle_of(object);
  return "a " + py::cast<std::string>(type.attr("__module__")) + "." +
         py::cast<std::string>(type.attr("__qualname__"));
}

// What to do with an array of NumPy or a framework, which is no number and no tensor of the kernel.
std::string ArrayAdvice(PyObject* object) {
  if (IsTensor(object) || !PyObject_HasAttrString(object, "__array__")) return "";
  const py::object axes = py::getattr(py::handle(object), "ndim", py::int_(0));
  if (!py::isinstance<py::int_>(axes) || axes.cast<int>() == 0) return "";
  return "; pass arrays to the kernel as arguments, or bring them in with nl.load(nl.shared_constant(array))";
}

// What to write for a function of nki.language that reduces.
std::string OperatorAdvice(PyObject* object) {
  if (!PyFunction_Check(object)) return "";
  const std::string name = py::cast<std::string>(py::handle(object).attr("__name__"));
  if (name == "sum" || name == "mean") return "; a sum is nl.add";
  return name == "prod"  ? "; a product is nl.multiply"
         : name == "all" ? "; that is nl.minimum or nl.logical_and"
                         : "";
}

bool IsNumber(PyObject* object) {
  return PyFloat_Check(object) || PyLong_Check(object) || PyIndex_Check(object) || PyNumber_Check(object);
}

}  // namespace

void RegisterOperator(PyObject* object, const std::string& name) {
  Operator meaning{name, std::nullopt, std::nullopt};
  for (int i = 0; i < kAluOpCount; ++i) {
    if (kAluOpRows[i].name == name) meaning.alu = static_cast<AluOp>(i);
  }
  for (int i = 0; i < kActivationOpCount; ++i) {
    if (kActivationRows[i].name == name) meaning.activation = static_cast<ActivationOp>(i);
  }
  if (!meaning.alu && !meaning.activation && name != kBypass && name != kAverage)
    ThrowValue("no operator is called '" + name + "'");
  Py_INCREF(object);
  Operators()[object] = std::move(meaning);
}

bool IsOperator(PyObject* object) { return FindOperator(object) != nullptr; }

std::string ArgumentReader::Place(const Field& field) const {
  return std::string(instruction_) + ": " + field.name;
}

void ArgumentReader::WrongType(const Field& field, const char* wanted, PyObject* argument) const {
  ThrowType(Place(field) + " must be " + wanted + ", got " + Repr(argument) + ArrayAdvice(argument));
}

PyObject* ArgumentReader::Next(const Field& field) {
  PyObject* argument = *arguments_++;
  if (argument == nullptr && field.required) {
    const bool is_result = field.role == Field::Role::kOut;
    ThrowType(
        Place(field) + " is required and missing" +
        (is_result ? ": make the tile with nl.ndarray; the instruction writes to it and returns none" : ""));
  }
  return argument;
}

View ArgumentReader::ReadView(const Field& field, PyObject* argument) {
  if (!IsTensor(argument)) {
    const bool scalar = PyFloat_Check(argument) || PyLong_Check(argument);
    const bool has_other = scalar && std::string_view(instruction_) == "tensor_tensor";
    WrongType(field,
              has_other ? "a tensor (nisa.tensor_scalar takes numbers)"
                        : "a tensor (made with nl.ndarray, or an argument of the kernel)",
              argument);
  }
  if (IsTile(argument)) {
    CheckInBounds(argument);
    Tracer::Require(field.name).CheckBlock(*AsTensor(argument)->view.tensor, Place(field));
  }
  TensorObject* tensor = AsTensor(argument);
  if (tensor->graph.get() != &graph_) {
    ThrowValue(Place(field) + ": tensor " + tensor->view.tensor->name +
               " belongs to another call of a kernel");
  }
  const Tensor& storage = *tensor->view.tensor;
  if (OnChip(storage.space) && storage.program != graph_.open_program) {
    ThrowValue(Place(field) + ": tensor " + storage.name + " is on chip and was made by program " +
               std::to_string(storage.program) + " of the grid; programs share tensors in shared HBM only");
  }
  return tensor->view;
}

void ArgumentReader::Visit(const Field& field, View& value) { value = ReadView(field, Next(field)); }

void ArgumentReader::Visit(const Field& field, std::optional<View>& value) {
  PyObject* argument = Next(field);
  if (argument != nullptr && argument != Py_None) value = ReadView(field, argument);
}

Operand ArgumentReader::ReadOperand(const Field& field, PyObject* argument) {
  if (argument == Py_None) return {};
  if (IsTensor(argument)) return {Operand::Kind::kColumn, false, 0, ReadView(field, argument)};
  const bool plain = PyFloat_CheckExact(argument) || PyLong_CheckExact(argument);
  if (!plain && IsRegister(argument)) RefuseRegisterValue();  // in nki.simulate, too, where it has a value
  if (!plain && (!IsNumber(argument) || !ArrayAdvice(argument).empty()))
    WrongType(field, "a number or a tensor with one value per partition", argument);
  Operand operand = Operand::Constant(PyFloat_AsDouble(argument));
  if (PyErr_Occurred()) throw py::error_already_set();
  operand.integral = PyIndex_Check(argument);
  return operand;
}

void ArgumentReader::Visit(const Field& field, Operand& value) {
  PyObject* argument = Next(field);
  if (argument != nullptr && field.name != left_out_) value = ReadOperand(field, argument);
}

py::object ArgumentReader::ReadSequence(const Field& field, const char* wanted, PyObject* argument) {
  if (!PyList_Check(argument) && !PyTuple_Check(argument)) WrongType(field, wanted, argument);
  return py::reinterpret_borrow<py::object>(argument);
}

void ArgumentReader::Visit(const Field& field, ViewList& value) {
  const py::object list = ReadSequence(field, "a list of tensors", Next(field));
  for (const py::handle member : list) value.push_back(ReadView(field, member.ptr()));
}

void ArgumentReader::Visit(const Field& field, OperandList& value) {
  PyObject* argument = Next(field);
  if (argument == nullptr || argument == Py_None) return;
  const py::object list = ReadSequence(field, "a list of numbers", argument);
  for (const py::handle member : list) value.push_back(ReadOperand(field, member.ptr()));
}

AluOp ArgumentReader::ReadAluOp(const Field& field, PyObject* argument) {
  const Operator* meaning = FindOperator(argument);
  if (meaning == nullptr) {
    ThrowType(Place(field) + " must be an operator such as nl.add, got " + Repr(argument) +
              OperatorAdvice(argument));
  }
  if (!meaning->alu) {
    ThrowValue(Place(field) + ": '" + meaning->name + "' is " +
               (meaning->activation ? "a function of nisa.activation, " : "") +
               "not an operator of this instruction");
  }
  return *meaning->alu;
}

void ArgumentReader::Visit(const Field& field, AluOp& value) {
  if (PyObject* argument = Next(field)) value = ReadAluOp(field, argument);
}

void ArgumentReader::Visit(const Field& field, std::optional<AluOp>& value) {
  PyObject* argument = Next(field);
  if (argument == nullptr) return;
  const Operator* meaning = FindOperator(argument);
  const bool bypass = meaning != nullptr && meaning->name == kBypass;
  if (bypass) left_out_ = std::string("operand") + std::string_view(field.name).back();
  const bool none = bypass || argument == Py_None;
  value = none ? std::nullopt : std::optional(ReadAluOp(field, argument));
}

uint8_t ArgumentReader::ReadOperator(const Field& field, const EnumRow& row, PyObject* argument) const {
  const Operator* meaning = FindOperator(argument);
  std::string known;
  for (int i = 0; i < row.count; ++i) {
    if (meaning != nullptr && meaning->name == row.members[i]) return static_cast<uint8_t>(i);
    known += std::string(i ? ", nl." : "nl.") + row.members[i];
  }
  WrongType(field, ("one of " + known).c_str(), argument);
}

void ArgumentReader::Visit(const Field& field, ActivationOp& value) {
  PyObject* argument = Next(field);
  const Operator* meaning = FindOperator(argument);
  if (meaning == nullptr) WrongType(field, "an activation function such as nl.exp", argument);
  if (!meaning->activation) {
    ThrowValue(Place(field) + ": '" + meaning->name + "' is not a function of the Scalar engine");
  }
  value = *meaning->activation;
}

bool ArgumentReader::ReadBool(const Field& field, PyObject* argument) {
  const bool has_truth =
      PyBool_Check(argument) || (PyIndex_Check(argument) && !IsTensor(argument) && !IsRegister(argument));
  const int truth = has_truth ? PyObject_IsTrue(argument) : -1;
  if (truth < 0) {
    PyErr_Clear();
    WrongType(field, "True or False", argument);
  }
  return truth != 0;
}

void ArgumentReader::Visit(const Field& field, bool& value) {
  if (PyObject* argument = Next(field)) value = ReadBool(field, argument);
}

void ArgumentReader::Visit(const Field& field, std::optional<bool>& value) {
  PyObject* argument = Next(field);
  if (argument != nullptr && argument != Py_None) value = ReadBool(field, argument);
}

void ArgumentReader::Visit(const Field& field, int64_t& value) {
  if (PyObject* argument = Next(field)) value = ReadInt(argument, Place(field).c_str());
}

void ArgumentReader::Visit(const Field& field, std::optional<int64_t>& value) {
  PyObject* argument = Next(field);
  if (argument != nullptr && argument != Py_None) value = ReadInt(argument, Place(field).c_str());
}

void ArgumentReader::Visit(const Field& field, IntList& value) {
  PyObject* argument = Next(field);
  if (argument != nullptr && argument != Py_None) value = ReadInts(argument, Place(field).c_str());
}

void ArgumentReader::Visit(const Field& field, std::optional<IntList>& value) {
  PyObject* argument = Next(field);
  if (argument != nullptr && argument != Py_None) value = ReadInts(argument, Place(field).c_str());
}

void ArgumentReader::Visit(const Field& field, Pattern& value) {
  if (PyObject* argument = Next(field)) value = ReadPattern(argument, Place(field).c_str());
}

void ArgumentReader::Visit(const Field& field, std::string& value) {
  PyObject* argument = Next(field);
  if (argument == nullptr) return;
  if (!PyUnicode_Check(argument)) WrongType(field, "a string", argument);
  value = py::cast<std::string>(py::handle(argument));
}

void ArgumentReader::Visit(const Field& field, Register& value) {
  value = ReadRegister(Next(field), graph_, field.role == Field::Role::kOut, Place(field));
}

void ArgumentReader::Visit(const Field& field, IntOrRegister& value) {
  if (PyObject* argument = Next(field)) value = ReadIntOrRegister(argument, graph_, Place(field));
}

void ArgumentReader::VisitEnum(const Field& field, const EnumRow& row, uint8_t& value) {
  PyObject* argument = Next(field);
  if (argument == nullptr) return;
  if (row.operators) {
    value = ReadOperator(field, row, argument);
    return;
  }
  const int number = EnumValueOrOlder(row, argument);
  if (number < 0) WrongType(field, ("one of nisa." + EnumMembers(row)).c_str(), argument);
  value = static_cast<uint8_t>(number);
}

}  // namespace nki
