// Fills a tile with a constant.
#include <cmath>

#include "isa/instruction.h"
#include "memory/scalar_types.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(dst[p, f] = value, on the Vector or GpSimd engine.

The constant is converted to dst.dtype once (round to nearest even); integers must fit.

Args:
  dst: tile [P <= 128, F...] in SBUF or PSUM.
  value: a constant; an integer if dst.dtype is an integer, 0 if it is a packed x4 dtype.
  engine: nki.isa.engine.vector, .gpsimd or .unknown (chosen). GpSimd can't reach PSUM.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, constant, integer-value, value-range,
  packed-zero, engine, gpsimd-psum.
Source: nki.isa.memset, NKI 0.6; nki.migration, "float memset on integer tensors".
)";

// The values that fit into an integer dtype.
struct IntegerRange {
  double lowest, highest;
};
IntegerRange RangeOf(Dtype dtype) {
  const int bits = ItemBytes(dtype) * 8;
  if (dtype == Dtype::kBool) return {0, 1};
  if (IsSigned(dtype)) return {-std::ldexp(1.0, bits - 1), std::ldexp(1.0, bits - 1) - 1};
  return {0, std::ldexp(1.0, bits) - 1};
}

struct Memset {
  View dst;
  Operand value;
  Engine engine = Engine::kUnknown;

  void VisitFields(FieldVisitor& v) { v.Out("dst", dst).In("value", value).Option("engine", engine); }

  void Check(Checker& c) const {
    if (!c.ComputeOperand(dst, kOnChip)) return;
    c.GpSimdOutsidePsum(engine, dst);
    c.EngineIn(engine, {Engine::kVector, Engine::kGpSimd});
    if (!c.Rule(value.is_constant(), "constant", [&] { return c.Says(value) + "; it must be a number"; }))
      return;
    if (IsPacked(dst.dtype)) {
      c.Rule(value.constant == 0, "packed-zero",
             [&] { return c.Says(value) + Beside() + "only 0 is allowed"; });
    } else if (IsInteger(dst.dtype)) {
      const bool integral = c.Rule(value.integral, "integer-value",
                                   [&] { return c.Says(value) + Beside() + "it must be an integer"; });
      if (integral) CheckRange(c);
    }
  }
  void CheckRange(Checker& c) const {
    const IntegerRange range = RangeOf(dst.dtype);
    c.Rule(range.lowest <= value.constant && value.constant <= range.highest, "value-range", [&] {
      const auto text = [](double number) { return std::to_string(static_cast<int64_t>(number)); };
      return "value is " + text(value.constant) + Beside() + "it must lie between " + text(range.lowest) +
             " and " + text(range.highest);
    });
  }
  std::string Beside() const { return " and dst is " + std::string(Name(dst.dtype)) + "; "; }

  // One element per cycle, two for zeros in 16-bit floats (nki.isa.memset, v2.26).
  Cost CostOn(const Generation&) const {
    const bool fast = value.constant == 0 && (dst.dtype == Dtype::kBfloat16 || dst.dtype == Dtype::kFloat16);
    return EngineCost(engine == Engine::kGpSimd ? Engine::kGpSimd : Engine::kVector,
                      static_cast<double>(dst.free_elements()) / (fast ? 2 : 1));
  }

  void Run(RunContext& ctx) const { simd::FillTile(Bits(), ctx.tile(dst), ctx.blocks); }

  uint32_t Bits() const {
    if (IsPacked(dst.dtype)) return 0;
    if (IsInteger(dst.dtype)) return static_cast<uint32_t>(static_cast<int64_t>(value.constant));
    return EncodeScalar(dst.dtype, static_cast<float>(value.constant));
  }

  static std::vector<Memset> Samples(SampleBuilder& b) {
    return {
        {b.Sbuf({128, 512}), Operand::Constant(0)},
        {b.Psum({128, 512}), Operand::Constant(-1.25)},
        {b.Sbuf({64, 33}, Dtype::kInt8), Operand{Operand::Kind::kConstant, true, -7, {}}, Engine::kGpSimd}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(Memset, memset, kDoc);

}  // namespace nki
