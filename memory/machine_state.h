// Everything on chip that a kernel can change: the SBUF and PSUM images, the engines' accumulators and their
// random number generators.
#ifndef NKI_MEMORY_MACHINE_STATE_H_
#define NKI_MEMORY_MACHINE_STATE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "memory/random_state.h"
#include "memory/tile.h"

namespace nki {

// One partitioned memory in blocks of 16 partitions (tile.h). Zero pages until touched.
class PartitionedMemory {
 public:
  PartitionedMemory(int partitions, int64_t bytes_per_partition);
  std::byte* base() const { return memory_.get(); }
  int64_t block_bytes() const { return block_bytes_; }
  int64_t bytes_per_partition() const { return bytes_per_partition_; }

 private:
  struct Unmap {
    size_t bytes;
    void operator()(std::byte* memory) const;
  };
  int64_t bytes_per_partition_;
  int64_t block_bytes_;
  std::unique_ptr<std::byte, Unmap> memory_;
};

struct MachineState {
  MachineState(int partitions, int64_t sbuf_bytes, int64_t psum_bytes)
      : sbuf{{{partitions, sbuf_bytes},
              {partitions, sbuf_bytes},
              {partitions, sbuf_bytes},
              {partitions, sbuf_bytes}}},
        psum(partitions, psum_bytes) {}
  // By byte % 4 of a tensor's address: an element must lie in one word, so tensors that a kernel places
  // between words have images of their own, in which byte `b` lies at `b - b % 4`. Data does not pass from
  // one image to another (interpreter/write_tracker.h). Untouched ones cost nothing.
  std::array<PartitionedMemory, kWordBytes> sbuf;
  PartitionedMemory psum;
  // One per partition, kept from one activation to the next (nki.isa.activation, NKI 0.6); the Vector
  // engine's are shared by range_select, select_reduce, exponential, tensor_scalar_reduce and
  // tensor_scalar_cumulative (their pages). Aligned: workers that own different blocks of partitions share no
  // line.
  alignas(64) std::array<float, 128> scalar_accumulators{};
  alignas(64) std::array<float, 128> vector_accumulators{};

  RandomState vector_random = RandomState::OfVector();
  RandomState gpsimd_random = RandomState::OfGpSimd();

  // What a program starts with, in these blocks' partitions: accumulators of 0 and generators with seed 0.
  void ResetRegisters(BlockRange blocks);
};

}  // namespace nki

#endif  // NKI_MEMORY_MACHINE_STATE_H_
