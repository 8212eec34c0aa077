#include "isa/simd/nonzero.h"

#include <cstring>
#include <vector>

#include "isa/simd/convert.h"

namespace nki::simd {
namespace {

uint32_t* WordAt(std::byte* partition, int64_t offset) {
  return reinterpret_cast<uint32_t*>(partition + offset * kLineBytes);
}

// The positions, counted from `first`, in the order of the free axes; returns how many.
int64_t TakePositions(const Tile& src, std::byte* partition, uint32_t first, uint32_t* positions) {
  // Without the sign bit a float32 is zero only if all bits are; NaN is not zero.
  const uint32_t value_bits = src.dtype == Dtype::kInt32 ? ~uint32_t{0} : 0x7fffffffu;
  FreeCursor cursor(src);
  const int64_t n = src.free_elements();
  int64_t found = 0;
  for (int64_t done = 0; done < n;) {
    const FreeCursor::Run run = cursor.Next(n - done);
    for (int64_t i = 0; i < run.count; ++i) {
      positions[found] = first + static_cast<uint32_t>(done + i);
      found += (*WordAt(partition, run.offset + i * run.step) & value_bits) != 0;
    }
    done += run.count;
  }
  return found;
}

}  // namespace

void NonzeroTile(const Tile& src, int32_t index_offset, int32_t padding, const Tile& dst, BlockRange blocks) {
  const int64_t n = src.free_elements();
  std::vector<uint32_t> row(n + 1);
  const BlockSpan span = OwnedBlocks(dst, blocks);
  for (int block = span.begin; block < span.end; ++block) {
    std::byte* from = src.Address(src.partition + block * kLanes, 0);
    std::byte* to = dst.Address(dst.partition + block * kLanes, 0);
    const int64_t found = TakePositions(src, from, static_cast<uint32_t>(index_offset), row.data());
    std::fill(row.begin() + found, row.end() - 1, static_cast<uint32_t>(padding));
    row.back() = static_cast<uint32_t>(found);
    FreeCursor cursor(dst);
    for (int64_t done = 0; done <= n;) {
      const FreeCursor::Run run = cursor.Next(n + 1 - done);
      for (int64_t i = 0; i < run.count; ++i) *WordAt(to, run.offset + i * run.step) = row[done + i];
      done += run.count;
    }
  }
}

}  // namespace nki::simd
