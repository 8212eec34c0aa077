#include "memory/tile.h"

namespace nki {

int Coalesce(std::array<Dim, kMaxRank>& dims, int rank) {
  int kept = 0;
  for (int i = 0; i < rank; ++i) {
    if (dims[i].count == 1) continue;
    Dim* previous = kept > 0 ? &dims[kept - 1] : nullptr;
    if (previous && previous->step == dims[i].step * dims[i].count) {
      *previous = {dims[i].step, previous->count * dims[i].count};
    } else {
      dims[kept++] = dims[i];
    }
  }
  return kept;
}

}  // namespace nki
