#include "interpreter/write_watch.h"

#include <algorithm>

#include "interpreter/overlap.h"

namespace nki {
namespace {

class WritesOf : public OperandVisitor {
 public:
  explicit WritesOf(const std::vector<bool>& tensors) : tensors_(tensors) {}
  bool found = false;
  void OnView(const Field& field, const View& view) override {
    found |= field.role == Field::Role::kOut && tensors_[view.tensor->id];
  }

 private:
  const std::vector<bool>& tensors_;
};

// What is written through another tensor at the same place counts too.
void AddAliases(const KernelGraph& graph, std::vector<bool>& watched) {
  const std::vector<bool> asked = watched;
  for (const Tensor& tensor : graph.tensors) {
    if (!asked[tensor.id]) continue;
    for (const Tensor& other : graph.tensors) {
      if (ShareBytes(tensor, other)) watched[other.id] = true;
    }
  }
}

// What is filled is written.
bool FillsWatched(const Plan& plan, const Step& step) {
  return step.fill_first >= 0 &&
         std::ranges::any_of(plan.filled[step.fill_first],
                             [&](const UnwrittenPart& part) { return plan.watched[part.tensor]; });
}

}  // namespace

void PlaceWatches(Plan& plan, WriteFacts& facts) {
  if (facts.watched.empty()) return;
  AddAliases(*plan.graph, facts.watched);
  plan.watched = std::move(facts.watched);
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    Step& step = plan.steps[i];
    WritesOf writes(plan.watched);
    plan.graph->nodes[i].instruction->VisitFields(writes);
    step.destination_of_run = facts.destinations_of_run.contains(i);
    step.fills_of_run = facts.fills_of_run.contains(i);
    step.watched = writes.found || facts.watched_reads.contains(i) || FillsWatched(plan, step);
    // Only the worker that watches knows it.
    if (step.destination_of_run || step.fills_of_run) step.shared = false;
  }
}

WriteWatch::WriteWatch(const Plan& plan) : walk_(*plan.graph, plan.watched, &found_) {
  for (const Tensor& tensor : plan.graph->tensors) {
    if (plan.watched[tensor.id] && tensor.region >= 0) made_inside_[tensor.region].push_back(tensor.id);
  }
}

const WriteFacts& WriteWatch::Visit(size_t step, const RunContext& context) {
  const WriteFacts& facts = walk_.VisitAt(step, context);
  if (found_.empty()) return facts;
  const std::string& message = found_[0].message;  // whoever catches it says where
  throw RunError(message.substr(message.find(": ") + 2) + " in this run [" + found_[0].rule + "]");
}

void WriteWatch::BeginPass(int region) {
  const auto made = made_inside_.find(region);
  if (made == made_inside_.end()) return;
  for (int tensor : made->second) walk_.Forget(tensor);
}

}  // namespace nki
