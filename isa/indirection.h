// Operands whose free elements an index tensor chooses: NkiTensor.indirect, NKI 0.6.
//
// Offset i of a group of partitions is index[i % G, i / G] inside the group, G = 16 partitions or 32 on the
// Tensor engine, and element i of each partition of the group lies so many elements into its free axis.
// Instructions work on a tile into which such elements were gathered, and from which they are scattered
// afterwards; of elements with equal offsets the last one stays.
#ifndef NKI_ISA_INDIRECTION_H_
#define NKI_ISA_INDIRECTION_H_

#include <vector>

#include "isa/instruction.h"

namespace nki {

// Partitions that share their offsets.
constexpr int IndexGroup(Engine engine) { return engine == Engine::kTensor ? 32 : 16; }

// True if an operand of the instruction is an indirect view.
bool HasIndirection(const Instruction& instruction);

// Runs an instruction that has such operands. Throws RunError for an offset outside the view before anything
// is written.
void RunIndirect(const Instruction& instruction, RunContext& context);

// The elements of an indirect view that its index chooses now: a view for each offset of each group.
std::vector<View> ElementsChosen(const View& view, const RunContext& context, int group);

// The elements of an indirect view as all engines but the Tensor engine see them.
void CopyOutIndirect(const View& view, const RunContext& context, std::byte* to);

}  // namespace nki

#endif  // NKI_ISA_INDIRECTION_H_
