// nki.simulate as Python sees it: a trace whose tensors have values, and their way into NumPy.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdlib>
#include <string_view>

#include "frontend/bind.h"
#include "frontend/device_print.h"
#include "frontend/eager_sink.h"
#include "frontend/enums.h"
#include "frontend/trace.h"
#include "interpreter/run_table.h"

namespace nki {
namespace {

class EagerTrace : public Trace {
 public:
  // `warn(message, file, line)` may raise; file is empty for what concerns the whole kernel.
  EagerTrace(std::string name, const std::string& target, std::vector<int64_t> grid, bool precise,
             py::object warn)
      : Trace(std::move(name), target, std::move(grid)) {
    EagerOptions options;
    options.print = PrintToPython;
    options.log = TheRunHooks().log;
    options.sources = [tracer = &tracer()] { return tracer->Sources(); };
    options.warn = [warn = std::move(warn)](const Diagnostic& found) {
      warn(ToString(found), found.file, found.line);
    };
    machine_ = std::make_shared<EagerMachine>(tracer().graph(), std::move(options));
    tracer().SetSink(std::make_unique<EagerSink>(machine_, precise));
  }

  // `address` is of contiguous values, which `owner` keeps. Inputs are in hbm, and in shared_hbm if there is
  // a grid (nki.simulate, NKI 0.6).
  py::object AddInput(std::string name, Shape shape, const py::object& dtype, uintptr_t address,
                      py::object owner) {
    const Tensor& tensor =
        tracer().AddInput(std::move(name), std::move(shape), ReadDtype(dtype.ptr()),
                          tracer().graph()->grid.empty() ? Space::kPrivateHbm : Space::kSharedHbm);
    const auto owned = std::make_shared<py::object>(std::move(owner));
    machine_->AddInput(tensor, {owned, reinterpret_cast<const void*>(address)});
    return py::reinterpret_steal<py::object>(MakeTensor(View::Of(tensor), tracer().Hold(tensor)));
  }

  // `yield` lets the other core's thread run, and says whether it was still there.
  void SetCores(py::object yield) {
    machine_->SetCores([yield = std::move(yield)] { return yield().cast<bool>(); });
  }

  // Of the inputs that the kernel has written, by their numbers, what it has not written: [(start, bytes)].
  py::dict Written() const {
    py::dict written;
    const std::vector<int>& inputs = machine_->graph()->inputs;
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (!machine_->WasWritten(inputs[i])) continue;
      py::list unwritten;
      for (const WrittenMap::Run& run : machine_->Unwritten(inputs[i]))
        unwritten.append(py::make_tuple(run.start, run.bytes));
      written[py::int_(i)] = unwritten;
    }
    return written;
  }

 private:
  std::shared_ptr<EagerMachine> machine_;
};

// Copies a tensor's values to `address`, which has room for them.
void CopyValues(const py::object& tensor, uintptr_t address) {
  const TensorObject& object = *AsTensor(tensor.ptr());
  NKI_CHECK(object.graph->machine != nullptr);
  object.graph->machine->CopyOut(object.view, reinterpret_cast<std::byte*>(address));
}

// Read at every call, so that a program may set it while it runs; not by pybind11, since every call of a
// kernel asks.
PyObject* SimulatorWanted(PyObject*, PyObject*) {
  const char* text = std::getenv("NKI_SIMULATOR");
  return PyBool_FromLong(text != nullptr && std::string_view(text) == "1" && !TheRunHooks().check_only);
}
PyMethodDef kSimulatorWanted = {"simulator_wanted", SimulatorWanted, METH_NOARGS,
                                "simulator_wanted(): whether NKI_SIMULATOR=1 is set and kernels run at all."};

}  // namespace

void BindEager(py::module_& module) {
  py::class_<EagerTrace, Trace>(module, "EagerTrace", "A trace that runs each instruction at once.")
      .def(py::init<std::string, const std::string&, std::vector<int64_t>, bool, py::object>(),
           py::arg("name"), py::arg("target"), py::arg("grid"), py::arg("precise"), py::arg("warn"))
      .def("add_input", &EagerTrace::AddInput)
      .def("set_cores", &EagerTrace::SetCores)
      .def("enter_thread", [](EagerTrace& trace) { trace.tracer().EnterThread(); })
      .def("suspend", [](EagerTrace& trace) { trace.tracer().Suspend(); })
      .def("resume", [](EagerTrace& trace, int program) { trace.tracer().Resume(program); })
      .def("end_program", [](EagerTrace& trace) { trace.tracer().EndProgram(); })
      .def("written", &EagerTrace::Written);
  module.def("copy_values", CopyValues);
  module.def("check_only", [] { return TheRunHooks().check_only; });
  module.attr("simulator_wanted") =
      py::reinterpret_steal<py::object>(PyCFunction_New(&kSimulatorWanted, nullptr));
}

}  // namespace nki
