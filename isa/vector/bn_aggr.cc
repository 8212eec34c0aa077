// Means and variances of each partition from those of parts.
#include "isa/instruction.h"
#include "isa/simd/moments.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst[p, 0..1] = mean and variance of all elements that data[p, ...] stands for, on the Vector engine.

data holds triples (count, mean, variance * count), as nki.isa.bn_stats gives them. Read and computed in float32, stored
as dst.dtype. The variance is that of the population (divided by the count). The triples are joined one after the other
in the order of data's free axes, with (a, b) -> mean_a + (mean_b - mean_a) * n_b / n (AWS's sources leave the order
open). A triple with count 0 changes nothing; if all counts are 0, the variance is NaN.

Args:
  dst: result tile, [P <= 128, 2] in SBUF or PSUM.
  data: tile [P, F...], a multiple of 3 elements per partition, in SBUF or PSUM.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions,
  free-exactly, triples.
Source: nki.isa.bn_aggr, NKI 0.6.
)";

struct BnAggr {
  View dst, data;

  void VisitFields(FieldVisitor& v) { v.Out("dst", dst).In("data", data); }

  void Check(Checker& c) const {
    for (const View* view : {&dst, &data}) {
      if (!c.ComputeOperand(*view, kOnChip)) return;
      c.NotPacked(*view);
    }
    c.SamePartitions(data, dst);
    c.FreeExactly(dst, 2);
    c.Rule(data.free_elements() % 3 == 0, "triples", [&] {
      return "data has " + std::to_string(data.free_elements()) +
             " elements per partition; it must hold triples (count, mean, variance * count)";
    });
  }

  bool ReadsAllFirst() const { return true; }

  // 13 cycles per triple (nki.isa.bn_aggr, v2.26).
  Cost CostOn(const Generation&) const {
    return EngineCost(Engine::kVector, 13 * static_cast<double>(data.free_elements()) / 3);
  }

  void Run(RunContext& ctx) const { simd::JoinMomentsTile(ctx.tile(data), ctx.tile(dst), ctx.blocks); }

  static std::vector<BnAggr> Samples(SampleBuilder& b) {
    return {{b.Sbuf({128, 2}), b.Sbuf({128, 24})}, {b.Sbuf({64, 2}, Dtype::kBfloat16), b.Psum({64, 3, 3})}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(BnAggr, bn_aggr, kDoc);

}  // namespace nki
