// Sums of operands anywhere in HBM and SBUF.
#ifndef NKI_ISA_DMA_SUM_H_
#define NKI_ISA_DMA_SUM_H_

#include "isa/fields.h"
#include "isa/run_context.h"

namespace nki {

// dst = the sum of srcs, element by element in the order of the axes, in float32 and in the order of the
// list. Static views; dst may be one of srcs.
void SumViews(const RunContext& ctx, const View& dst, const ViewList& srcs);

}  // namespace nki

#endif  // NKI_ISA_DMA_SUM_H_
