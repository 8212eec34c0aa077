// Selection by an affine expression of the indices.
#include "isa/gpsimd/affine_pattern.h"
#include "isa/instruction.h"
#include "isa/simd/select.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst[p, i...] = (a <cmp_op> 0) ? on_true_tile[p, i...] : on_false_value, on the GpSimd engine.

a = offset + p * channel_multiplier + sum of step_k * i_k, in int32 with wrap-around, as in nki.isa.iota; p counts from
dst's own first partition. Elements keep every bit if on_true_tile and dst have one dtype and pass through float32
otherwise; on_false_value is a float32 that becomes dst.dtype (round to nearest even; integers saturate).

Args:
  dst: result tile, [P <= 128, F...] in SBUF.
  pattern: one to four pairs [step, num], the outermost first; the product of the nums is dst's free elements.
  channel_multiplier: int32, added once per partition.
  on_true_tile: tile in SBUF with the partitions and free elements of dst.
  on_false_value: a number.
  cmp_op: nl.equal, nl.not_equal, nl.less, nl.less_equal, nl.greater or nl.greater_equal.
  offset: int32, or a register that holds one, added to every value.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions, same-free,
  int32, pattern-rank, pattern-elements, comparison, constant.
Source: nki.isa.affine_select, NKI 0.6.
)";

struct AffineSelect {
  View dst;
  Pattern pattern;
  int64_t channel_multiplier = 0;
  View on_true_tile;
  Operand on_false_value;
  AluOp cmp_op = AluOp::kEqual;
  IntOrRegister offset = {};

  void VisitFields(FieldVisitor& v) {
    v.Out("dst", dst).Attr("pattern", pattern).Attr("channel_multiplier", channel_multiplier);
    v.In("on_true_tile", on_true_tile).In("on_false_value", on_false_value).Option("cmp_op", cmp_op);
    v.Option("offset", offset);
  }

  void Check(Checker& c) const {
    for (const View* view : {&dst, &on_true_tile}) {
      if (!c.ComputeOperand(*view, kSbuf)) return;
      c.NotPacked(*view);
    }
    c.SamePartitions(on_true_tile, dst);
    c.SameFree(on_true_tile, dst);
    CheckPattern(c, pattern, offset, channel_multiplier, dst);
    c.Comparison(cmp_op, {AluOp::kEqual, AluOp::kNotEqual, AluOp::kLess, AluOp::kLessEqual, AluOp::kGreater,
                          AluOp::kGreaterEqual});
    c.Rule(on_false_value.is_constant(), "constant", "on_false_value must be a number");
  }

  // 150 cycles to start and one element per cycle (nki.isa.affine_select, v2.26).
  Cost CostOn(const Generation&) const {
    return EngineCost(Engine::kGpSimd, 150 + static_cast<double>(dst.free_elements()));
  }

  void Run(RunContext& ctx) const {
    simd::SelectAffineTile(TakePattern(ctx, pattern, offset, channel_multiplier), cmp_op,
                           ctx.tile(on_true_tile), static_cast<float>(on_false_value.constant), ctx.tile(dst),
                           ctx.blocks);
  }

  static std::vector<AffineSelect> Samples(SampleBuilder& b) {
    const Dtype bf16 = Dtype::kBfloat16;
    return {{b.Sbuf({128, 512}),
             {{-1, 512}},
             1,
             b.Sbuf({128, 512}),
             Operand::Constant(-9984),
             AluOp::kGreaterEqual},
            {b.Sbuf({128, 512}, bf16),
             {{-1, 512}},
             1,
             b.Sbuf({128, 512}, bf16),
             Operand::Constant(0),
             AluOp::kLess,
             {7}},
            {b.Sbuf({64, 4, 32}),
             {{-32, 4}, {1, 32}},
             -1,
             b.Sbuf({64, 128}, Dtype::kInt32),
             Operand::Constant(0.5)}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(AffineSelect, affine_select, kDoc);

}  // namespace nki
