// Makes kernel graphs as the tracer does, and runs their plans.
#ifndef NKI_TESTS_INTERPRETER_GRAPH_BUILDER_H_
#define NKI_TESTS_INTERPRETER_GRAPH_BUILDER_H_

#include <memory>
#include <string>
#include <vector>

#include "interpreter/executor.h"
#include "interpreter/plan.h"
#include "tests/isa/instruction_fixture.h"

namespace nki {

using Buffers = std::vector<std::vector<std::byte>>;

class GraphBuilder {
 public:
  GraphBuilder();

  View Sbuf(Shape shape, Dtype dtype = Dtype::kFloat32, std::optional<Address> address = std::nullopt);
  View Psum(Shape shape, Dtype dtype = Dtype::kFloat32, std::optional<Address> address = std::nullopt);
  View Hbm(Shape shape, Dtype dtype = Dtype::kFloat32);  // shared
  View Input(Shape shape, Dtype dtype = Dtype::kFloat32);
  void Masked(const View& view) { graph_->MarkMasked(view.tensor->id); }
  void Return(const View& view) { graph_->outputs.push_back(view); }

  // Adds an instruction, at line `line` of a made-up source file.
  void Add(const std::string& name, const Arguments& arguments, int line = 0);

  // dma_copy, memset and so on, which almost every test needs.
  void Load(const View& dst, const View& src) { Add("dma_copy", {{"dst", dst}, {"src", src}}); }
  void Fill(const View& dst, double value) { Add("memset", {{"dst", dst}, {"value", value}}); }

  const std::shared_ptr<KernelGraph>& graph() const { return graph_; }
  std::shared_ptr<const Plan> Make() const { return MakePlan(graph_); }
  // The diagnostics of the plan, as "message [rule]"; empty if it is legal.
  std::vector<std::string> Problems() const;

 private:
  View New(Space space, Shape shape, Dtype dtype, TensorRole role, std::optional<Address> address);
  std::shared_ptr<KernelGraph> graph_ = std::make_shared<KernelGraph>();
};

// A copy of the plan that is worth several workers whatever its size.
Plan Shareable(const Plan& plan);
// Buffers for the inputs of a plan, filled with small numbers that depend on `seed`.
Buffers MakeInputs(const Plan& plan, int seed = 1);
// Runs the plan on copies of `inputs`; returns its results.
Buffers RunOn(const Plan& plan, const Buffers& inputs, const RunOptions& options = {});
std::vector<float> Floats(const std::vector<std::byte>& bytes);

}  // namespace nki

#endif  // NKI_TESTS_INTERPRETER_GRAPH_BUILDER_H_
