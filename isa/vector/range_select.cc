// Selection by a range of indices per partition, and the maximum of the result.
#include <limits>

#include "isa/accumulator.h"
#include "isa/simd/select.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst[p, i] = i is in p's range ? on_true_tile[p, i] : -3.4028235e38, reduce_res[p] = their maximum, Vector engine.

The range: (range_start + i) <comp_op0> bound0[p] and (range_start + i) <comp_op1> bound1[p], in float32, with i the
index among the free elements. Elements pass through float32; in a dst of 16 or 8 bits the value of the others becomes
-inf. The Vector engine's registers, one float32 per partition, last from one instruction to the next and are shared by
select_reduce, exponential, tensor_scalar_reduce and tensor_scalar_cumulative; they take the values before they become
dst.dtype.

Args:
  dst: result tile, [P <= 128, F...] in SBUF or PSUM.
  on_true_tile: float tile with the partitions and free elements of dst, in SBUF or PSUM.
  comp_op0, comp_op1: nl.equal, nl.less, nl.less_equal, nl.greater or nl.greater_equal.
  bound0, bound1: float32 columns [P, 1] in SBUF or PSUM.
  reduce_cmd: nki.isa.reduce_cmd.reset_reduce (starts at -inf), .reduce (goes on) or .idle (on the device the registers
    are undefined afterwards).
  reduce_res: column [P, 1] in SBUF or PSUM that receives the registers after dst is written, or None.
  reduce_op: nl.maximum.
  range_start: integer; with the index it must stay within 2^24, where float32 holds every integer.
  on_false_value: -3.4028235e38, the smallest float32, as the hardware has no other.

Errors: range-select, space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype,
  same-partitions, same-free, float-dtype, comparison, column, dtype, reduce-op, reduce-cmd, idle-result, range-start,
  on-false-value.
Source: nki.isa.range_select, NKI 0.6.
)";

constexpr double kFloat32Min = std::numeric_limits<float>::lowest();

struct RangeSelect {
  View dst, on_true_tile;
  AluOp comp_op0 = AluOp::kEqual;
  AluOp comp_op1 = AluOp::kEqual;
  View bound0, bound1;
  ReduceCmd reduce_cmd = ReduceCmd::kResetReduce;
  std::optional<View> reduce_res = std::nullopt;
  AluOp reduce_op = AluOp::kMaximum;
  int64_t range_start = 0;
  Operand on_false_value = Operand::Constant(kFloat32Min);

  void VisitFields(FieldVisitor& v) {
    v.Out("dst", dst).In("on_true_tile", on_true_tile).Attr("comp_op0", comp_op0).Attr("comp_op1", comp_op1);
    v.In("bound0", bound0)
        .In("bound1", bound1)
        .Option("reduce_cmd", reduce_cmd)
        .Out("reduce_res", reduce_res);
    v.Option("reduce_op", reduce_op).Option("range_start", range_start);
    v.OptionalIn("on_false_value", on_false_value);
  }

  void Check(Checker& c) const {
    c.Requires(Feature::kRangeSelect);
    for (const View* view : {&dst, &on_true_tile, &bound0, &bound1}) {
      if (!c.ComputeOperand(*view, kOnChip)) return;
    }
    c.NotPacked(dst);
    c.SamePartitions(on_true_tile, dst);
    c.SameFree(on_true_tile, dst);
    c.Rule(IsFloat(on_true_tile.dtype) && !IsPacked(on_true_tile.dtype), "float-dtype", [&] {
      return "on_true_tile is " + std::string(Name(on_true_tile.dtype)) + "; it must be a float";
    });
    for (const View* bound : {&bound0, &bound1}) {
      c.Column(*bound, on_true_tile);
      c.DtypeIn(*bound, {Dtype::kFloat32});
    }
    for (const AluOp* op : {&comp_op0, &comp_op1}) {
      c.Comparison(*op,
                   {AluOp::kEqual, AluOp::kLess, AluOp::kLessEqual, AluOp::kGreater, AluOp::kGreaterEqual});
    }
    CheckValues(c);
  }
  void CheckValues(Checker& c) const {
    c.ReducesToMaximum(reduce_op);
    Registers().CheckCmd(c, {ReduceCmd::kIdle, ReduceCmd::kResetReduce, ReduceCmd::kReduce});
    Registers().CheckResult(c, on_true_tile);
    Registers().WarnOfIdle(c);
    constexpr int64_t kExact = int64_t{1} << 24;
    c.Rule(
        range_start >= -kExact && range_start <= kExact - on_true_tile.free_elements(), "range-start", [&] {
          return "range_start is " + std::to_string(range_start) + "; with " +
                 std::to_string(on_true_tile.free_elements()) + " elements the indices must stay within 2^24";
        });
    const bool smallest =
        on_false_value.is_constant() && static_cast<float>(on_false_value.constant) == kFloat32Min;
    c.Rule(smallest, "on-false-value",
           [&] { return c.Says(on_false_value) + "; it must be -3.4028235e38, the smallest float32"; });
  }

  Accumulator Registers() const { return {EngineState::kVectorAccumulator, reduce_cmd, &reduce_res}; }
  StateUse State() const { return Registers().Use(); }

  // One element per cycle (nki.isa.range_select, v2.26).
  Cost CostOn(const Generation&) const {
    return Registers().CostAfter(EngineCost(Engine::kVector, static_cast<double>(dst.free_elements())));
  }

  void Run(RunContext& ctx) const {
    const Tile to = ctx.tile(dst);
    const auto bound = [&](AluOp op, const View& column) {
      return simd::RangeBound{op, ctx.scalar({Operand::Kind::kColumn, false, 0, column})};
    };
    simd::SelectRangeTile(ctx.tile(on_true_tile), {bound(comp_op0, bound0), bound(comp_op1, bound1)},
                          range_start, static_cast<float>(kFloat32Min), to,
                          Registers().Begin(ctx, AluOp::kMaximum, to, IdentityOf(AluOp::kMaximum)),
                          ctx.blocks);
    Registers().End(ctx, to);
  }

  static std::vector<RangeSelect> Samples(SampleBuilder& b) {
    const Dtype bf16 = Dtype::kBfloat16;
    return {{b.Sbuf({128, 512}), b.Psum({128, 512}), AluOp::kGreaterEqual, AluOp::kLess, b.Sbuf({128, 1}),
             b.Sbuf({128, 1}), ReduceCmd::kResetReduce, b.Sbuf({128, 1})},
            {b.Sbuf({64, 4, 16}, bf16), b.Sbuf({64, 64}, bf16), AluOp::kLessEqual, AluOp::kEqual,
             b.Sbuf({64, 1}), b.Sbuf({64, 1}), ReduceCmd::kIdle, std::nullopt, AluOp::kMaximum, 512}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(RangeSelect, range_select, kDoc);

}  // namespace nki
