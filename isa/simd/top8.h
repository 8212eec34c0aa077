// The largest values of each partition.
#ifndef NKI_ISA_SIMD_TOP8_H_
#define NKI_ISA_SIMD_TOP8_H_

#include "memory/tile.h"

namespace nki::simd {

// dst's 8 free elements become the 8 largest of src's (at least 8), in descending order. Values are compared
// as float32; NaN is larger than every number.
void Top8Tile(const Tile& src, const Tile& dst, BlockRange blocks);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_TOP8_H_
