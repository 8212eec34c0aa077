// A transpose of 16x16 words in registers: the step between rows in memory and lines of 16 partitions.
// Per-target: include inside foreach_target files only.
#if defined(NKI_ISA_SIMD_TRANSPOSE16_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NKI_ISA_SIMD_TRANSPOSE16_INL_H_
#undef NKI_ISA_SIMD_TRANSPOSE16_INL_H_
#else
#define NKI_ISA_SIMD_TRANSPOSE16_INL_H_
#endif

#include "hwy/highway.h"
#include "isa/simd/lanes-inl.h"
#include "memory/tile.h"

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr int kWordLanes = static_cast<int>(hn::MaxLanes(WordTag()));

// Four words from each of N rows, rows i, i+4, i+8, … for i = 0; N is the vector's lanes.
template <class Row>
HWY_INLINE WordVec FourOfRows(Row row, int first, int column) {
  const WordTag d;
  const hn::CappedTag<uint32_t, 4> d4;
  if constexpr (kWordLanes == 16) {
    const hn::Half<WordTag> dh;
    const auto low =
        hn::Combine(dh, hn::LoadU(d4, row(first + 4) + column), hn::LoadU(d4, row(first) + column));
    const auto high =
        hn::Combine(dh, hn::LoadU(d4, row(first + 12) + column), hn::LoadU(d4, row(first + 8) + column));
    return hn::Combine(d, high, low);
  } else if constexpr (kWordLanes == 8) {
    return hn::Combine(d, hn::LoadU(d4, row(first + 4) + column), hn::LoadU(d4, row(first) + column));
  } else {
    return hn::LoadU(d, row(first) + column);
  }
}

// row(i) points to the words of row i. Calls store(column + j, first row, vector of word `column + j` of N
// rows) for j = 0..3 and all 16 rows.
template <class Row, class Store>
HWY_INLINE void TransposeFourColumns(Row row, int column, Store store) {
  const WordTag d;
  for (int half = 0; half < kLanes; half += kWordLanes) {
    const WordVec r0 = FourOfRows(row, half + 0, column), r1 = FourOfRows(row, half + 1, column);
    const WordVec r2 = FourOfRows(row, half + 2, column), r3 = FourOfRows(row, half + 3, column);
    const WordVec x0 = hn::InterleaveLower(d, r0, r2), x1 = hn::InterleaveLower(d, r1, r3);
    const WordVec x2 = hn::InterleaveUpper(d, r0, r2), x3 = hn::InterleaveUpper(d, r1, r3);
    store(column + 0, half, hn::InterleaveLower(d, x0, x1));
    store(column + 1, half, hn::InterleaveUpper(d, x0, x1));
    store(column + 2, half, hn::InterleaveLower(d, x2, x3));
    store(column + 3, half, hn::InterleaveUpper(d, x2, x3));
  }
}

// From four rows, vectors c = 0..3 whose 128-bit block b holds word 4 b + c of the four.
HWY_INLINE void InterleaveRows(const uint32_t* a, const uint32_t* b, const uint32_t* c, const uint32_t* e,
                               WordVec (&out)[4]) {
  const WordTag d;
  const WordVec r0 = hn::LoadU(d, a), r1 = hn::LoadU(d, b), r2 = hn::LoadU(d, c), r3 = hn::LoadU(d, e);
  const WordVec x0 = hn::InterleaveLower(d, r0, r2), x1 = hn::InterleaveLower(d, r1, r3);
  const WordVec x2 = hn::InterleaveUpper(d, r0, r2), x3 = hn::InterleaveUpper(d, r1, r3);
  out[0] = hn::InterleaveLower(d, x0, x1);
  out[1] = hn::InterleaveUpper(d, x0, x1);
  out[2] = hn::InterleaveLower(d, x2, x3);
  out[3] = hn::InterleaveUpper(d, x2, x3);
}

// N rows from `first` on, N words from `column` on; each row is read once, as one vector.
template <class Row, class Store>
HWY_INLINE void TransposeSquare(Row row, int first, int column, Store store) {
  constexpr int kGroups = kWordLanes / 4;
  const WordTag d;
  WordVec t[kGroups][4];
  for (int g = 0; g < kGroups; ++g) {
    const int i = first + 4 * g;
    InterleaveRows(row(i) + column, row(i + 1) + column, row(i + 2) + column, row(i + 3) + column, t[g]);
  }
  for (int c = 0; c < 4; ++c) {
    if constexpr (kGroups == 4) {
      const WordVec low02 = hn::ConcatLowerLower(d, t[2][c], t[0][c]),
                    low13 = hn::ConcatLowerLower(d, t[3][c], t[1][c]);
      const WordVec up02 = hn::ConcatUpperUpper(d, t[2][c], t[0][c]),
                    up13 = hn::ConcatUpperUpper(d, t[3][c], t[1][c]);
      store(column + c, first, hn::OddEvenBlocks(hn::SwapAdjacentBlocks(low13), low02));
      store(column + 4 + c, first, hn::OddEvenBlocks(low13, hn::SwapAdjacentBlocks(low02)));
      store(column + 8 + c, first, hn::OddEvenBlocks(hn::SwapAdjacentBlocks(up13), up02));
      store(column + 12 + c, first, hn::OddEvenBlocks(up13, hn::SwapAdjacentBlocks(up02)));
    } else if constexpr (kGroups == 2) {
      store(column + c, first, hn::ConcatLowerLower(d, t[1][c], t[0][c]));
      store(column + 4 + c, first, hn::ConcatUpperUpper(d, t[1][c], t[0][c]));
    } else {
      store(column + c, first, t[0][c]);
    }
  }
}

// row(i) points to 16 words of row i, all readable. A power-of-two pitch puts the 16 rows into one set of the
// L1 cache, so all of a row's line is taken at once.
template <class Row, class Store>
HWY_INLINE void Transpose16(Row row, Store store) {
  for (int first = 0; first < kLanes; first += kWordLanes) {
    for (int column = 0; column < kLanes; column += kWordLanes) TransposeSquare(row, first, column, store);
  }
}

// The same, four columns of all rows after each other.
template <class Row, class Store>
HWY_INLINE void TransposeByColumns(Row row, Store store) {
  for (int column = 0; column < kLanes; column += 4) TransposeFourColumns(row, column, store);
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
