#include "tests/interpreter/graph_builder.h"

#include <cstring>

#include "memory/scalar_types.h"

namespace nki {

GraphBuilder::GraphBuilder() {
  graph_->name = "kernel";
  graph_->generation = &Trn1();
  graph_->programs = {0};
  for (int line = 0; line < 8; ++line)
    graph_->sources.push_back({"kernel.py", line, "line " + std::to_string(line)});
}

View GraphBuilder::New(Space space, Shape shape, Dtype dtype, TensorRole role,
                       std::optional<Address> address) {
  Tensor& tensor = graph_->tensors.emplace_back();
  tensor.id = static_cast<int>(graph_->tensors.size()) - 1;
  tensor.name = "t" + std::to_string(tensor.id);
  tensor.space = space;
  tensor.dtype = dtype;
  tensor.shape = std::move(shape);
  tensor.role = role;
  tensor.address = address;
  tensor.region = graph_->open_region;
  tensor.program = static_cast<int>(graph_->programs.size()) - 1;
  if (role == TensorRole::kInput) graph_->inputs.push_back(tensor.id);
  return View::Of(tensor);
}

View GraphBuilder::Sbuf(Shape shape, Dtype dtype, std::optional<Address> address) {
  return New(Space::kSbuf, std::move(shape), dtype, TensorRole::kLocal, address);
}
View GraphBuilder::Psum(Shape shape, Dtype dtype, std::optional<Address> address) {
  return New(Space::kPsum, std::move(shape), dtype, TensorRole::kLocal, address);
}
View GraphBuilder::Hbm(Shape shape, Dtype dtype) {
  return New(Space::kSharedHbm, std::move(shape), dtype, TensorRole::kLocal, std::nullopt);
}
View GraphBuilder::Input(Shape shape, Dtype dtype) {
  return New(Space::kSharedHbm, std::move(shape), dtype, TensorRole::kInput, std::nullopt);
}

void GraphBuilder::Add(const std::string& name, const Arguments& arguments, int line) {
  graph_->Append({MakeInstruction(name, arguments), line, ""});
}

std::vector<std::string> GraphBuilder::Problems() const {
  std::vector<std::string> problems;
  const auto add = [&](const std::vector<Diagnostic>& found) {
    for (const Diagnostic& diagnostic : found)
      problems.push_back(diagnostic.message + " [" + diagnostic.rule + "]");
  };
  try {
    add(MakePlan(graph_)->warnings);
  } catch (const VerifyError& error) {
    add(error.diagnostics);
  }
  return problems;
}

Plan Shareable(const Plan& plan) {
  Plan copy = plan;
  copy.worth_sharing = true;
  return copy;
}

Buffers MakeInputs(const Plan& plan, int seed) {
  Buffers buffers;
  for (int id : plan.graph->inputs) {
    const Tensor& tensor = plan.graph->tensors[id];
    std::vector<std::byte>& bytes = buffers.emplace_back(tensor.bytes());
    const int item = ItemBytes(tensor.dtype);
    for (int64_t i = 0; i < tensor.elements(); ++i) {
      const int64_t number = (i * 31 + seed * 17 + id * 7) % 97 - 48;
      StoreScalar(tensor.dtype, static_cast<float>(number) * 0.125f, bytes.data() + i * item);
    }
  }
  return buffers;
}

Buffers RunOn(const Plan& plan, const Buffers& inputs, const RunOptions& options) {
  Buffers copies = inputs, outputs;
  std::vector<void*> in, out;
  for (std::vector<std::byte>& bytes : copies) in.push_back(bytes.data());
  for (size_t i = 0; i < plan.graph->outputs.size(); ++i) {
    const int aliased = plan.graph->AliasedInput(i);
    outputs.emplace_back(aliased < 0 ? plan.graph->outputs[i].tensor->bytes() : 0);
    out.push_back(aliased < 0 ? outputs.back().data() : in[aliased]);
  }
  RunPlan(plan, in, out, options);
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (const int aliased = plan.graph->AliasedInput(i); aliased >= 0) outputs[i] = copies[aliased];
  }
  return outputs;
}

std::vector<float> Floats(const std::vector<std::byte>& bytes) {
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

}  // namespace nki
