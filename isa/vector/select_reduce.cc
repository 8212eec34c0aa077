// Selection between a tile and a value per partition, and the maximum of the result.
#include "isa/accumulator.h"
#include "isa/simd/select.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst[p, f] = predicate[p, f] ? on_true[p, f] : on_false, and reduce_res[p] = their maximum, on the Vector engine.

Elements pass through float32. The Vector engine has one float32 register per partition, which lasts from one
instruction to the next and is shared by range_select, exponential, tensor_scalar_reduce and tensor_scalar_cumulative.
It takes the values before they become dst.dtype; a NaN stays.

Args:
  dst: result tile, [P <= 128, F...] in SBUF or PSUM.
  predicate: tile of int8, uint8, int16 or uint16 with the partitions and free elements of dst; true is not 0.
  on_true: tile with the partitions and free elements of dst; not tfloat32 or integers of 32 bits; not in PSUM together
    with predicate.
  on_false: a constant, or a column [P, 1] in SBUF or PSUM.
  reduce_res: float column [P, 1] in SBUF or PSUM that receives the registers after dst is written, or None.
  reduce_cmd: nki.isa.reduce_cmd.idle (on the device the registers are undefined afterwards), .reset_reduce (starts at
    -inf) or .reduce (goes on).
  reduce_op: nl.maximum.
  reverse_pred: takes on_true where the predicate is 0.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions, same-free,
  both-psum, dtype, on-true-dtype, given, column, reduce-op, reduce-cmd, idle-result, reduce-res-dtype.
Source: nki.isa.select_reduce, NKI 0.6.
)";

struct SelectReduce {
  View dst, predicate, on_true;
  Operand on_false;
  std::optional<View> reduce_res = std::nullopt;
  ReduceCmd reduce_cmd = ReduceCmd::kIdle;
  AluOp reduce_op = AluOp::kMaximum;
  bool reverse_pred = false;

  void VisitFields(FieldVisitor& v) {
    v.Out("dst", dst).In("predicate", predicate).In("on_true", on_true).In("on_false", on_false);
    v.Out("reduce_res", reduce_res).Option("reduce_cmd", reduce_cmd).Option("reduce_op", reduce_op);
    v.Option("reverse_pred", reverse_pred);
  }

  void Check(Checker& c) const {
    for (const View* view : {&dst, &predicate, &on_true}) {
      if (!c.ComputeOperand(*view, kOnChip)) return;
    }
    c.NotPacked(dst);
    c.NotPacked(on_true);
    c.SamePartitions(on_true, predicate) && c.SamePartitions(on_true, dst);
    c.SameFree(on_true, predicate) && c.SameFree(on_true, dst);
    c.NotBothInPsum(on_true, predicate);
    c.DtypeIn(predicate, {Dtype::kInt8, Dtype::kUint8, Dtype::kInt16, Dtype::kUint16});
    const bool narrow = on_true.dtype != Dtype::kTfloat32 && on_true.dtype != Dtype::kInt32 &&
                        on_true.dtype != Dtype::kUint32;
    c.Rule(narrow, "on-true-dtype", [&] {
      return "on_true is " + std::string(Name(on_true.dtype)) +
             "; every dtype but tfloat32, int32 and uint32 is allowed";
    });
    c.Given(on_false);
    if (c.ScalarOperand(on_false, on_true, kOnChip) && on_false.is_column()) c.NotPacked(on_false.column);
    c.ReducesToMaximum(reduce_op);
    Registers().CheckCmd(c, {ReduceCmd::kIdle, ReduceCmd::kResetReduce, ReduceCmd::kReduce});
    Registers().CheckResult(c, on_true);
    Registers().WarnOfIdle(c);
    if (reduce_res) {
      c.Rule(IsFloat(reduce_res->dtype), "reduce-res-dtype", [&] {
        return "reduce_res is " + std::string(Name(reduce_res->dtype)) + "; it must be a float";
      });
    }
  }

  Accumulator Registers() const { return {EngineState::kVectorAccumulator, reduce_cmd, &reduce_res}; }
  StateUse State() const { return Registers().Use(); }

  // As tensor_copy_predicated: one cycle per element, two if on_true and predicate are both in SBUF (v2.26);
  // its own page gives no number.
  Cost CostOn(const Generation&) const {
    const bool both_sbuf = In(on_true.space(), kSbuf) && In(predicate.space(), kSbuf);
    const double cycles = static_cast<double>(dst.free_elements()) * (both_sbuf ? 2 : 1);
    return Registers().CostAfter(EngineCost(Engine::kVector, cycles));
  }

  void Run(RunContext& ctx) const {
    const Tile to = ctx.tile(dst);
    simd::SelectTile(ctx.tile(predicate), reverse_pred, ctx.tile(on_true), ctx.scalar(on_false), to,
                     Registers().Begin(ctx, AluOp::kMaximum, to, IdentityOf(AluOp::kMaximum)), ctx.blocks);
    Registers().End(ctx, to);
  }

  static std::vector<SelectReduce> Samples(SampleBuilder& b) {
    const Dtype bf16 = Dtype::kBfloat16;
    return {{b.Sbuf({128, 512}), b.Sbuf({128, 512}, Dtype::kUint8), b.Psum({128, 512}),
             Operand::Constant(-9984), b.Sbuf({128, 1}), ReduceCmd::kResetReduce},
            {b.Sbuf({128, 512}, bf16), b.Sbuf({128, 512}, Dtype::kInt16), b.Sbuf({128, 512}, bf16),
             Operand{Operand::Kind::kColumn, false, 0, b.Sbuf({128, 1})}}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(SelectReduce, select_reduce, kDoc);

}  // namespace nki
