// Compiled kernels as Python sees them: planning, the table of kernels, running.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "frontend/bind.h"
#include "frontend/device_print.h"
#include "frontend/enums.h"
#include "frontend/gil.h"
#include "frontend/log_file.h"
#include "frontend/write_back.h"
#include "interpreter/run_table.h"

namespace nki {
namespace {

using PlanPointer = std::shared_ptr<Plan>;

py::tuple Types(const Plan& plan, bool outputs) {
  const KernelGraph& graph = *plan.graph;
  py::list types;
  const auto add = [&](const Shape& shape, Dtype dtype) {
    types.append(
        py::make_tuple(py::tuple(py::cast(shape)), py::reinterpret_borrow<py::object>(DtypeName(dtype))));
  };
  if (outputs) {
    for (const View& output : graph.outputs) add(output.shape(), output.dtype);
  } else {
    for (int input : graph.inputs) add(graph.tensors[input].shape, graph.tensors[input].dtype);
  }
  return py::tuple(types);
}

class WriteFinder : public OperandVisitor {
 public:
  std::vector<bool> written;
  void OnView(const Field& field, const View& view) override {
    if (field.role == Field::Role::kOut) written[view.tensor->id] = true;
  }
};

// The inputs that the kernel writes.
py::tuple Mutated(const KernelGraph& graph) {
  WriteFinder finder;
  finder.written.resize(graph.tensors.size());
  for (const Node& node : graph.nodes) node.instruction->VisitFields(finder);
  py::list mutated;
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    if (finder.written[graph.inputs[i]]) mutated.append(i);
  }
  return py::tuple(mutated);
}

py::dict Aliases(const Plan& plan) {
  py::dict aliases;
  for (size_t i = 0; i < plan.graph->outputs.size(); ++i) {
    const int input = plan.graph->AliasedInput(i);
    if (input >= 0) aliases[py::int_(i)] = input;
  }
  return aliases;
}

unsigned long g_main_thread = 0;  // set at import

// Lets Ctrl-C end a long run. Only the main thread sees signals.
bool SignalArrived() {
  const GilScope gil;
  return PyErr_CheckSignals() != 0;
}

// Calls `work` without the GIL.
template <typename Work>
auto WithoutGil(const Work& work) {
  PyThreadState* state = PyEval_SaveThread();
  std::exception_ptr failure;
  decltype(work()) result{};
  try {
    result = work();
  } catch (...) {
    failure = std::current_exception();
  }
  OrWaitForTheEnd([&] { PyEval_RestoreThread(state); });
  if (failure) std::rethrow_exception(failure);
  return result;
}

// Arrays behind copies, as (input, address, strides in bytes, whether bytes are swapped).
std::vector<CopiedArray> Copied(const py::iterable& rows) {
  std::vector<CopiedArray> arrays;
  for (py::handle row : rows) {
    const auto [input, address, steps, swapped] =
        row.cast<std::tuple<size_t, uintptr_t, std::vector<int64_t>, bool>>();
    arrays.push_back({input, reinterpret_cast<std::byte*>(address), steps, swapped});
  }
  return arrays;
}

RunReport RunWithPointers(const Plan& plan, std::span<void* const> inputs, std::span<void* const> outputs,
                          const py::iterable& copied) {
  RunOptions options;
  if (PyThread_get_thread_ident() == g_main_thread) options.interrupted = SignalArrived;
  if (plan.input_writes.empty()) return WithoutGil([&] { return RunHooked(plan, inputs, outputs, options); });
  const std::vector<CopiedArray> arrays = Copied(copied);
  return WithoutGil([&] { return RunAndWriteBack(plan, inputs, outputs, arrays, options); });
}

void SetHooks(bool check_only, const std::optional<std::string>& log) {
  RunHooks hooks;
  hooks.check_only = check_only;
  if (log)
    hooks.log = [file = std::make_shared<LogFile>(*log)](const std::string& line) { file->Write(line); };
  SetRunHooks(std::move(hooks));
}

py::dict TotalsByKernel() {
  py::dict rows;
  for (const auto& [name, totals] : Totals()) {
    rows[py::str(name)] = py::make_tuple(totals.calls, totals.steps, totals.seconds);
  }
  return rows;
}

py::tuple ToTuple(const RunReport& report) {
  return py::make_tuple(report.steps, report.workers, report.seconds);
}

std::vector<void*> Pointers(const std::vector<uintptr_t>& addresses) {
  std::vector<void*> pointers;
  for (uintptr_t address : addresses) pointers.push_back(reinterpret_cast<void*>(address));
  return pointers;
}

// Contiguous NumPy arrays whose sizes the caller has checked.
py::tuple RunArrays(const Plan& plan, const py::list& inputs, const py::list& outputs,
                    const py::iterable& copied) {
  const auto pointers = [](const py::list& arrays) {
    std::vector<void*> found;
    for (py::handle array : arrays) {
      found.push_back(const_cast<void*>(py::reinterpret_borrow<py::array>(array).data()));
    }
    return found;
  };
  return ToTuple(RunWithPointers(plan, pointers(inputs), pointers(outputs), copied));
}

py::list Warnings(const Plan& plan) {
  py::list texts;
  for (const Diagnostic& diagnostic : plan.warnings) texts.append(ToString(diagnostic));
  return texts;
}

py::dict Summary(const Plan& plan) {
  py::dict counts, engine_cycles;
  int64_t dma_bytes = 0;
  for (const Step& step : plan.steps) {
    const py::str name{std::string(step.instruction->def().name)};
    counts[name] = py::int_((counts.contains(name) ? counts[name].cast<int64_t>() : 0) + 1);
    const Cost cost = step.instruction->CostOn(*plan.graph->generation);
    const py::str engine{std::string(Name(cost.engine))};
    engine_cycles[engine] =
        py::float_((engine_cycles.contains(engine) ? engine_cycles[engine].cast<double>() : 0) + cost.cycles);
    dma_bytes += cost.dma_bytes;
  }
  py::dict summary;
  summary["instructions"] = counts;
  summary["engine_cycles"] = engine_cycles;
  summary["dma_bytes"] = dma_bytes;
  summary["sbuf_peak"] = plan.sbuf_peak;
  summary["psum_peak"] = plan.psum_peak;
  return summary;
}

py::list Placements(const Plan& plan) {
  py::list rows;
  for (const Tensor& tensor : plan.graph->tensors) {
    if (!OnChip(tensor.space)) continue;
    const Placement& placement = plan.placements[tensor.id];
    rows.append(py::make_tuple(tensor.name, std::string(Name(tensor.space)), placement.partition,
                               placement.byte, tensor.partitions(), tensor.bytes_per_partition()));
  }
  return rows;
}

}  // namespace

void BindCompiled(py::module_& module) {
  SetPrintHook(PrintToPython);
  g_main_thread = py::module_::import("threading").attr("main_thread")().attr("ident").cast<unsigned long>();
  py::class_<Plan, PlanPointer>(module, "Plan",
                                "A verified and placed kernel; immutable, usable from any thread.")
      .def_property_readonly("name", [](const Plan& plan) { return plan.graph->name; })
      .def_property_readonly("inputs", [](const Plan& plan) { return Types(plan, false); })
      .def_property_readonly("outputs", [](const Plan& plan) { return Types(plan, true); })
      .def_property_readonly("mutated", [](const Plan& plan) { return Mutated(*plan.graph); })
      .def_property_readonly("aliases", Aliases)
      .def_property_readonly("warnings", Warnings)
      .def("summary", Summary)
      .def("placements", Placements)
      .def("__len__", [](const Plan& plan) { return plan.steps.size(); })
      .def("run_arrays", RunArrays, py::arg("inputs"), py::arg("outputs"), py::arg("copied") = py::tuple());

  module.def("plan", [](const std::shared_ptr<KernelGraph>& graph) {
    return WithoutGil([&] { return std::const_pointer_cast<Plan>(MakePlan(graph)); });
  });
  module.def("written_inputs", Mutated);
  module.def("add_compiled", [](const std::string& key, const PlanPointer& plan) { AddCompiled(key, plan); });
  module.def("remove_compiled", &RemoveCompiled);
  module.def("set_run_hooks", SetHooks, py::arg("check_only"), py::arg("log"));
  module.def("run_totals", TotalsByKernel);
  module.def(
      "run_pointers",
      [](const std::string& key, const std::vector<uintptr_t>& inputs, const std::vector<uintptr_t>& outputs,
         const py::iterable& copied) {
        return ToTuple(RunWithPointers(*GetCompiled(key), Pointers(inputs), Pointers(outputs), copied));
      },
      py::arg("key"), py::arg("inputs"), py::arg("outputs"), py::arg("copied") = py::tuple());
}

}  // namespace nki
