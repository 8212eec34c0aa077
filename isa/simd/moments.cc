#include "isa/simd/moments.h"

#include <algorithm>
#include <iterator>

#include "isa/simd/convert.h"
#include "isa/simd/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "isa/simd/moments.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "isa/simd/vectors-inl.h"

#ifndef NKI_ISA_SIMD_MOMENTS_ONCE
#define NKI_ISA_SIMD_MOMENTS_ONCE
namespace nki::simd {

// A line for each: the count, the mean, and the sum of squared deviations (variance * count).
struct Moments {
  alignas(64) float lines[3 * kLanes];
};

}  // namespace nki::simd
#endif  // NKI_ISA_SIMD_MOMENTS_ONCE

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

constexpr FloatTag df;
constexpr int kStep = static_cast<int>(hn::MaxLanes(FloatTag()));

HWY_INLINE void AddElement(const float* line, FloatVec reciprocal, FloatVec& mean, FloatVec& sum) {
  const FloatVec element = hn::Load(df, line);
  const FloatVec deviation = hn::Sub(element, mean);
  mean = hn::Add(mean, hn::Mul(deviation, reciprocal));
  sum = hn::Add(sum, hn::Mul(deviation, hn::Sub(element, mean)));
}

// Elements `first` (an even number) and following: the even ones to moments[0], the odd ones to moments[1].
void AddElements(Lines lines, int64_t n, int64_t first, Moments* moments) {
  for (int lane = 0; lane < kLanes; lane += kStep) {
    FloatVec mean[2], sum[2];
    for (int odd = 0; odd < 2; ++odd) {
      mean[odd] = hn::Load(df, moments[odd].lines + kLanes + lane);
      sum[odd] = hn::Load(df, moments[odd].lines + 2 * kLanes + lane);
    }
    const float* line = lines.first + lane;
    for (int64_t i = 0; i < n; i += 2, line += 2 * lines.stride) {
      const FloatVec reciprocal = Float(1.0f / static_cast<float>((first + i) / 2 + 1));
      AddElement(line, reciprocal, mean[0], sum[0]);
      if (i + 1 < n) AddElement(line + lines.stride, reciprocal, mean[1], sum[1]);
    }
    for (int odd = 0; odd < 2; ++odd) {
      const float count = static_cast<float>((first + n + 1 - odd) / 2);
      hn::Store(Float(count), df, moments[odd].lines + lane);
      hn::Store(mean[odd], df, moments[odd].lines + kLanes + lane);
      hn::Store(sum[odd], df, moments[odd].lines + 2 * kLanes + lane);
    }
  }
}

// Joins n / 3 triples to `all`.
void JoinTriples(Lines lines, int64_t n, Moments& all) {
  for (int lane = 0; lane < kLanes; lane += kStep) {
    FloatVec count = hn::Load(df, all.lines + lane), mean = hn::Load(df, all.lines + kLanes + lane);
    FloatVec sum = hn::Load(df, all.lines + 2 * kLanes + lane);
    for (int64_t i = 0; i < n; i += 3) {
      const float* triple = lines.first + i * lines.stride + lane;
      const FloatVec its_count = hn::Load(df, triple), total = hn::Add(count, its_count);
      const FloatVec apart = hn::Sub(hn::Load(df, triple + lines.stride), mean);
      const FloatVec share = hn::IfThenZeroElse(hn::Eq(its_count, Float(0.0f)), hn::Div(its_count, total));
      // In this order: the square of a large mean, which overflows, times a count of 0 would be NaN.
      const FloatVec between = hn::Mul(hn::Mul(apart, hn::Mul(count, share)), apart);
      mean = hn::Add(mean, hn::Mul(apart, share));
      sum = hn::Add(sum, hn::Add(hn::Load(df, triple + 2 * lines.stride), between));
      count = total;
    }
    hn::Store(count, df, all.lines + lane);
    hn::Store(mean, df, all.lines + kLanes + lane);
    hn::Store(sum, df, all.lines + 2 * kLanes + lane);
  }
}

void StoreMeanAndVariance(const Moments& all, MutableLines to) {
  for (int lane = 0; lane < kLanes; lane += kStep) {
    const FloatVec count = hn::Load(df, all.lines + lane);
    hn::Store(hn::Load(df, all.lines + kLanes + lane), df, to.first + lane);
    hn::Store(hn::Div(hn::Load(df, all.lines + 2 * kLanes + lane), count), df, to.first + to.stride + lane);
  }
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nki::simd {
namespace {

HWY_EXPORT(AddElements);
HWY_EXPORT(JoinTriples);
HWY_EXPORT(StoreMeanAndVariance);

}  // namespace

void MomentsTile(const Tile& data, const Tile& dst, BlockRange blocks) {
  LineSource source(data, LineForm::kFloat);
  LineSink sink(dst, LineForm::kFloat);
  LineBuffer buffer;
  const int64_t n = data.free_elements(), longest = source.direct() ? n : kChunk;
  const BlockSpan span = OwnedBlocks(dst, blocks);
  for (int block = span.begin; block < span.end; ++block) {
    Moments moments[2] = {};
    for (int64_t done = 0; done < n; done += longest) {
      const int64_t count = std::min(longest, n - done);
      HWY_DYNAMIC_DISPATCH(AddElements)(source.Next(block, count, buffer.words), count, done, moments);
    }
    const MutableLines to = sink.Next(block, 6, buffer.words);
    for (int k = 0; k < 6; ++k) {
      std::copy_n(moments[k / 3].lines + k % 3 * kLanes, kLanes, to.first + k * to.stride);
    }
    sink.Store(block, 6, {to.first, to.stride});
  }
}

void JoinMomentsTile(const Tile& data, const Tile& dst, BlockRange blocks) {
  constexpr int64_t kTriples = kChunk / 3 * 3;
  LineSource source(data, LineForm::kFloat);
  LineSink sink(dst, LineForm::kFloat);
  LineBuffer buffer;
  const int64_t n = data.free_elements(), longest = source.direct() ? n : kTriples;
  const BlockSpan span = OwnedBlocks(dst, blocks);
  for (int block = span.begin; block < span.end; ++block) {
    Moments all = {};
    for (int64_t done = 0; done < n; done += longest) {
      const int64_t count = std::min(longest, n - done);
      HWY_DYNAMIC_DISPATCH(JoinTriples)(source.Next(block, count, buffer.words), count, all);
    }
    const MutableLines to = sink.Next(block, 2, buffer.words);
    HWY_DYNAMIC_DISPATCH(StoreMeanAndVariance)(all, to);
    sink.Store(block, 2, {to.first, to.stride});
  }
}

}  // namespace nki::simd
#endif  // HWY_ONCE
