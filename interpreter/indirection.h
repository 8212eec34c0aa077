// The rules of operands whose free elements an index tensor chooses (isa/indirection.h).
#ifndef NKI_INTERPRETER_INDIRECTION_H_
#define NKI_INTERPRETER_INDIRECTION_H_

#include <vector>

#include "interpreter/graph.h"

namespace nki {

// Checks an indirect view, the operand `field` of a node.
void CheckIndirect(const Generation& gen, const Node& node, const Field& field, const View& view,
                   std::vector<Diagnostic>* found);

}  // namespace nki

#endif  // NKI_INTERPRETER_INDIRECTION_H_
