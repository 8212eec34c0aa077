// The one file with intrinsics: Highway 1.0.3 has no target with the bfloat16 dot product.
#include "isa/simd/matmul_bf16.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include "isa/simd/free_offsets.h"
#include "isa/simd/matmul_operands.h"
#include "isa/simd/transpose.h"

#define NKI_AVX512_BF16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")))

namespace nki::simd {
namespace {

constexpr int kMaxPairs = kMaxContraction / 2;  // a word holds k (low half) and k + 1
// Moving elements times vectors of 16 columns in registers: 24 sums of 32 registers, and a worker of two
// reads each moving element once. Measured on Zen 4, packing included: 6x4 205 GF/s of the core's 234, 8x2
// 185.
constexpr int kRows = 6;
constexpr int kMaxVectors = 4;
constexpr int kGroups = 16;  // of kRows moving elements in a chunk; measured: 8 to 22 differ by 1 %

// stationary[2 j, 16 i + m] and stationary[2 j + 1, 16 i + m] are halves of words[i][j][m].
struct PairPanels {
  alignas(64) uint32_t words[kMaxColumns / kLanes][kMaxPairs][kLanes];
};

// The elements of a group lie together: a stride of 4 KiB between blocks would put them all into one set of
// L1. Element r at partitions 16 b + 2 j and 16 b + 2 j + 1 is words[b][r][j].
struct RowGroup {
  alignas(64) uint32_t words[kMaxContraction / kLanes][kRows][kLanes / 2];
};

// Orders of a line's pairs. Partitions 2 j and 2 j + 1 of its element e become word 2 j + e ...
alignas(64) constexpr uint16_t kTogether[32] = {0,  2,  1,  3,  4,  6,  5,  7,  8,  10, 9,
                                                11, 12, 14, 13, 15, 16, 18, 17, 19, 20, 22,
                                                21, 23, 24, 26, 25, 27, 28, 30, 29, 31};
// ... or word 8 e + j.
alignas(64) constexpr uint16_t kApart[32] = {0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30,
                                             1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31};

// One line of two neighbouring elements becomes their pairs along the partitions.
NKI_AVX512_BF16 inline __m512i PairPartitions(const std::byte* line, __mmask16 present,
                                              const uint16_t* order) {
  return _mm512_permutexvar_epi16(_mm512_load_si512(order), _mm512_maskz_load_epi32(present, line));
}

// Partitions past the tile's last hold other data, even NaN: they count as zero.
__mmask16 PresentLanes(const Tile& tile, int block) {
  const int lanes = std::min(kLanes, tile.partition + tile.partitions - block * kLanes);
  return static_cast<__mmask16>((1u << lanes) - 1);
}

// The next moving elements to pack: `lines` of each block from `first` on, into `group`.
struct Packing {
  const std::byte* first;
  int64_t block_bytes;
  int lines;
  __mmask16 last_present;  // of the last block
  RowGroup* group;
};

NKI_AVX512_BF16 inline void PackBlock(const Packing& packing, int block, bool is_last) {
  const std::byte* line = packing.first + block * packing.block_bytes;
  const __mmask16 present = is_last ? packing.last_present : 0xffff;
  for (int l = 0; l < packing.lines; ++l)
    _mm512_store_si512(packing.group->words[block][2 * l],
                       PairPartitions(line + l * kLineBytes, present, kApart));
}

// GCC 12 warns of _mm512_shuffle_i64x2's own code.
NKI_AVX512_BF16 inline __m512i LowHalves(__m512i a, __m512i b) {
  return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
}
NKI_AVX512_BF16 inline __m512i HighHalves(__m512i a, __m512i b) {
  return __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
}
NKI_AVX512_BF16 inline __m512i EvenQuarters(__m512i a, __m512i b) {
  return __builtin_shufflevector(a, b, 0, 1, 4, 5, 8, 9, 12, 13);
}
NKI_AVX512_BF16 inline __m512i OddQuarters(__m512i a, __m512i b) {
  return __builtin_shufflevector(a, b, 2, 3, 6, 7, 10, 11, 14, 15);
}

// 16 columns of a block of 16 partitions: the pairs of 8 lines are transposed as 8 x 8 words of 64 bits.
NKI_AVX512_BF16 void PackColumns(const std::byte* line, int lines, __mmask16 present,
                                 uint32_t (*words)[kLanes]) {
  __m512i rows[8], pairs[8];
#pragma GCC unroll 8
  for (int l = 0; l < 8; ++l)
    rows[l] = PairPartitions(line + l * kLineBytes, l < lines ? present : 0, kTogether);
#pragma GCC unroll 4
  for (int l = 0; l < 8; l += 2) {
    pairs[l] = __builtin_shufflevector(rows[l], rows[l + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    pairs[l + 1] = __builtin_shufflevector(rows[l], rows[l + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
#pragma GCC unroll 2
  for (int odd = 0; odd < 2; ++odd) {
    const __m512i *p = pairs + odd, low[] = {LowHalves(p[0], p[2]), LowHalves(p[4], p[6])},
                  high[] = {HighHalves(p[0], p[2]), HighHalves(p[4], p[6])};
    _mm512_store_si512(words[odd], EvenQuarters(low[0], low[1]));
    _mm512_store_si512(words[odd + 2], OddQuarters(low[0], low[1]));
    _mm512_store_si512(words[odd + 4], EvenQuarters(high[0], high[1]));
    _mm512_store_si512(words[odd + 6], OddQuarters(high[0], high[1]));
  }
}

bool BeginsWords(const Tile& tile) {
  if (tile.offset % 2 != 0) return false;
  const FreeCursor cursor(tile);
  return cursor.one_run() && cursor.inner().step == 1;
}

// Columns of any pattern: the pairs are what a transpose to 16 columns per block makes of two-byte elements.
void TransposeStationary(const Tile& stationary, int first_column, int end_column, PairPanels& panels) {
  Tile columns;
  columns.base = reinterpret_cast<std::byte*>(panels.words);
  columns.block_bytes = sizeof(panels.words[0]);
  columns.dtype = Dtype::kBfloat16;
  columns.partitions = end_column;
  columns.rank = 1;
  columns.dims[0] = {1, stationary.partitions};
  const BlockRange blocks{first_column / kLanes, (end_column + kLanes - 1) / kLanes};
  const int first_partial = stationary.partitions / 2;  // pairs from here on lack a k or both: those are zero
  const int end_pair = (stationary.partitions + kLanes - 1) / kLanes * (kLanes / 2);
  for (int block = blocks.begin; block < blocks.end; ++block) {
    uint32_t* words = panels.words[block][0];
    std::fill(words + first_partial * kLanes, words + end_pair * kLanes, 0u);
  }
  TransposeTile(stationary, columns, blocks);
}

void PackStationary(const Tile& stationary, int first_column, int end_column, PairPanels& panels) {
  if (!BeginsWords(stationary)) return TransposeStationary(stationary, first_column, end_column, panels);
  for (int block = stationary.first_block(); block < stationary.end_block(); ++block) {
    const __mmask16 present = PresentLanes(stationary, block);
    for (int column = first_column; column < end_column; column += kLanes) {
      const std::byte* line =
          stationary.base + block * stationary.block_bytes + (stationary.offset + column) / 2 * kLineBytes;
      PackColumns(line, (end_column - column + 1) / 2, present,
                  &panels.words[column / kLanes][(block - stationary.first_block()) * (kLanes / 2)]);
    }
  }
}

template <int kVectors>
NKI_AVX512_BF16 void EmitRow(const __m512 (&sums)[kVectors], std::byte* line, const PsumPanel& psum,
                             bool add) {
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    auto* dst = reinterpret_cast<float*>(line + v * psum.block_bytes);
    const __m512 sum = add ? _mm512_add_ps(_mm512_load_ps(dst), sums[v]) : sums[v];
    const int lanes = psum.lanes - v * kLanes;
    if (lanes >= kLanes) {
      _mm512_store_ps(dst, sum);
    } else {
      _mm512_mask_store_ps(dst, static_cast<__mmask16>((1u << lanes) - 1), sum);
    }
  }
}

template <int kVectors>
NKI_AVX512_BF16 void MultiplyGroup(const RowGroup& group, int count, const uint32_t* panel, int pairs,
                                   const PsumPanel& psum, const int64_t* elements, bool add,
                                   const Packing& packing) {
  __m512 sums[kRows][kVectors];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) sums[r][v] = _mm512_setzero_ps();
  }
  const uint32_t* moving = group.words[0][0];
  const int blocks = (pairs + kLanes / 2 - 1) / (kLanes / 2);
  for (int block = 0; block < blocks; ++block) {
    PackBlock(packing, block, block == blocks - 1);  // in the shade of the multiplications
#pragma GCC unroll 8
    for (int j = 0; j < kLanes / 2; ++j) {
      __m512bh w[kVectors];
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v)
        w[v] = (__m512bh)_mm512_load_si512(panel + v * kMaxPairs * kLanes + j * kLanes);
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
        const auto x = (__m512bh)_mm512_set1_epi32(static_cast<int>(moving[r * (kLanes / 2) + j]));
#pragma GCC unroll 8
        for (int v = 0; v < kVectors; ++v) sums[r][v] = _mm512_dpbf16_ps(sums[r][v], x, w[v]);
      }
    }
    moving += kRows * (kLanes / 2);
    panel += (kLanes / 2) * kLanes;
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
    if (r >= count) return;
    EmitRow<kVectors>(sums[r], psum.block + elements[r] * kLineBytes, psum, add);
  }
}

constexpr decltype(&MultiplyGroup<1>) kMultiply[] = {MultiplyGroup<1>, MultiplyGroup<2>, MultiplyGroup<3>,
                                                     MultiplyGroup<4>};
static_assert(std::size(kMultiply) == kMaxVectors);

void MultiplyChunk(const Tile& moving, int64_t first, int count, const PairPanels& panels, int pairs,
                   const Tile& dst, int first_block, int end_block, const int64_t* elements, bool add) {
  RowGroup groups[kGroups];
  const auto packing = [&](int row) {
    const std::byte* line = moving.base + moving.first_block() * moving.block_bytes +
                            (moving.offset + first + row) / 2 * kLineBytes;
    const int lines = row < count ? (std::min(kRows, count - row) + 1) / 2 : 0;
    return Packing{line, moving.block_bytes, lines, PresentLanes(moving, moving.end_block() - 1),
                   groups + row / kRows};
  };
  const int blocks = moving.end_block() - moving.first_block();
  for (int block = 0; block < blocks; ++block) PackBlock(packing(0), block, block == blocks - 1);
  for (int block = first_block; block < end_block; block += kMaxVectors) {
    const int column = (block - dst.first_block()) * kLanes;
    const uint32_t* panel = panels.words[column / kLanes][0];
    const PsumPanel psum{dst.base + block * dst.block_bytes, dst.block_bytes, dst.partitions - column};
    const auto multiply = kMultiply[std::min(kMaxVectors, end_block - block) - 1];
    for (int row = 0; row < count; row += kRows) {
      const int rows = std::min(kRows, count - row);
      multiply(groups[row / kRows], rows, panel, pairs, psum, elements + row, add,
               block == first_block ? packing(row + kRows) : Packing{});
    }
  }
}

}  // namespace

bool MatmulBf16(const Tile& stationary, const Tile& moving, const Tile& dst, bool add, BlockRange blocks) {
  if (stationary.dtype != Dtype::kBfloat16 || moving.dtype != Dtype::kBfloat16) return false;
  static const bool has_instruction =
      __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512dq");
  if (!has_instruction || !BeginsWords(moving) || dst.dtype != Dtype::kFloat32) return false;
  const int first_block = std::max(blocks.begin, dst.first_block());
  const int end_block = std::min(blocks.end, dst.end_block());
  if (first_block >= end_block) return true;
  PairPanels panels;
  PackStationary(stationary, (first_block - dst.first_block()) * kLanes,
                 std::min((end_block - dst.first_block()) * kLanes, dst.partitions), panels);
  FreeCursor dst_cursor(dst);
  const int pairs = (stationary.partitions + 1) / 2;
  const int64_t total = dst.free_elements();
  constexpr int kChunk = kGroups * kRows;
  for (int64_t first = 0; first < total; first += kChunk) {
    const int count = static_cast<int>(std::min<int64_t>(kChunk, total - first));
    int64_t elements[kChunk];
    TakeOffsets(dst_cursor, count, elements);
    MultiplyChunk(moving, first, count, panels, pairs, dst, first_block, end_block, elements, add);
  }
  return true;
}

}  // namespace nki::simd

#else

namespace nki::simd {

bool MatmulBf16(const Tile&, const Tile&, const Tile&, bool, BlockRange) { return false; }

}  // namespace nki::simd

#endif
