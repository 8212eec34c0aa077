// Means and variances of each partition.
#include "isa/instruction.h"
#include "isa/simd/moments.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst[p, 0..5] = count, mean and variance * count of data[p, 0::2], then of data[p, 1::2], on the Vector engine.

Read and computed in float32, stored as dst.dtype. Elements are taken one after the other in the order of data's free
axes by Welford's recurrence, the count's reciprocal rounded to float32 (AWS's sources leave the order open).
nki.isa.bn_aggr makes mean and variance of one or more results. With one element the odd half is 0, 0, 0.

Args:
  dst: result tile, [P <= 128, 6] in SBUF or PSUM.
  data: tile [P, F...] with up to 512 elements per partition (nl.tile_size.bn_stats_fmax), in SBUF or PSUM.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions,
  free-exactly, free-at-most.
Source: nki.isa.bn_stats, NKI 0.6.
)";

struct BnStats {
  View dst, data;

  void VisitFields(FieldVisitor& v) { v.Out("dst", dst).In("data", data); }

  void Check(Checker& c) const {
    for (const View* view : {&dst, &data}) {
      if (!c.ComputeOperand(*view, kOnChip)) return;
      c.NotPacked(*view);
    }
    c.SamePartitions(data, dst);
    c.FreeExactly(dst, 6);
    c.FreeAtMost(data, 512);  // nki.isa.bn_stats, NKI 0.6
  }

  bool ReadsAllFirst() const { return true; }

  // One element per cycle (nki.isa.bn_stats, v2.26).
  Cost CostOn(const Generation&) const {
    return EngineCost(Engine::kVector, static_cast<double>(data.free_elements()));
  }

  void Run(RunContext& ctx) const { simd::MomentsTile(ctx.tile(data), ctx.tile(dst), ctx.blocks); }

  static std::vector<BnStats> Samples(SampleBuilder& b) {
    return {{b.Sbuf({128, 6}), b.Sbuf({128, 512})},
            {b.Sbuf({64, 6}, Dtype::kBfloat16), b.Psum({64, 3, 31}, Dtype::kBfloat16)}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(BnStats, bn_stats, kDoc);

}  // namespace nki
