// Index expressions of Beta 1 kernels: grids of integers that select elements of a tensor.
//
// nl.arange(128)[:, None] is a grid of shape (128, 1); grids are added, scaled and broadcast as NumPy arrays
// are.
#ifndef NKI_MEMORY_INDEX_GRID_H_
#define NKI_MEMORY_INDEX_GRID_H_

#include <memory>
#include <vector>

#include "memory/view.h"

namespace nki {

// Element (i0, i1, …) is `start + Σ axes[d].step · i_d`, or values[…] where arithmetic has left no such form.
struct IndexGrid {
  int rank = 0;
  std::array<Dim, kMaxRank> axes;
  int64_t start = 0;
  std::shared_ptr<const std::vector<int64_t>> values;  // row-major over the axes; their steps are then 0

  static IndexGrid Constant(int64_t value);
  static IndexGrid Range(int64_t start, int64_t count, int64_t step);
  // A grid of these values, row-major, in its affine form if it has one.
  static IndexGrid OfValues(const Shape& shape, std::vector<int64_t> values);

  bool affine() const { return values == nullptr; }
  bool constant() const;  // affine, and all elements are equal
  Shape shape() const;
  int64_t elements() const;
  // Its extreme elements.
  int64_t Least() const;
  int64_t Greatest() const;
  int64_t At(std::span<const int64_t> index) const;
  // All elements of the grid as `shape`, to which it is broadcast.
  std::vector<int64_t> Dense(const Shape& shape) const;

  IndexGrid ExpandDim(int axis) const;
  // Only [begins[d], ends[d]) of each axis of `shape`, to which the grid is broadcast.
  IndexGrid Part(const Shape& shape, std::span<const int64_t> begins, std::span<const int64_t> ends) const;
};

// Rounds down, as Python does.
inline int64_t FloorDivide(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

enum class IndexOp : uint8_t { kAdd, kSubtract, kMultiply, kFloorDivide, kModulo };

// Throws ArgumentError if the shapes do not fit, or a divisor is 0.
IndexGrid Combined(IndexOp op, const IndexGrid& a, const IndexGrid& b);
// NumPy's rule. `what` begins the message if the shapes do not fit.
Shape BroadcastShape(const Shape& a, const Shape& b, const char* what);

// Calls each(index) for every element of `shape`, in row-major order.
template <typename Each>
void ForEachIndex(const Shape& shape, const Each& each) {
  int64_t left = 1;
  for (int64_t size : shape) left *= size;
  Shape index(shape.size(), 0);
  for (; left > 0; --left) {
    each(index);
    for (size_t axis = shape.size(); axis-- > 0;) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
}

}  // namespace nki

#endif  // NKI_MEMORY_INDEX_GRID_H_
