// The loops of accumulate_loops.h: each vector of the carried line is a chain of its own.
#include "isa/simd/accumulate_loops.h"

#include <utility>

#include "isa/simd/targets.h"
#include "memory/error.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "isa/simd/accumulate_loops.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "isa/simd/alu_forms-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

constexpr int kStep = static_cast<int>(hn::MaxLanes(FloatTag()));
constexpr int kVectors = kLanes / kStep;

// line = step(i, v, line) for every element i and vector v, the elements in order.
template <class Step>
HWY_INLINE void Carry(int64_t n, float* line, Step step) {
  const FloatTag df;
  FloatVec chain[kVectors];
  for (int v = 0; v < kVectors; ++v) chain[v] = hn::LoadU(df, line + v * kStep);
  for (int64_t i = 0; i < n; ++i) {
    HWY_UNROLL(4)
    for (int v = 0; v < kVectors; ++v) chain[v] = step(i, v * kStep, chain[v]);
  }
  for (int v = 0; v < kVectors; ++v) hn::StoreU(chain[v], df, line + v * kStep);
}

template <AluOp kOp>
void Accumulate(Lines x, int64_t n, float* line) {
  if constexpr (CanReduce(kOp) && !IsBitwise(kOp)) {
    Carry(n, line, [&](int64_t i, int lane, FloatVec carried) HWY_ATTR {
      return FloatAlu<kOp>(carried, hn::LoadU(FloatTag(), x.first + i * x.stride + lane));
    });
  }
}

AccumulateLoop AccumulateLoopOf(AluOp op) {
  static constexpr AccumulateLoop kLoops[] = {
#define NKI_ALU_OP(enumerator, name, op_class, reduces, unary) &Accumulate<AluOp::enumerator>,
#include "isa/alu_op.def"
#undef NKI_ALU_OP
  };
  return kLoops[static_cast<int>(op)];
}

template <AluOp kOp>
void Cumulate(Lines x, MutableLines d, int64_t n, float* line) {
  const FloatTag df;
  Carry(n, line, [&](int64_t i, int lane, FloatVec carried) HWY_ATTR {
    const FloatVec result = FloatAlu<kOp>(hn::LoadU(df, x.first + i * x.stride + lane), carried);
    hn::StoreU(result, df, d.first + i * d.stride + lane);
    return result;
  });
}

CumulateLoop CumulateLoopOf(AluOp op) {
  switch (op) {
    case AluOp::kAdd:
      return &Cumulate<AluOp::kAdd>;
    case AluOp::kSubtract:
      return &Cumulate<AluOp::kSubtract>;
    case AluOp::kMultiply:
      return &Cumulate<AluOp::kMultiply>;
    case AluOp::kMaximum:
      return &Cumulate<AluOp::kMaximum>;
    case AluOp::kMinimum:
      return &Cumulate<AluOp::kMinimum>;
    default:
      return nullptr;
  }
}

template <size_t kFirst, size_t kSecond>
void Scan(Lines x, Lines y, MutableLines d, int64_t n, float* line) {
  const FloatTag df;
  Carry(n, line, [&](int64_t i, int lane, FloatVec carried) HWY_ATTR {
    const FloatVec middle = ApplyForm<kFirst>(hn::LoadU(df, x.first + i * x.stride + lane), carried);
    const FloatVec result = ApplyForm<kSecond>(middle, hn::LoadU(df, y.first + i * y.stride + lane));
    hn::StoreU(result, df, d.first + i * d.stride + lane);
    return result;
  });
}

template <size_t... kPairs>
ScanLoop ScanAt(size_t index, std::index_sequence<kPairs...>) {
  static constexpr ScanLoop kLoops[] = {&Scan<kPairs / kFormCount, kPairs % kFormCount>...};
  return kLoops[index];
}

ScanLoop FindScan(AluOp op0, bool reverse0, AluOp op1, bool reverse1) {
  const int first = FormOf(op0, reverse0), second = FormOf(op1, reverse1);
  if (first < 0 || second < 0) return nullptr;
  return ScanAt(static_cast<size_t>(first) * kFormCount + static_cast<size_t>(second),
                std::make_index_sequence<kFormCount * kFormCount>());
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nki::simd {

HWY_EXPORT(AccumulateLoopOf);
HWY_EXPORT(CumulateLoopOf);
HWY_EXPORT(FindScan);

AccumulateLoop AccumulateLoopFor(AluOp op) {
  NKI_CHECK(CanReduce(op) && !IsBitwise(op));
  return HWY_DYNAMIC_DISPATCH(AccumulateLoopOf)(op);
}

CumulateLoop CumulateLoopFor(AluOp op) { return HWY_DYNAMIC_DISPATCH(CumulateLoopOf)(op); }

ScanLoop ScanLoopFor(AluOp op0, bool reverse0, AluOp op1, bool reverse1) {
  return HWY_DYNAMIC_DISPATCH(FindScan)(op0, reverse0, op1, reverse1);
}

}  // namespace nki::simd
#endif  // HWY_ONCE
