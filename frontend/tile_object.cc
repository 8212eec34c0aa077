#include "frontend/tile_object.h"

#include <pybind11/stl.h>

#include <algorithm>
#include <string>
#include <vector>

#include "frontend/dynamic_view.h"
#include "frontend/errors.h"
#include "frontend/index_object.h"
#include "frontend/tensor_object.h"
#include "frontend/tile_index.h"
#include "frontend/tracer.h"
#include "interpreter/overlap.h"
#include "memory/index_selection.h"

namespace nki {
namespace {

namespace py = pybind11;

// A tensor, and what the instruction that has made it or the subscript that has selected it left to be known.
struct TileObject {
  TensorObject tensor;
  PyObject* base;  // of a selection that leaves its tensor: the tile that was indexed, and by what
  PyObject* key;
  PyObject* mask;  // of a result: for which of its elements it was computed; null: all
  bool fresh;      // an instruction has just made it, and nothing else knows of it
  bool row;        // [P, 1] for what has the partition axis alone, as a reduction over all others leaves it
};

PyTypeObject* tile_type = nullptr;
// What Python does for tiles: assign(tile, part, value, temporary), add_in_place(tile, value, temporary),
// gather(tile, key), gather_part(tile, key, begins, ends), masked(tile, mask), nested(tile, shape).
PyObject* hooks = nullptr;
PyTypeObject* runtime_type = nullptr;  // hooks.RuntimeIndex: a tile plus what is known in advance

TileObject* AsTile(PyObject* object) { return reinterpret_cast<TileObject*>(object); }
const View& ViewOf(PyObject* self) { return AsTensor(self)->view; }

PyObject* MakeTile(const View& view, std::shared_ptr<KernelGraph> graph) {
  PyObject* object = tile_type->tp_alloc(tile_type, 0);
  if (object == nullptr) return nullptr;
  AsTensor(object)->view = view;
  new (&AsTensor(object)->graph) std::shared_ptr<KernelGraph>(std::move(graph));
  return object;
}

void Deallocate(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  AsTensor(self)->graph.~shared_ptr();
  Py_XDECREF(AsTile(self)->base);
  Py_XDECREF(AsTile(self)->key);
  Py_XDECREF(AsTile(self)->mask);
  type->tp_free(self);
  Py_DECREF(type);
}

// Whether a subscript has an index that only a run knows.
bool HasRuntimeIndex(PyObject* key) {
  return std::ranges::any_of(ItemsOf(key),
                             [](PyObject* item) { return IsTile(item) || Py_TYPE(item) == runtime_type; });
}

PyObject* CallHook(const char* name, std::initializer_list<PyObject*> arguments) {
  const py::object hook = py::reinterpret_steal<py::object>(PyObject_GetAttrString(hooks, name));
  if (!hook) throw py::error_already_set();
  PyObject* result = PyObject_Vectorcall(hook.ptr(), arguments.begin(), arguments.size(), nullptr);
  if (result == nullptr) throw py::error_already_set();
  return result;
}

// A tile of what was selected. Where an axis is nested, its view has more axes than that; `nested` says
// whether it may have, or Python makes a tile without of it.
PyObject* TileOf(const IndexSelection& selected, const std::shared_ptr<KernelGraph>& graph, bool nested) {
  PyObject* tile = MakeTile(selected.view, graph);
  if (tile == nullptr || nested || selected.view.rank == selected.shape.size()) return tile;
  const py::object owned = py::reinterpret_steal<py::object>(tile);
  return CallHook("nested", {tile, py::tuple(py::cast(selected.shape)).ptr()});
}

// What a subscript selects that only nl.load, nl.store and a mask know how to take: it leaves the tensor, or
// is nested in HBM.
PyObject* PendingTile(PyObject* self, PyObject* key, const Shape& shape) {
  View view = ViewOf(self);
  view.rank = static_cast<uint8_t>(shape.size());
  for (size_t d = 0; d < shape.size(); ++d) view.dims[d] = {0, shape[d]};
  PyObject* tile = MakeTile(view, AsTensor(self)->graph);
  if (tile == nullptr) return nullptr;
  AsTile(tile)->base = Py_NewRef(self);
  AsTile(tile)->key = Py_NewRef(key);
  return tile;
}

PyObject* SelectByGrids(PyObject* self, PyObject* key, bool nested) {
  const View& base = ViewOf(self);
  const std::vector<IndexGrid> grids = ReadGrids(base, key);
  if (!Inside(base, grids)) return PendingTile(self, key, GridShape(grids));
  const IndexSelection selected = SelectGrid(base, grids, nullptr);
  const bool is_nested = selected.view.rank != selected.shape.size();
  if (is_nested && !base.on_chip()) return PendingTile(self, key, selected.shape);
  return TileOf(selected, AsTensor(self)->graph, nested);
}

bool NamesNewAxis(PyObject* key) {
  return std::ranges::any_of(ItemsOf(key), [](PyObject* item) { return item == Py_None; });
}

PyObject* Select(PyObject* self, PyObject* key, bool nested) {
  CheckInBounds(self);
  AsTile(self)->fresh = false;
  if (HasRuntimeIndex(key)) return CallHook("gather", {self, key});
  if (IsMask(key)) return CallHook("masked", {self, key});
  for (PyObject* item : ItemsOf(key)) {
    if (AsIndex(item) != nullptr) return SelectByGrids(self, key, nested);
  }
  std::shared_ptr<KernelGraph> holds = AsTensor(self)->graph;
  View base = ViewOf(self);
  if (AsTile(self)->row && NamesNewAxis(key)) base.rank = 1;  // nl.sum(tile, 1)[:, None]
  if (SlicesLeave(base, key)) return PendingTile(self, key, GridShape(ReadGrids(base, key)));
  const View view = Index(base, key, holds);
  return MakeTile(view, std::move(holds));
}

PyObject* Subscript(PyObject* self, PyObject* key) {
  return Guarded<PyObject*>(nullptr, [&] { return Select(self, key, /*nested=*/false); });
}

bool IsTemporary(PyObject* object) {
#if PY_VERSION_HEX >= 0x030E0000
  return PyUnstable_Object_IsUniqueReferencedTemporary(object);
#else
  return Py_REFCNT(object) == 1;
#endif
}

// What changes a tile is not bound to the mask of the instruction that made it.
void EndMask(PyObject* tile) {
  AsTile(tile)->fresh = false;
  Py_CLEAR(AsTile(tile)->mask);
}

int AssignSubscript(PyObject* self, PyObject* key, PyObject* value) {
  return Guarded<int>(-1, [&] {
    if (value == nullptr) ThrowType("an element of a tile can't be deleted");
    PyObject* temporary = IsTemporary(value) ? Py_True : Py_False;
    EndMask(self);
    const py::object dst = py::reinterpret_steal<py::object>(Select(self, key, /*nested=*/true));
    if (!dst) throw py::error_already_set();
    Py_DECREF(CallHook("assign", {self, dst.ptr(), value, temporary}));
    return 0;
  });
}

PyObject* AddInPlace(PyObject* self, PyObject* value) {
  return Guarded<PyObject*>(nullptr, [&] {
    PyObject* temporary = IsTemporary(value) ? Py_True : Py_False;
    EndMask(self);
    return CallHook("add_in_place", {self, value, temporary});
  });
}

PyObject* Represent(PyObject* self) {
  return Guarded<PyObject*>(
      nullptr, [&] { return PyUnicode_FromString(("<tile " + ViewOf(self).ToString() + ">").c_str()); });
}

PyObject* GetMask(PyObject* self, void*) {
  PyObject* mask = AsTile(self)->mask;
  return Py_NewRef(mask == nullptr ? Py_None : mask);
}

int SetMask(PyObject* self, PyObject* mask, void*) {
  Py_XSETREF(AsTile(self)->mask, Py_XNewRef(mask));
  return 0;
}

PyObject* GetPending(PyObject* self, void*) { return PyBool_FromLong(AsTile(self)->key != nullptr); }

PyObject* GetRow(PyObject* self, void*) { return PyBool_FromLong(AsTile(self)->row); }

int SetRow(PyObject* self, PyObject* row, void*) {
  AsTile(self)->row = row == Py_True;
  return 0;
}

View PartOf(View view, const Shape& begins, const Shape& ends, Holds& holds) {
  for (int d = 0; d < view.rank; ++d) {
    if (begins[d] == 0 && ends[d] == view.dims[d].count) continue;
    view = d == 0 && view.indexed(0) ? SomeRows(view, begins[0], ends[0], holds)
                                     : view.Slice(d, begins[d], ends[d], 1);
  }
  return view;
}

// The elements of a box of a tile that is pending.
PyObject* PendingPart(const TileObject* self, const IndexBox& box) {
  if (HasRuntimeIndex(self->key)) {
    const py::tuple begins = py::cast(box.begins), ends = py::cast(box.ends);
    return CallHook("gather_part", {self->base, self->key, begins.ptr(), ends.ptr()});
  }
  const View& base = ViewOf(self->base);
  return TileOf(SelectGrid(base, ReadGrids(base, self->key), &box), AsTensor(self->base)->graph,
                /*nested=*/!base.on_chip());
}

// tile_part(tile, begins, ends): the elements [begins, ends) of a tile. METH_FASTCALL, as what every masked
// instruction calls for each of its operands.
PyObject* Part(PyObject*, PyObject* const* args, Py_ssize_t) {
  return Guarded<PyObject*>(nullptr, [&] {
    if (!IsTile(args[0])) ThrowType("a tile is wanted");
    TileObject* self = AsTile(args[0]);
    const IndexBox box{ReadInts(args[1], "tile_part"), ReadInts(args[2], "tile_part")};
    if (self->key != nullptr) return PendingPart(self, box);
    Holds holds = self->tensor.graph;
    const View part = PartOf(ViewOf(args[0]), box.begins, box.ends, holds);
    return MakeTile(part, std::move(holds));
  });
}

PyMethodDef kPart = {"tile_part", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(Part)),
                     METH_FASTCALL, "tile_part(tile, begins, ends)"};

// The tile moved by a value in memory times `step` elements, or each of its rows by one; values must be below
// `choices`, if that is not 0.
py::object Moved(const py::object& tile, const py::object& index, int64_t step, int64_t choices, bool rows) {
  Holds holds = AsTensor(tile.ptr())->graph;
  const View view = MovedBy(ViewOf(tile.ptr()), index.ptr(), step, choices, rows, holds);
  return py::reinterpret_steal<py::object>(MakeTile(view, std::move(holds)));
}

py::object Plain(const py::object& tile) {
  if (!IsTile(tile.ptr())) return tile;
  CheckInBounds(tile.ptr());
  AsTile(tile.ptr())->fresh = false;
  return py::reinterpret_steal<py::object>(MakeTensor(ViewOf(tile.ptr()), AsTensor(tile.ptr())->graph));
}

py::object AsFresh(const py::object& tensor, bool fresh) {
  if (!IsTensor(tensor.ptr())) ThrowType("a tensor is wanted");
  const auto make = fresh ? MakeFreshTile : MakeTile;
  return py::reinterpret_steal<py::object>(make(ViewOf(tensor.ptr()), AsTensor(tensor.ptr())->graph));
}

// Makes the last instruction write to `to` what it wrote to `result` (to the elements of `box` of it, if that
// is not None), if nothing else knows of the result.
bool Redirect(const py::object& result, const std::optional<std::pair<Shape, Shape>>& box,
              const py::object& to, bool accumulates) {
  if (!IsTile(result.ptr()) || !AsTile(result.ptr())->fresh) return false;
  CheckInBounds(to.ptr());
  Tracer& tracer = Tracer::Require("an assignment to a tile");
  const View& whole = ViewOf(result.ptr());
  Holds holds = AsTensor(result.ptr())->graph;
  const View part = box ? PartOf(whole, box->first, box->second, holds) : whole;
  if (!tracer.Redirect(part, ViewOf(to.ptr()), accumulates)) return false;
  AsTensor(result.ptr())->view = ViewOf(to.ptr());  // its own tensor is gone
  return true;
}

PyTypeObject* MakeTileType() {
  static PyGetSetDef more[] = {
      {"mask", GetMask, SetMask,
       "For which elements the instruction that returned it has computed it, until it changes.", nullptr},
      {"pending", GetPending, nullptr, "Whether only a mask, nl.load and nl.store know how to take it.",
       nullptr},
      {"row", GetRow, SetRow, "Whether its one free element stands for no axis at all.", nullptr},
      {nullptr, nullptr, nullptr, nullptr, nullptr}};
  const auto slot = [](auto* function) { return reinterpret_cast<void*>(function); };
  static std::vector<PyGetSetDef> attributes = TensorAttributes("dtype_name");
  attributes.insert(attributes.end(), std::begin(more), std::end(more));
  static PyType_Slot slots[] = {
      {Py_tp_dealloc, slot(Deallocate)},
      {Py_tp_repr, slot(Represent)},
      {Py_tp_getset, attributes.data()},
      {Py_mp_subscript, slot(Subscript)},
      {Py_mp_ass_subscript, slot(AssignSubscript)},
      {Py_nb_inplace_add, slot(AddInPlace)},
      {Py_tp_doc, const_cast<char*>("A tensor of a Beta 1 kernel, or a view of one.\n\nSource: "
                                    "neuronxcc.nki.tensor, NKI 2.26.")},
      {0, nullptr}};
  static PyType_Spec spec = {"neuronxcc.nki.tensor", sizeof(TileObject), 0,
                             Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
  return reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
}

void BindLoops(py::module_& module) {
  module.def("begin_beta1", [] {
    KernelGraph& graph = *Tracer::Require("a kernel").graph();
    graph.compiler_starts_groups = graph.spills = true;
  });
  module.def("begin_block", [] { return Tracer::Require("nki.language.affine_range").BeginBlock(); });
  module.def("lift_tile", [](const py::object& tile, int block) {
    if (block >= 0) Tracer::Require("a tile").LiftOutOf(*ViewOf(tile.ptr()).tensor, block);
  });
  module.def("end_block", [](int block) {
    if (Tracer::Current() != nullptr) Tracer::Current()->EndBlock(block);
  });
}

// Programs of a grid that wait for each other are traced in threads, of which one goes on at a time.
void BindThreads(py::module_& module) {
  module.def("present_trace", [] { return py::capsule(&Tracer::Require("nki.language.all_reduce")); });
  module.def("enter_trace", [](const py::capsule& trace) {
    Tracer::Current() = trace.get_pointer<Tracer>();
    Tracer::Current()->EnterThread();
  });
  module.def("leave_trace", [] { Tracer::Current() = nullptr; });
  module.def("pause_trace", [] {
    const Tracer::Thread thread = Tracer::Require("nki.language.all_reduce").PauseThread();
    return py::make_tuple(thread.block, reinterpret_cast<intptr_t>(thread.entry));
  });
  module.def("resume_trace", [](int block, intptr_t entry) {
    Tracer::Require("nki.language.all_reduce").ResumeThread({block, reinterpret_cast<const void*>(entry)});
  });
}

}  // namespace

bool IsTile(PyObject* object) { return Py_TYPE(object) == tile_type; }

PyObject* MakeFreshTile(const View& view, std::shared_ptr<KernelGraph> graph) {
  PyObject* tile = MakeTile(view, std::move(graph));
  if (tile != nullptr) AsTile(tile)->fresh = true;
  return tile;
}

void CheckInBounds(PyObject* tile) {
  const TileObject* self = AsTile(tile);
  if (self->key == nullptr) return;
  const View& base = ViewOf(self->base);
  const Shape shape = ViewOf(tile).shape();
  Py_XDECREF(PendingPart(self, IndexBox::Whole(shape)));  // throws if it leaves the tensor
  ThrowValue("index: these indices of " + base.ToString() +
             " are steps inside steps, as of nl.arange(n) // 2; in HBM they can be loaded and stored alone");
}

void BindTiles(py::module_& module) {
  tile_type = MakeTileType();
  if (tile_type == nullptr) throw py::error_already_set();
  RegisterTensorType(tile_type);
  module.attr("Tile") = py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(tile_type));
  module.def("set_tile_hooks", [](const py::object& object) {
    hooks = Py_NewRef(object.ptr());
    runtime_type = reinterpret_cast<PyTypeObject*>(py::object(object.attr("RuntimeIndex")).release().ptr());
  });
  module.def("moved_tile", Moved);
  module.def("pending_tile", [](const py::object& tile, const py::object& key, const Shape& shape) {
    return py::reinterpret_steal<py::object>(PendingTile(tile.ptr(), key.ptr(), shape));
  });
  module.attr("tile_part") = py::reinterpret_steal<py::object>(PyCFunction_New(&kPart, nullptr));
  module.def("plain", Plain);
  module.def("as_tile", AsFresh, py::arg("tensor"), py::arg("fresh") = false);
  module.def("redirect", Redirect);
  module.def("same_elements", [](const py::object& a, const py::object& b) {
    const View &left = ViewOf(a.ptr()), &right = ViewOf(b.ptr());
    return left.tensor == right.tensor && left.offset == right.offset && left.dtype == right.dtype &&
           std::ranges::equal(left.axes(), right.axes());
  });
  module.def("overlap", [](const py::object& a, const py::object& b) {
    const View &left = ViewOf(a.ptr()), &right = ViewOf(b.ptr());
    if (left.tensor != right.tensor) return false;
    return left.dynamic != nullptr || right.dynamic != nullptr || ShareBytes(left, right);
  });
  BindLoops(module);
  BindThreads(module);
}

}  // namespace nki
