// What activation and activation_reduce have in common.
#ifndef NKI_ISA_SCALAR_ACTIVATE_H_
#define NKI_ISA_SCALAR_ACTIVATE_H_

#include "isa/accumulator.h"

namespace nki {

// The fields of an instruction, by reference: diagnostics find their names by their addresses.
struct ActivationCall {
  const View& dst;
  const ActivationOp& op;
  const View& data;
  const Operand& bias;
  const Operand& scale;
};

// False if dst or data is so wrong that nothing more can be said.
bool CheckActivation(Checker& c, const ActivationCall& call);

void RunActivation(RunContext& ctx, const ActivationCall& call, const Accumulator& registers);

}  // namespace nki

#endif  // NKI_ISA_SCALAR_ACTIVATE_H_
