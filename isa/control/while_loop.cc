// The head of a loop that a register ends.
#include "isa/control/control.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(while condition != 0: what follows up to its end_loop.

The register is looked at before each pass, the first one too. Issued by `while register:` and
nki.language.while_loop.

Args:
  condition: the register that ends the loop when it holds 0.

Errors: none.
Source: nki.language.while_loop, NKI 0.6; NKI dynamic loops (deep dive).
)";

struct WhileLoop {
  Register condition;

  void VisitFields(FieldVisitor& v) { v.In("condition", condition); }
  void Check(Checker&) const {}

  // Not published: the sequencer's branch is taken to cost as much as the smallest instruction.
  Cost CostOn(const Generation&) const { return EngineCost(Engine::kSync, kMinInterval); }

  std::optional<Flow> ControlFlow() const { return Flow{Flow::Kind::kWhile, condition}; }
  void Run(RunContext&) const {}

  static std::vector<WhileLoop> Samples(SampleBuilder& b) { return {{b.NewRegister()}, {b.NewRegister()}}; }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(WhileLoop, while_loop, kDoc);

std::unique_ptr<Instruction> MakeWhileLoop(Register condition) {
  return std::make_unique<InstructionAdaptor<WhileLoop, k_while_loop>>(WhileLoop{condition});
}

}  // namespace nki
