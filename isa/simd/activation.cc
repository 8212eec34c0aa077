#include "isa/simd/activation.h"

#include "isa/simd/scalar_line.h"
#include "isa/simd/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "isa/simd/activation.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "isa/simd/functions-inl.h"

#ifndef NKI_ISA_SIMD_ACTIVATION_ONCE
#define NKI_ISA_SIMD_ACTIVATION_ONCE
namespace nki::simd {

// y[i] = op(x[i] * scale + bias) for n lines; adds the results in order onto one line of sums if it is not
// null.
using ActivationLoop = void (*)(Lines x, const float* scale, const float* bias, MutableLines y, int64_t n,
                                float* sums);

}  // namespace nki::simd
#endif  // NKI_ISA_SIMD_ACTIVATION_ONCE

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

// One vector's share of the lines: the sum is a chain over the free axis, in order.
template <ActivationOp kOp>
HWY_INLINE void ActivateColumn(const float* x, int64_t x_stride, FloatVec scale, FloatVec bias, float* y,
                               int64_t y_stride, int64_t n, float* sum) {
  const FloatTag df;
  if (sum == nullptr) {
    for (int64_t i = 0; i < n; ++i, x += x_stride, y += y_stride) {
      hn::StoreU(Activate<kOp>(hn::MulAdd(hn::LoadU(df, x), scale, bias)), df, y);
    }
    return;
  }
  FloatVec total = hn::LoadU(df, sum);
  for (int64_t i = 0; i < n; ++i, x += x_stride, y += y_stride) {
    const FloatVec result = Activate<kOp>(hn::MulAdd(hn::LoadU(df, x), scale, bias));
    hn::StoreU(result, df, y);
    total = hn::Add(total, result);
  }
  hn::StoreU(total, df, sum);
}

template <ActivationOp kOp>
void ActivateLines(Lines x, const float* scale, const float* bias, MutableLines y, int64_t n, float* sums) {
  const FloatTag df;
  for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(df)) {
    ActivateColumn<kOp>(x.first + lane, x.stride, hn::LoadU(df, scale + lane), hn::LoadU(df, bias + lane),
                        y.first + lane, y.stride, n, sums == nullptr ? nullptr : sums + lane);
  }
}

ActivationLoop ActivationLoopOf(ActivationOp op) {
  static constexpr ActivationLoop kLoops[] = {
#define NKI_ACTIVATION(enumerator, name, lowest, highest) &ActivateLines<ActivationOp::enumerator>,
#include "isa/activation_op.def"
#undef NKI_ACTIVATION
  };
  return kLoops[static_cast<int>(op)];
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nki::simd {

HWY_EXPORT(ActivationLoopOf);

void ActivationTile(ActivationOp op, const Tile& data, const ScalarOperand& scale, const ScalarOperand& bias,
                    const Tile& dst, float* row_sum, BlockRange blocks) {
  const ActivationLoop loop = HWY_DYNAMIC_DISPATCH(ActivationLoopOf)(op);
  ScalarLine scale_line(scale, LineForm::kFloat), bias_line(bias, LineForm::kFloat);
  LineSource source(data, LineForm::kFloat);
  LineSink sink(dst, LineForm::kFloat);
  LineBuffer buffer;
  const int64_t elements = dst.free_elements();
  const BlockSpan span = OwnedBlocks(dst, blocks);
  for (int block = span.begin; block < span.end; ++block) {
    scale_line.Load(block);
    bias_line.Load(block);
    const int lanes = std::min(kLanes, dst.partitions - block * kLanes);
    float* sum_place = row_sum == nullptr ? nullptr : row_sum + dst.partition + block * kLanes;
    alignas(64) float sums[kLanes] = {};
    if (row_sum != nullptr) std::copy(sum_place, sum_place + lanes, sums);
    for (int64_t done = 0; done < elements; done += kChunk) {
      const int64_t n = std::min<int64_t>(kChunk, elements - done);
      const Lines x = source.Next(block, n, buffer.words);
      const MutableLines y = sink.Next(block, n, buffer.words);
      loop(x, scale_line.lines().first, bias_line.lines().first, y, n, row_sum == nullptr ? nullptr : sums);
      sink.Store(block, n, {y.first, y.stride});
    }
    if (row_sum != nullptr) std::copy(sums, sums + lanes, sum_place);
  }
}

}  // namespace nki::simd
#endif  // HWY_ONCE
