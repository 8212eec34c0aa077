#include "isa/simd/transpose.h"

#include "hwy/aligned_allocator.h"
#include "isa/simd/elementwise.h"
#include "isa/simd/free_offsets.h"
#include "isa/simd/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "isa/simd/transpose.cc"
#include "hwy/foreach_target.h"
// After foreach_target:
#include "hwy/highway.h"
#include "isa/simd/transpose16-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr int kMaxPartitions = 128;  // SBUF (Trainium architecture guide)

struct LinePointers {
  const uint32_t* line[kLanes];
  HWY_INLINE const uint32_t* operator()(int i) const { return line[i]; }
};

HWY_INLINE void StoreFirst(WordVec words, int first_lane, int lanes, uint32_t* line) {
  const WordTag d;
  if (lanes >= first_lane + kWordLanes) {
    hn::Store(words, d, line + first_lane);
  } else if (lanes > first_lane) {
    hn::BlendedStore(words, hn::FirstN(d, static_cast<size_t>(lanes - first_lane)), d, line + first_lane);
  }
}

// 16 source elements by 16 source partitions. `elements` and `partitions` may be fewer than 16.
struct Square {
  std::byte* dst_block;
  const int64_t* dst_offsets;  // one per source partition
  int partitions;
  int elements;
};

struct StoreWordElements {
  const Square& square;
  HWY_INLINE void operator()(int column, int first_lane, WordVec words) const {
    if (column >= square.partitions) return;
    auto* line = reinterpret_cast<uint32_t*>(square.dst_block + square.dst_offsets[column] * kLineBytes);
    StoreFirst(words, first_lane, square.elements, line);
  }
};

struct StoreNarrowElements {
  const Square& square;
  int bytes;
  uint32_t ones;
  HWY_INLINE void operator()(int column, int first_lane, WordVec words) const {
    if (column >= square.partitions) return;
    const WordTag d;
    const int64_t byte = square.dst_offsets[column] * bytes;
    const int shift = static_cast<int>(byte & 3) * 8;
    auto* line = reinterpret_cast<uint32_t*>(square.dst_block + (byte >> 2) * kLineBytes);
    const auto kept = hn::AndNot(hn::Set(d, ones << shift), hn::Load(d, line + first_lane));
    StoreFirst(hn::Or(kept, hn::ShiftLeftSame(words, shift)), first_lane, square.elements, line);
  }
};

void TransposeWords(const std::byte* src_block, const int64_t* src_offsets, const Square& square) {
  LinePointers rows;
  for (int i = 0; i < kLanes; ++i) {
    const int64_t offset = src_offsets[std::min(i, square.elements - 1)];
    rows.line[i] = reinterpret_cast<const uint32_t*>(src_block + offset * kLineBytes);
  }
  Transpose16(rows, StoreWordElements{square});
}

// Elements narrower than a word travel in the low bits of words.
void TransposeNarrow(int bytes, const std::byte* src_block, const int64_t* src_offsets,
                     const Square& square) {
  const WordTag d;
  const uint32_t ones = bytes == 2 ? 0xffff : 0xff;
  alignas(64) uint32_t lines[kLanes][kLanes];
  LinePointers rows;
  for (int i = 0; i < kLanes; ++i) {
    const int64_t byte = src_offsets[std::min(i, square.elements - 1)] * bytes;
    const auto* line = reinterpret_cast<const uint32_t*>(src_block + (byte >> 2) * kLineBytes);
    for (int lane = 0; lane < kLanes; lane += kWordLanes) {
      const auto words = hn::ShiftRightSame(hn::Load(d, line + lane), static_cast<int>(byte & 3) * 8);
      hn::Store(hn::And(words, hn::Set(d, ones)), d, lines[i] + lane);
    }
    rows.line[i] = lines[i];
  }
  Transpose16(rows, StoreNarrowElements{square, bytes, ones});
}

struct StoreSquare {
  uint32_t* words;
  HWY_INLINE void operator()(int column, int first_lane, WordVec vec) const {
    hn::Store(vec, WordTag(), words + column * kLanes + first_lane);
  }
};

// 16 two-byte elements, two in each word from `src_line` on, by 32 partitions (two blocks) become 16 lines of
// dst, whose words pair neighbouring partitions.
void TransposePairs(const std::byte* src_line, int64_t block_bytes, int elements, uint32_t* dst_lines) {
  const WordTag d;
  const hn::Repartition<uint16_t, WordTag> d16;
  // The rows are ordered so that interleaving halves puts the 16 elements of the first block's partitions
  // into one vector and those of the second block's into the other.
  LinePointers rows;
  for (int i = 0; i < kLanes; ++i) {
    const int word = std::min(i / 4 * 2 + i % 2, (elements - 1) / 2);
    rows.line[i] = reinterpret_cast<const uint32_t*>(src_line + i % 4 / 2 * block_bytes + word * kLineBytes);
  }
  alignas(64) uint32_t square[kLanes][kLanes];
  Transpose16(rows, StoreSquare{square[0]});
  for (int pair = 0; pair < kLanes / 2; ++pair) {
    for (int lane = 0; lane < kLanes; lane += kWordLanes) {
      const auto even = hn::BitCast(d16, hn::Load(d, square[2 * pair] + lane));
      const auto odd = hn::BitCast(d16, hn::Load(d, square[2 * pair + 1] + lane));
      uint32_t* line = dst_lines + pair * kLanes;
      StoreFirst(hn::BitCast(d, hn::InterleaveLower(d16, even, odd)), lane, elements, line);
      StoreFirst(hn::BitCast(d, hn::InterleaveUpper(d16, even, odd)), lane, elements,
                 line + kLanes * kLanes / 2);
    }
  }
}

// The elements lie side by side and the first begins a word.
bool FillsWords(const Tile& tile) {
  const FreeCursor cursor(tile);
  return cursor.one_run() && cursor.inner().step == 1 && tile.offset % 2 == 0;
}

// Returns how many partitions of src it has done.
int TransposePairsOfBlock(const Tile& src, int64_t src_offset, int elements, const Tile& dst,
                          std::byte* dst_block) {
  int p = 0;
  for (; p + 2 * kLanes <= src.partitions; p += 2 * kLanes) {
    const std::byte* src_block = src.base + (src.partition + p) / kLanes * src.block_bytes;
    TransposePairs(src_block + src_offset / 2 * kLineBytes, src.block_bytes, elements,
                   reinterpret_cast<uint32_t*>(dst_block + (dst.offset + p) / 2 * kLineBytes));
  }
  return p;
}

// One block of dst: 16 of src's free elements, for all its partitions.
void TransposeBlock(const Tile& src, const int64_t* src_offsets, int elements, const Tile& dst,
                    std::byte* dst_block) {
  const int bytes = ItemBytes(dst.dtype);
  FreeCursor dst_cursor(dst);
  int64_t dst_offsets[kMaxPartitions];
  const bool pairs = bytes == 2 && FillsWords(src) && FillsWords(dst);
  int p = pairs ? TransposePairsOfBlock(src, src_offsets[0], elements, dst, dst_block) : 0;
  TakeOffsets(dst_cursor, p, dst_offsets);
  for (; p < src.partitions; p += kLanes) {
    const Square square{dst_block, dst_offsets, std::min(kLanes, src.partitions - p), elements};
    TakeOffsets(dst_cursor, square.partitions, dst_offsets);
    const std::byte* src_block = src.base + (src.partition + p) / kLanes * src.block_bytes;
    if (bytes == 4) {
      TransposeWords(src_block, src_offsets, square);
    } else {
      TransposeNarrow(bytes, src_block, src_offsets, square);
    }
  }
}

void Transpose(const Tile& src, const Tile& dst, BlockRange blocks) {
  FreeCursor src_cursor(src);
  for (int block = dst.first_block(); block < std::min(blocks.end, dst.end_block()); ++block) {
    int64_t src_offsets[kLanes];
    const int elements = std::min(kLanes, dst.partition + dst.partitions - block * kLanes);
    TakeOffsets(src_cursor, elements, src_offsets);
    if (!blocks.Contains(block)) continue;
    TransposeBlock(src, src_offsets, elements, dst, dst.base + block * dst.block_bytes);
  }
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nki::simd {
HWY_EXPORT(Transpose);
namespace {

// The bytes of a partition from a tile's first to its last element.
struct Span {
  int64_t begin, end;
};
Span SpanOf(const Tile& tile) {
  int64_t last = tile.offset;
  for (int i = 0; i < tile.rank; ++i) last += tile.dims[i].step * (tile.dims[i].count - 1);
  return {tile.offset * ItemBytes(tile.dtype), (last + 1) * ItemBytes(tile.dtype)};
}

bool Overlap(const Tile& a, const Tile& b) {
  const Span x = SpanOf(a), y = SpanOf(b);
  return a.base == b.base && x.begin < y.end && y.begin < x.end && a.partition < b.partition + b.partitions &&
         b.partition < a.partition + a.partitions;
}

}  // namespace

void TransposeTile(const Tile& src, const Tile& dst, BlockRange blocks) {
  if (!Overlap(src, dst)) return HWY_DYNAMIC_DISPATCH(Transpose)(src, dst, blocks);
  const int64_t lines = src.free_elements();  // a word is enough for any element
  const auto scratch = hwy::AllocateAligned<std::byte>(static_cast<size_t>(kBlocks * lines * kLineBytes));
  Tile copy;
  copy.base = scratch.get();
  copy.block_bytes = lines * kLineBytes;
  copy.dtype = src.dtype;
  copy.partitions = src.partitions;
  copy.rank = 1;
  copy.dims[0] = {1, lines};
  CopyTile(src, copy, {});
  HWY_DYNAMIC_DISPATCH(Transpose)(copy, dst, blocks);
}

}  // namespace nki::simd
#endif
