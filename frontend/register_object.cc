#include "frontend/register_object.h"

#include <cmath>
#include <memory>

#include "frontend/errors.h"
#include "frontend/tensor_object.h"
#include "frontend/tracer.h"

namespace nki {
namespace {

namespace py = pybind11;

struct RegisterObject {
  PyObject_HEAD Register reg;
  std::weak_ptr<const KernelGraph> graph;  // of the call that it belongs to
  bool is_index;                           // of a loop, which alone sets it
};

PyTypeObject* register_type = nullptr;

RegisterObject* Self(PyObject* object) { return reinterpret_cast<RegisterObject*>(object); }

PyObject* MakeRegister(Register reg, const std::shared_ptr<KernelGraph>& graph, bool is_index) {
  RegisterObject* object = PyObject_New(RegisterObject, register_type);
  if (object == nullptr) throw py::error_already_set();
  object->reg = reg;
  new (&object->graph) std::weak_ptr<const KernelGraph>(graph);
  object->is_index = is_index;
  return reinterpret_cast<PyObject*>(object);
}

void Delete(PyObject* self) {
  PyTypeObject* const type = Py_TYPE(self);
  std::destroy_at(&Self(self)->graph);
  type->tp_free(self);
  Py_DECREF(type);
}

std::string NumberText(double value) {
  if (value == std::trunc(value)) return std::to_string(static_cast<int64_t>(value));
  return py::cast<std::string>(py::repr(py::float_(value)));
}

// "<VirtualRegister r3>", with its value where it has one.
PyObject* Represent(PyObject* self) {
  return Guarded<PyObject*>(nullptr, [&] {
    const Register reg = Self(self)->reg;
    const Tracer* tracer = Tracer::Current();
    const bool current = tracer != nullptr && tracer->graph() == Self(self)->graph.lock();
    const std::optional<double> value = current ? tracer->ValueOf(reg) : std::nullopt;
    std::string text = "<VirtualRegister " + ToText(reg);
    if (value.has_value()) text += " = " + NumberText(*value);
    return PyUnicode_FromString((text + ">").c_str());
  });
}

// The value of a register as a Python number, which it has in nki.simulate alone.
py::object ValueOf(PyObject* self) {
  const Tracer* tracer = Tracer::Current();
  const bool current = tracer != nullptr && tracer->graph() == Self(self)->graph.lock();
  if (!current || tracer->graph()->machine == nullptr) RefuseRegisterValue();
  const std::optional<double> value = tracer->ValueOf(Self(self)->reg);
  if (!value.has_value()) ThrowValue("register " + ToText(Self(self)->reg) + " has no value yet");
  if (*value == std::trunc(*value)) return py::int_(static_cast<int64_t>(*value));
  return py::float_(*value);
}

// `object`, or the value of the register that it is.
py::object Plain(PyObject* object) {
  return IsRegister(object) ? ValueOf(object) : py::reinterpret_borrow<py::object>(object);
}

// What Python's operators are for: functions such as PyNumber_Add.
template <PyObject* (*operation)(PyObject*)>
PyObject* Unary(PyObject* self) {
  return Guarded<PyObject*>(nullptr, [&] { return operation(ValueOf(self).ptr()); });
}
template <PyObject* (*operation)(PyObject*, PyObject*)>
PyObject* Binary(PyObject* left, PyObject* right) {
  return Guarded<PyObject*>(nullptr, [&] { return operation(Plain(left).ptr(), Plain(right).ptr()); });
}
PyObject* Power(PyObject* base, PyObject* exponent, PyObject* modulus) {
  return Guarded<PyObject*>(nullptr, [&] {
    return PyNumber_Power(Plain(base).ptr(), Plain(exponent).ptr(), Plain(modulus).ptr());
  });
}

PyObject* Compare(PyObject* left, PyObject* right, int comparison) {
  const bool by_identity = left == right || IsRegister(right) || right == Py_None;
  const bool has_value = Tracer::Current() != nullptr && Tracer::Current()->graph()->machine != nullptr;
  if (by_identity && (!has_value || right == Py_None) && (comparison == Py_EQ || comparison == Py_NE))
    return Py_NewRef((left == right) == (comparison == Py_EQ) ? Py_True : Py_False);
  return Guarded<PyObject*>(
      nullptr, [&] { return PyObject_RichCompare(Plain(left).ptr(), Plain(right).ptr(), comparison); });
}

// Whether `while register:` asks, and not `if register:` or its like: the caller's bytecode tells them apart.
bool WhileAsks() {
  PyFrameObject* frame = PyEval_GetFrame();
  if (frame == nullptr) return true;
  const auto code = py::reinterpret_steal<py::object>(reinterpret_cast<PyObject*>(PyFrame_GetCode(frame)));
  const py::object asks = py::module_::import("nki._bytecode").attr("is_while_condition");
  return asks(code, PyFrame_GetLasti(frame)).cast<bool>();
}

// The body of `while register:` begins, and is traced once, or has ended.
void WatchBody(Tracer& tracer, bool begins) {
  std::vector<py::object>& watches = tracer.watches();
  if (begins) {
    watches.push_back(py::module_::import("nki._carried").attr("watch_while")());
  } else if (!watches.empty()) {
    const py::object watch = std::move(watches.back());
    watches.pop_back();
    watch.attr("warn")();
  }
}

int Truth(PyObject* self) {
  return Guarded<int>(-1, [&]() -> int {
    if (WhileAsks()) {
      Tracer& tracer = Tracer::Require("nki.isa.VirtualRegister");
      const bool goes_on = tracer.Truth(ReadRegister(self, *tracer.graph(), false, "while"));
      if (tracer.graph()->machine == nullptr) WatchBody(tracer, goes_on);
      return goes_on;
    }
    const Tracer* tracer = Tracer::Current();
    if (tracer != nullptr && tracer->graph()->machine != nullptr) return PyObject_IsTrue(ValueOf(self).ptr());
    ThrowType(
        "the value of a register is known only while the kernel runs, so that it has no truth value: it can "
        "be "
        "the condition of `while register:`, but not of `if`, `and`, `or`, `not` or bool(), nor of a `while` "
        "whose body always leaves it by break or return");
  });
}

PyTypeObject* MakeRegisterType() {
  static PyType_Slot slots[] = {
      {Py_tp_dealloc, reinterpret_cast<void*>(Delete)},
      {Py_nb_bool, reinterpret_cast<void*>(Truth)},
      {Py_nb_int, reinterpret_cast<void*>(Unary<PyNumber_Long>)},
      {Py_nb_index, reinterpret_cast<void*>(Unary<PyNumber_Index>)},
      {Py_nb_float, reinterpret_cast<void*>(Unary<PyNumber_Float>)},
      {Py_nb_negative, reinterpret_cast<void*>(Unary<PyNumber_Negative>)},
      {Py_nb_positive, reinterpret_cast<void*>(Unary<PyNumber_Positive>)},
      {Py_nb_absolute, reinterpret_cast<void*>(Unary<PyNumber_Absolute>)},
      {Py_nb_invert, reinterpret_cast<void*>(Unary<PyNumber_Invert>)},
      {Py_nb_add, reinterpret_cast<void*>(Binary<PyNumber_Add>)},
      {Py_nb_subtract, reinterpret_cast<void*>(Binary<PyNumber_Subtract>)},
      {Py_nb_multiply, reinterpret_cast<void*>(Binary<PyNumber_Multiply>)},
      {Py_nb_floor_divide, reinterpret_cast<void*>(Binary<PyNumber_FloorDivide>)},
      {Py_nb_true_divide, reinterpret_cast<void*>(Binary<PyNumber_TrueDivide>)},
      {Py_nb_remainder, reinterpret_cast<void*>(Binary<PyNumber_Remainder>)},
      {Py_nb_divmod, reinterpret_cast<void*>(Binary<PyNumber_Divmod>)},
      {Py_nb_lshift, reinterpret_cast<void*>(Binary<PyNumber_Lshift>)},
      {Py_nb_rshift, reinterpret_cast<void*>(Binary<PyNumber_Rshift>)},
      {Py_nb_and, reinterpret_cast<void*>(Binary<PyNumber_And>)},
      {Py_nb_or, reinterpret_cast<void*>(Binary<PyNumber_Or>)},
      {Py_nb_xor, reinterpret_cast<void*>(Binary<PyNumber_Xor>)},
      {Py_nb_power, reinterpret_cast<void*>(Power)},
      {Py_tp_richcompare, reinterpret_cast<void*>(Compare)},
      {Py_tp_hash, reinterpret_cast<void*>(_Py_HashPointer)},
      {Py_tp_repr, reinterpret_cast<void*>(Represent)},
      {Py_tp_doc,
       const_cast<char*>("A register of the engines' sequencers: what nisa.register_alloc returns.")},
      {0, nullptr}};
  static PyType_Spec spec = {"nki.isa.VirtualRegister", sizeof(RegisterObject), 0,
                             Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
  return reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
}

py::object Wrap(PyObject* object) { return py::reinterpret_steal<py::object>(object); }

py::object NewRegister(const py::object& value) {
  Tracer& tracer = Tracer::Require("nki.isa.register_alloc");
  const Register reg = tracer.NewRegister();
  if (!value.is_none()) {
    tracer.RecordMove(reg, ReadIntOrRegister(value.ptr(), *tracer.graph(), "register_alloc: x"));
  }
  return Wrap(MakeRegister(reg, tracer.graph(), false));
}

// Opens a loop and returns its register.
py::object BeginLoop(const py::object& start, const py::object& stop, const py::object& step,
                     const std::string& called) {
  Tracer& tracer = Tracer::Require(("nki.language." + called).c_str());
  const KernelGraph& graph = *tracer.graph();
  if (IsRegister(step.ptr())) {
    PyErr_Format(
        PyExc_AssertionError,
        "%s: step is a register; the loop instruction encodes it, so that it must be a positive integer",
        called.c_str());
    throw py::error_already_set();
  }
  const int64_t by = ReadInt(step.ptr(), (called + ": step").c_str());
  if (by < 1) ThrowValue(called + ": step is " + std::to_string(by) + "; it must be a positive integer");
  const IntOrRegister first = ReadIntOrRegister(start.ptr(), graph, called + ": start");
  const IntOrRegister last = ReadIntOrRegister(stop.ptr(), graph, called + ": stop");
  return Wrap(MakeRegister(tracer.BeginLoop(first, last, by), tracer.graph(), true));
}

}  // namespace

bool IsRegister(PyObject* object) { return Py_TYPE(object) == register_type; }

Register ReadRegister(PyObject* object, const KernelGraph& graph, bool written, const std::string& place) {
  if (!IsRegister(object)) {
    ThrowType(place + " must be a register (nisa.register_alloc), got " +
              py::cast<std::string>(py::repr(py::handle(object))));
  }
  const RegisterObject& self = *Self(object);
  if (self.graph.lock().get() != &graph) ThrowValue(place + " is a register of another call of a kernel");
  if (written && self.is_index) {
    PyErr_Format(PyExc_AssertionError, "%s is the index of a loop, which only the loop sets", place.c_str());
    throw py::error_already_set();
  }
  return self.reg;
}

IntOrRegister ReadIntOrRegister(PyObject* object, const KernelGraph& graph, const std::string& place) {
  if (IsRegister(object)) return {0, ReadRegister(object, graph, false, place)};
  return {ReadInt(object, place.c_str())};
}

void RefuseRegisterValue() {
  ThrowType(
      "the value of a register is known only while the kernel runs, so that Python can't compute with it; it "
      "can index a tensor (t[register], t[nl.ds(register, size)]), be a scalar_offset of .ap, bound "
      "nl.dynamic_range or nl.fori_loop, end `while register:`, or be stored with nisa.register_store");
}

const DynamicSlice* AsDynamicSlice(PyObject* object) {
  return py::isinstance<DynamicSlice>(object) ? &py::cast<const DynamicSlice&>(py::handle(object)) : nullptr;
}

void BindRegisters(py::module_& module) {
  py::class_<DynamicSlice>(module, "DynamicSlice", py::module_local(),
                           "What nl.ds(register, size) returns: an index of a tensor.")
      .def(py::init([](const py::object& start, const py::object& size) {
        return DynamicSlice{start, ReadInt(size.ptr(), "ds: size")};
      }))
      .def_readonly("start", &DynamicSlice::start)
      .def_readonly("size", &DynamicSlice::size)
      .attr("__module__") = "nki.language";
  register_type = MakeRegisterType();
  if (register_type == nullptr) throw py::error_already_set();
  module.attr("VirtualRegister") =
      py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(register_type));
  module.def("new_register", NewRegister);
  module.def("begin_loop", BeginLoop);
  module.def("begin_while", [](const py::object& reg) {
    Tracer& tracer = Tracer::Require("nki.language.while_loop");
    tracer.BeginWhile(ReadRegister(reg.ptr(), *tracer.graph(), false, "while_loop: init"));
  });
  module.def("begin_in_order", [] { Tracer::Require("nki.language.no_reorder").BeginInOrder(); });
  module.def("end_in_order", [] {
    if (Tracer* tracer = Tracer::Current()) tracer->EndInOrder();
  });
  module.def("runs_at_once", [] { return Tracer::Require("nki.language").graph()->machine != nullptr; });
  module.def("next_pass", [] { return Tracer::Require("nki.language").NextPass(); });
  module.def("abandon_loop", [](const std::string& called) {
    if (Tracer* tracer = Tracer::Current()) tracer->AbandonLoop(called);
  });
}

}  // namespace nki
