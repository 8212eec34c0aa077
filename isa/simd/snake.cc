#include "isa/simd/snake.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "isa/simd/free_offsets.h"

namespace nki::simd {
namespace {

// The columns that hold the first n elements of a snake, as byte offsets inside a partition.
std::vector<int64_t> ColumnsOf(const Tile& tile, int64_t n) {
  std::vector<int64_t> columns((n + kLanes - 1) / kLanes);
  FreeCursor cursor(tile);
  TakeOffsets(cursor, static_cast<int64_t>(columns.size()), columns.data());
  for (int64_t& column : columns) column *= ItemBytes(tile.dtype);
  return columns;
}

struct Snake {
  std::byte* block;
  const std::vector<int64_t>& columns;
  std::byte* Column(int64_t c) const { return block + (columns[c] >> 2) * kLineBytes + (columns[c] & 3); }
  std::byte* At(int64_t e) const { return Column(e / kLanes) + e % kLanes * 4; }
};

// Integers in the order of the values: -0 as 0, NaN on top.
uint32_t OrderedBfloat16(uint32_t bits) {
  const uint32_t magnitude = bits & 0x7fff;
  const uint32_t key = (bits & 0x8000) != 0 ? 0x8000 - magnitude : 0x8000 + magnitude;
  return magnitude > 0x7f80 ? 0xffff : key;
}

struct Elements {
  std::vector<uint16_t> bits, keys;
  explicit Elements(int64_t n) : bits(n), keys(n) {}

  void Read(const Snake& from) {
    const int64_t n = static_cast<int64_t>(bits.size());
    for (int64_t first = 0; first < n; first += kLanes) {
      const std::byte* column = from.Column(first / kLanes);
      for (int64_t lane = 0; lane < std::min<int64_t>(kLanes, n - first); ++lane) {
        std::memcpy(&bits[first + lane], column + lane * 4, sizeof(uint16_t));
      }
    }
    for (int64_t e = 0; e < n; ++e) keys[e] = static_cast<uint16_t>(OrderedBfloat16(bits[e]));
  }
};

using Counts = std::array<int64_t, 256>;

// Moves down from 255 to the digit where the count of all above and it reaches `rest`; leaves in `rest` how
// many of its own are needed.
uint32_t DigitThatReaches(const Counts& counts, int64_t& rest) {
  uint32_t digit = 255;
  while (counts[digit] < rest) rest -= counts[digit--];
  return digit;
}

// The numbers of the k largest elements, the highest number first. Selection by counting, one byte after the
// other: the time doesn't depend on the data.
void TakeLargest(const std::vector<uint16_t>& keys, int64_t k, std::vector<uint32_t>& numbers) {
  Counts high = {}, low = {};
  for (uint16_t key : keys) ++high[key >> 8];
  int64_t rest = k;
  const uint32_t top = DigitThatReaches(high, rest);
  for (uint16_t key : keys) low[key & 255] += key >> 8 == static_cast<int>(top);
  const uint32_t bottom = DigitThatReaches(low, rest), least = top << 8 | bottom;
  int64_t left_out = low[bottom] - rest;  // of those equal to the least, the ones with the highest numbers
  int64_t taken = 0;
  for (int64_t e = static_cast<int64_t>(keys.size()) - 1; e >= 0; --e) {
    const bool equal = keys[e] == least;
    numbers[taken] = static_cast<uint32_t>(e);
    taken += keys[e] > least || (equal && left_out <= 0);
    left_out -= equal;
  }
}

// Ascending by key; those of equal keys keep their order.
void SortByKey(const std::vector<uint16_t>& keys, int64_t k, std::vector<uint32_t>& numbers,
               std::vector<uint32_t>& other) {
  for (const int shift : {0, 8}) {
    Counts starts = {};
    for (int64_t j = 0; j < k; ++j) ++starts[keys[numbers[j]] >> shift & 255];
    int64_t sum = 0;
    for (int64_t& start : starts) sum += std::exchange(start, sum);
    for (int64_t j = 0; j < k; ++j) other[starts[keys[numbers[j]] >> shift & 255]++] = numbers[j];
    std::swap(numbers, other);
  }
}

}  // namespace

void SnakeTopTile(const Tile& src, int64_t n, const Tile& values, const Tile& indices, BlockRange blocks) {
  const int64_t k = values.free_elements();
  const std::vector<int64_t> columns = ColumnsOf(src, n), value_columns = ColumnsOf(values, k),
                             number_columns = ColumnsOf(indices, k);
  Elements elements(n);
  std::vector<uint32_t> numbers(k + 1), other(k + 1);  // one to spare for what is not taken
  const BlockSpan span = OwnedBlocks(values, blocks);
  for (int block = span.begin; block < span.end; ++block) {
    const auto start = [&](const Tile& tile) {
      return tile.base + (tile.first_block() + block) * tile.block_bytes;
    };
    elements.Read({start(src), columns});
    TakeLargest(elements.keys, k, numbers);
    SortByKey(elements.keys, k, numbers, other);
    const Snake value{start(values), value_columns}, number{start(indices), number_columns};
    for (int64_t j = 0; j < k; ++j) {
      std::memcpy(value.At(j), &elements.bits[numbers[j]], sizeof(uint16_t));
      std::memcpy(number.At(j), &numbers[j], sizeof(uint32_t));
    }
  }
}

}  // namespace nki::simd
