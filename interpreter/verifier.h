// Every rule that a traced kernel must obey, checked in one pass that never stops at the first problem.
#ifndef NKI_INTERPRETER_VERIFIER_H_
#define NKI_INTERPRETER_VERIFIER_H_

#include <map>
#include <vector>

#include "interpreter/graph.h"
#include "interpreter/written_map.h"

namespace nki {

// Each instruction's Check, then the kernel's results.
void CheckInstructions(const KernelGraph& graph, std::vector<Diagnostic>* found);

// What is known of the nodes' destinations and of the results after walking the kernel once.
struct WriteFacts {
  std::vector<WriteState> destinations;  // by node
  std::vector<bool> overwrites_hbm;      // by node: it writes bytes of HBM that were written before
  std::vector<size_t> partly_written;    // indices of results that hold unwritten elements
  // Where an instruction that adds where written meets a destination of which only a part was written: the
  // other elements become 0 first, so that adding to them is the same as overwriting them.
  std::map<size_t, UnwrittenPart> zero_first;  // by node
  // By node, empty without loops: the outermost loop around an instruction that adds where written, whose
  // later passes find its destination written; -1 if there is none.
  std::vector<int> adds_again;
};

// Proves that nothing is read before it is written; the first offending byte of each read is reported.
// Looks at the nodes in the order in which they run.
WriteFacts CheckWrites(const KernelGraph& graph, const std::vector<size_t>& order,
                       std::vector<Diagnostic>* found);

// What the Tensor engine writes lies in as many PSUM banks as one instruction may fill. Needs addresses.
void CheckBanks(const KernelGraph& graph, const std::vector<Placement>& placements,
                std::vector<Diagnostic>* found);

}  // namespace nki

#endif  // NKI_INTERPRETER_VERIFIER_H_
