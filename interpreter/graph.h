// A kernel as it was traced: tensors, and instructions in the order in which the kernel issued them.
#ifndef NKI_INTERPRETER_GRAPH_H_
#define NKI_INTERPRETER_GRAPH_H_

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "isa/instruction.h"

namespace nki {

// A line of the user's program.
struct SourceLocation {
  std::string file;
  int line = 0;
  std::string text;
  int caller = -1;  // index into KernelGraph::sources of the line that called this one's function; -1: none
};

struct Node {
  std::unique_ptr<Instruction> instruction;
  int source = -1;   // index into KernelGraph::sources
  std::string name;  // what the kernel called it (name=…), often empty
};

// What lies between a loop and its end, both included.
struct Region {
  size_t first = 0, last = 0;  // nodes
  int parent = -1;             // the region around it, or -1
  int source = -1;             // the loop's, index into KernelGraph::sources
};

class EagerMachine;

struct KernelGraph {
  std::string name;
  const Generation* generation = nullptr;
  std::vector<int64_t> grid;   // programs per axis; empty without a grid
  std::deque<Tensor> tensors;  // by id; a deque, because views point to them
  std::vector<Node> nodes;
  std::vector<Region> regions;                // in the order of their first nodes
  std::deque<DynamicOffset> dynamic_offsets;  // a deque, because views point to them
  int registers = 0;                          // how many there are
  std::vector<size_t> programs;               // index of the first node of each program of the grid
  std::vector<int> inputs;                    // tensor ids, in the order of the kernel's tensor arguments
  std::vector<View> outputs;  // whole tensors in shared HBM, in the order of the kernel's results
  std::vector<std::vector<std::byte>> constants;  // contents of kConstant tensors, by order of their ids
  std::vector<SourceLocation> sources;
  std::vector<bool> masked;  // by tensor id, up to the last that is: see MarkMasked

  // True if the compiler sees to it that a matmul which starts an accumulation overwrites: kernels of Beta 1
  // begin with zeros that another engine writes.
  bool compiler_starts_groups = false;
  // Tiles that find no room on chip get some: the compiler moves others out and back.
  bool spills = false;

  int open_program = 0;  // while it is recorded: of the grid, which the next node belongs to
  int open_region = -1;  // while it is recorded: the region that the next node belongs to
  // What runs the nodes at once instead of recording them (eager.h), as long as it exists.
  EagerMachine* machine = nullptr;

  // Appends a node; a loop opens a region and an end_loop closes the innermost one.
  void Append(Node node);
  // A mask leaves parts of the tensor unwritten, and instructions without one may read them: they find what
  // fresh memory holds (fresh_memory.h). On the device that is anything.
  void MarkMasked(int tensor, bool is_masked = true);
  bool IsMasked(const Tensor& tensor) const {
    return static_cast<size_t>(tensor.id) < masked.size() && masked[tensor.id];
  }
  // True if region `inner` (-1: none) is `outer` or inside it.
  bool Inside(int inner, int outer) const;
  // The index of the input whose tensor output `index` is, or -1.
  int AliasedInput(size_t index) const;
};

// What breaks a rule at a line of the kernel (an index into its sources).
Diagnostic Problem(const char* rule, int source, std::string message);
// What breaks a rule at a node, or is worth a warning: "tensor_copy: " and the sentence.
Diagnostic ProblemOf(const Node& node, const char* rule, const std::string& sentence);
Diagnostic WarningOf(const Node& node, const char* rule, const std::string& sentence);

// The stable text form: complete (equal texts mean equal kernels) and readable. Pinned by golden tests.
std::string ToText(const KernelGraph& graph);
// One instruction: "tensor_tensor dst=sbuf.2 data1=sbuf.0 data2=sbuf.1 op=add".
std::string ToText(const Instruction& instruction);
// A tensor's type: "float32[128, 512]".
std::string TypeText(Dtype dtype, const Shape& shape);
// Its attributes alone: " op=add".
std::string AttributesText(const Instruction& instruction);
std::string ToText(Register reg);  // "r3"
// A view: "a[0:128, 512:1024]", or its pattern where slices can't say it.
std::string ToText(const View& view);

}  // namespace nki

#endif  // NKI_INTERPRETER_GRAPH_H_
