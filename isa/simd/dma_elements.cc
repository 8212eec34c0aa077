// CopyElements: any shapes, element by element in the order of the axes.
#include <cstring>

#include "isa/simd/dma.h"
#include "isa/simd/linear_convert.h"
#include "memory/scalar_types.h"

namespace nki::simd {
namespace {

// Visits the element addresses of one operand in order.
class ElementWalk {
 public:
  explicit ElementWalk(const DmaOperand& operand) : operand_(operand), bytes_(ItemBytes(dtype())) {
    const int rank = operand.on_chip ? operand.tile.rank : operand.linear.rank;
    const auto& axes = operand.on_chip ? operand.tile.dims : operand.linear.dims;
    std::copy(axes.begin(), axes.begin() + rank, dims_.begin());
    rank_ = Coalesce(dims_, rank);
    if (rank_ == 0) dims_[rank_++] = {1, 1};
    offset_ = operand.on_chip ? operand.tile.offset : operand.linear.offset;
  }

  Dtype dtype() const { return operand_.on_chip ? operand_.tile.dtype : operand_.linear.dtype; }
  bool on_chip() const { return operand_.on_chip; }
  int64_t run() const { return dims_[rank_ - 1].count - at_[rank_ - 1]; }
  int64_t step() const { return dims_[rank_ - 1].step; }

  int64_t elements() const {
    int64_t n = operand_.on_chip ? operand_.tile.partitions : 1;
    for (int i = 0; i < rank_; ++i) n *= dims_[i].count;
    return n;
  }

  // Of element i of the present run.
  std::byte* Address(int64_t i) const {
    const int64_t byte = (offset_ + i * step()) * bytes_;
    return operand_.on_chip ? operand_.tile.Address(partition(), byte) : operand_.linear.base + byte;
  }

  void Advance(int64_t n) {
    int axis = rank_ - 1;
    at_[axis] += n;
    offset_ += n * dims_[axis].step;
    while (at_[axis] == dims_[axis].count) {
      offset_ -= dims_[axis].count * dims_[axis].step;
      at_[axis] = 0;
      if (axis == 0) {
        ++row_;
        break;
      }
      --axis;
      ++at_[axis];
      offset_ += dims_[axis].step;
    }
  }

 private:
  int partition() const { return operand_.tile.partition + row_ * operand_.tile.partition_step; }

  const DmaOperand& operand_;
  int bytes_;
  std::array<Dim, kMaxRank> dims_;
  std::array<int64_t, kMaxRank> at_{};
  int rank_;
  int64_t offset_;
  int row_ = 0;
};

// In linear memory, where the number of bytes is known to the compiler: one move each way.
template <int kBytes>
void CopyStrided(const std::byte* from, int64_t from_step, std::byte* to, int64_t to_step, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    std::memcpy(to + i * to_step * kBytes, from + i * from_step * kBytes, kBytes);
}

void CopyStrided(const ElementWalk& src, const ElementWalk& dst, int64_t count) {
  const int bytes = ItemBytes(src.dtype());
  const auto copy = bytes == 4 ? CopyStrided<4> : bytes == 2 ? CopyStrided<2> : CopyStrided<1>;
  copy(src.Address(0), src.step(), dst.Address(0), dst.step(), count);
}

void CopyRunOfElements(const ElementWalk& src, const ElementWalk& dst, int64_t count) {
  const size_t bytes = static_cast<size_t>(ItemBytes(src.dtype()));
  const bool in_hbm = !src.on_chip() && !dst.on_chip();
  const bool linear = in_hbm && src.step() == 1 && dst.step() == 1;
  if (src.dtype() != dst.dtype() && linear) {
    ConvertLinear(src.dtype(), src.Address(0), dst.dtype(), dst.Address(0), count);
  } else if (src.dtype() != dst.dtype()) {
    for (int64_t i = 0; i < count; ++i)
      StoreScalar(dst.dtype(), LoadScalar(src.dtype(), src.Address(i)), dst.Address(i));
  } else if (linear) {
    std::memcpy(dst.Address(0), src.Address(0), static_cast<size_t>(count) * bytes);
  } else if (in_hbm) {
    CopyStrided(src, dst, count);
  } else {
    for (int64_t i = 0; i < count; ++i) std::memcpy(dst.Address(i), src.Address(i), bytes);
  }
}

}  // namespace

void CopyElements(const DmaOperand& src, const DmaOperand& dst) {
  ElementWalk from(src), to(dst);
  for (int64_t left = to.elements(); left > 0;) {
    const int64_t count = std::min(from.run(), to.run());
    CopyRunOfElements(from, to, count);
    from.Advance(count);
    to.Advance(count);
    left -= count;
  }
}

}  // namespace nki::simd
