#include "isa/simd/segments.h"

#include <vector>

#include "isa/simd/free_offsets.h"
#include "memory/scalar_types.h"

namespace nki::simd {
namespace {

std::vector<std::byte*> AddressesOf(const Tile& tile) {
  const int64_t n = tile.free_elements();
  std::vector<int64_t> offsets(n);
  FreeCursor cursor(tile);
  TakeOffsets(cursor, n, offsets.data());
  std::vector<std::byte*> addresses;
  addresses.reserve(n);
  for (int64_t offset : offsets) addresses.push_back(tile.Address(tile.partition, offset * 4));
  return addresses;
}

// Exact for float32 and for int32.
double ReadExact(Dtype dtype, const std::byte* address) {
  if (dtype == Dtype::kInt32) return static_cast<int32_t>(LoadBits(dtype, address));
  return LoadScalar(dtype, address);
}

void WriteIndex(Dtype dtype, int64_t index, std::byte* address) {
  const uint32_t integer = static_cast<uint32_t>(index);
  StoreBits(dtype, dtype == Dtype::kInt32 ? integer : std::bit_cast<uint32_t>(static_cast<float>(index)),
            address);
}

}  // namespace

void SegmentBoundsTile(const Tile& ids, const Tile& dst, BlockRange blocks) {
  if (!blocks.Contains(dst.first_block())) return;
  const int64_t n = ids.free_elements();
  std::vector<double> id;
  id.reserve(n);
  for (const std::byte* address : AddressesOf(ids)) id.push_back(ReadExact(ids.dtype, address));
  const std::vector<std::byte*> to = AddressesOf(dst);
  for (int64_t begin = 0, end; begin < n; begin = end) {
    end = begin + 1;
    while (end < n && id[end] == id[begin]) ++end;
    const bool padding = id[begin] == 0;
    for (int64_t i = begin; i < end; ++i) {
      WriteIndex(dst.dtype, padding ? n : begin, to[i]);
      WriteIndex(dst.dtype, padding ? -1 : end, to[n + i]);
    }
  }
}

}  // namespace nki::simd
