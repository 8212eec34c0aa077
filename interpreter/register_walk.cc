#include "interpreter/register_walk.h"

#include <algorithm>
#include <optional>
#include <string>

namespace nki {
namespace {

struct FirstOnChip : OperandVisitor {
  const View* view = nullptr;
  void OnView(const Field&, const View& operand) override {
    if (view == nullptr && operand.on_chip()) view = &operand;
  }
};

}  // namespace

void RegisterWalk::Visit(size_t node) {
  Instruction& instruction = *graph_.nodes[node].instruction;
  const StateUse use = instruction.State();
  if (!use.any()) return;
  FirstOnChip first;
  instruction.VisitFields(first);
  if (first.view == nullptr) return;
  const auto next = std::ranges::upper_bound(graph_.programs, node);
  auto& [defined, spoiled] = programs_[next - graph_.programs.begin()];
  const Tensor& tensor = *first.view->tensor;
  const int64_t partition = (tensor.address ? tensor.address->partition : 0) + first.view->first_partition();
  for (int state = 0; state < kEngineStates; ++state) {
    std::optional<int64_t> missing;
    for (int64_t i = 0; i < first.view->partitions(); ++i) {
      const size_t p = static_cast<size_t>(partition + i * first.view->partition_step());
      if (p >= defined[state].size()) break;  // another rule's
      if ((use.reads >> state & 1) && !defined[state][p] && !missing) missing = p;
      if ((use.writes | use.reads) >> state & 1) defined[state].set(p);
      if (use.spoils >> state & 1) {
        defined[state].reset(p);
        spoiled[state].set(p);
      }
    }
    if (missing && !IsReadyAtStart(static_cast<EngineState>(state)))
      Warn(graph_.nodes[node], *missing, spoiled[state][*missing]);
  }
}

void RegisterWalk::Warn(const Node& node, int64_t partition, bool spoiled) {
  const char* why =
      spoiled ? "after reduce_cmd.idle, which leaves it undefined on the device; here it keeps its value"
              : "which nothing in this program has reset; it is 0 here and undefined on the device";
  found_->push_back(WarningOf(
      node, "uninitialised-register",
      "the register of partition " + std::to_string(partition) + " is used" + (spoiled ? " " : ", ") + why));
}

}  // namespace nki
