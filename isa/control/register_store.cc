// Registers into memory.
#include "isa/control/register_memory.h"
#include "isa/instruction.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(dst = src, from a virtual register into memory.

Integers that dst's dtype does not hold wrap around.

Args:
  dst: one element, [1] or [1, 1], in SBUF or HBM: an integer of up to 32 bits or float32.
  src: a register (nki.isa.register_alloc).

Errors: space, in-bounds, one-element, dtype.
Source: nki.isa.register_store, NKI 0.6.
)";

struct RegisterStore {
  View dst;
  Register src;

  void VisitFields(FieldVisitor& v) { v.Out("dst", dst).In("src", src); }
  void Check(Checker& c) const { CheckRegisterMemory(c, dst); }

  // Not published: the sequencer's instructions are taken to cost as much as the smallest of the engines.
  Cost CostOn(const Generation&) const { return EngineCost(Engine::kSync, kMinInterval); }

  bool LaneLocal() const { return false; }
  bool Splits() const { return false; }
  bool TakesName() const { return false; }
  void Run(RunContext& ctx) const { ctx.SetElement(dst, ctx.registers[src.number]); }

  static std::vector<RegisterStore> Samples(SampleBuilder& b) {
    return {{b.Sbuf({1, 1}, Dtype::kInt32), b.NewRegister()}, {b.Hbm({1}, Dtype::kUint32), b.NewRegister()}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(RegisterStore, register_store, kDoc);

}  // namespace nki
