// The eight largest values of each partition.
#include "isa/instruction.h"
#include "isa/simd/top8.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst[p, 0..7] = the eight largest values of src[p, ...] in descending order, on the Vector engine.

Elements are read as float32, compared, and stored as dst.dtype. Equal values each take their own place. NaN counts as
larger than every number (AWS's sources leave it open).

Args:
  dst: result tile, [P <= 128, 8] in SBUF or PSUM.
  src: tile [P, F] or [P, F1, F2] with 8 to 16384 elements per partition, in SBUF or PSUM.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions,
  free-exactly, free-between, rank-at-most.
Source: nki.isa.max8, NKI 0.6.
)";

struct Max8 {
  View dst, src;

  void VisitFields(FieldVisitor& v) { v.Out("dst", dst).In("src", src); }

  void Check(Checker& c) const {
    for (const View* view : {&dst, &src}) {
      if (!c.ComputeOperand(*view, kOnChip)) return;
      c.NotPacked(*view);
    }
    c.SamePartitions(src, dst);
    c.FreeExactly(dst, 8);
    c.FreeBetween(src, 8, 16384);  // nki.isa.max8, NKI 0.6
    c.RankAtMost(src, 3);          // nki.isa.max8, NKI 0.6
  }

  bool ReadsAllFirst() const { return true; }

  // One element per cycle (nki.isa.max8, v2.26).
  Cost CostOn(const Generation&) const {
    return EngineCost(Engine::kVector, static_cast<double>(src.free_elements()));
  }

  void Run(RunContext& ctx) const { simd::Top8Tile(ctx.tile(src), ctx.tile(dst), ctx.blocks); }

  static std::vector<Max8> Samples(SampleBuilder& b) {
    return {{b.Sbuf({128, 8}), b.Sbuf({128, 512})},
            {b.Sbuf({32, 8}, Dtype::kBfloat16), b.Sbuf({32, 4, 33}, Dtype::kBfloat16)},
            {b.Sbuf({64, 8}, Dtype::kInt32), b.Psum({64, 8})}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(Max8, max8, kDoc);

}  // namespace nki
