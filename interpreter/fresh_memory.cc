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

namespace {

using Word = std::array<std::byte, 4>;

// Byte after byte from byte `first` of a row of words.
void FillBytes(std::byte* memory, int64_t first, int64_t bytes, const Word& word) {
  Word from_first;
  for (int64_t byte = 0; byte < 4; ++byte) from_first[byte] = word[(first + byte) % 4];
  for (int64_t at = 0; at < bytes; at += 4)
    std::memcpy(memory + at, from_first.data(), std::min<int64_t>(4, bytes - at));
}

// The same bytes of some neighbouring partitions, counted from the partition and the offset of a tile that is
// a whole tensor.
void FillPartitions(const Tile& tile, const BytesOfPartitions& part, BlockRange blocks, const Word& word) {
  const int first = tile.partition + part.partition, end = first + part.partitions;
  const int64_t begin = tile.offset * ItemBytes(tile.dtype) + part.byte;
  const bool words = begin % 4 == 0 && part.byte % 4 == 0 && part.bytes % 4 == 0;
  for (int p = first, next; p < end; p = next) {
    next = std::min(end, (p / kLanes + 1) * kLanes);
    if (!blocks.Contains(p / kLanes)) continue;
    if (words && next - p == kLanes) {
      FillBytes(tile.Address(p, begin), 0, part.bytes * kLanes, word);
    } else if (words) {
      for (int64_t byte = 0; byte < part.bytes; byte += 4)
        FillBytes(tile.Address(p, begin + byte), 0, (next - p) * 4, word);
    } else {
      for (int lane = p; lane < next; ++lane) {
        for (int64_t byte = 0; byte < part.bytes; ++byte)
          *tile.Address(lane, begin + byte) = word[(part.byte + byte) % 4];
      }
    }
  }
}

}  // namespace

void FillFresh(Dtype dtype, std::byte* memory, int64_t bytes) {
  FillBytes(memory, 0, bytes, FreshWord(dtype));
}

void Fill(const UnwrittenPart& part, const KernelGraph& graph, const RunContext& context) {
  const Tensor& tensor = graph.tensors[part.tensor];
  const Word word = part.fresh ? FreshWord(tensor.dtype) : Word{};
  if (!OnChip(tensor.space)) {
    std::byte* memory = context.hbm[tensor.id];
    for (const BytesOfPartitions& run : part.runs) FillBytes(memory + run.byte, run.byte, run.bytes, word);
    return;
  }
  const Tile tile = context.tile(View::Of(tensor));
  for (const BytesOfPartitions& run : part.runs) FillPartitions(tile, run, context.blocks, word);
}

}  // namespace nki
