#include "memory/machine_state.h"

#include <sys/mman.h>

#include <algorithm>
#include <new>

namespace nki {
namespace {

// Keeps the eight blocks off the same cache sets: a power-of-two distance would put equal words of all blocks
// into one.
constexpr int64_t kBlockPadding = 16 * 1024 + 512;

}  // namespace

PartitionedMemory::PartitionedMemory(int partitions, int64_t bytes_per_partition)
    : bytes_per_partition_(bytes_per_partition), block_bytes_(bytes_per_partition * kLanes + kBlockPadding) {
  const size_t bytes = static_cast<size_t>(block_bytes_) * (partitions / kLanes);
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  madvise(memory, bytes, MADV_HUGEPAGE);  // a hint; 24 MiB in 4 KiB pages costs one TLB miss per tile row
  memory_ = std::unique_ptr<std::byte, Unmap>(static_cast<std::byte*>(memory), Unmap{bytes});
}

void PartitionedMemory::Unmap::operator()(std::byte* memory) const { munmap(memory, bytes); }

void MachineState::ResetRegisters(BlockRange blocks) {
  const int begin = std::min(blocks.begin, kBlocks) * kLanes, end = std::min(blocks.end, kBlocks) * kLanes;
  static const RandomState vector_start = RandomState::OfVector(), gpsimd_start = RandomState::OfGpSimd();
  vector_random.CopyFrom(vector_start, blocks);
  gpsimd_random.CopyFrom(gpsimd_start, blocks);
  for (auto* registers : {&scalar_accumulators, &vector_accumulators})
    std::fill(registers->begin() + begin, registers->begin() + end, 0.0f);
}

}  // namespace nki
