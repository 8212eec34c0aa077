#include "interpreter/fresh_memory.h"

#include <cstring>
#include <limits>

#include "memory/error.h"
#include "memory/scalar_types.h"

namespace nki {

std::array<std::byte, 4> FreshWord(Dtype dtype) {
  std::array<std::byte, 4> word{};
  if (IsPacked(dtype)) return word;
  const float value = IsFloat(dtype) ? std::numeric_limits<float>::quiet_NaN() : 4.0f;
  const size_t item = static_cast<size_t>(ItemBytes(dtype));
  NKI_CHECK(item <= word.size());
  for (size_t at = 0; at < word.size(); at += item) StoreScalar(dtype, value, word.data() + at);
  return word;
}

void FillFresh(Dtype dtype, std::byte* memory, int64_t bytes) {
  const std::array<std::byte, 4> word = FreshWord(dtype);
  for (int64_t at = 0; at < bytes; at += 4)
    std::memcpy(memory + at, word.data(), std::min<int64_t>(4, bytes - at));
}

namespace {

// The same bytes of some neighbouring partitions, counted from the partition and the offset of a tile that is
// a whole tensor, become 0.
void ZeroBytes(const Tile& tile, const BytesOfPartitions& part, BlockRange blocks) {
  const int first = tile.partition + part.partition, end = first + part.partitions;
  const int64_t begin = tile.offset * ItemBytes(tile.dtype) + part.byte, end_byte = begin + part.bytes;
  const bool words = begin % 4 == 0 && part.bytes % 4 == 0;
  for (int p = first, next; p < end; p = next) {
    next = std::min(end, (p / kLanes + 1) * kLanes);
    if (!blocks.Contains(p / kLanes)) continue;
    if (words && next - p == kLanes) {
      std::memset(tile.Address(p, begin), 0, static_cast<size_t>(part.bytes) * kLanes);
    } else if (words) {
      for (int64_t byte = begin; byte < end_byte; byte += 4)
        std::memset(tile.Address(p, byte), 0, (next - p) * 4);
    } else {
      for (int lane = p; lane < next; ++lane) {
        for (int64_t byte = begin; byte < end_byte; ++byte) *tile.Address(lane, byte) = std::byte{0};
      }
    }
  }
}

}  // namespace

void Zero(const UnwrittenPart& part, const KernelGraph& graph, const RunContext& context) {
  const Tile tile = context.tile(View::Of(graph.tensors[part.tensor]));
  for (const BytesOfPartitions& run : part.runs) ZeroBytes(tile, run, context.blocks);
}

}  // namespace nki
