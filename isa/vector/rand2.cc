// Uniformly distributed random numbers.
#include "isa/random_engine.h"
#include "isa/simd/random.h"
#include "memory/error.h"
#include "memory/scalar_types.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst[p, f] = a random number between min and max, uniformly distributed, on the Vector engine.

Computed in float32 as min + u * (max - min), with one fused multiply-add and never above max, and stored as dst.dtype
(round to nearest even; integers saturate). u is the upper 24 of 32 random bits, divided by 2^24: 0 <= u < 1. The bits
are those that nki.isa.rng would give on the Vector engine, element for element.

Args:
  dst: tile [P <= 128, F...] in SBUF or PSUM: float8_e4m3, float8_e5m2, float16, bfloat16, float32, tfloat32 or an
    integer dtype.
  min, max: a constant, or a float32 column [P, 1], each; min < max. Columns are compared while the kernel runs.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, dtype, column, min-max, vector-xorwow.
Source: nki.isa.rand2, NKI 0.6.
)";

struct Rand2 {
  View dst;
  Operand min, max;

  void VisitFields(FieldVisitor& v) { v.Out("dst", dst).In("min", min).In("max", max); }

  void Check(Checker& c) const {
    if (!c.ComputeOperand(dst, kOnChip)) return;
    c.DtypeIn(dst, {Dtype::kFloat8E4m3, Dtype::kFloat8E5m2, Dtype::kFloat16, Dtype::kBfloat16,
                    Dtype::kFloat32, Dtype::kTfloat32, Dtype::kInt8, Dtype::kInt16, Dtype::kInt32,
                    Dtype::kUint8, Dtype::kUint16, Dtype::kUint32});
    for (const Operand* bound : {&min, &max}) {
      c.Float32Operand(*bound, dst);
    }
    if (!min.is_column() && !max.is_column()) {
      c.Rule(
          min.given() && max.given() && static_cast<float>(min.constant) < static_cast<float>(max.constant),
          "min-max", [&] { return c.Says(min) + " and " + c.Says(max) + "; min must be less than max"; });
    }
    c.Requires(Feature::kVectorXorwow);
  }

  StateUse State() const { return Draws(Engine::kVector); }

  // Four numbers per cycle (trainium3_arch, "XORWOW-based PRNG").
  Cost CostOn(const Generation&) const {
    return EngineCost(Engine::kVector, static_cast<double>(dst.free_elements()) / 4);
  }

  void Run(RunContext& ctx) const {
    const Tile to = ctx.tile(dst);
    const simd::ScalarOperand low = ctx.scalar(min), high = ctx.scalar(max);
    for (int p = 0; (low.is_column || high.is_column) && p < to.partitions; ++p) {
      if (ctx.blocks.Contains((to.partition + p) / kLanes)) CheckBounds(ValueAt(low, p), ValueAt(high, p), p);
    }
    simd::UniformTile(ctx.machine.vector_random, low, high, to, ctx.blocks);
  }

  static float ValueAt(const simd::ScalarOperand& bound, int p) {
    if (!bound.is_column) return bound.value;
    return LoadScalar(Dtype::kFloat32,
                      bound.column.Address(bound.column.partition + p, bound.column.offset * 4));
  }
  static void CheckBounds(float low, float high, int p) {
    if (low < high) return;
    throw RunError("min is " + std::to_string(low) + " and max is " + std::to_string(high) +
                   " in partition " + std::to_string(p) + "; min must be less than max [min-max]");
  }

  static std::vector<Rand2> Samples(SampleBuilder& b) {
    const auto constant = [](double value) { return Operand::Constant(value); };
    return {{b.Sbuf({128, 512}), constant(0), constant(1)},
            {b.Sbuf({128, 512}, Dtype::kBfloat16), constant(-1), constant(1)},
            {b.Psum({64, 33}, Dtype::kInt32), constant(-100), constant(100)}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(Rand2, rand2, kDoc);

}  // namespace nki
