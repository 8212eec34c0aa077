#include "memory/view.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "memory/error.h"
#include "memory/view_limits.h"

namespace nki {

using std::to_string;

void CheckRank(int rank) {
  if (rank > kMaxRank)
    ThrowValue("a view has at most " + to_string(kMaxRank) + " axes, not " + to_string(rank));
}

void CheckCount(std::span<const Dim> axes, const char* what) {
  __int128 elements = 1;
  for (const Dim& dim : axes) {
    elements *= dim.count;
    if (elements > kMostElements) ThrowValue(std::string(what) + ": more than 2^47 elements");
  }
}

namespace {

void CheckAxis(const View& view, int axis, const char* what) {
  if (axis < 0 || axis >= view.rank) {
    ThrowIndex(std::string(what) + ": axis " + to_string(axis) + " is out of range for a tensor with " +
               to_string(view.rank) + " axes");
  }
}

void CheckNotPartition(const View& view, int axis, const char* what) {
  if (axis == 0 && view.on_chip()) {
    ThrowValue(std::string(what) + ": axis 0 of an on-chip tensor is the partition axis and stays as it is");
  }
}

// Such an axis has an index for each element, which belongs to the axis as it is.
void CheckNotIndexed(const View& view, int axis, const char* what) {
  if (!view.indexed(axis)) return;
  ThrowValue(std::string(what) + ": axis " + to_string(axis) + " of " + view.ToString() +
             " is chosen by an index tensor and stays as it is");
}

// Resolves one -1 in `sizes` so that their product is `elements`.
void ResolveSizes(Shape& sizes, int64_t elements, const char* what) {
  int unknown = -1;
  int64_t known = 1;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == -1 && unknown < 0) {
      unknown = static_cast<int>(i);
    } else if (sizes[i] < 1) {
      ThrowValue(std::string(what) + ": sizes must be positive, at most one may be -1; got " +
                 ToString(sizes));
    } else if (__builtin_mul_overflow(known, sizes[i], &known)) {
      ThrowValue(std::string(what) + ": " + ToString(sizes) + " is larger than any memory");
    }
  }
  if (unknown >= 0 && known > 0) sizes[unknown] = elements / known;
  // `known` is the product of the given sizes.
  const int64_t product = unknown >= 0 ? known * sizes[unknown] : known;
  if (product != elements) {
    ThrowValue(std::string(what) + ": " + ToString(sizes) + " does not hold " + to_string(elements) +
               " elements");
  }
}

// The axes as one, if they lie side by side in memory.
std::optional<Dim> Joined(std::span<const Dim> axes) {
  Dim flat = {1, 1};
  for (size_t i = axes.size(); i-- > 0;) {
    if (axes[i].count == 1) continue;
    if (flat.count != 1 && axes[i].step != flat.step * flat.count) return std::nullopt;
    flat = {flat.count == 1 ? axes[i].step : flat.step, flat.count * axes[i].count};
  }
  return flat;
}

}  // namespace

View View::Of(const Tensor& tensor) {
  View view;
  view.tensor = &tensor;
  view.dtype = tensor.dtype;
  CheckRank(static_cast<int>(tensor.shape.size()));
  view.rank = static_cast<uint8_t>(tensor.shape.size());
  int64_t step = 1;
  for (int i = view.rank - 1; i >= 0; --i) {
    view.dims[i] = {step, tensor.shape[i]};
    step *= tensor.shape[i];
  }
  return view;
}

Shape View::shape() const {
  Shape shape(rank);
  for (int i = 0; i < rank; ++i) shape[i] = dims[i].count;
  return shape;
}

int64_t View::elements() const {
  int64_t n = 1;
  for (const Dim& dim : axes()) n *= dim.count;
  return n;
}

int64_t View::free_elements() const {
  int64_t n = 1;
  for (const Dim& dim : free_axes()) n *= dim.count;
  return n;
}

int64_t View::LastOf(std::span<const Dim> some) const {
  __int128 last = offset;
  for (const Dim& dim : some) last += static_cast<__int128>(dim.step) * (dim.count - 1);
  return static_cast<int64_t>(std::min<__int128>(last, std::numeric_limits<int64_t>::max()));
}

bool View::IsContiguous() const {
  int64_t step = 1;
  for (int i = rank - 1; i >= (on_chip() ? 1 : 0); --i) {
    if (dims[i].count != 1 && dims[i].step != step) return false;
    step *= dims[i].count;
  }
  return true;
}

View View::Slice(int axis, int64_t start, int64_t stop, int64_t step) const {
  CheckAxis(*this, axis, "slice");
  const int64_t size = dims[axis].count;
  if (step < 1) ThrowValue("slice: step must be positive, got " + to_string(step));
  if (start < 0 || stop > size || start >= stop) {
    ThrowIndex("slice: [" + to_string(start) + ":" + to_string(stop) + "] of axis " + to_string(axis) +
               (start >= stop ? " is empty; the axis of " : " is out of bounds; the axis of ") + ToString() +
               " has " + to_string(size) + " elements");
  }
  if (stop - start != size || step != 1) CheckNotIndexed(*this, axis, "slice");
  View view = *this;
  view.offset += start * dims[axis].step;
  view.dims[axis] = {dims[axis].step * step, (stop - start + step - 1) / step};
  return view;
}

View View::Row(int64_t index) const {
  View row = *this;
  row.offset += index * dims[0].step;
  row.dims[0].count = 1;
  return row;
}

View View::Select(int axis, int64_t index, bool keep_axis) const {
  CheckAxis(*this, axis, "index");
  const int64_t size = dims[axis].count;
  const int64_t at = index < 0 ? index + size : index;
  if (at < 0 || at >= size) {
    ThrowIndex("index: " + to_string(index) + " is out of bounds for axis " + to_string(axis) + " of " +
               ToString() + " with " + to_string(size) + " elements");
  }
  View view = Slice(axis, at, at + 1, 1);
  return keep_axis ? view : view.SqueezeDim(axis);
}

View View::Permute(std::span<const int> order) const {
  if (static_cast<int>(order.size()) != rank) {
    ThrowValue("permute: " + to_string(order.size()) + " axes given for a tensor with " + to_string(rank));
  }
  unsigned seen = 0;
  View view = *this;
  for (int i = 0; i < rank; ++i) {
    CheckAxis(*this, order[i], "permute");
    seen |= 1u << order[i];
    view.dims[i] = dims[order[i]];
  }
  if (seen != (1u << rank) - 1) ThrowValue("permute: every axis must be named once");
  if (order[0] != 0) CheckNotPartition(*this, 0, "permute");
  if (!std::ranges::is_sorted(order)) CheckNotIndexed(*this, order[0] != 0 ? 0 : 1, "permute");
  return view;
}

View View::Broadcast(int axis, int64_t size) const {
  CheckAxis(*this, axis, "broadcast");
  if (dims[axis].count == size) return *this;
  CheckNotPartition(*this, axis, "broadcast");
  CheckNotIndexed(*this, axis, "broadcast");
  if (dims[axis].count != 1 || size < 1) {
    ThrowValue("broadcast: axis " + to_string(axis) + " of " + ToString() + " has " +
               to_string(dims[axis].count) + " elements; only an axis of one element can become " +
               to_string(size));
  }
  View view = *this;
  view.dims[axis] = {0, size};
  CheckCount(view.axes(), "broadcast");
  return view;
}

View View::BroadcastTo(const Shape& shape) const {
  if (static_cast<int>(shape.size()) != rank) {
    ThrowValue("broadcast_to: the shape " + nki::ToString(shape) + " has another number of axes than " +
               ToString());
  }
  View view = *this;
  for (int i = 0; i < rank; ++i) view = view.Broadcast(i, shape[i]);
  return view;
}

View View::ExpandDim(int axis) const {
  if (axis < 0 || axis > rank) ThrowIndex("expand_dim: axis " + to_string(axis) + " is out of range");
  CheckNotPartition(*this, axis, "expand_dim");
  CheckNotIndexed(*this, axis, "expand_dim");
  CheckRank(rank + 1);
  View view = *this;
  for (int i = rank; i > axis; --i) view.dims[i] = dims[i - 1];
  view.dims[axis] = {axis < rank ? dims[axis].step * dims[axis].count : 1, 1};
  ++view.rank;
  return view;
}

View View::SqueezeDim(int axis) const {
  CheckAxis(*this, axis, "squeeze_dim");
  if (dims[axis].count != 1) {
    ThrowValue("squeeze_dim: axis " + to_string(axis) + " has " + to_string(dims[axis].count) +
               " elements, not 1");
  }
  CheckNotIndexed(*this, axis, "squeeze_dim");
  View view = *this;
  for (int i = axis; i + 1 < rank; ++i) view.dims[i] = dims[i + 1];
  --view.rank;
  return view;
}

View View::ReshapeDim(int axis, Shape sizes) const {
  CheckAxis(*this, axis, "reshape_dim");
  if (sizes.size() != 1) {  // the axis as it is (NkiTensor.reshape_dim, NKI 0.6)
    CheckNotPartition(*this, axis, "reshape_dim");
    CheckNotIndexed(*this, axis, "reshape_dim");
  }
  CheckRank(rank - 1 + static_cast<int>(sizes.size()));
  ResolveSizes(sizes, dims[axis].count, "reshape_dim");
  View view = *this;
  const int added = static_cast<int>(sizes.size());
  for (int i = axis + 1; i < rank; ++i) view.dims[i + added - 1] = dims[i];
  int64_t step = dims[axis].step;
  for (int i = added - 1; i >= 0; --i) {
    view.dims[axis + i] = {step, sizes[i]};
    step *= sizes[i];
  }
  view.rank = static_cast<uint8_t>(rank - 1 + added);
  return view;
}

View View::FlattenDims(int first, int last) const {
  CheckAxis(*this, first, "flatten_dims");
  CheckAxis(*this, last, "flatten_dims");
  if (first > last) ThrowValue("flatten_dims: the first axis lies behind the last");
  if (first != last) {
    CheckNotPartition(*this, first, "flatten_dims");
    CheckNotIndexed(*this, first, "flatten_dims");
  }
  const std::optional<Dim> flat = Joined(axes().subspan(first, last - first + 1));
  if (!flat) {
    ThrowValue("flatten_dims: axes " + to_string(first) + " to " + to_string(last) + " of " + ToString() +
               " do not lie side by side in memory");
  }
  View view = *this;
  view.dims[first] = *flat;
  const int dropped = last - first;
  for (int i = last + 1; i < rank; ++i) view.dims[i - dropped] = dims[i];
  view.rank = static_cast<uint8_t>(rank - dropped);
  return view;
}

// Matches groups of old axes with groups of new ones that hold the same number of elements.
View View::Reshape(Shape shape) const {
  ResolveSizes(shape, elements(), "reshape");
  CheckRank(static_cast<int>(shape.size()));
  if (on_chip() && (shape.empty() || shape[0] != dims[0].count)) {
    ThrowValue("reshape: " + nki::ToString(shape) + " changes the partition axis of " + ToString() +
               "; on chip axis 0 stays as it is");
  }
  if (shape.empty() || rank == 0 || shape[0] != dims[0].count || (indirect() && shape != this->shape()))
    CheckNotIndexed(*this, 0, "reshape");
  View view = *this;
  view.rank = static_cast<uint8_t>(shape.size());
  int old_end = rank, new_end = view.rank;
  while (new_end > 0) {
    int old_begin = old_end, new_begin = new_end - 1;
    int64_t old_count = 1, new_count = shape[new_begin];
    while (old_count != new_count) {
      if (old_count < new_count) {
        old_count *= dims[--old_begin].count;
      } else {
        new_count *= shape[--new_begin];
      }
    }
    const std::optional<Dim> group = Joined(axes().subspan(old_begin, old_end - old_begin));
    if (!group) {
      ThrowValue("reshape: " + ToString() + " can't become " + nki::ToString(shape) +
                 " without moving data: its axes do not lie side by side in memory");
    }
    int64_t step = group->step;
    for (int i = new_end - 1; i >= new_begin; --i) {
      view.dims[i] = {step, shape[i]};
      step *= shape[i];
    }
    old_end = old_begin;
    new_end = new_begin;
  }
  return view;
}

View View::Reinterpret(Dtype to) const {
  const int from_bytes = ItemBytes(dtype), to_bytes = ItemBytes(to);
  View view = *this;
  view.dtype = to;
  if (indirect()) CheckNotIndexed(*this, 1, "view");
  if (from_bytes == to_bytes) return view;
  if (rank == 0 || (dims[rank - 1].step != 1 && dims[rank - 1].count != 1)) {
    ThrowValue("view: the last axis of " + ToString() + " must be contiguous to be seen as " +
               std::string(Name(to)));
  }
  const auto scaled = [&](int64_t elements, const char* what) {
    const int64_t bytes = elements * from_bytes;
    if (bytes % to_bytes != 0) {
      ThrowValue("view: " + std::string(what) + " of " + ToString() + " (" + to_string(bytes) +
                 " bytes) is not a multiple of the " + to_string(to_bytes) + " bytes of " +
                 std::string(Name(to)));
    }
    return bytes / to_bytes;
  };
  for (int i = 0; i + 1 < rank; ++i) view.dims[i].step = scaled(dims[i].step, "a step");
  view.dims[rank - 1] = {1, scaled(dims[rank - 1].count, "the last axis")};
  view.offset = scaled(offset, "the offset");
  return view;
}

std::string View::ToString() const {
  std::string text = tensor->name + "[";
  for (int i = 0; i < rank; ++i) text += (i ? ", " : "") + to_string(dims[i].count);
  return text + "] " + std::string(Name(dtype)) + " " + std::string(Name(space()));
}

}  // namespace nki
