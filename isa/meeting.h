// Where the two cores of a logical NeuronCore wait for each other.
#ifndef NKI_ISA_MEETING_H_
#define NKI_ISA_MEETING_H_

#include "memory/view.h"

namespace nki {

struct Meeting {
  enum class Kind : uint8_t { kBarrier, kExchange };
  Kind kind;
  int64_t pipe = 0;              // of an exchange; others don't wait for it
  int64_t to = 0, from = 0;      // ranks, of an exchange
  const View* src = nullptr;     // what the core gives
  const View* dst = nullptr;     // where it puts what it gets
  const Tensor* data = nullptr;  // what a barrier is about
};

}  // namespace nki

#endif  // NKI_ISA_MEETING_H_
