// Reading and writing single elements of on-chip tensors, for tests.
#include <algorithm>
#include <cstring>
#include <random>

#include "tests/reference/reference.h"

namespace nki::reference {

ChipMemory::ChipMemory(int64_t bytes_per_partition, uint32_t seed)
    : lines_(static_cast<size_t>(8 * (bytes_per_partition / 4 + 1))),
      block_bytes_((bytes_per_partition / 4 + 1) * 64) {
  std::mt19937 random(seed);
  for (Line& line : lines_) {
    for (std::byte& byte : line.bytes) byte = static_cast<std::byte>(random());
  }
}

// Word by word, 16 partitions side by side.
std::byte& ChipMemory::ByteAt(int partition, int64_t byte) {
  const int64_t line = partition / 16 * (block_bytes_ / 64) + byte / 4;
  return lines_.at(static_cast<size_t>(line)).bytes[partition % 16 * 4 + byte % 4];
}

Tile ChipMemory::MakeTile(Dtype dtype, int partition, int partitions, int64_t offset, std::vector<Dim> dims) {
  Tile tile;
  tile.base = lines_[0].bytes;
  tile.block_bytes = block_bytes_;
  tile.dtype = dtype;
  tile.partition = partition;
  tile.partitions = partitions;
  tile.offset = offset;
  tile.rank = static_cast<int>(dims.size());
  std::copy(dims.begin(), dims.end(), tile.dims.begin());
  return tile;
}

uint32_t ChipMemory::Bits(Dtype dtype, int partition, int64_t element) const {
  uint32_t bits = 0;
  for (int k = 0; k < ItemBytes(dtype); ++k) {
    bits |= static_cast<uint32_t>(ByteAt(partition, element * ItemBytes(dtype) + k)) << (8 * k);
  }
  return bits;
}

void ChipMemory::SetBits(Dtype dtype, int partition, int64_t element, uint32_t bits) {
  for (int k = 0; k < ItemBytes(dtype); ++k) {
    ByteAt(partition, element * ItemBytes(dtype) + k) = static_cast<std::byte>(bits >> (8 * k));
  }
}

float ChipMemory::Value(Dtype dtype, int partition, int64_t element) const {
  return static_cast<float>(Decode(dtype, Bits(dtype, partition, element)));
}

void ChipMemory::FillNumbers(const Tile& tile, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, 3);
  for (int p = tile.partition; p < tile.partition + tile.partitions; ++p) {
    for (const int64_t offset : FreeOffsets(tile)) {
      const bool any_bits = !IsFloat(tile.dtype) || random() % 16 == 0;
      const uint32_t bits = any_bits ? static_cast<uint32_t>(random()) : Encode(tile.dtype, normal(random));
      SetBits(tile.dtype, p, offset, tile.dtype == Dtype::kBool ? bits % 2 : bits);
    }
  }
}

std::vector<int64_t> FreeOffsets(const Tile& tile) {
  std::vector<int64_t> offsets{tile.offset};
  for (int axis = 0; axis < tile.rank; ++axis) {
    std::vector<int64_t> next;
    for (const int64_t offset : offsets) {
      for (int64_t i = 0; i < tile.dims[axis].count; ++i) next.push_back(offset + i * tile.dims[axis].step);
    }
    offsets = next;
  }
  return offsets;
}

}  // namespace nki::reference
