// Exponentials of differences, and their sums.
#include "isa/accumulator.h"
#include "isa/simd/activation.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst[p, f] = exp(src[p, f] - max_value), and reduce_res[p] = their sum, on the Vector engine.

The difference is rounded to float32 once. The Vector engine has one float32 register per partition, which lasts from
one instruction to the next and is shared by range_select, select_reduce, tensor_scalar_reduce and
tensor_scalar_cumulative. It takes the float32 results before they become dst.dtype, in the order of the free axes.

Args:
  dst: result tile, [P <= 128, F...] of rank at most 4 in SBUF or PSUM; any dtype but uint32, bool and packed ones.
  src: tile with the partitions and free elements of dst; any dtype but tfloat32, bool and packed ones.
  max_value: a constant, or a float32 column [P, 1] in SBUF or PSUM.
  reduce_res: float column [P, 1] in SBUF or PSUM that receives the registers after dst is written, or None.
  reduce_cmd: nki.isa.reduce_cmd.idle (on the device the registers are undefined afterwards), .reset_reduce (starts at
    0), .reduce (goes on) or .load_reduce.
  reduce_init: what the registers start at with load_reduce: a constant, or a float32 column [P, 1]; otherwise 0.

Errors: exponential, space, partitions-at-most, partition-step, in-bounds, start-partition, rank-at-most, dtype,
  same-partitions, same-free, given, column, packed-dtype, reduce-cmd, idle-result, reduce-init.
Source: nki.isa.exponential, NKI 0.6.
)";

struct Exponential {
  View dst, src;
  Operand max_value = Operand::Constant(0);
  std::optional<View> reduce_res = std::nullopt;
  ReduceCmd reduce_cmd = ReduceCmd::kIdle;
  Operand reduce_init = Operand::Constant(0);

  void VisitFields(FieldVisitor& v) {
    v.Out("dst", dst).In("src", src).OptionalIn("max_value", max_value).Out("reduce_res", reduce_res);
    v.Option("reduce_cmd", reduce_cmd).OptionalIn("reduce_init", reduce_init);
  }

  void Check(Checker& c) const {
    c.Requires(Feature::kVectorExponential);
    for (const View* view : {&dst, &src}) {
      if (!c.ComputeOperand(*view, kOnChip)) return;
      c.RankAtMost(*view, 4);  // nki.isa.exponential, NKI 0.6
    }
    using enum Dtype;
    c.DtypeIn(dst, {kFloat8E4m3, kFloat8E5m2, kFloat16, kBfloat16, kFloat32, kTfloat32, kInt8, kInt16, kInt32,
                    kUint8, kUint16});
    c.DtypeIn(src, {kFloat8E4m3, kFloat8E5m2, kFloat16, kBfloat16, kFloat32, kInt8, kInt16, kInt32, kUint8,
                    kUint16, kUint32});
    c.SamePartitions(src, dst);
    c.SameFree(src, dst);
    for (const Operand* operand : {&max_value, &reduce_init}) {
      c.Given(*operand);
      c.Float32Operand(*operand, src);
    }
    Registers().CheckCmd(
        c, {ReduceCmd::kIdle, ReduceCmd::kResetReduce, ReduceCmd::kReduce, ReduceCmd::kLoadReduce});
    Registers().CheckResult(c, src);
    Registers().WarnOfIdle(c);
    if (reduce_res)
      c.DtypeIn(*reduce_res, {kFloat8E4m3, kFloat8E5m2, kFloat16, kBfloat16, kFloat32, kTfloat32});
    const bool zero = reduce_init.is_constant() && reduce_init.constant == 0;
    c.Rule(zero || reduce_cmd == ReduceCmd::kLoadReduce, "reduce-init",
           [&] { return c.Says(reduce_init) + "; it must be 0.0 without reduce_cmd.load_reduce"; });
  }

  Accumulator Registers() const { return {EngineState::kVectorAccumulator, reduce_cmd, &reduce_res}; }
  StateUse State() const { return Registers().Use(); }

  bool Elementwise() const {
    return !max_value.is_column() && !reduce_init.is_column() && !reduce_res &&
           reduce_cmd == ReduceCmd::kIdle;
  }

  // Source: "Tensor indirection" of the page.
  std::string_view RefusesIndirect(const View& operand) const {
    return &operand == &dst || &operand == &src ? "" : "only dst and src can be one";
  }

  // Four elements per cycle: four times the Scalar engine's throughput (trainium3_arch).
  Cost CostOn(const Generation&) const {
    return Registers().CostAfter(EngineCost(Engine::kVector, static_cast<double>(dst.free_elements()) / 4));
  }

  void Run(RunContext& ctx) const {
    const Tile to = ctx.tile(dst);
    simd::ScalarOperand minus_max = ctx.scalar(max_value);
    minus_max.negated = true;
    const Operand start = reduce_cmd == ReduceCmd::kLoadReduce ? reduce_init : IdentityOf(AluOp::kAdd);
    simd::ActivationTile(ActivationOp::kExp, ctx.tile(src), ctx.scalar(Operand::Constant(1)), minus_max, to,
                         Registers().Begin(ctx, AluOp::kAdd, to, start), ctx.blocks);
    Registers().End(ctx, to);
  }

  static std::vector<Exponential> Samples(SampleBuilder& b) {
    const Operand column = {Operand::Kind::kColumn, false, 0, b.Sbuf({128, 1})};
    const Dtype bf16 = Dtype::kBfloat16;
    return {{b.Sbuf({128, 512}, bf16), b.Psum({128, 512}), column, b.Sbuf({128, 1}), ReduceCmd::kResetReduce},
            {b.Sbuf({128, 512}), b.Sbuf({128, 512}), Operand::Constant(1.5)},
            {b.Sbuf({128, 8, 16}), b.Sbuf({128, 128}), column, std::nullopt, ReduceCmd::kLoadReduce, column}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(Exponential, exponential, kDoc);

}  // namespace nki
