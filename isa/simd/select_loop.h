// Selection on lines.
#ifndef NKI_ISA_SIMD_SELECT_LOOP_H_
#define NKI_ISA_SIMD_SELECT_LOOP_H_

#include "isa/simd/convert.h"

namespace nki::simd {

// d[i] = condition[i] ? a[i] : b[i] for n lines of any form; true is every word that is not 0. d may be any
// of them.
void SelectLines(Lines condition, Lines a, Lines b, MutableLines d, int64_t n);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_SELECT_LOOP_H_
