// The loops of alu_pair.h, one per pair.
#include "isa/simd/alu_pair.h"

#include <array>
#include <utility>

#include "isa/simd/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "isa/simd/alu_pair.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "isa/simd/alu_forms-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

template <size_t kFirst, size_t kSecond>
void PairLoop(Lines x, const float* first, const float* second, MutableLines d, int64_t n) {
  const FloatTag df;
  for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(df)) {
    const FloatVec a = hn::LoadU(df, first + lane), b = hn::LoadU(df, second + lane);
    const float* from = x.first + lane;
    float* to = d.first + lane;
    for (int64_t i = 0; i < n; ++i, from += x.stride, to += d.stride) {
      hn::StoreU(ApplyForm<kSecond>(ApplyForm<kFirst>(hn::LoadU(df, from), a), b), df, to);
    }
  }
}

template <size_t... kPairs>
AluPairLoop PairAt(size_t index, std::index_sequence<kPairs...>) {
  static constexpr AluPairLoop kLoops[] = {&PairLoop<kPairs / kFormCount, kPairs % kFormCount>...};
  return kLoops[index];
}

AluPairLoop FindPair(AluOp op0, bool reverse0, AluOp op1, bool reverse1) {
  const int first = FormOf(op0, reverse0), second = FormOf(op1, reverse1);
  if (first < 0 || second < 0) return nullptr;
  return PairAt(static_cast<size_t>(first) * kFormCount + static_cast<size_t>(second),
                std::make_index_sequence<kFormCount * kFormCount>());
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nki::simd {

HWY_EXPORT(FindPair);

AluPairLoop AluPairLoopFor(AluOp op0, bool reverse0, AluOp op1, bool reverse1) {
  return HWY_DYNAMIC_DISPATCH(FindPair)(op0, reverse0, op1, reverse1);
}

}  // namespace nki::simd
#endif  // HWY_ONCE
