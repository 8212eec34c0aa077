// What every view keeps to.
#ifndef NKI_MEMORY_VIEW_LIMITS_H_
#define NKI_MEMORY_VIEW_LIMITS_H_

#include <span>

#include "memory/view.h"

namespace nki {

// No memory holds as many; below it, neither counts nor byte offsets overflow.
inline constexpr __int128 kMostElements = __int128{1} << 47;

// Throw ArgumentError if there are too many axes, or too many elements for `what` to count.
void CheckRank(int rank);
void CheckCount(std::span<const Dim> axes, const char* what);

}  // namespace nki

#endif  // NKI_MEMORY_VIEW_LIMITS_H_
