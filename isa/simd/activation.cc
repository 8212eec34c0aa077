#include "isa/simd/activation.h"

#include "isa/simd/rows.h"
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

// One line each.
struct ActivationLines {
  const float* scale;
  const float* bias;
  const float* slope;
};

// y[i] = op(x[i] * scale + bias) for n lines; adds the results in order onto one line of sums if it is not
// null.
using ActivationLoop = void (*)(Lines x, const ActivationLines& with, MutableLines y, int64_t n, float* sums);

}  // namespace nki::simd
#endif  // NKI_ISA_SIMD_ACTIVATION_ONCE

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

// One vector's share of the lines: the sum is a chain over the free axis, in order.
template <ActivationOp kOp>
HWY_INLINE void ActivateColumn(const float* x, int64_t x_stride, FloatVec scale, FloatVec bias,
                               FloatVec slope, float* y, int64_t y_stride, int64_t n, float* sum) {
  const FloatTag df;
  const auto function = [&](FloatVec v) HWY_ATTR {
    if constexpr (kOp == ActivationOp::kPrelu) return Prelu(v, slope);
    return Activate<kOp>(v);
  };
  if (sum == nullptr) {
    for (int64_t i = 0; i < n; ++i, x += x_stride, y += y_stride) {
      hn::StoreU(function(hn::MulAdd(hn::LoadU(df, x), scale, bias)), df, y);
    }
    return;
  }
  FloatVec total = hn::LoadU(df, sum);
  for (int64_t i = 0; i < n; ++i, x += x_stride, y += y_stride) {
    const FloatVec result = function(hn::MulAdd(hn::LoadU(df, x), scale, bias));
    hn::StoreU(result, df, y);
    total = hn::Add(total, result);
  }
  hn::StoreU(total, df, sum);
}

template <ActivationOp kOp>
void ActivateLines(Lines x, const ActivationLines& with, MutableLines y, int64_t n, float* sums) {
  const FloatTag df;
  for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(df)) {
    ActivateColumn<kOp>(x.first + lane, x.stride, hn::LoadU(df, with.scale + lane),
                        hn::LoadU(df, with.bias + lane), hn::LoadU(df, with.slope + lane), y.first + lane,
                        y.stride, n, sums == nullptr ? nullptr : sums + lane);
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
                    const Tile& dst, const RowReduction& reduction, BlockRange blocks,
                    const ScalarOperand& slope) {
  const ActivationLoop loop = HWY_DYNAMIC_DISPATCH(ActivationLoopOf)(op);
  ScalarLine scale_line(scale, LineForm::kFloat), bias_line(bias, LineForm::kFloat),
      slope_line(slope, LineForm::kFloat);
  const ActivationLines with{scale_line.lines().first, bias_line.lines().first, slope_line.lines().first};
  LineSource source(data, LineForm::kFloat);
  LineBuffer buffer;
  const auto load = [&](int block) {
    scale_line.Load(block);
    bias_line.Load(block);
    slope_line.Load(block);
  };
  if (reduction.registers != nullptr && reduction.op == AluOp::kAdd) {  // in the same pass
    RegisterLine sums(reduction.registers);
    ProduceRows(
        dst, blocks,
        [&](int block) {
          load(block);
          sums.Load(dst, block);
        },
        [&](int block, int64_t n, MutableLines y) {
          loop(source.Next(block, n, buffer.words), with, y, n, sums.words());
        },
        [&] { sums.Store(); });
    return;
  }
  ReduceRows(dst, reduction, blocks, load, [&](int block, int64_t n, MutableLines y) {
    loop(source.Next(block, n, buffer.words), with, y, n, nullptr);
  });
}

}  // namespace nki::simd
#endif  // HWY_ONCE
