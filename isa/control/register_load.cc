// Registers from memory.
#include "isa/control/register_memory.h"
#include "isa/instruction.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(dst = src, from memory into a virtual register.

Args:
  dst: a register (nki.isa.register_alloc).
  src: one element, [1] or [1, 1], in SBUF or HBM: an integer of up to 32 bits or float32.

Errors: space, in-bounds, one-element, dtype.
Source: nki.isa.register_load, NKI 0.6.
)";

struct RegisterLoad {
  Register dst;
  View src;

  void VisitFields(FieldVisitor& v) { v.Out("dst", dst).In("src", src); }
  void Check(Checker& c) const { CheckRegisterMemory(c, src); }

  // Not published: the sequencer's instructions are taken to cost as much as the smallest of the engines.
  Cost CostOn(const Generation&) const { return EngineCost(Engine::kSync, kMinInterval); }

  bool LaneLocal() const { return false; }
  bool Splits() const { return false; }
  bool TakesName() const { return false; }
  void Run(RunContext& ctx) const { ctx.registers[dst.number] = ctx.Element(src); }

  static std::vector<RegisterLoad> Samples(SampleBuilder& b) {
    return {{b.NewRegister(), b.Sbuf({1, 1}, Dtype::kInt32)}, {b.NewRegister(), b.Hbm({1}, Dtype::kUint32)}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(RegisterLoad, register_load, kDoc);

}  // namespace nki
