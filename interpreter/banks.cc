#include "interpreter/banks.h"

#include <string>

#include "memory/ascending.h"

namespace nki {
namespace {

class BankCheck : public OperandVisitor {
 public:
  BankCheck(const Generation& gen, const Node& node, const std::vector<Placement>& placements,
            std::vector<Diagnostic>* found)
      : gen_(gen), node_(node), placements_(placements), found_(found) {}

  void OnView(const Field& field, const View& given) override {
    if (field.role != Field::Role::kOut || given.space() != Space::kPsum || given.dynamic != nullptr) return;
    const View view = Ascending(given);
    const int64_t item = ItemBytes(view.dtype), bank = gen_.psum_bank_bytes();
    const int64_t first = placements_[view.tensor->id].byte + view.free_offset() * item;
    const int64_t last = first + (view.LastOf(view.free_axes()) - view.offset + 1) * item - 1;
    // One bank, and more from trn3 on: what the moving operand can fill (nki.isa.nc_matmul, NKI 0.6).
    const int64_t most = gen_.moving_free_max * ItemBytes(Dtype::kFloat32) / bank;
    if (last / bank - first / bank < most) return;
    found_->push_back(ProblemOf(
        node_, "psum-bank",
        std::string(field.name) + " takes bytes " + std::to_string(first) + " to " + std::to_string(last) +
            " of PSUM, in banks " + std::to_string(first / bank) + " to " + std::to_string(last / bank) +
            " of " + std::to_string(bank) + " bytes; on " + std::string(gen_.name) + " it must lie in " +
            (most == 1 ? "one bank" : std::to_string(most) + " neighbouring banks")));
  }

 private:
  const Generation& gen_;
  const Node& node_;
  const std::vector<Placement>& placements_;
  std::vector<Diagnostic>* found_;
};

}  // namespace

void CheckBanks(const KernelGraph& graph, const std::vector<Placement>& placements,
                std::vector<Diagnostic>* found) {
  for (const Node& node : graph.nodes) CheckBank(*graph.generation, node, placements, found);
}

void CheckBank(const Generation& gen, const Node& node, const std::vector<Placement>& placements,
               std::vector<Diagnostic>* found) {
  if (node.instruction->CostOn(gen).engine != Engine::kTensor) return;
  BankCheck check(gen, node, placements, found);
  node.instruction->VisitFields(check);
}

}  // namespace nki
