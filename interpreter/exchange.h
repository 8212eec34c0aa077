// Tiles that the two cores of a launch give each other.
#ifndef NKI_INTERPRETER_EXCHANGE_H_
#define NKI_INTERPRETER_EXCHANGE_H_

#include "isa/meeting.h"
#include "isa/run_context.h"

namespace nki {

// Each core's src becomes the other's dst, all of it read before anything is written. `first` and `second`
// are what the cores issued, each with its own memories.
void Exchange(const Meeting& first, const RunContext& first_core, const Meeting& second,
              const RunContext& second_core);

}  // namespace nki

#endif  // NKI_INTERPRETER_EXCHANGE_H_
