#include "isa/simd/snake.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "isa/simd/free_offsets.h"

namespace nki::simd {
namespace {

// The offsets of the columns that hold the first n elements.
std::vector<int64_t> ColumnsOf(const Tile& tile, int64_t n) {
  std::vector<int64_t> columns((n + kLanes - 1) / kLanes);
  FreeCursor cursor(tile);
  TakeOffsets(cursor, static_cast<int64_t>(columns.size()), columns.data());
  return columns;
}

// Integers in the order of the values: -0 as 0, NaN on top.
uint32_t OrderedBfloat16(uint32_t bits) {
  const uint32_t magnitude = bits & 0x7fff;
  if (magnitude > 0x7f80) return 0xffff;
  return bits == magnitude || magnitude == 0 ? 0x8000 + magnitude : 0x8000 - magnitude;
}

struct Element {
  std::byte* block;
  const std::vector<int64_t>& columns;
  int bytes;
  std::byte* At(int64_t e) const {
    const int64_t byte = columns[e / kLanes] * bytes;
    return block + (byte >> 2) * kLineBytes + e % kLanes * 4 + (byte & 3);
  }
};

// Keys in the order of (value, earlier number), which hold both.
void ReadKeys(const Element& from, int64_t n, uint16_t* bits, uint32_t* keys) {
  for (int64_t e = 0; e < n; ++e) {
    std::memcpy(&bits[e], from.At(e), sizeof(uint16_t));
    keys[e] = OrderedBfloat16(bits[e]) << 16 | static_cast<uint32_t>(0xffff - e);
  }
}

}  // namespace

void SnakeTopTile(const Tile& src, int64_t n, const Tile& values, const Tile& indices, BlockRange blocks) {
  const int64_t k = values.free_elements();
  const std::vector<int64_t> from = ColumnsOf(src, n), to = ColumnsOf(values, k),
                             numbers = ColumnsOf(indices, k);
  std::vector<uint16_t> bits(n);
  std::vector<uint32_t> keys(n);
  const BlockSpan span = OwnedBlocks(values, blocks);
  for (int block = span.begin; block < span.end; ++block) {
    const auto start = [&](const Tile& tile) {
      return tile.base + (tile.first_block() + block) * tile.block_bytes;
    };
    ReadKeys({start(src), from, 2}, n, bits.data(), keys.data());
    const auto largest = keys.end() - k;
    std::nth_element(keys.begin(), largest, keys.end());
    std::sort(largest, keys.end());
    const Element value{start(values), to, 2}, number{start(indices), numbers, 4};
    for (int64_t j = 0; j < k; ++j) {
      const uint32_t e = 0xffff - (largest[j] & 0xffff);
      std::memcpy(value.At(j), &bits[e], sizeof(uint16_t));
      std::memcpy(number.At(j), &e, sizeof(uint32_t));
    }
  }
}

}  // namespace nki::simd
