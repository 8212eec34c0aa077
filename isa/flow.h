// Where control passes at an instruction that opens or closes a region of a kernel.
#ifndef NKI_ISA_FLOW_H_
#define NKI_ISA_FLOW_H_

#include "isa/fields.h"

namespace nki {

// A region is what lies between a loop and its end_loop, and runs as often as the loop says.
struct Flow {
  enum class Kind : uint8_t { kLoop, kWhile, kEnd };
  Kind kind;
  Register reg = {};  // kLoop: takes the values start, start + step, … below stop. kWhile: 0 ends the region
  IntOrRegister start = {}, stop = {};
  int64_t step = 1;
};

}  // namespace nki

#endif  // NKI_ISA_FLOW_H_
