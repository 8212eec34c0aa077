// Constants and copies for registers.
#include <limits>

#include "isa/control/control.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(dst = src, for a virtual register.

Args:
  dst: a register (nki.isa.register_alloc).
  src: an integer of 32 bits, signed or unsigned, or another register.

Errors: register-range.
Source: nki.isa.register_move, NKI 0.6.
)";

struct RegisterMove {
  Register dst;
  IntOrRegister src;

  void VisitFields(FieldVisitor& v) { v.Out("dst", dst).Attr("src", src); }

  void Check(Checker& c) const {
    const bool fits = src.value >= std::numeric_limits<int32_t>::min() &&
                      src.value <= int64_t{std::numeric_limits<uint32_t>::max()};
    c.Rule(fits, "register-range",
           [&] { return "src is " + std::to_string(src.value) + "; a register holds 32 bits"; });
  }

  // Not published: the sequencer's instructions are taken to cost as much as the smallest of the engines.
  Cost CostOn(const Generation&) const { return EngineCost(Engine::kSync, kMinInterval); }

  bool Splits() const { return false; }
  bool TakesName() const { return false; }
  void Run(RunContext& ctx) const {
    ctx.registers[dst.number] =
        src.is_register() ? ctx.registers[src.reg.number] : static_cast<double>(src.value);
  }

  static std::vector<RegisterMove> Samples(SampleBuilder& b) {
    return {{b.NewRegister(), {-7}}, {b.NewRegister(), {0, b.NewRegister()}}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(RegisterMove, register_move, kDoc);

std::unique_ptr<Instruction> MakeRegisterMove(Register dst, IntOrRegister src) {
  return std::make_unique<InstructionAdaptor<RegisterMove, k_register_move>>(RegisterMove{dst, src});
}

}  // namespace nki
