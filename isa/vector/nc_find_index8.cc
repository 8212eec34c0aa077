// Where eight values are in each partition.
#include "isa/instruction.h"
#include "isa/simd/match8.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst[p, i] = the position of the first element of data[p, ...] that equals vals[p, i], on the Vector engine.

Positions count from 0 in the order of data's free axes. A value that data does not have gives all ones (0xFFFFFFFF, or
0xFFFF for uint16). Equal values take successive occurrences, the lowest column the first one; columns beyond the last
occurrence get all ones. Compared as float32: integers beyond 2^24 may be taken for their neighbours, NaN equals
nothing, -0 equals 0.

Args:
  dst: positions, uint16 or uint32, [P <= 128, 8] in SBUF or PSUM.
  data: tile [P, F] or [P, F1, F2] with 8 to 16384 elements per partition, in SBUF or PSUM.
  vals: tile of up to 3 axes with 8 elements per partition, in SBUF or PSUM.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions,
  free-exactly, free-between, rank-at-most, dtype.
Source: nki.isa.nc_find_index8, NKI 0.6; its release notes for absent and equal values.
)";

struct NcFindIndex8 {
  View dst, data, vals;

  void VisitFields(FieldVisitor& v) { v.Out("dst", dst).In("data", data).In("vals", vals); }

  void Check(Checker& c) const {
    for (const View* view : {&dst, &data, &vals}) {
      if (!c.ComputeOperand(*view, kOnChip)) return;
      c.SamePartitions(*view, dst);
    }
    for (const View* view : {&data, &vals}) {
      c.NotPacked(*view);
      c.RankAtMost(*view, 3);  // nki.isa.nc_find_index8, NKI 0.6
    }
    c.DtypeIn(dst, {Dtype::kUint16, Dtype::kUint32});
    c.FreeExactly(dst, 8);
    c.FreeExactly(vals, 8);
    c.FreeBetween(data, 8, 16384);  // nki.isa.nc_find_index8, NKI 0.6
  }

  bool ReadsAllFirst() const { return true; }

  // One element per cycle (nki.isa.nc_find_index8, v2.26).
  Cost CostOn(const Generation&) const {
    return EngineCost(Engine::kVector, static_cast<double>(data.free_elements()));
  }

  void Run(RunContext& ctx) const {
    const Tile from = ctx.tile(data), wanted = ctx.tile(vals), to = ctx.tile(dst);
    simd::Match8Tile(
        {.data = from, .vals = wanted, .order = simd::MatchOrder::kFirstColumnFirst, .positions = &to},
        ctx.blocks);
  }

  static std::vector<NcFindIndex8> Samples(SampleBuilder& b) {
    return {{b.Sbuf({128, 8}, Dtype::kUint32), b.Sbuf({128, 512}), b.Sbuf({128, 8})},
            {b.Sbuf({32, 8}, Dtype::kUint16), b.Sbuf({32, 4, 33}, Dtype::kInt8),
             b.Psum({32, 2, 4}, Dtype::kBfloat16)}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(NcFindIndex8, nc_find_index8, kDoc);

}  // namespace nki
