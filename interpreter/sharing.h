// Whether a kernel is enough work for several workers.
#ifndef NKI_INTERPRETER_SHARING_H_
#define NKI_INTERPRETER_SHARING_H_

#include "interpreter/plan.h"

namespace nki {

// What workers gain on the steps that they share must outweigh waking them and every wait at a barrier.
// Comes after PlaceBarriers.
bool WorthSharing(const Plan& plan);

}  // namespace nki

#endif  // NKI_INTERPRETER_SHARING_H_
