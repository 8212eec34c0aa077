#include "interpreter/verifier.h"

#include "interpreter/write_walk.h"

namespace nki {

void CheckInstructions(const KernelGraph& graph, std::vector<Diagnostic>* found) {
  for (const Node& node : graph.nodes) CheckInstruction(*graph.generation, node, found);
}

void CheckInstruction(const Generation& gen, const Node& node, std::vector<Diagnostic>* found) {
  Checker checker(*node.instruction, gen, node.source, found);
  node.instruction->Check(checker);
}

WriteFacts CheckWrites(const KernelGraph& graph, const std::vector<size_t>& order,
                       std::vector<Diagnostic>* found) {
  return WriteWalk(graph, found).Run(order);
}

WriteCheck::WriteCheck(const KernelGraph& graph, std::vector<Diagnostic>* found)
    : walk_(std::make_unique<WriteWalk>(graph, found)) {
  walk_->KeepUnwritten();
}
WriteCheck::~WriteCheck() = default;
const WriteFacts& WriteCheck::Next(const RunContext& context) { return walk_->VisitAt(0, context); }
void WriteCheck::CheckResults() { walk_->CheckResults(); }
void WriteCheck::Forget(int tensor) { walk_->Forget(tensor); }
std::vector<BytesOfPartitions> WriteCheck::Unwritten(const Tensor& tensor) {
  return walk_->tracker().Unwritten(tensor);
}

}  // namespace nki
