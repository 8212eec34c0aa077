// Where an instruction reads and writes at one moment of a run.
#ifndef NKI_INTERPRETER_TOUCHED_H_
#define NKI_INTERPRETER_TOUCHED_H_

#include <vector>

#include "isa/instruction.h"

namespace nki {

// The parts of `operand`, a field of the instruction, that it touches with the registers and indices of
// `context`: views that nothing moves. Throws RunError for an address outside the storage, where the body
// would.
std::vector<View> PartsAt(const Instruction& instruction, const View& operand, const RunContext& context);

// Where a view is, all of it; for one that tells an address.
std::vector<View> PlacesOf(const View& view, const RunContext& context);

}  // namespace nki

#endif  // NKI_INTERPRETER_TOUCHED_H_
