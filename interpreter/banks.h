// The banks of PSUM that one instruction may fill.
#ifndef NKI_INTERPRETER_BANKS_H_
#define NKI_INTERPRETER_BANKS_H_

#include "interpreter/graph.h"

namespace nki {

// What the Tensor engine writes lies in as many PSUM banks as one instruction may fill. Needs addresses.
void CheckBanks(const KernelGraph& graph, const std::vector<Placement>& placements,
                std::vector<Diagnostic>* found);
void CheckBank(const Generation& gen, const Node& node, const std::vector<Placement>& placements,
               std::vector<Diagnostic>* found);

}  // namespace nki

#endif  // NKI_INTERPRETER_BANKS_H_
