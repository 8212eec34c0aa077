// Eight values of each partition found and replaced.
#include "isa/instruction.h"
#include "isa/simd/match8.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst = data with the first element that equals vals[p, i] replaced by imm, for each i, on the Vector engine.

The columns of vals are handled from 7 to 0, and each takes the first element that no other has taken: of equal values
the highest column has the first occurrence (nc_find_index8 gives it to the lowest). dst_idx[p, i] is the position where
vals[p, i] was, all ones (0xFFFFFFFF or 0xFFFF) if data has no such element left. Elements are read as float32, compared
and stored as dst.dtype; NaN equals nothing, -0 equals 0. dst may be data, to work in place.

Args:
  dst: result tile, [P <= 128, F...] in SBUF or PSUM, with the free elements of data.
  data: tile [P, F] or [P, F1, F2] with 8 to 16384 elements per partition, in SBUF or PSUM.
  vals: tile of up to 3 axes with 8 elements per partition, in SBUF or PSUM.
  imm: a constant, float32.
  dst_idx: positions, uint16 or uint32, [P, 8] in SBUF or PSUM, or None.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions, same-free,
  free-exactly, free-between, rank-at-most, dtype, constant.
Source: nki.isa.nc_match_replace8, NKI 0.6; limits as nki.isa.nc_find_index8.
)";

struct NcMatchReplace8 {
  View dst, data, vals;
  Operand imm;
  std::optional<View> dst_idx;

  void VisitFields(FieldVisitor& v) {
    v.Out("dst", dst).In("data", data).In("vals", vals).In("imm", imm).Out("dst_idx", dst_idx);
  }

  void Check(Checker& c) const {
    for (const View* view : {&dst, &data, &vals}) {
      if (!c.ComputeOperand(*view, kOnChip)) return;
      c.SamePartitions(*view, dst);
      c.NotPacked(*view);
    }
    c.Rule(imm.is_constant(), "constant", [&] { return c.Says(imm) + "; it must be a number"; });
    c.SameFree(data, dst);
    c.FreeBetween(data, 8, 16384);  // as nki.isa.nc_find_index8, NKI 0.6
    c.FreeExactly(vals, 8);
    c.RankAtMost(data, 3) && c.RankAtMost(vals, 3);  // as nki.isa.nc_find_index8, NKI 0.6
    if (!dst_idx || !c.ComputeOperand(*dst_idx, kOnChip)) return;
    c.SamePartitions(*dst_idx, dst);
    c.DtypeIn(*dst_idx, {Dtype::kUint16, Dtype::kUint32});
    c.FreeExactly(*dst_idx, 8);
  }

  // One element per cycle (nki.isa.nc_match_replace8, v2.22).
  Cost CostOn(const Generation&) const {
    return EngineCost(Engine::kVector, static_cast<double>(data.free_elements()));
  }

  void Run(RunContext& ctx) const {
    const Tile from = ctx.tile(data), wanted = ctx.tile(vals), to = ctx.tile(dst);
    simd::Match8 match = {.data = from,
                          .vals = wanted,
                          .order = simd::MatchOrder::kLastColumnFirst,
                          .replaced = &to,
                          .replacement = static_cast<float>(imm.constant)};
    const Tile positions = dst_idx ? ctx.tile(*dst_idx) : Tile();
    if (dst_idx) match.positions = &positions;
    simd::Match8Tile(match, ctx.blocks);
  }

  static std::vector<NcMatchReplace8> Samples(SampleBuilder& b) {
    return {{b.Sbuf({128, 512}), b.Sbuf({128, 512}), b.Sbuf({128, 8}), Operand::Constant(-1e30),
             b.Sbuf({128, 8}, Dtype::kUint32)},
            {b.Sbuf({32, 66}, Dtype::kBfloat16),
             b.Psum({32, 2, 33}),
             b.Sbuf({32, 8}, Dtype::kInt16),
             Operand::Constant(0),
             {}}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(NcMatchReplace8, nc_match_replace8, kDoc);

}  // namespace nki
