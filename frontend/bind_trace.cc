// Tracing as Python sees it: Trace, Graph, and the making of tensors.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "frontend/bind.h"
#include "frontend/enums.h"
#include "frontend/errors.h"
#include "frontend/field_values.h"
#include "frontend/tensor_object.h"
#include "frontend/tile_object.h"
#include "frontend/trace.h"
#include "interpreter/meetings.h"

namespace nki {
namespace {

py::object Wrap(const Tensor& tensor, Tracer& tracer) {
  return py::reinterpret_steal<py::object>(MakeTensor(View::Of(tensor), tracer.Hold(tensor)));
}

constexpr int64_t kMostElements = int64_t{1} << 44;  // so that bytes and offsets stay far below 2^63

Shape ReadTensorShape(PyObject* value, Space space, const Generation& gen, size_t most_axes) {
  Shape shape = ReadInts(value, "ndarray: shape");
  if (shape.size() > most_axes) {
    ThrowValue("ndarray: shape " + ToString(shape) + " has " + std::to_string(shape.size()) +
               " axes; a tensor has at most " + std::to_string(most_axes));
  }
  int64_t elements = 1;
  for (int64_t extent : shape) {
    if (extent < 1)
      ThrowValue("ndarray: shape " + ToString(shape) + " holds nothing; every size must be at least 1");
    if (__builtin_mul_overflow(elements, extent, &elements) || elements > kMostElements)
      ThrowValue("ndarray: shape " + ToString(shape) + " is larger than any memory");
  }
  if (!OnChip(space)) return shape;
  if (shape == Shape{1}) return {1, 1};  // as of a register's tile (nki.isa.register_load, NKI 0.6)
  if (shape.size() < 2) {
    const std::string size = shape.empty() ? "1" : std::to_string(shape[0]);
    ThrowValue("ndarray: shape " + ToString(shape) + " needs two axes or more in " +
               std::string(Name(space)) + ": partitions and free elements; write (1, " + size +
               ") for a row in one partition, or (" + size + ", 1) for an element in each");
  }
  if (shape[0] > gen.partitions) {
    ThrowValue("ndarray: shape " + ToString(shape) + " has " + std::to_string(shape[0]) + " partitions; " +
               std::string(Name(space)) + " of " + std::string(gen.name) + " has " +
               std::to_string(gen.partitions) + "; take it in tiles of at most " +
               std::to_string(gen.partitions) + " rows");
  }
  return shape;
}

std::optional<Address> ReadAddress(PyObject* value, Space space, const Shape& shape, const Generation& gen) {
  if (value == Py_None) return std::nullopt;
  const Shape pair = ReadInts(value, "ndarray: address");
  if (pair.size() != 2 || !OnChip(space)) {
    ThrowValue(
        "ndarray: address must be (start partition, byte offset in the partition) of an on-chip tensor");
  }
  if (pair[0] < 0 || pair[0] + shape[0] > gen.partitions) {
    ThrowValue("ndarray: address starts at partition " + std::to_string(pair[0]) + "; with " +
               std::to_string(shape[0]) + " partitions it passes the last of " +
               std::to_string(gen.partitions));
  }
  if (pair[1] < 0) ThrowValue("ndarray: address byte " + std::to_string(pair[1]) + " must not be negative");
  if (space == Space::kPsum && pair[1] % gen.psum_bank_bytes() != 0) {
    ThrowValue("ndarray: address byte " + std::to_string(pair[1]) + " must be a multiple of " +
               std::to_string(gen.psum_bank_bytes()) + ", the bytes of a PSUM bank");
  }
  return Address{static_cast<int>(pair[0]), pair[1]};
}

// new_tensor(shape, dtype, buffer, name, address) -> NkiTensor. As a METH_FASTCALL function: it is called for
// every tile.
template <auto Make>
PyObject* NewTensor(PyObject*, PyObject* const* args, Py_ssize_t) {
  return Guarded<PyObject*>(nullptr, [&] {
    Tracer& tracer = Tracer::Require("nki.language.ndarray");
    const Space space = ReadSpace(args[2]);
    // An access pattern has five axes; kernels of Beta 1 make tiles of more, of which they use parts.
    constexpr size_t kMostAxes = Make == MakeFreshTile ? kMaxRank : kMaxRank - 1;
    Shape shape = ReadTensorShape(args[0], space, tracer.generation(), kMostAxes);
    const Dtype dtype = ReadDtype(args[1]);
    const std::optional<Address> address = ReadAddress(args[4], space, shape, tracer.generation());
    Py_ssize_t length = 0;
    if (args[3] != Py_None && !PyUnicode_Check(args[3])) {
      ThrowType("ndarray: name must be a string, got " + py::cast<std::string>(py::repr(args[3])));
    }
    const char* name = args[3] == Py_None ? "" : PyUnicode_AsUTF8AndSize(args[3], &length);
    if (name == nullptr) throw py::error_already_set();
    const Tensor& tensor =
        tracer.AddTensor({name, static_cast<size_t>(length)}, space, std::move(shape), dtype, address);
    return Make(View::Of(tensor), tracer.Hold(tensor));
  });
}

PyObject* MakePlain(const View& view, std::shared_ptr<KernelGraph> graph) {
  return MakeTensor(view, std::move(graph));
}

// The same as a tile of Beta 1, which an instruction is about to write.
PyMethodDef kNewTensors[] = {
    {"new_tensor", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(NewTensor<MakePlain>)),
     METH_FASTCALL, "new_tensor(shape, dtype, buffer, name, address)"},
    {"new_tile", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(NewTensor<MakeFreshTile>)),
     METH_FASTCALL, "new_tile(shape, dtype, buffer, name, address)"}};

constexpr Feature kFeatures[] = {
#define NKI_FEATURE(enumerator, name, sentence) Feature::enumerator,
#include "isa/feature.def"
#undef NKI_FEATURE
};

py::object NewConstant(const py::buffer& bytes, const Shape& shape, const py::object& dtype) {
  Tracer& tracer = Tracer::Require("nki.language.shared_constant");
  return Wrap(tracer.AddConstant(shape, ReadDtype(dtype.ptr()), bytes.request().ptr), tracer);
}

py::dict EngineGigaHertz(const Generation& gen) {
  py::dict clocks;
  for (Engine engine : {Engine::kTensor, Engine::kVector, Engine::kScalar, Engine::kGpSimd}) {
    clocks[py::str(std::string(Name(engine)))] = GigaHertz(gen, engine);
  }
  return clocks;
}

py::object TargetFacts(const std::string& target) {
  const Generation& gen = GenerationNamed(target);
  py::dict facts;
  facts["name"] = std::string(gen.name);
  facts["nc_version"] = gen.nc_version;
  facts["partitions"] = gen.partitions;
  facts["sbuf_bytes"] = gen.sbuf_bytes;
  facts["psum_bytes"] = gen.psum_bytes;
  facts["psum_banks"] = gen.psum_banks;
  facts["stationary_free_max"] = gen.stationary_free_max;
  facts["moving_free_max"] = gen.moving_free_max;
  facts["dma_bytes_per_ns"] = gen.dma_bytes_per_ns;
  facts["engine_ghz"] = EngineGigaHertz(gen);
  py::dict features;  // name: sentence
  for (Feature feature : kFeatures) {
    const FeatureRow& row = RowOf(feature);
    if (gen.Has(feature)) features[py::str(std::string(row.name))] = std::string(row.sentence);
  }
  facts["features"] = features;
  return facts;
}

void BindGraphClass(py::module_& module) {
  py::class_<KernelGraph, std::shared_ptr<KernelGraph>>(module, "Graph", "A traced kernel; immutable.")
      .def_readonly("name", &KernelGraph::name)
      .def_property_readonly("target",
                             [](const KernelGraph& graph) { return std::string(graph.generation->name); })
      .def_readonly("grid", &KernelGraph::grid)
      .def_property_readonly("output_names",
                             [](const KernelGraph& graph) {
                               std::vector<std::string> names;
                               for (const View& output : graph.outputs) names.push_back(output.tensor->name);
                               return names;
                             })
      .def("__len__", [](const KernelGraph& graph) { return graph.nodes.size(); })
      .def(
          "text", [](const KernelGraph& graph) { return ToText(graph); }, "The stable text form.")
      .def("constants",
           [](const KernelGraph& graph) {
             py::list contents;
             for (const auto& bytes : graph.constants)
               contents.append(py::bytes(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
             return contents;
           })
      .def(
          "to_dict", [](const KernelGraph& graph) { return ToDict(graph); },
          "The graph as plain Python values.");
}

void BindTraceClass(py::module_& module) {
  py::class_<Trace>(module, "Trace")
      .def(py::init<std::string, const std::string&, std::vector<int64_t>>(), py::arg("name"),
           py::arg("target"), py::arg("grid"))
      .def("__enter__", [](Trace& trace) { trace.Enter(); })
      .def("__exit__", [](Trace& trace, const py::args&) { trace.Exit(); })
      .def("add_input",
           [](Trace& trace, std::string name, Shape shape, const py::object& dtype) {
             return Wrap(trace.tracer().AddInput(std::move(name), std::move(shape), ReadDtype(dtype.ptr())),
                         trace.tracer());
           })
      .def("begin_program",
           [](Trace& trace, std::vector<int64_t> ids) { trace.tracer().BeginProgram(std::move(ids)); })
      .def("finish", [](Trace& trace, const py::list& outputs) {
        return std::const_pointer_cast<KernelGraph>(trace.Finish(outputs));
      });
}

}  // namespace

const Generation& GenerationNamed(const std::string& name) {
  const Generation* generation = FindGeneration(name);
  if (generation == nullptr) {
    std::string known;
    for (const Generation* each : AllGenerations())
      known += (known.empty() ? "" : ", ") + std::string(each->name);
    ThrowValue("target '" + name + "' is not known; there are " + known + " (also inf2, gen2, gen3, gen4)");
  }
  return *generation;
}

void BindTrace(py::module_& module) {
  BindGraphClass(module);
  BindTraceClass(module);
  for (PyMethodDef& method : kNewTensors) {
    module.attr(method.ml_name) = py::reinterpret_steal<py::object>(PyCFunction_New(&method, nullptr));
  }
  module.def("new_constant", NewConstant);
  module.def(
      "tracing", [] { return Tracer::Current() != nullptr; }, "True inside a kernel that is being traced.");
  module.def("current_target", [] { return std::string(Tracer::Require("nki.language").generation().name); });
  module.attr("most_cores") = kCores;
  module.def("current_grid", [] {
    const Tracer& tracer = Tracer::Require("nki.language.program_id or num_programs");
    return py::make_tuple(py::tuple(py::cast(tracer.graph()->grid)), py::tuple(py::cast(tracer.program())));
  });
  module.def("target_facts", TargetFacts);
  module.def("parse_dtype", [](const py::object& dtype) {
    return py::reinterpret_borrow<py::object>(DtypeName(ReadDtype(dtype.ptr())));
  });
  module.def("dtype_bytes", [](const py::object& dtype) { return ItemBytes(ReadDtype(dtype.ptr())); });
  module.def("tensor_id", [](const py::object& tensor) { return AsTensor(tensor.ptr())->view.tensor->id; });
  module.def("as_condition", [](const py::object& tensor) {
    AsTensor(tensor.ptr())->is_condition = true;
    return tensor;
  });
  module.def("mark_masked", [](const py::object& tensor) {
    const TensorObject* object = AsTensor(tensor.ptr());
    object->graph->MarkMasked(object->view.tensor->id);
  });
  module.def("is_whole", [](const py::object& tensor) {
    const View& view = AsTensor(tensor.ptr())->view;
    return view.offset == 0 && view.IsContiguous() &&
           view.elements() * ItemBytes(view.dtype) == view.tensor->bytes();
  });
  module.def("set_package_folder", SourceSites::SetPackageFolder);
}

}  // namespace nki
