// Control instructions that kernels do not issue themselves: made by the tracer.
#ifndef NKI_ISA_CONTROL_CONTROL_H_
#define NKI_ISA_CONTROL_CONTROL_H_

#include <memory>

#include "isa/instruction.h"

namespace nki {

std::unique_ptr<Instruction> MakeLoop(Register index, IntOrRegister start, IntOrRegister stop, int64_t step);
std::unique_ptr<Instruction> MakeWhileLoop(Register condition);
std::unique_ptr<Instruction> MakeEndLoop();
std::unique_ptr<Instruction> MakeRegisterMove(Register dst, IntOrRegister src);

}  // namespace nki

#endif  // NKI_ISA_CONTROL_CONTROL_H_
