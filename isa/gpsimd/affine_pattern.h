// The fields that iota and affine_select describe their values with.
#ifndef NKI_ISA_GPSIMD_AFFINE_PATTERN_H_
#define NKI_ISA_GPSIMD_AFFINE_PATTERN_H_

#include "isa/rules.h"
#include "isa/run_context.h"
#include "isa/simd/elementwise.h"

namespace nki {

// [int32], [pattern-rank] and [pattern-elements]: one value per free element of dst.
void CheckPattern(Checker& c, const Pattern& pattern, const IntOrRegister& offset,
                  const int64_t& channel_multiplier, const View& dst);

simd::AffinePattern TakePattern(const RunContext& ctx, const Pattern& pattern, const IntOrRegister& offset,
                                int64_t channel_multiplier);

}  // namespace nki

#endif  // NKI_ISA_GPSIMD_AFFINE_PATTERN_H_
