// The loop of select_loop.h.
#include "isa/simd/select_loop.h"

#include "isa/simd/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "isa/simd/select_loop.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "isa/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

void Select(Lines condition, Lines a, Lines b, MutableLines d, int64_t n) {
  const FloatTag df;
  const WordTag dw;
  for (int64_t i = 0; i < n; ++i) {
    for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(df)) {
      const WordVec word = AsWord(hn::LoadU(df, condition.first + i * condition.stride + lane));
      const WordVec no = AsWord(hn::LoadU(df, b.first + i * b.stride + lane));
      const WordVec yes = AsWord(hn::LoadU(df, a.first + i * a.stride + lane));
      const WordVec result = hn::IfThenElse(hn::Eq(word, hn::Zero(dw)), no, yes);
      hn::StoreU(AsFloat(result), df, d.first + i * d.stride + lane);
    }
  }
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nki::simd {

HWY_EXPORT(Select);

void SelectLines(Lines condition, Lines a, Lines b, MutableLines d, int64_t n) {
  HWY_DYNAMIC_DISPATCH(Select)(condition, a, b, d, n);
}

}  // namespace nki::simd
#endif  // HWY_ONCE
