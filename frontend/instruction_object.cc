#include "frontend/instruction_object.h"

#include <structmember.h>

#include <algorithm>

#include "frontend/argument_reader.h"
#include "frontend/enums.h"
#include "frontend/errors.h"
#include "frontend/field_values.h"
#include "frontend/older_calls.h"
#include "frontend/tracer.h"

namespace nki {
namespace {

constexpr size_t kMaxFields = 16;

using Names = std::vector<PyObject*>;  // interned; owned for the life of the process

struct InstructionObject {
  PyObject_HEAD vectorcallfunc vectorcall;
  PyObject* attributes;  // __name__, __doc__, …
  const InstructionDef* def;
  Names* fields;  // the last one is `name`, if it takes one
  bool takes_name;
};

InstructionObject* Self(PyObject* object) { return reinterpret_cast<InstructionObject*>(object); }

// What a call returns (nki.isa.NkiInstruction, NKI 0.6).
struct HandleObject {
  PyObject_HEAD size_t index;  // of the node in the graph
  int region;                  // the innermost loop around it, or -1
  uint64_t tracer;             // its number
};
PyTypeObject* handle_type = nullptr;

[[noreturn]] void UnknownKeyword(const InstructionObject& self, PyObject* keyword) {
  std::string known;
  const std::string name = py::cast<std::string>(py::handle(keyword));
  const std::string place = std::string(self.def->name) + ": ";
  const std::string removed = RemovedKeyword(self.def->name, name);
  if (!removed.empty()) ThrowType(place + "no argument is called '" + name + "'; " + removed);
  for (PyObject* field : *self.fields)
    known += (known.empty() ? "" : ", ") + py::cast<std::string>(py::handle(field));
  ThrowType(place + "no argument is called '" + name + "'; there are " + known);
}

size_t FieldOf(const InstructionObject& self, PyObject* keyword) {
  const Names& fields = *self.fields;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i] == keyword) return i;  // both are interned almost always
  }
  for (size_t i = 0; i < fields.size(); ++i) {
    if (PyUnicode_Compare(fields[i], keyword) == 0) return i;
  }
  const std::string_view now = RenamedKeyword(self.def->name, py::cast<std::string>(py::handle(keyword)));
  for (size_t i = 0; i < fields.size(); ++i) {
    if (!now.empty() && py::cast<std::string_view>(py::handle(fields[i])) == now) return i;
  }
  UnknownKeyword(self, keyword);
}

// False if a keyword names an argument that is already there, which is then in `twice`.
bool PlaceKeywords(const InstructionObject& self, PyObject* const* values, PyObject* keywords,
                   PyObject** slots, PyObject** twice) {
  const Py_ssize_t named = keywords ? PyTuple_GET_SIZE(keywords) : 0;
  for (Py_ssize_t i = 0; i < named; ++i) {
    PyObject*& slot = slots[FieldOf(self, PyTuple_GET_ITEM(keywords, i))];
    if (slot != nullptr) {
      *twice = PyTuple_GET_ITEM(keywords, i);
      return false;
    }
    slot = values[i];
  }
  return true;
}

void CollectArguments(const InstructionObject& self, PyObject* const* args, size_t positional,
                      PyObject* keywords, PyObject** slots) {
  const size_t count = self.fields->size();
  if (positional > count) {
    ThrowType(std::string(self.def->name) + ": takes " + std::to_string(count) + " arguments, got " +
              std::to_string(positional));
  }
  std::copy(args, args + positional, slots);
  RefuseOlderOrder(self.def->name, slots, positional);
  PyObject* twice = nullptr;
  if (PlaceKeywords(self, args + positional, keywords, slots, &twice)) return;
  // Positional arguments in the order of an older release may lie where today's has a keyword's field.
  std::fill_n(std::copy(args, args + positional, slots), count - positional, nullptr);
  if (ReadOlderOrder(self.def->name, *self.fields, slots, positional) &&
      PlaceKeywords(self, args + positional, keywords, slots, &twice)) {
    return;
  }
  ThrowType(std::string(self.def->name) + ": argument '" + py::cast<std::string>(py::handle(twice)) +
            "' was given twice");
}

// The instruction that the arguments describe, in the order of an older release if today's does not fit them.
std::unique_ptr<Instruction> Read(const InstructionObject& self, KernelGraph& graph, PyObject** slots,
                                  size_t positional) {
  const auto read = [&] {
    std::unique_ptr<Instruction> instruction = self.def->create();
    ArgumentReader reader(self.def->name, graph, slots);
    instruction->VisitFields(reader);
    return instruction;
  };
  try {
    return read();
  } catch (const ArgumentError& error) {
    const bool wrong_type = error.kind == ArgumentError::Kind::kType;
    if (!wrong_type || !ReadOlderOrder(self.def->name, *self.fields, slots, positional)) throw;
  }
  return read();
}

PyObject* Call(PyObject* callable, PyObject* const* args, size_t nargsf, PyObject* keywords) {
  return Guarded<PyObject*>(nullptr, [&]() -> PyObject* {
    const InstructionObject& self = *Self(callable);
    Tracer* tracer = Tracer::Current();
    if (tracer == nullptr) Tracer::Require(("nki.isa." + std::string(self.def->name)).c_str());
    PyObject* slots[kMaxFields] = {};
    const size_t positional = PyVectorcall_NARGS(nargsf);
    CollectArguments(self, args, positional, keywords, slots);
    std::unique_ptr<Instruction> instruction = Read(self, *tracer->graph(), slots, positional);
    PyObject* name = self.takes_name ? slots[self.fields->size() - 1] : nullptr;
    const bool named = name != nullptr && name != Py_None;
    if (named && !PyUnicode_Check(name)) {
      ThrowType(std::string(self.def->name) + ": name must be a string, got " +
                py::cast<std::string>(py::repr(py::handle(name))));
    }
    tracer->Record(std::move(instruction),
                   named ? py::cast<std::string>(py::str(py::handle(name))) : std::string());
    HandleObject* handle = PyObject_New(HandleObject, handle_type);
    if (handle != nullptr) {
      handle->index = tracer->recorded() - 1;
      handle->region = tracer->graph()->open_region;
      handle->tracer = tracer->number();
    }
    return reinterpret_cast<PyObject*>(handle);
  });
}

// [(name, role, required, default)], what signatures and stubs are made from.
PyObject* GetFields(PyObject* object, void*) {
  return Guarded<PyObject*>(nullptr, [&] {
    std::unique_ptr<Instruction> fresh = Self(object)->def->create();
    return DescribeFields(*fresh).release().ptr();
  });
}

// The names of the generations that run one of the instruction's samples.
PyObject* GetTargets(PyObject* object, void*) {
  return Guarded<PyObject*>(nullptr, [&] {
    SampleBuilder builder;
    const auto samples = Self(object)->def->samples(builder);
    py::list targets;
    for (const Generation* gen : AllGenerations()) {
      const bool runs = std::ranges::any_of(samples, [&](const std::unique_ptr<Instruction>& sample) {
        std::vector<Diagnostic> found;
        Checker checker(*sample, *gen, -1, &found);
        sample->Check(checker);
        return found.empty();
      });
      if (runs) targets.append(std::string(gen->name));
    }
    return targets.release().ptr();
  });
}

// inspect.signature asks for this; it is built from the fields by nki._signature.
PyObject* GetSignature(PyObject* object, void*) {
  return Guarded<PyObject*>(nullptr, [&] {
    return py::module_::import("nki._signature").attr("signature_of")(py::handle(object)).release().ptr();
  });
}

PyObject* Represent(PyObject* object) {
  return PyUnicode_FromFormat("<instruction nki.isa.%s>", std::string(Self(object)->def->name).c_str());
}

// As for a builtin function: found through a class it does not become a method. pydoc then shows it as a
// function.
PyObject* Bind(PyObject* object, PyObject*, PyObject*) { return Py_NewRef(object); }

// Throws if `self` can't wait for `producer`.
void CheckProducer(const HandleObject& self, PyObject* object) {
  if (Py_TYPE(object) != handle_type) {
    ThrowType("depends_on: producers must be results of nki.isa calls, got " +
              py::cast<std::string>(py::repr(py::handle(object))));
  }
  const HandleObject& producer = *reinterpret_cast<HandleObject*>(object);
  const Tracer& tracer = Tracer::Require("depends_on");
  if (self.tracer != tracer.number() || producer.tracer != self.tracer)
    ThrowValue("depends_on: both instructions must be of the present call of the kernel");
  if (producer.index >= self.index)
    ThrowValue("depends_on: a producer must be issued before the instruction that waits for it");
  if (tracer.graph()->Inside(self.region, producer.region)) return;
  // The wait would be for a signal that comes with every pass, or never (nki.isa.NkiInstruction, NKI 0.6).
  ThrowValue("depends_on: the producer was issued inside the loop" + tracer.PlaceOfLoop(producer.region) +
             ", which this instruction is not in; a dependency can't lead out of a loop that runs while the "
             "kernel runs");
}

PyObject* DependsOn(PyObject* self, PyObject* producers) {
  return Guarded<PyObject*>(nullptr, [&] {
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(producers); ++i)
      CheckProducer(*reinterpret_cast<HandleObject*>(self), PyTuple_GET_ITEM(producers, i));
    return Py_NewRef(self);
  });
}

// Kernels of Beta 1 use what an instruction returned as its result.
PyObject* HandleAttribute(PyObject* self, PyObject* name) {
  PyObject* found = PyObject_GenericGetAttr(self, name);
  if (found == nullptr && PyErr_ExceptionMatches(PyExc_AttributeError)) {
    PyErr_Format(
        PyExc_AttributeError,
        "an instruction returns no tensor, so there is no attribute '%U': it writes to dst, a tile made "
        "before with nl.ndarray",
        name);
  }
  return found;
}

PyTypeObject* MakeHandleType() {
  static PyMethodDef methods[] = {{"depends_on", DependsOn, METH_VARARGS,
                                   "depends_on($self, *producers)\n--\n\nThis instruction runs after the "
                                   "producers, as it does here anyway."},
                                  {nullptr, nullptr, 0, nullptr}};
  static PyType_Slot slots[] = {
      {Py_tp_methods, methods},
      {Py_tp_getattro, reinterpret_cast<void*>(HandleAttribute)},
      {Py_tp_doc, const_cast<char*>("An issued instruction: what a function of nki.isa returns.")},
      {0, nullptr}};
  static PyType_Spec spec = {"nki.isa.NkiInstruction", sizeof(HandleObject), 0,
                             Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
  return reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
}

PyTypeObject* MakeInstructionType() {
  static PyGetSetDef attributes[] = {
      {"__signature__", GetSignature, nullptr, nullptr, nullptr},
      {"fields", GetFields, nullptr, "[(name, role, required, default)] in the order of the arguments.",
       nullptr},
      {"targets", GetTargets, nullptr, "The targets that run it, in some form.", nullptr},
      {nullptr, nullptr, nullptr, nullptr, nullptr}};
  static PyMemberDef members[] = {
      {"__vectorcalloffset__", T_PYSSIZET, offsetof(InstructionObject, vectorcall), READONLY, nullptr},
      {"__dictoffset__", T_PYSSIZET, offsetof(InstructionObject, attributes), READONLY, nullptr},
      {nullptr, 0, 0, 0, nullptr}};
  static PyType_Slot slots[] = {{Py_tp_call, reinterpret_cast<void*>(PyVectorcall_Call)},
                                {Py_tp_getset, attributes},
                                {Py_tp_members, members},
                                {Py_tp_repr, reinterpret_cast<void*>(Represent)},
                                {Py_tp_descr_get, reinterpret_cast<void*>(Bind)},
                                {0, nullptr}};
  static PyType_Spec spec = {
      "nki._core.instruction", sizeof(InstructionObject), 0,
      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
  return reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
}

py::object MakeInstruction(PyTypeObject* type, const InstructionDef& def) {
  InstructionObject* self = PyObject_New(InstructionObject, type);
  if (self == nullptr) throw py::error_already_set();
  const auto object = py::reinterpret_steal<py::object>(reinterpret_cast<PyObject*>(self));
  self->vectorcall = Call;
  self->attributes = nullptr;
  self->def = &def;
  self->takes_name = def.create()->TakesName();
  self->fields = new Names;  // as long as the process, like the table
  for (py::handle row : DescribeFields(*def.create())) {
    self->fields->push_back(PyUnicode_InternFromString(row.cast<py::tuple>()[0].cast<std::string>().c_str()));
  }
  NKI_CHECK(self->fields->size() <= kMaxFields);
  object.attr("__name__") = std::string(def.name);
  object.attr("__qualname__") = std::string(def.name);
  object.attr("__module__") = "nki.isa";
  object.attr("__doc__") = std::string(def.doc);
  return object;
}

}  // namespace

void BindInstructions(py::module_& module) {
  handle_type = MakeHandleType();
  PyTypeObject* type = MakeInstructionType();
  if (handle_type == nullptr || type == nullptr) throw py::error_already_set();
  module.attr("NkiInstruction") =
      py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(handle_type));
  py::dict instructions;
  for (const InstructionDef* def : AllInstructions()) {
    if (def->create()->ControlFlow()) continue;  // a loop is not issued by a call
    instructions[py::str(std::string(def->name))] = MakeInstruction(type, *def);
  }
  module.attr("instructions") = instructions;
  module.def("register_operator",
             [](const py::object& object, const std::string& name) { RegisterOperator(object.ptr(), name); });
}

}  // namespace nki
