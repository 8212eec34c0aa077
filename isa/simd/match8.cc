#include "isa/simd/match8.h"

#include <cstring>
#include <limits>
#include <optional>

#include "isa/simd/convert.h"
#include "isa/simd/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "isa/simd/match8.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "isa/simd/vectors-inl.h"

#ifndef NKI_ISA_SIMD_MATCH8_ONCE
#define NKI_ISA_SIMD_MATCH8_ONCE
namespace nki::simd {

constexpr int kColumns = 8;

// What a block looks for, a line per column, and where it was found. The columns lie in the order in which
// they take occurrences. A column that has found its value holds NaN, which nothing equals.
struct MatchState {
  alignas(64) float wanted[kColumns * kLanes];
  alignas(64) uint32_t positions[kColumns * kLanes];
};

}  // namespace nki::simd
#endif  // NKI_ISA_SIMD_MATCH8_ONCE

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

constexpr FloatTag df;
constexpr WordTag dw;

// Gives `element`, which some lanes want, to the first column that wants it in each lane.
HWY_NOINLINE void TakeElement(FloatVec element, uint32_t position, FloatVec* wanted, uint32_t* positions) {
  const FloatVec none = Float(std::numeric_limits<float>::quiet_NaN());
  for (int c = 0; c < kColumns; ++c) {
    const auto found = hn::Eq(element, wanted[c]);
    wanted[c] = hn::IfThenElse(found, none, wanted[c]);
    element = hn::IfThenElse(found, none, element);
    uint32_t* at = positions + c * kLanes;
    hn::Store(hn::IfThenElse(hn::RebindMask(dw, found), Word(position), hn::Load(dw, at)), dw, at);
  }
}

// Elements `position` and following of a block, which are `lines`. to.first is null if none are replaced.
void MatchLines(Lines lines, int64_t n, uint32_t position, float replacement, MutableLines to,
                MatchState& state) {
  constexpr int kStep = static_cast<int>(hn::MaxLanes(FloatTag()));
  for (int lane = 0; lane < kLanes; lane += kStep) {
    FloatVec wanted[kColumns];
    for (int c = 0; c < kColumns; ++c) wanted[c] = hn::Load(df, state.wanted + c * kLanes + lane);
    for (int64_t i = 0; i < n; ++i) {
      FloatVec element = hn::Load(df, lines.first + i * lines.stride + lane);
      auto found = hn::Eq(element, wanted[0]);
      HWY_UNROLL(7)
      for (int c = 1; c < kColumns; ++c) found = hn::Or(found, hn::Eq(element, wanted[c]));
      if (!hn::AllFalse(df, found)) {
        TakeElement(element, position + static_cast<uint32_t>(i), wanted, state.positions + lane);
        element = hn::IfThenElse(found, Float(replacement), element);
      }
      if (to.first != nullptr) hn::Store(element, df, to.first + i * to.stride + lane);
    }
    for (int c = 0; c < kColumns; ++c) hn::Store(wanted[c], df, state.wanted + c * kLanes + lane);
  }
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nki::simd {
namespace {

HWY_EXPORT(MatchLines);

// The column at place `k` of the order; the other way round it is the same.
int ColumnAt(MatchOrder order, int k) { return order == MatchOrder::kLastColumnFirst ? kColumns - 1 - k : k; }

void StartBlock(LineSource& vals, int block, MatchOrder order, float* buffer, MatchState& state) {
  const Lines lines = vals.Next(block, kColumns, buffer);
  for (int k = 0; k < kColumns; ++k) {
    std::memcpy(state.wanted + k * kLanes, lines.first + ColumnAt(order, k) * lines.stride, kLineBytes);
  }
  std::fill(std::begin(state.positions), std::end(state.positions), ~uint32_t{0});
}

void StorePositions(const MatchState& state, int block, MatchOrder order, float* buffer, LineSink& sink) {
  const MutableLines to = sink.Next(block, kColumns, buffer);
  for (int k = 0; k < kColumns; ++k) {
    std::memcpy(to.first + ColumnAt(order, k) * to.stride, state.positions + k * kLanes, kLineBytes);
  }
  sink.Store(block, kColumns, {to.first, to.stride});
}

}  // namespace

void Match8Tile(const Match8& match, BlockRange blocks) {
  LineSource vals(match.vals, LineForm::kFloat), source(match.data, LineForm::kFloat);
  std::optional<LineSink> positions, replaced;
  if (match.positions != nullptr) positions.emplace(*match.positions, LineForm::kBits);
  if (match.replaced != nullptr) replaced.emplace(*match.replaced, LineForm::kFloat);
  LineBuffer from, into;
  MatchState state;
  const int64_t n = match.data.free_elements();
  const BlockSpan span = OwnedBlocks(match.replaced ? *match.replaced : *match.positions, blocks);
  for (int block = span.begin; block < span.end; ++block) {
    StartBlock(vals, block, match.order, from.words, state);
    const int64_t longest =
        source.direct() && (!replaced || replaced->direct(block)) ? n : static_cast<int64_t>(kChunk);
    for (int64_t done = 0; done < n; done += longest) {
      const int64_t count = std::min(longest, n - done);
      const MutableLines to = replaced ? replaced->Next(block, count, into.words) : MutableLines{nullptr, 0};
      HWY_DYNAMIC_DISPATCH(MatchLines)
      (source.Next(block, count, from.words), count, static_cast<uint32_t>(done), match.replacement, to,
       state);
      if (replaced) replaced->Store(block, count, {to.first, to.stride});
    }
    if (positions) StorePositions(state, block, match.order, from.words, *positions);
  }
}

}  // namespace nki::simd
#endif  // HWY_ONCE
