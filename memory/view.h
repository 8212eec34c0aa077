// A view: which elements of a tensor an instruction reads or writes, as a pattern of steps over its storage.
#ifndef NKI_MEMORY_VIEW_H_
#define NKI_MEMORY_VIEW_H_

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "memory/tensor.h"

namespace nki {

inline constexpr int kMaxRank =
    6;  // five axes of an access pattern (NKI 0.6, NkiTensor) and one to spare for HBM

// One axis: `count` elements, `step` elements of the storage apart (0 repeats the same element).
struct Dim {
  int64_t step = 0;
  int64_t count = 1;
  bool operator==(const Dim&) const = default;
};

struct DynamicOffset;

// Element (i0, i1, …) lies `offset + Σ dims[k].step · i_k` elements of `dtype` from the start of the storage,
// where an on-chip storage counts its partitions one after the other (partition p starts at p ·
// storage_row()). Views are values; making one moves no data. Source of the semantics:
// nki.language.NkiTensor, NKI 0.6.
struct View {
  const Tensor* tensor = nullptr;
  Dtype dtype = Dtype::kFloat32;
  uint8_t rank = 0;
  int64_t offset = 0;
  std::array<Dim, kMaxRank> dims;
  const DynamicOffset* dynamic = nullptr;  // a part of the address that only a run knows

  static View Of(const Tensor& tensor);

  Space space() const { return tensor->space; }
  bool on_chip() const { return OnChip(tensor->space); }
  // True if an index tensor chooses its free elements (NkiTensor.indirect, NKI 0.6).
  bool indirect() const;
  // True if an index tensor chooses the axis, or what the axis moves along with.
  bool indexed(int axis) const;
  std::span<const Dim> axes() const { return {dims.data(), rank}; }
  std::span<const Dim> free_axes() const { return axes().subspan(1); }
  Shape shape() const;
  int64_t elements() const;

  // On chip only.
  int64_t partitions() const { return dims[0].count; }
  int64_t free_elements() const;
  int64_t storage_row() const { return tensor->bytes_per_partition() / ItemBytes(dtype); }
  int64_t first_partition() const { return offset / storage_row(); }  // inside the tensor
  int64_t partition_step() const { return dims[0].step / storage_row(); }
  int64_t free_offset() const { return offset % storage_row(); }

  // The last element that the view reaches, counted as `offset` is; INT64_MAX if it is beyond all memory.
  int64_t LastElement() const { return LastOf(axes()); }
  // The same for some of its axes.
  int64_t LastOf(std::span<const Dim> some) const;

  // True if the elements lie side by side in the order of the axes (on chip: inside each partition).
  bool IsContiguous() const;

  // Each returns a new view or throws ArgumentError with the axis, the value and the limit.
  View Slice(int axis, int64_t start, int64_t stop,
             int64_t step) const;  // 0 <= start < stop <= size, step >= 1
  View Row(int64_t index) const;   // index `index` of axis 0, which stays with one element
  View Select(int axis, int64_t index, bool keep_axis) const;
  View Permute(std::span<const int> order) const;
  View Broadcast(int axis, int64_t size) const;
  View BroadcastTo(const Shape& shape) const;
  View ExpandDim(int axis) const;
  View SqueezeDim(int axis) const;
  View ReshapeDim(int axis, Shape sizes) const;  // one size may be -1
  View FlattenDims(int first, int last) const;
  View Reshape(Shape shape) const;  // one size may be -1
  View Reinterpret(Dtype dtype) const;
  // The view of `.ap`: steps and counts over the flattened storage in elements of `dtype`, replacing shape
  // and steps; `offset` counts from the first element of this view (nki.language.NkiTensor.ap, NKI 0.6).
  View AccessPattern(std::span<const Dim> pattern, int64_t offset, Dtype dtype) const;

  std::string ToString() const;  // "t3[128, 512] float32 sbuf"
};

// A register of the machine, by number (nki.isa.register_alloc, NKI 0.6).
struct Register {
  int number = -1;
  bool given() const { return number >= 0; }
  bool operator==(const Register&) const = default;
};

// The part of a view's address that only a run knows: a value in a register or in memory, times a step.
struct DynamicOffset {
  enum class Kind : uint8_t {
    kScalar,  // one value moves the whole view (.ap with scalar_offset, select by a register)
    kRows,    // element i of axis 0 lies `index[i]` steps away (.ap with vector_offset, vector_select)
    kColumns  // free element i lies as many steps away as offset i of `index` says (.indirect)
  };
  Kind kind = Kind::kScalar;
  Register reg;            // kScalar: holds the value, if given
  View index;              // otherwise: one element, a column [rows, 1], or offsets [partitions, columns]
  int64_t step_bytes = 0;  // from one value to the next
  int64_t choices = 0;     // values must lie below it; 0: the storage alone limits them
};

// What users call it.
constexpr std::string_view Name(DynamicOffset::Kind kind) {
  constexpr std::string_view kNames[] = {"scalar_offset", "vector_offset", "index"};
  return kNames[static_cast<int>(kind)];
}

inline bool View::indexed(int axis) const {
  return indirect() || (axis == 0 && dynamic != nullptr && dynamic->kind == DynamicOffset::Kind::kRows);
}

inline bool View::indirect() const {
  return dynamic != nullptr && dynamic->kind == DynamicOffset::Kind::kColumns;
}

}  // namespace nki

#endif  // NKI_MEMORY_VIEW_H_
