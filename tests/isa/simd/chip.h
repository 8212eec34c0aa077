// A small on-chip memory for tests of the loops: random bytes, element access by the address formula alone.
#ifndef NKI_TESTS_ISA_SIMD_CHIP_H_
#define NKI_TESTS_ISA_SIMD_CHIP_H_

#include <cstring>
#include <random>
#include <vector>

#include "hwy/targets.h"
#include "memory/scalar_types.h"
#include "memory/tile.h"

namespace nki {

// Copies are deep, so that an oracle can work on a clone; comparing all bytes shows writes outside the
// destination.
class Chip {
 public:
  explicit Chip(int64_t bytes_per_partition, unsigned seed = 1)
      : block_bytes_(bytes_per_partition / 4 * kLineBytes), storage_(block_bytes_ * 8 + kLineBytes) {
    std::mt19937 random(seed);
    for (auto& byte : storage_) byte = static_cast<std::byte>(random());
  }
  Chip(const Chip& other) : block_bytes_(other.block_bytes_), storage_(other.storage_.size()) {
    std::memcpy(base(), other.base(), size());
  }
  Chip& operator=(const Chip&) = delete;

  std::byte* base() { return storage_.data() + Shift(); }
  const std::byte* base() const { return storage_.data() + Shift(); }
  size_t size() const { return static_cast<size_t>(block_bytes_) * 8; }

  Tile At(Dtype dtype, int partition, int partitions, int64_t offset, std::vector<Dim> axes) {
    Tile tile;
    tile.base = base();
    tile.block_bytes = block_bytes_;
    tile.dtype = dtype;
    tile.partition = partition;
    tile.partitions = partitions;
    tile.offset = offset;
    tile.rank = static_cast<int>(axes.size());
    std::copy(axes.begin(), axes.end(), tile.dims.begin());
    return tile;
  }

  // The same tile in this memory.
  Tile Here(Tile tile) {
    tile.base = base();
    return tile;
  }

  bool operator==(const Chip& other) const { return std::memcmp(base(), other.base(), size()) == 0; }

 private:
  size_t Shift() const {
    return (kLineBytes - reinterpret_cast<uintptr_t>(storage_.data()) % kLineBytes) % kLineBytes;
  }

  int64_t block_bytes_;
  std::vector<std::byte> storage_;
};

// The offset of free element i: nested loops written as division.
inline int64_t ElementOffset(const Dim* axes, int rank, int64_t offset, int64_t i) {
  for (int axis = rank - 1; axis >= 0; --axis) {
    offset += i % axes[axis].count * axes[axis].step;
    i /= axes[axis].count;
  }
  return offset;
}

// The host address of element i of partition p (counted from the tile's first), from the formula of the
// layout.
inline std::byte* ElementAddress(const Tile& tile, int p, int64_t i) {
  const int64_t o = ElementOffset(tile.dims.data(), tile.rank, tile.offset, i) * ItemBytes(tile.dtype);
  const int64_t at = tile.partition + static_cast<int64_t>(p) * tile.partition_step;
  return tile.base + (at >> 4) * tile.block_bytes + (o >> 2) * 64 + (at & 15) * 4 + (o & 3);
}

// Runs `body` once for each SIMD target that this CPU has.
template <class Body>
void OnEachTarget(Body body) {
  for (const int64_t target : {static_cast<int64_t>(HWY_AVX2), static_cast<int64_t>(HWY_AVX3)}) {
    hwy::SetSupportedTargetsForTest(0);
    if ((hwy::SupportedTargets() & target) == 0) continue;
    hwy::SetSupportedTargetsForTest(target);
    body();
    hwy::SetSupportedTargetsForTest(0);
  }
}

}  // namespace nki

#endif  // NKI_TESTS_ISA_SIMD_CHIP_H_
