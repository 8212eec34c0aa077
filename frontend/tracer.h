// Records what a kernel function does while Python runs it.
#ifndef NKI_FRONTEND_TRACER_H_
#define NKI_FRONTEND_TRACER_H_

#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "frontend/source_sites.h"
#include "interpreter/graph.h"

namespace nki {

// Where traced instructions go. The graph is one such place; running each instruction at once would be
// another.
class InstructionSink {
 public:
  virtual ~InstructionSink() = default;
  virtual void Record(std::unique_ptr<Instruction> instruction, int source, std::string name) = 0;
};

class GraphSink final : public InstructionSink {
 public:
  explicit GraphSink(KernelGraph& graph) : graph_(graph) {}
  void Record(std::unique_ptr<Instruction> instruction, int source, std::string name) override {
    graph_.nodes.push_back({std::move(instruction), source, std::move(name)});
  }

 private:
  KernelGraph& graph_;
};

// One kernel being traced, program by program of its grid.
class Tracer {
 public:
  Tracer(std::string name, const Generation& generation, std::vector<int64_t> grid);

  // The tracer of this thread, or null outside a kernel.
  static Tracer*& Current();
  // Throws with the name of what was called if there is none.
  static Tracer& Require(const char* called);

  const Tensor& AddInput(std::string name, Shape shape, Dtype dtype);
  // `name` may be empty. Tensors in shared HBM are one tensor for all programs: the n-th of a later program
  // is the n-th of the first.
  const Tensor& AddTensor(std::string name, Space space, Shape shape, Dtype dtype,
                          std::optional<Address> address);
  const Tensor& AddConstant(Shape shape, Dtype dtype, const void* bytes);
  void Record(std::unique_ptr<Instruction> instruction, std::string name);
  void BeginProgram(std::vector<int64_t> ids);
  // Ends the trace; the graph then does not change any more.
  std::shared_ptr<const KernelGraph> Finish(std::vector<View> outputs);

  const std::shared_ptr<KernelGraph>& graph() const { return graph_; }
  const Generation& generation() const { return *graph_->generation; }
  const std::vector<int64_t>& program() const { return program_; }
  size_t recorded() const { return graph_->nodes.size(); }

 private:
  Tensor& NewTensor(std::string name, const char* prefix, Space space, Shape shape, Dtype dtype);

  std::shared_ptr<KernelGraph> graph_;
  GraphSink sink_;
  SourceSites sites_;
  std::vector<int64_t> program_;  // ids of the present program, one per axis of the grid
  std::vector<int> shared_;       // tensors in shared HBM, in the order in which the first program made them
  size_t next_shared_ = 0;        // of the present program
  int counters_[3] = {};          // for the names of unnamed tensors in SBUF, PSUM and HBM
  std::unordered_set<std::string> names_;  // of all tensors: the text form must say which one is meant
};

}  // namespace nki

#endif  // NKI_FRONTEND_TRACER_H_
