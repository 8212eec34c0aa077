// Elementwise arithmetic with a constant or column, and a reduction of the result.
#include "isa/accumulator.h"
#include "isa/vector/bypass.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst[p, f] = data[p, f] <op0> operand0, and reduce_res[p] = these reduced, on the Vector engine.

The Vector engine has one float32 register per partition, which lasts from one instruction to the next and is shared by
range_select, select_reduce, exponential, tensor_scalar_reduce and tensor_scalar_cumulative. It takes the float32
results before they become dst.dtype, in the order of the free axes: register = register <reduce_op> result.

Args:
  dst: result tile, [P <= 128, F...] in SBUF or PSUM.
  data: tile with the partitions and free elements of dst, in SBUF or PSUM.
  op0: an arithmetic operator. A unary one (nl.abs, ...) takes operand0 None or 0; nl.bypass leaves data as it is.
  operand0: a constant, or a float32 column [P, 1] in SBUF or PSUM.
  reduce_op: nl.add, nl.multiply, nl.maximum or nl.minimum.
  reduce_res: column [P, 1] in SBUF or PSUM that receives the registers after dst is written, or None.
  reverse0: must be False: NKI does not support it yet.
  reduce_cmd: nki.isa.reduce_cmd.reset_reduce (starts at 0, 1, -inf or +inf), .reduce (goes on) or .load_reduce.
  reduce_init: with load_reduce only, and always: what the registers start at, a constant or a float32 column [P, 1].
  reduce_res_negate: writes the registers to reduce_res with the opposite sign; the registers stay as they are.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions, same-free,
  arithmetic-op, unary-operand, abs-max-min, unary-alu-ops, column, dtype, reverse0, reduce-op, reduce-cmd,
  reduce-init.
Source: nki.isa.tensor_scalar_reduce, NKI 0.6.
)";

struct TensorScalarReduce {
  View dst, data;
  std::optional<AluOp> op0 = std::nullopt;
  Operand operand0;
  AluOp reduce_op = AluOp::kAdd;
  std::optional<View> reduce_res = std::nullopt;
  bool reverse0 = false;
  ReduceCmd reduce_cmd = ReduceCmd::kResetReduce;
  Operand reduce_init = {};
  bool reduce_res_negate = false;

  void VisitFields(FieldVisitor& v) {
    v.Out("dst", dst).In("data", data).Attr("op0", op0).In("operand0", operand0);
    v.Attr("reduce_op", reduce_op).Out("reduce_res", reduce_res).Option("reverse0", reverse0);
    v.Option("reduce_cmd", reduce_cmd).OptionalIn("reduce_init", reduce_init);
    v.Option("reduce_res_negate", reduce_res_negate);
  }

  void Check(Checker& c) const {
    for (const View* view : {&dst, &data}) {
      if (!c.ComputeOperand(*view, kOnChip)) return;
      c.NotPacked(*view);
    }
    c.SamePartitions(data, dst);
    c.SameFree(data, dst);
    if (op0) {
      c.ArithmeticOp(*op0) && c.AluOpOnTarget(*op0);
      if (c.UnaryOperand(*op0, operand0)) c.Float32Operand(operand0, data);
    }
    c.Rule(!reverse0, "reverse0", "reverse0 is True, which NKI does not support yet");
    const bool reduces = reduce_op == AluOp::kAdd || reduce_op == AluOp::kMultiply ||
                         reduce_op == AluOp::kMaximum || reduce_op == AluOp::kMinimum;
    c.Rule(reduces, "reduce-op", [&] {
      return "reduce_op is '" + std::string(Name(reduce_op)) +
             "'; it must be nl.add, nl.multiply, nl.maximum or nl.minimum";
    });
    Registers().CheckCmd(c, {ReduceCmd::kResetReduce, ReduceCmd::kReduce, ReduceCmd::kLoadReduce});
    Registers().CheckResult(c, data);
    c.Rule(reduce_init.given() == (reduce_cmd == ReduceCmd::kLoadReduce), "reduce-init", [&] {
      return c.Says(reduce_init) + "; it must be given with reduce_cmd.load_reduce, and only with it";
    });
    c.Float32Operand(reduce_init, data);
  }

  Accumulator Registers() const { return {EngineState::kVectorAccumulator, reduce_cmd, &reduce_res}; }
  StateUse State() const { return Registers().Use(); }

  // Source: "Tensor indirection" of the page.
  std::string_view RefusesIndirect(const View& operand) const {
    return &operand == &dst || &operand == &data ? "" : "only dst and data can be one";
  }

  // One element per cycle (nki.isa.tensor_scalar_reduce, v2.26).
  Cost CostOn(const Generation&) const {
    return Registers().CostAfter(EngineCost(Engine::kVector, static_cast<double>(dst.free_elements())));
  }

  void Run(RunContext& ctx) const {
    const Tile to = ctx.tile(dst);
    const Operand start = reduce_cmd == ReduceCmd::kLoadReduce ? reduce_init : IdentityOf(reduce_op);
    simd::ScalarReduceTile(ctx.tile(data), StepOf(ctx, op0, operand0), to,
                           Registers().Begin(ctx, reduce_op, to, start), ctx.blocks);
    Registers().End(ctx, to, reduce_res_negate);
  }

  static std::vector<TensorScalarReduce> Samples(SampleBuilder& b) {
    const Operand column = {Operand::Kind::kColumn, false, 0, b.Sbuf({128, 1})};
    const Dtype bf16 = Dtype::kBfloat16;
    return {{b.Sbuf({128, 512}), b.Psum({128, 512}), AluOp::kMultiply, column, AluOp::kAdd, b.Sbuf({128, 1})},
            {b.Sbuf({128, 512}, bf16), b.Sbuf({128, 512}, bf16), AluOp::kSubtract, Operand::Constant(0.5),
             AluOp::kMaximum, b.Sbuf({128, 1}), false, ReduceCmd::kLoadReduce, column, true}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(TensorScalarReduce, tensor_scalar_reduce, kDoc);

}  // namespace nki
