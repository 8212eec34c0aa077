// Where traced instructions go: into the graph, or to a machine that runs each at once.
#ifndef NKI_FRONTEND_INSTRUCTION_SINK_H_
#define NKI_FRONTEND_INSTRUCTION_SINK_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "interpreter/graph.h"

namespace nki {

class InstructionSink {
 public:
  virtual ~InstructionSink() = default;
  virtual void Record(std::unique_ptr<Instruction> instruction, int source, std::string name) = 0;
  // Whether the innermost open loop, at its head or at the end of its body, goes on (again).
  virtual bool NextPass() = 0;
  // Whether the instruction that was recorded last can still change.
  virtual bool CanRedirect() const { return false; }
  // True if the innermost open loop is a `while` on this register.
  virtual bool InWhile(Register condition) const = 0;
  // Nothing, if the value is known only while the kernel runs. Throws if nothing has set the register.
  virtual std::optional<double> ValueOf(Register) const { return std::nullopt; }
  virtual bool HasValue(Register) const { return false; }
  virtual void BeginProgram() {}
  virtual void EndProgram() {}
  // The results are in the graph.
  virtual void Finish() {}

  // The dtype that a tensor has which the kernel makes as `dtype`.
  virtual Dtype StoredAs(Dtype dtype) const { return dtype; }
  // The id of a tensor that is gone, for the next one, or -1.
  virtual int TakeFreeId() { return -1; }
  virtual void AddTensor(const Tensor&) {}
  // What a Python object of the tensor holds, so that the tensor lasts.
  virtual std::shared_ptr<KernelGraph> Hold(const Tensor& tensor) = 0;
};

class GraphSink final : public InstructionSink {
 public:
  explicit GraphSink(std::shared_ptr<KernelGraph> graph) : graph_(std::move(graph)) {}
  void Record(std::unique_ptr<Instruction> instruction, int source, std::string name) override {
    graph_->Append({std::move(instruction), source, std::move(name)});
    entered_.resize(graph_->regions.size(), false);
  }
  bool CanRedirect() const override { return true; }
  // The body is recorded once.
  bool NextPass() override {
    const bool again = entered_[graph_->open_region];
    entered_[graph_->open_region] = true;
    return !again;
  }
  bool InWhile(Register condition) const override {
    if (graph_->open_region < 0) return false;
    const Region& region = graph_->regions[graph_->open_region];
    const std::optional<Flow> flow = graph_->nodes[region.first].instruction->ControlFlow();
    return flow->kind == Flow::Kind::kWhile && flow->reg == condition;
  }
  std::shared_ptr<KernelGraph> Hold(const Tensor&) override { return graph_; }

 private:
  std::shared_ptr<KernelGraph> graph_;
  std::vector<bool> entered_;  // by region
};

}  // namespace nki

#endif  // NKI_FRONTEND_INSTRUCTION_SINK_H_
