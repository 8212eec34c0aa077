// The head of a loop whose bounds may be registers.
#include "isa/control/control.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(index = start, start + step, ... below stop: what follows up to its end_loop, once for each value.

The bounds are read once, before the first pass; without a value below stop there is no pass. Issued by
nki.language.dynamic_range and fori_loop.

Args:
  index: the register that holds the value of the present pass.
  start: an integer or a register.
  stop: an integer or a register.
  step: a positive integer.

Errors: loop-step.
Source: nki.language.dynamic_range and fori_loop, NKI 0.6; NKI dynamic loops (deep dive).
)";

struct Loop {
  Register index;
  IntOrRegister start, stop;
  int64_t step = 1;

  void VisitFields(FieldVisitor& v) {
    v.Out("index", index).Attr("start", start).Attr("stop", stop).Attr("step", step);
  }

  void Check(Checker& c) const {
    c.Rule(step >= 1, "loop-step",
           [&] { return "step is " + std::to_string(step) + "; it must be a positive integer"; });
  }

  // Not published: the sequencer's branch is taken to cost as much as the smallest instruction.
  Cost CostOn(const Generation&) const { return EngineCost(Engine::kSync, kMinInterval); }

  std::optional<Flow> ControlFlow() const { return Flow{Flow::Kind::kLoop, index, start, stop, step}; }
  void Run(RunContext&) const {}

  static std::vector<Loop> Samples(SampleBuilder& b) {
    return {{b.NewRegister(), {0}, {8}, 2}, {b.NewRegister(), {0}, {0, b.NewRegister()}, 1}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(Loop, loop, kDoc);

std::unique_ptr<Instruction> MakeLoop(Register index, IntOrRegister start, IntOrRegister stop, int64_t step) {
  return std::make_unique<InstructionAdaptor<Loop, k_loop>>(Loop{index, start, stop, step});
}

}  // namespace nki
