// Where workers that share a kernel by blocks of partitions have to wait for each other.
#ifndef NKI_INTERPRETER_BARRIERS_H_
#define NKI_INTERPRETER_BARRIERS_H_

#include "interpreter/plan.h"

namespace nki {

// Worker w runs every shared step on its own blocks of partitions. As long as all accesses to some bytes stay
// inside the blocks of their owner, order within the worker is enough; once another worker's blocks are
// involved (nc_matmul reads all partitions, a copy shifts them, data passes through HBM), a conflicting
// access needs a barrier. Sets Step::barrier.
void PlaceBarriers(Plan& plan, const std::vector<size_t>& order, const std::vector<bool>& overwrites_hbm);

}  // namespace nki

#endif  // NKI_INTERPRETER_BARRIERS_H_
