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

constexpr int kPairs = kMaxContraction / 2;  // a word holds k (low half) and k + 1
constexpr int kRows = 8;  // moving elements per register kernel, times two vectors of 16 columns

// stationary[2 j, 16 i + m] and stationary[2 j + 1, 16 i + m] are halves of words[i][j][m].
struct PairPanels {
  alignas(64) uint32_t words[kMaxColumns / kLanes][kPairs][kLanes];
};

// Moving element r at partitions 16 b + 2 j and 16 b + 2 j + 1 is words[b][r][j].
struct PairRows {
  alignas(64) uint32_t words[kMaxContraction / kLanes][kMovingChunk][kLanes / 2];
};

// One line of two neighbouring elements becomes their pairs along the partitions: 8 words of the even
// element, 8 of the odd.
NKI_AVX512_BF16 inline __m512i PairPartitions(const std::byte* line, __mmask16 present) {
  alignas(64) static constexpr uint16_t kOrder[32] = {0,  2,  4,  6,  8,  10, 12, 14, 16, 18, 20,
                                                      22, 24, 26, 28, 30, 1,  3,  5,  7,  9,  11,
                                                      13, 15, 17, 19, 21, 23, 25, 27, 29, 31};
  return _mm512_permutexvar_epi16(_mm512_load_si512(kOrder), _mm512_maskz_load_epi32(present, line));
}

// Partitions past the tile's last hold other data, even NaN: they count as zero.
__mmask16 PresentLanes(const Tile& tile, int block) {
  const int lanes = std::min(kLanes, tile.partition + tile.partitions - block * kLanes);
  return static_cast<__mmask16>((1u << lanes) - 1);
}

NKI_AVX512_BF16 void PackMoving(const Tile& moving, int64_t first, int count, PairRows& rows) {
  for (int block = moving.first_block(); block < moving.end_block(); ++block) {
    const std::byte* line =
        moving.base + block * moving.block_bytes + (moving.offset + first) / 2 * kLineBytes;
    const __mmask16 present = PresentLanes(moving, block);
    auto& out = rows.words[block - moving.first_block()];
    for (int r = 0; r < count; r += 2)
      _mm512_store_si512(out[r], PairPartitions(line + r / 2 * kLineBytes, present));
  }
}

// The pairs are what a transpose to 16 columns per block makes of two-byte elements.
void PackStationary(const Tile& stationary, int first_column, int end_column, PairPanels& panels) {
  Tile columns;
  columns.base = reinterpret_cast<std::byte*>(panels.words);
  columns.block_bytes = sizeof(panels.words[0]);
  columns.dtype = Dtype::kBfloat16;
  columns.partitions = end_column;
  columns.rank = 1;
  columns.dims[0] = {1, stationary.partitions};
  if (stationary.partitions % 2 != 0) {  // the last k has no partner
    for (auto& panel : panels.words) std::fill_n(panel[stationary.partitions / 2], kLanes, 0u);
  }
  TransposeTile(stationary, columns, {first_column / kLanes, kMaxColumns / kLanes});
}

template <int kVectors>
NKI_AVX512_BF16 void MultiplyRows(const PairRows& rows, int row, int count, const uint32_t* panel, int pairs,
                                  const PsumPanel& psum, const int64_t* elements, bool add) {
  __m512 sums[kRows][kVectors];
  for (auto& row_sums : sums) {
    for (auto& sum : row_sums) sum = _mm512_setzero_ps();
  }
  for (int block = 0; block * (kLanes / 2) < pairs; ++block) {
    const uint32_t* moving = rows.words[block][row];
    const uint32_t* weights = panel + block * (kLanes / 2) * kLanes;
#pragma GCC unroll 8
    for (int j = 0; j < kLanes / 2; ++j) {
      __m512bh w[kVectors];
      for (int v = 0; v < kVectors; ++v)
        w[v] = (__m512bh)_mm512_load_si512(weights + v * kPairs * kLanes + j * kLanes);
      for (int r = 0; r < kRows; ++r) {
        const auto x = (__m512bh)_mm512_set1_epi32(static_cast<int>(moving[r * (kLanes / 2) + j]));
        for (int v = 0; v < kVectors; ++v) sums[r][v] = _mm512_dpbf16_ps(sums[r][v], x, w[v]);
      }
    }
  }
  for (int r = 0; r < kRows; ++r) {
    if (r >= count) break;
    for (int v = 0; v < kVectors; ++v) {
      auto* dst =
          reinterpret_cast<float*>(psum.block + v * psum.block_bytes + elements[row + r] * kLineBytes);
      const int lanes = std::min(kLanes, psum.lanes - v * kLanes);
      const auto mask = static_cast<__mmask16>((1u << lanes) - 1);
      const __m512 old = add ? _mm512_load_ps(dst) : _mm512_setzero_ps();
      _mm512_mask_store_ps(dst, mask, add ? _mm512_add_ps(old, sums[r][v]) : sums[r][v]);
    }
  }
}

void MultiplyChunk(const PairRows& rows, int count, const PairPanels& panels, int pairs, const Tile& dst,
                   int first_block, int end_block, const int64_t* elements, bool add) {
  for (int block = first_block; block < end_block; block += 2) {
    const int column = (block - dst.first_block()) * kLanes;
    const uint32_t* panel = panels.words[column / kLanes][0];
    const PsumPanel psum{dst.base + block * dst.block_bytes, dst.block_bytes, dst.partitions - column};
    const auto multiply = end_block - block > 1 ? MultiplyRows<2> : MultiplyRows<1>;
    for (int row = 0; row < count; row += kRows) {
      multiply(rows, row, std::min(kRows, count - row), panel, pairs, psum, elements, add);
    }
  }
}

bool BeginsWords(const Tile& tile) {
  if (tile.offset % 2 != 0) return false;
  const FreeCursor cursor(tile);
  return cursor.one_run() && cursor.inner().step == 1;
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
  PairRows rows;
  FreeCursor dst_cursor(dst);
  const int pairs = (stationary.partitions + 1) / 2;
  const int64_t total = dst.free_elements();
  for (int64_t first = 0; first < total; first += kMovingChunk) {
    const int count = static_cast<int>(std::min<int64_t>(kMovingChunk, total - first));
    int64_t elements[kMovingChunk];
    TakeOffsets(dst_cursor, count, elements);
    PackMoving(moving, first, count, rows);
    MultiplyChunk(rows, count, panels, pairs, dst, first_block, end_block, elements, add);
  }
  return true;
}

}  // namespace nki::simd

#else

namespace nki::simd {

bool MatmulBf16(const Tile&, const Tile&, const Tile&, bool, BlockRange) { return false; }

}  // namespace nki::simd

#endif
