// Elementwise reciprocal.
#include "isa/instruction.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(dst[p, f] = 1 / data[p, f], on the Vector engine.

Computed in float32, correctly rounded, and stored as dst.dtype; 1/0 is infinity. More precise than
nki.isa.activation with op=nl.reciprocal, and eight times slower.

Args:
  dst: result tile, [P <= 128, F...] in SBUF or PSUM.
  data: tile with the partitions and free elements of dst, in SBUF or PSUM.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions,
  same-free.
Source: nki.isa.reciprocal, NKI 0.6.
)";

struct Reciprocal {
  View dst, data;

  void VisitFields(FieldVisitor& v) { v.Out("dst", dst).In("data", data); }

  void Check(Checker& c) const {
    for (const View* view : {&dst, &data}) {
      if (!c.ComputeOperand(*view, kOnChip)) return;
      c.NotPacked(*view);
    }
    c.SamePartitions(data, dst);
    c.SameFree(data, dst);
  }

  bool Elementwise() const { return true; }

  // Eight cycles per element (nki.api.shared, "NKI Engine Selection", 0.6).
  Cost CostOn(const Generation&) const {
    return EngineCost(Engine::kVector, 8 * static_cast<double>(dst.free_elements()));
  }

  void Run(RunContext& ctx) const {
    const simd::ScalarStep step = {AluOp::kReciprocal, {}, false};
    simd::ScalarStepsTile(ctx.tile(data), &step, 1, ctx.tile(dst), ctx.blocks);
  }

  static std::vector<Reciprocal> Samples(SampleBuilder& b) {
    return {{b.Sbuf({128, 1}), b.Sbuf({128, 1})}, {b.Sbuf({128, 512}, Dtype::kBfloat16), b.Psum({128, 512})}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(Reciprocal, reciprocal, kDoc);

}  // namespace nki
