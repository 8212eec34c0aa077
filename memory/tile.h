// An operand with its place in host memory: what the instruction bodies work on.
#ifndef NKI_MEMORY_TILE_H_
#define NKI_MEMORY_TILE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "memory/dtype.h"
#include "memory/view.h"

namespace nki {

inline constexpr int kLanes = 16;  // partitions in one block: the SIMD axis
inline constexpr int kWordBytes = 4;
inline constexpr int kLineBytes = kLanes * kWordBytes;  // one word of 16 partitions
inline constexpr int kBlocks = 8;  // blocks in one memory: 128 partitions in every generation

// SBUF and PSUM lie in blocks of 16 partitions; a block is an array of 64-byte lines, one line per 4-byte
// word:
//   host_byte(p, o) = base + (p >> 4) * block_bytes + (o >> 2) * 64 + (p & 15) * 4 + (o & 3)
// so that the partition axis is the SIMD axis and any free pattern is only line addressing.
struct Tile {
  std::byte* base = nullptr;  // partition 0, byte 0 of the memory
  int64_t block_bytes = 0;    // from one block of 16 partitions to the next
  Dtype dtype = Dtype::kFloat32;
  int partition = 0;       // first partition, absolute
  int partitions = 0;      // how many
  int partition_step = 1;  // other than 1 only in DMA
  int64_t offset = 0;      // of the first element inside the partition, in elements of dtype
  bool streams =
      false;     // as a destination: aligned lines that no one reads soon; better kept out of the caches
  int rank = 0;  // of the free axes below; axes of one element are left out, so a column has rank 0
  std::array<Dim, kMaxRank> dims;  // the free axes: steps and counts in elements of dtype

  int64_t free_elements() const {
    int64_t n = 1;
    for (int i = 0; i < rank; ++i) n *= dims[i].count;
    return n;
  }
  int first_block() const { return partition / kLanes; }
  int end_block() const { return (partition + partitions + kLanes - 1) / kLanes; }

  std::byte* Address(int p, int64_t byte) const {
    return base + (p / kLanes) * block_bytes + (byte >> 2) * kLineBytes + (p % kLanes) * 4 + (byte & 3);
  }
};

// An operand in HBM: plain linear memory.
struct LinearTile {
  std::byte* base = nullptr;  // the tensor's first byte
  Dtype dtype = Dtype::kFloat32;
  int64_t offset = 0;  // in elements of dtype
  int rank = 0;
  std::array<Dim, kMaxRank> dims;
};

// The blocks of 16 partitions that a worker owns: it writes only these. Two workers share no cache line.
struct BlockRange {
  int begin = 0;
  int end = 1 << 30;
  bool Contains(int block) const { return begin <= block && block < end; }
  bool first() const { return begin == 0; }  // does what can't be split
};

// Joins neighbouring axes that one step describes and drops axes of one element. Returns the new rank.
int Coalesce(std::array<Dim, kMaxRank>& dims, int rank);

}  // namespace nki

#endif  // NKI_MEMORY_TILE_H_
