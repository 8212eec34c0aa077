#include "isa/simd/top8.h"

#include <algorithm>
#include <iterator>

#include "isa/simd/convert.h"
#include "isa/simd/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "isa/simd/top8.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "isa/simd/vectors-inl.h"

#ifndef NKI_ISA_SIMD_TOP8_ONCE
#define NKI_ISA_SIMD_TOP8_ONCE
namespace nki::simd {

constexpr int kTop = 8;

// The largest keys of a block so far, in descending order: a line for each.
struct TopKeys {
  alignas(64) int32_t lines[kTop * kLanes];
};

}  // namespace nki::simd
#endif  // NKI_ISA_SIMD_TOP8_ONCE

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

constexpr IntTag di;

// Integers in the order of the values, with NaN on top: of negative numbers all bits but the sign turn round.
// (The float maximum of x86 is not symmetric on NaN and costs more when it must be.)
HWY_INLINE IntVec TurnNegative(IntVec bits) {
  return hn::Xor(bits, hn::And(hn::ShiftRight<31>(bits), hn::Set(di, 0x7fffffff)));
}
HWY_INLINE IntVec KeyOf(FloatVec value) {
  const auto is_number = hn::RebindMask(di, hn::Eq(value, value));
  return hn::IfThenElse(is_number, TurnNegative(AsInt(value)), hn::Set(di, 0x7fc00000));
}

// An insertion into eight sorted registers: 16 operations per element, no branches.
void InsertKeys(Lines lines, int64_t n, TopKeys& top) {
  constexpr int kStep = static_cast<int>(hn::MaxLanes(FloatTag()));
  for (int lane = 0; lane < kLanes; lane += kStep) {
    IntVec keys[kTop];
    for (int k = 0; k < kTop; ++k) keys[k] = hn::Load(di, top.lines + k * kLanes + lane);
    for (int64_t i = 0; i < n; ++i) {
      IntVec rest = KeyOf(hn::Load(FloatTag(), lines.first + i * lines.stride + lane));
      HWY_UNROLL(8)
      for (int k = 0; k < kTop; ++k) {
        const IntVec larger = hn::Max(keys[k], rest);
        rest = hn::Min(keys[k], rest);
        keys[k] = larger;
      }
    }
    for (int k = 0; k < kTop; ++k) hn::Store(keys[k], di, top.lines + k * kLanes + lane);
  }
}

void ValuesOfKeys(const TopKeys& top, MutableLines to) {
  constexpr int kStep = static_cast<int>(hn::MaxLanes(FloatTag()));
  for (int k = 0; k < kTop; ++k) {
    for (int lane = 0; lane < kLanes; lane += kStep) {
      const IntVec key = hn::Load(di, top.lines + k * kLanes + lane);
      hn::Store(AsFloat(TurnNegative(key)), FloatTag(), to.first + k * to.stride + lane);
    }
  }
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nki::simd {
namespace {

HWY_EXPORT(InsertKeys);
HWY_EXPORT(ValuesOfKeys);

}  // namespace

void Top8Tile(const Tile& src, const Tile& dst, BlockRange blocks) {
  LineSource source(src, LineForm::kFloat);
  LineSink sink(dst, LineForm::kFloat);
  LineBuffer buffer;
  const int64_t n = src.free_elements(), longest = source.direct() ? n : kChunk;
  const BlockSpan span = OwnedBlocks(dst, blocks);
  for (int block = span.begin; block < span.end; ++block) {
    TopKeys top;
    std::fill(std::begin(top.lines), std::end(top.lines), INT32_MIN);
    for (int64_t done = 0; done < n; done += longest) {
      const int64_t count = std::min(longest, n - done);
      HWY_DYNAMIC_DISPATCH(InsertKeys)(source.Next(block, count, buffer.words), count, top);
    }
    const MutableLines to = sink.Next(block, kTop, buffer.words);
    HWY_DYNAMIC_DISPATCH(ValuesOfKeys)(top, to);
    sink.Store(block, kTop, {to.first, to.stride});
  }
}

}  // namespace nki::simd
#endif  // HWY_ONCE
