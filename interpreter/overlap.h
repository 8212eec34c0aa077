// Destinations that overlap a source of the same instruction, shifted.
#ifndef NKI_INTERPRETER_OVERLAP_H_
#define NKI_INTERPRETER_OVERLAP_H_

#include "interpreter/graph.h"

namespace nki {

// An instruction may work in place, element by element. If its destination shares some elements with a source
// but not at the same positions, what it reads there depends on how far the engine has got: reported as
// [overlap].
void CheckOverlaps(const KernelGraph& graph, std::vector<Diagnostic>* found);
void CheckOverlap(const Node& node, std::vector<Diagnostic>* found);

// Whether the instruction has to be looked at while it runs, when it is known where its operands are; throws
// RunError for what CheckOverlap reports.
bool MayOverlap(const Instruction& instruction);
void CheckOverlapNow(const Instruction& instruction, const RunContext& context);

// Whether two views of one tensor, which nothing moves, share bytes.
bool ShareBytes(const View& a, const View& b);
// Whether the kernel placed both tensors so that they share bytes of a core's memory.
bool ShareBytes(const Tensor& a, const Tensor& b);

}  // namespace nki

#endif  // NKI_INTERPRETER_OVERLAP_H_
