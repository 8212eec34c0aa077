// Where the scales of MX tensors lie: a scale for each group of 8 partitions by one packed element. The 4
// rows of scales of every 32 partitions (a quadrant) lie in 4 partitions side by side, 0, 4, 8 or 12
// partitions into a quadrant of the scale tile (nki.isa.quantize_mx, NKI 0.6; mxfp-matmul, "Packing Scale
// Values").
#ifndef NKI_ISA_MX_SCALES_H_
#define NKI_ISA_MX_SCALES_H_

#include "isa/parts.h"
#include "isa/rules.h"

namespace nki {

// [space], [partitions-at-most], [partition-step], [in-bounds], [dtype], [scale-start], [scale-rows],
// [scale-columns]: `scales` can hold those of packed elements `data`.
bool CheckMxScales(Checker& c, const View& scales, const View& data);

// The rows of `scales` that belong to `data`, four partitions for each quadrant; all of them if there are too
// few.
Parts MxScaleRows(const View& scales, const View& data);

}  // namespace nki

#endif  // NKI_ISA_MX_SCALES_H_
