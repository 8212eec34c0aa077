// Runs of elements between rows in linear memory and the lines of one block of 16 partitions, bit for bit.
// Per-target: include inside foreach_target files only.
#if defined(NKI_ISA_SIMD_DMA_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NKI_ISA_SIMD_DMA_INL_H_
#undef NKI_ISA_SIMD_DMA_INL_H_
#else
#define NKI_ISA_SIMD_DMA_INL_H_
#endif

#include <cstring>

#include "hwy/highway.h"
#include "isa/simd/dma_rows.h"
#include "isa/simd/transpose16-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

HWY_INLINE hn::Mask<WordTag> LaneMask(const LaneSet& lanes, int first_lane) {
  const WordTag d;
  return hn::MaskFromVec(hn::Load(d, lanes.words + first_lane));
}

template <bool kFull>
HWY_INLINE void StoreLanes(WordVec words, const LaneSet& lanes, int first_lane, uint32_t* line) {
  if constexpr (kFull) {
    hn::Store(words, WordTag(), line + first_lane);
  } else {
    hn::BlendedStore(words, LaneMask(lanes, first_lane), WordTag(), line + first_lane);
  }
}

struct RowWords {
  std::byte* const* rows;
  int64_t byte;
  HWY_INLINE const uint32_t* operator()(int lane) const {
    return reinterpret_cast<const uint32_t*>(rows[lane] + byte);
  }
};

struct BufferWords {
  const uint32_t* words;
  int64_t pitch;
  HWY_INLINE const uint32_t* operator()(int row) const { return words + row * pitch; }
};

template <bool kFull>
struct ToLines {
  std::byte* first;
  int64_t line_step;
  const LaneSet& lanes;
  int end;
  HWY_INLINE void operator()(int column, int first_row, WordVec words) const {
    if (column >= end) return;
    StoreLanes<kFull>(words, lanes, first_row, reinterpret_cast<uint32_t*>(first + column * line_step));
  }
};

constexpr int kPrefetchBytes =
    512;  // ahead in each row; measured: 7 % less time for a 256 MiB addition, no loss in cache

// `words` words from byte `byte` of each row into lines `line_step` bytes apart.
template <bool kFull>
void LoadWords(const BlockRows& rows, int64_t byte, int words, std::byte* line, int64_t line_step) {
  int word = 0;
  const auto four = [&]() HWY_ATTR {
    TransposeFourColumns(RowWords{rows.row, byte}, word, ToLines<kFull>{line, line_step, rows.lanes, words});
    word += 4;
  };
  const int head = std::min(rows.WordsToLine(byte), words);  // vectors of 64 bytes shouldn't cross lines
  while (word + 4 <= head) four();
  for (; word + kLanes <= words; word += kLanes) {
    const int64_t at = byte + word * 4;
    for (const std::byte* row : rows.row) __builtin_prefetch(row + at + kPrefetchBytes, 0, 2);
    Transpose16(RowWords{rows.row, at},
                ToLines<kFull>{line + word * line_step, line_step, rows.lanes, kLanes});
  }
  while (word + 4 <= words) four();
  if (word == words) return;
  alignas(16) uint32_t tail[kLanes][4] = {};  // the last words of a row may be the last of the tensor
  for (int lane = 0; lane < kLanes; ++lane) {
    std::memcpy(tail[lane], rows.row[lane] + byte + word * 4, static_cast<size_t>(words - word) * 4);
  }
  TransposeFourColumns(BufferWords{tail[0], 4}, 0,
                       ToLines<kFull>{line + word * line_step, line_step, rows.lanes, words - word});
}

struct LineWords {
  const std::byte* first;
  int64_t line_step;
  int last;
  HWY_INLINE const uint32_t* operator()(int i) const {
    return reinterpret_cast<const uint32_t*>(first + std::min(i, last) * line_step);
  }
};

template <bool kFull, bool kStream>
struct ToRows {
  const BlockRows& rows;
  int64_t byte;
  HWY_INLINE void operator()(int lane, int first_word, WordVec words) const {
    const WordTag d;
    if constexpr (!kFull) {
      if (rows.lanes.words[lane] == 0) return;
    }
    auto* address = reinterpret_cast<uint32_t*>(rows.row[lane] + byte + first_word * 4);
    if constexpr (kStream) {
      hn::Stream(words, d, address);
    } else {
      hn::StoreU(words, d, address);
    }
  }
};

struct ToBuffer {
  uint32_t* words;
  HWY_INLINE void operator()(int lane, int first_word, WordVec vec) const {
    hn::Store(vec, WordTag(), words + lane * kLanes + first_word);
  }
};

constexpr int kFewWords = 128;  // for shorter rows aligning costs more than it gains

// Fewer than 16 words of each row.
inline void StoreFewWords(const std::byte* line, int64_t line_step, int words, const BlockRows& rows,
                          int64_t byte) {
  if (words == 0) return;
  alignas(64) uint32_t square[kLanes][kLanes];
  Transpose16(LineWords{line, line_step, words - 1}, ToBuffer{square[0]});
  for (int lane = 0; lane < kLanes; ++lane) {
    if (rows.lanes.words[lane] == 0) continue;
    std::memcpy(rows.row[lane] + byte, square[lane], static_cast<size_t>(words) * 4);
  }
}

template <bool kFull, bool kStream>
void StoreWords(const std::byte* line, int64_t line_step, int words, const BlockRows& rows, int64_t byte) {
  int word = words >= kFewWords ? std::min(rows.WordsToLine(byte), words) : 0;  // whole lines from here on
  StoreFewWords(line, line_step, word, rows, byte);
  for (; word + kLanes <= words; word += kLanes) {
    const LineWords from{line + word * line_step, line_step, kLanes};
    const ToRows<kFull, kStream> to{rows, byte + word * 4};
    if constexpr (kStream && kWordLanes == kLanes) {
      Transpose16(from, to);
    } else {
      // Four partitions at a time: 16 open streams of a power-of-two pitch would share one set of the L1
      // cache.
      TransposeByColumns(from, to);
    }
  }
  StoreFewWords(line + word * line_step, line_step, words - word, rows, byte + word * 4);
}

// Rows whose elements lie side by side across the partitions (a transposed tensor): each line is in memory as
// it is.
inline void LoadAdjacent(const std::byte* row0, int64_t step, int count, std::byte* line, int64_t line_step) {
  const WordTag d;
  for (int i = 0; i < count; ++i) {
    const auto* words = reinterpret_cast<const uint32_t*>(row0 + i * step);
    auto* to = reinterpret_cast<uint32_t*>(line + i * line_step);
    for (int lane = 0; lane < kLanes; lane += kWordLanes) hn::Store(hn::LoadU(d, words + lane), d, to + lane);
  }
}

inline void StoreAdjacent(const std::byte* line, int64_t line_step, int count, std::byte* row0,
                          int64_t step) {
  const WordTag d;
  for (int i = 0; i < count; ++i) {
    const auto* from = reinterpret_cast<const uint32_t*>(line + i * line_step);
    auto* words = reinterpret_cast<uint32_t*>(row0 + i * step);
    for (int lane = 0; lane < kLanes; lane += kWordLanes)
      hn::StoreU(hn::Load(d, from + lane), d, words + lane);
  }
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
