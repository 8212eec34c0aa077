// Contractions that are longer than one matrix multiplication of tiles.
#ifndef NKI_ISA_SIMD_MATMUL_PARTS_H_
#define NKI_ISA_SIMD_MATMUL_PARTS_H_

#include <cstddef>
#include <memory>

#include "isa/simd/matmul.h"

namespace nki::simd {

// Memory of our own in blocks of 16 partitions, for float32 tiles of `elements` free elements.
class ScratchTile {
 public:
  ScratchTile(int64_t elements, int partition, int partitions);
  const Tile& tile() const { return tile_; }

 private:
  struct Free {
    void operator()(std::byte* memory) const;
  };
  std::unique_ptr<std::byte, Free> memory_;
  Tile tile_;
};

// dst (=|+=) Σ over the parts of stationaryᵀ · moving: the parts are summed up in float32, in the order in
// which they are added, and PSUM sees one store or one addition.
class MatmulParts {
 public:
  MatmulParts(const Tile& dst, Accumulate accumulate, BlockRange blocks);
  void Add(const Tile& stationary, const Tile& moving, bool fast);  // as for MatmulTile
  void Finish();

 private:
  const Tile& sums() const { return scratch_ ? scratch_->tile() : dst_; }

  Tile dst_;
  bool adds_;
  BlockRange blocks_;
  std::unique_ptr<ScratchTile> scratch_;  // null if dst itself can hold the sums
  bool first_ = true;
};

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_MATMUL_PARTS_H_
