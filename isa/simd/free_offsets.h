// The offsets of elements, for loops that need several elements of a pattern at once.
#ifndef NKI_ISA_SIMD_FREE_OFFSETS_H_
#define NKI_ISA_SIMD_FREE_OFFSETS_H_

#include "isa/simd/convert.h"

namespace nki::simd {

// Of the next `count` elements, inside their partition and in elements.
inline void TakeOffsets(FreeCursor& cursor, int64_t count, int64_t* offsets) {
  while (count > 0) {
    const FreeCursor::Run run = cursor.Next(count);
    for (int64_t i = 0; i < run.count; ++i) *offsets++ = run.offset + i * run.step;
    count -= run.count;
  }
}

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_FREE_OFFSETS_H_
