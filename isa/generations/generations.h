// The generations' numbers; read them through isa/generation.h.
#ifndef NKI_ISA_GENERATIONS_GENERATIONS_H_
#define NKI_ISA_GENERATIONS_GENERATIONS_H_

#include "isa/generation.h"

namespace nki {

extern const Generation kTrn1, kTrn2, kTrn3;

template <typename... Features>
constexpr uint64_t FeatureBits(Features... features) {
  return ((uint64_t{1} << static_cast<int>(features)) | ... | 0);
}

}  // namespace nki

#endif  // NKI_ISA_GENERATIONS_GENERATIONS_H_
