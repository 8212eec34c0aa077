#include "frontend/dynamic_view.h"

#include <string>

#include "frontend/register_object.h"
#include "frontend/tensor_object.h"

namespace nki {
namespace {

// From one index of axis `dim` of the view to the next, in bytes.
int64_t StepBytes(const View& view, int64_t dim, const char* what) {
  if (dim < 0 || dim >= view.rank) {
    ThrowIndex(std::string(what) + ": axis " + std::to_string(dim) + " is out of range for " +
               view.ToString());
  }
  return view.dims[dim].step * ItemBytes(view.dtype);
}

// Where tensors come and go, an offset lasts as long as the tensors that use it, and keeps its index.
struct HeldOffset {
  DynamicOffset offset;
  Holds moved, index;
};

}  // namespace

View WithDynamic(View view, const DynamicOffset& offset, PyObject* index, Holds& holds, const char* what) {
  if (offset.step_bytes % ItemBytes(view.dtype) != 0) {
    ThrowValue(std::string(what) + ": a step of " + std::to_string(offset.step_bytes) +
               " bytes is no multiple of an element of " + std::string(Name(view.dtype)));
  }
  if (holds->machine == nullptr) {
    view.dynamic = &holds->dynamic_offsets.emplace_back(offset);
    return view;
  }
  KernelGraph* graph = holds.get();
  const auto held =
      std::make_shared<HeldOffset>(offset, holds, IsTensor(index) ? AsTensor(index)->graph : nullptr);
  view.dynamic = &held->offset;
  holds = Holds(held, graph);
  return view;
}

View WithOffset(const View& base, const View& view, PyObject* scalar, PyObject* vector, int64_t dim,
                Holds& holds) {
  if (scalar != Py_None && vector != Py_None)
    ThrowValue("ap: scalar_offset and vector_offset exclude each other");
  if (base.dynamic != nullptr) ThrowValue("ap: " + base.ToString() + " already has a dynamic offset");
  DynamicOffset offset;
  if (scalar == Py_None) {
    if (dim != 0)
      ThrowValue("ap: indirect_dim is " + std::to_string(dim) +
                 "; a vector_offset chooses rows of axis 0 only");
    if (!IsTensor(vector)) ThrowType("ap: vector_offset must be a tensor with one index per row");
    offset.kind = DynamicOffset::Kind::kRows;
    offset.index = AsTensor(vector)->view;
    offset.step_bytes = StepBytes(base, 0, "ap: indirect_dim");
    View rows = view;
    rows.dims[0].step = 0;  // each row is where its index says
    return WithDynamic(rows, offset, vector, holds, "ap");
  }
  if (IsRegister(scalar)) {
    offset.reg = ReadRegister(scalar, *holds, false, "ap: scalar_offset");
  } else if (IsTensor(scalar)) {
    offset.index = AsTensor(scalar)->view;
  } else {
    ThrowType(
        "ap: scalar_offset must be a register or a tensor with one integer; a known one is added to offset");
  }
  offset.step_bytes = StepBytes(base, dim, "ap: indirect_dim");
  return WithDynamic(view, offset, scalar, holds, "ap");
}

View Selected(const View& from, int axis, const View& first, PyObject* index, int64_t choices, Holds& holds,
              const char* what) {
  if (from.dynamic != nullptr)
    ThrowValue(std::string(what) + ": " + from.ToString() + " already has a dynamic offset");
  DynamicOffset offset;
  if (IsTensor(index)) offset.index = AsTensor(index)->view;
  if (IsRegister(index)) offset.reg = ReadRegister(index, *holds, false, std::string(what) + ": index");
  offset.step_bytes = from.dims[axis].step * ItemBytes(from.dtype);
  offset.choices = choices;
  return WithDynamic(first, offset, index, holds, what);
}

View MovedBy(View view, PyObject* index, int64_t step, int64_t choices, bool rows, Holds& holds) {
  DynamicOffset offset;
  offset.kind = rows ? DynamicOffset::Kind::kRows : DynamicOffset::Kind::kScalar;
  offset.index = AsTensor(index)->view;
  offset.step_bytes = step * ItemBytes(view.dtype);
  offset.choices = choices;
  if (view.dynamic != nullptr || offset.index.dynamic != nullptr)
    ThrowValue("index: a tile indexes " + view.ToString() +
               ", and one tile inside another is too much; take one");
  if (rows) view.dims[0].step = 0;
  return WithDynamic(view, offset, index, holds, "index");
}

View SomeRows(View view, int64_t begin, int64_t end, Holds& holds) {
  DynamicOffset offset = *view.dynamic;
  offset.index = offset.index.Slice(0, begin, end, 1);
  view.dims[0].count = end - begin;
  return WithDynamic(view, offset, Py_None, holds, "index");
}

}  // namespace nki
