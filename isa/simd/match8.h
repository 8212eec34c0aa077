// Up to eight values of each partition looked up in a tile.
#ifndef NKI_ISA_SIMD_MATCH8_H_
#define NKI_ISA_SIMD_MATCH8_H_

#include "memory/tile.h"

namespace nki::simd {

// Which of equal columns of `vals` takes the first occurrence; the others take those after it.
enum class MatchOrder : uint8_t { kFirstColumnFirst, kLastColumnFirst };

// For each of the 8 free elements of `vals` the position in `data` of an equal element that no other column
// has taken, in order; all ones where there is none. Compared as float32: NaN equals nothing, -0 equals 0.
// The positions go to `positions`, an integer tile with 8 free elements, if there is one. If there is
// `replaced`, it becomes data with the found elements replaced by `replacement`; it may be `data` itself.
// `vals` is read before anything is written.
struct Match8 {
  const Tile& data;
  const Tile& vals;
  MatchOrder order;
  const Tile* positions = nullptr;
  const Tile* replaced = nullptr;
  float replacement = 0;
};
void Match8Tile(const Match8& match, BlockRange blocks);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_MATCH8_H_
