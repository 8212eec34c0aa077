#include "memory/tile.h"

#include <algorithm>
#include <set>
#include <vector>

#include "gtest/gtest.h"
#include "memory/machine_state.h"

namespace nki {
namespace {

std::vector<int64_t> Offsets(const std::array<Dim, kMaxRank>& dims, int rank) {
  std::vector<int64_t> offsets = {0};
  for (int axis = 0; axis < rank; ++axis) {
    std::vector<int64_t> next;
    for (int64_t offset : offsets) {
      for (int64_t i = 0; i < dims[axis].count; ++i) next.push_back(offset + i * dims[axis].step);
    }
    offsets = next;
  }
  return offsets;
}

TEST(TileTest, CoalesceKeepsTheElementsAndTheirOrder) {
  const std::vector<std::vector<Dim>> patterns = {
      {{12, 2}, {4, 3}, {1, 4}},          // contiguous
      {{12, 2}, {1, 1}, {4, 2}, {1, 4}},  // a gap behind the first axis
      {{0, 5}, {1, 3}},                   // repeats
      {{0, 5}, {0, 3}},
      {{1, 4}, {4, 3}},  // transposed
      {{7, 1}, {9, 1}},
      {{6, 3}, {2, 3}, {9, 1}}};
  const std::vector<int> ranks = {1, 2, 2, 1, 2, 0, 1};
  for (size_t i = 0; i < patterns.size(); ++i) {
    std::array<Dim, kMaxRank> dims;
    std::copy(patterns[i].begin(), patterns[i].end(), dims.begin());
    const int rank = static_cast<int>(patterns[i].size());
    const std::vector<int64_t> before = Offsets(dims, rank);
    const int after = Coalesce(dims, rank);
    EXPECT_EQ(after, ranks[i]) << i;
    EXPECT_EQ(Offsets(dims, after), before) << i;
  }
}

TEST(TileTest, AddressesOfAMemoryAreDistinctAndALineHoldsSixteenPartitions) {
  const PartitionedMemory memory(128, 64);
  Tile tile;
  tile.base = memory.base();
  tile.block_bytes = memory.block_bytes();
  std::set<std::byte*> seen;
  for (int p = 0; p < 128; ++p) {
    for (int64_t byte = 0; byte < 64; ++byte) seen.insert(tile.Address(p, byte));
  }
  EXPECT_EQ(seen.size(), 128u * 64);
  for (int p = 0; p < 16; ++p) EXPECT_EQ(tile.Address(48 + p, 8) - tile.Address(48, 8), 4 * p);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(tile.Address(48, 8)) % kLineBytes, 0u);
  EXPECT_EQ(tile.Address(3, 7) - tile.Address(3, 4), 3);  // the bytes of a word stay together
}

TEST(TileTest, FreshMemoryIsZero) {
  const MachineState machine(128, 4096, 4096);
  for (int64_t i = 0; i < machine.sbuf[0].block_bytes() * 8; ++i)
    ASSERT_EQ(machine.sbuf[0].base()[i], std::byte{0});
  for (float sum : machine.scalar_accumulators) ASSERT_EQ(sum, 0);
  for (float sum : machine.vector_accumulators) ASSERT_EQ(sum, 0);
}

TEST(TileTest, BlocksCoverTheTile) {
  Tile tile;
  tile.partition = 32;
  tile.partitions = 33;
  EXPECT_EQ(tile.first_block(), 2);
  EXPECT_EQ(tile.end_block(), 5);
  EXPECT_TRUE((BlockRange{2, 5}).Contains(4));
  EXPECT_FALSE((BlockRange{2, 5}).Contains(5));
}

}  // namespace
}  // namespace nki
