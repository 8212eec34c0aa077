// What registers are loaded from and stored to.
#ifndef NKI_ISA_CONTROL_REGISTER_MEMORY_H_
#define NKI_ISA_CONTROL_REGISTER_MEMORY_H_

#include "isa/rules.h"

namespace nki {

// One element of 32 bits or fewer in SBUF or HBM (nki.isa.register_load, NKI 0.6).
void CheckRegisterMemory(Checker& c, const View& view);

}  // namespace nki

#endif  // NKI_ISA_CONTROL_REGISTER_MEMORY_H_
