#include "isa/simd/matmul_parts.h"

#include <new>

#include "isa/simd/elementwise.h"

namespace nki::simd {

ScratchTile::ScratchTile(int64_t elements, int partition, int partitions) {
  tile_.block_bytes = elements * kLineBytes;
  tile_.partition = partition;
  tile_.partitions = partitions;
  tile_.rank = 1;
  tile_.dims[0] = {1, elements};
  const auto bytes = static_cast<size_t>(tile_.end_block() * tile_.block_bytes);
  memory_.reset(static_cast<std::byte*>(::operator new (bytes, std::align_val_t{kLineBytes})));
  tile_.base = memory_.get();
}

void ScratchTile::Free::operator()(std::byte* memory) const {
  ::operator delete (memory, std::align_val_t{kLineBytes});
}

MatmulParts::MatmulParts(const Tile& dst, Accumulate accumulate, BlockRange blocks)
    : dst_(dst), adds_(accumulate == Accumulate::kAdd), blocks_(blocks) {
  if (adds_ || dst.dtype != Dtype::kFloat32) {
    scratch_ = std::make_unique<ScratchTile>(dst.free_elements(), dst.partition, dst.partitions);
  }
}

void MatmulParts::Add(const Tile& stationary, const Tile& moving, bool fast) {
  MatmulTile(stationary, moving, sums(), first_ ? Accumulate::kOverwrite : Accumulate::kAdd, fast, blocks_);
  first_ = false;
}

void MatmulParts::Finish() {
  if (!scratch_) return;
  if (adds_) {
    BinaryTile(AluOp::kAdd, dst_, sums(), dst_, false, blocks_);
  } else {
    CopyTile(sums(), dst_, blocks_);
  }
}

}  // namespace nki::simd
