// Every rule that a traced kernel must obey, checked in one pass that never stops at the first problem.
#ifndef NKI_INTERPRETER_VERIFIER_H_
#define NKI_INTERPRETER_VERIFIER_H_

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "interpreter/graph.h"
#include "interpreter/written_map.h"

namespace nki {

// Each instruction's Check, then the kernel's results.
void CheckInstructions(const KernelGraph& graph, std::vector<Diagnostic>* found);
void CheckInstruction(const Generation& gen, const Node& node, std::vector<Diagnostic>* found);

// What is known of the nodes' destinations and of the results after walking the kernel once.
struct WriteFacts {
  std::vector<WriteState> destinations;  // by node
  std::vector<bool> overwrites_hbm;      // by node: it writes bytes of HBM that were written before
  std::vector<size_t> partly_written;    // indices of results that hold unwritten elements
  // By node, what is filled before it runs. Where an instruction that adds where written meets a destination
  // of which only a part was written, the other elements become 0, so that adding to them is the same as
  // overwriting them. Where one reads what a mask left unwritten, that becomes what fresh memory holds.
  std::map<size_t, std::vector<UnwrittenPart>> fill_first;
  // By node, empty without loops: the outermost loop around an instruction that adds where written, whose
  // later passes find its destination written; -1 if there is none.
  std::vector<int> adds_again;
  // Tensors of which only a run knows what is written when they are read (write_watch.h), by id; empty if
  // there are none. Nodes whose reads are in question, and those that only then know what their destination
  // holds or what of the masked tensors that they read is to be filled.
  std::vector<bool> watched;
  std::set<size_t> watched_reads, destinations_of_run, fills_of_run;
};

// Proves that nothing is read before it is written; the first offending byte of each read is reported.
// Looks at the nodes in the order in which they run.
WriteFacts CheckWrites(const KernelGraph& graph, const std::vector<size_t>& order,
                       std::vector<Diagnostic>* found);

class WriteWalk;

// CheckWrites node by node, for those that run each at once: the graph holds none but the present one. What
// was read before it was written stays unwritten, so that it is what the run makes it.
class WriteCheck {
 public:
  // Problems are added to `found`.
  WriteCheck(const KernelGraph& graph, std::vector<Diagnostic>* found);
  ~WriteCheck();
  // Checks graph.nodes[0], which runs next in `context`; the facts are about it alone and hold until the next
  // call. Throws RunError if an address is outside its storage.
  const WriteFacts& Next(const RunContext& context);
  void CheckResults();
  // The tensor with this id is gone, and another one may get the id.
  void Forget(int tensor);
  // What nothing has written of a tensor with an address of its own, from the start of its memory.
  std::vector<BytesOfPartitions> Unwritten(const Tensor& tensor);

 private:
  std::unique_ptr<WriteWalk> walk_;
};

}  // namespace nki

#endif  // NKI_INTERPRETER_VERIFIER_H_
