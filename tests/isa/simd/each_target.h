// Runs a test body under every SIMD target that was compiled and that this CPU has.
#ifndef NKI_TESTS_ISA_SIMD_EACH_TARGET_H_
#define NKI_TESTS_ISA_SIMD_EACH_TARGET_H_

// The targets come before Highway.
// clang-format off
#include "isa/simd/targets.h"
#include <hwy/highway.h>
// clang-format on

#include <gtest/gtest.h>

namespace nki {

template <class Body>
void ForEachTarget(Body body) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    body();
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace nki

#endif  // NKI_TESTS_ISA_SIMD_EACH_TARGET_H_
