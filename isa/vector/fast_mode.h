// The Vector engine's fast modes for one-operand instructions.
#ifndef NKI_ISA_VECTOR_FAST_MODE_H_
#define NKI_ISA_VECTOR_FAST_MODE_H_

#include "isa/generation.h"
#include "memory/view.h"

namespace nki {

// Cycles per element of tensor_copy and tensor_scalar: 16-bit tiles run at 4x from SBUF to SBUF if
// contiguous, at 2x otherwise (trainium2_arch, "Vector Engine Performance Mode"); all other tiles at 1.
inline double VectorCyclesPerElement(const Generation& gen, const View& src, const View& dst) {
  if (!gen.Has(Feature::kVectorFast16) || ItemBytes(src.dtype) != 2 || ItemBytes(dst.dtype) != 2) return 1;
  const bool in_sbuf = In(src.space(), kSbuf) && In(dst.space(), kSbuf);
  return in_sbuf && src.IsContiguous() && dst.IsContiguous() ? 0.25 : 0.5;
}

}  // namespace nki

#endif  // NKI_ISA_VECTOR_FAST_MODE_H_
