// Replaces random elements by zeros.
#include "isa/random_engine.h"
#include "isa/simd/random.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(dst[p, f] = 0 with the probability prob, else data[p, f], on the Vector engine.

Kept elements keep every bit: there is no scaling by 1 / (1 - prob). An element is replaced if u < prob, compared in
float32, where u is the upper 24 of 32 random bits, divided by 2^24: 0 <= u < 1. So 0 replaces nothing and 1 everything,
and a probability that is a multiple of 2^-24 is met exactly. The bits are those that nki.isa.rng would give on the
Vector engine, element for element: which elements are replaced depends on the seed alone.

Args:
  dst: result tile, [P <= 128, F...] in SBUF or PSUM.
  data: tile of the dtype, partitions and free elements of dst, in SBUF or PSUM.
  prob: a constant, 0 to 1, or a column [P, 1] of any floating-point dtype; float32 if data is of integers.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, same-partitions, same-free, same-dtype,
  probability, column, packed-dtype, dtype, prob-dtype.
Source: nki.isa.dropout, NKI 0.6.
)";

struct Dropout {
  View dst, data;
  Operand prob;

  void VisitFields(FieldVisitor& v) { v.Out("dst", dst).In("data", data).In("prob", prob); }

  void Check(Checker& c) const {
    for (const View* view : {&dst, &data}) {
      if (!c.ComputeOperand(*view, kOnChip)) return;
    }
    c.SamePartitions(data, dst);
    c.SameFree(data, dst);
    c.SameDtype(data, dst);
    if (!prob.is_column()) {
      c.Rule(prob.given() && prob.constant >= 0 && prob.constant <= 1, "probability",
             [&] { return c.Says(prob) + "; it must lie between 0 and 1"; });
      return;
    }
    if (!c.ScalarOperand(prob, data, kOnChip) || !c.NotPacked(prob.column)) return;
    if (IsInteger(data.dtype)) {
      c.DtypeIn(prob.column, {Dtype::kFloat32});
    } else {
      c.Rule(IsFloat(prob.column.dtype), "prob-dtype", [&] {
        return "prob is " + std::string(Name(prob.column.dtype)) + "; it must have a floating-point dtype";
      });
    }
  }

  StateUse State() const { return Draws(Engine::kVector); }

  // One element per cycle (nki.isa.dropout, v2.26).
  Cost CostOn(const Generation&) const {
    return EngineCost(Engine::kVector, static_cast<double>(dst.free_elements()));
  }

  void Run(RunContext& ctx) const {
    simd::DropoutTile(ctx.machine.vector_random, ctx.tile(data), ctx.scalar(prob), ctx.tile(dst), ctx.blocks);
  }

  static std::vector<Dropout> Samples(SampleBuilder& b) {
    const Operand half = Operand::Constant(0.5);
    return {{b.Sbuf({128, 512}), b.Sbuf({128, 512}), half},
            {b.Sbuf({128, 512}, Dtype::kBfloat16), b.Sbuf({128, 512}, Dtype::kBfloat16),
             Operand{Operand::Kind::kColumn, false, 0, b.Sbuf({128, 1})}},
            {b.Psum({64, 33}, Dtype::kInt16), b.Sbuf({64, 3, 11}, Dtype::kInt16), Operand::Constant(0.1)}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(Dropout, dropout, kDoc);

}  // namespace nki
