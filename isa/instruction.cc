#include "isa/instruction.h"

namespace nki {

#define NKI_INSTRUCTION(row) extern const InstructionDef k_##row;
#include "isa/instructions.def"
#undef NKI_INSTRUCTION

namespace {

constexpr const InstructionDef* kTable[] = {
#define NKI_INSTRUCTION(row) &k_##row,
#include "isa/instructions.def"
#undef NKI_INSTRUCTION
};

}  // namespace

std::span<const InstructionDef* const> AllInstructions() { return kTable; }

const InstructionDef* FindInstruction(std::string_view name) {
  for (const InstructionDef* def : kTable) {
    if (def->name == name) return def;
  }
  return nullptr;
}

}  // namespace nki
