// The end of a loop's region.
#include "isa/control/control.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(The end of the region that the innermost open loop or while_loop has opened.

Issued when the Python loop over nki.language.dynamic_range goes on, and by fori_loop and while_loop.

Args:
  none.

Errors: none.
Source: NKI dynamic loops (deep dive), 0.6.
)";

struct EndLoop {
  void VisitFields(FieldVisitor&) {}
  void Check(Checker&) const {}

  // Not published: the sequencer's branch is taken to cost as much as the smallest instruction.
  Cost CostOn(const Generation&) const { return EngineCost(Engine::kSync, kMinInterval); }

  std::optional<Flow> ControlFlow() const { return Flow{Flow::Kind::kEnd}; }
  void Run(RunContext&) const {}

  static std::vector<EndLoop> Samples(SampleBuilder&) { return {{}, {}}; }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(EndLoop, end_loop, kDoc);

std::unique_ptr<Instruction> MakeEndLoop() {
  return std::make_unique<InstructionAdaptor<EndLoop, k_end_loop>>(EndLoop{});
}

}  // namespace nki
