// Loops that run while the kernel runs: what may be used where.
#ifndef NKI_INTERPRETER_REGIONS_H_
#define NKI_INTERPRETER_REGIONS_H_

#include <vector>

#include "interpreter/graph.h"

namespace nki {

// Tensors outside the loop that made them [loop-tensor], registers that nothing has set [register-unset],
// offsets that an instruction can't follow [scalar-offset], [no-vector-offset].
void CheckRegions(const KernelGraph& graph, std::vector<Diagnostic>* found);
// The same for one node in `region` (-1: in none); `set` says which registers hold something.
void CheckRegion(const KernelGraph& graph, const Node& node, int region, std::vector<bool>& set,
                 std::vector<Diagnostic>* found);

// The innermost region of each node, or -1; a loop's head and end belong to it. Empty without regions.
std::vector<int> RegionsOfNodes(const KernelGraph& graph);

bool SetsRegister(const Instruction& instruction);

}  // namespace nki

#endif  // NKI_INTERPRETER_REGIONS_H_
