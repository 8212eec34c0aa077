// Running sums, products and extremes.
#include "isa/accumulator.h"
#include "isa/vector/bypass.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst[p, i] = register = (src[p, i] <op0> imm0) <op1> register, i upwards, on the Vector engine.

The register of each partition is float32 and is not rounded to dst.dtype on its way. It lasts from one instruction to
the next and is shared by range_select, select_reduce, exponential and tensor_scalar_reduce.

Args:
  dst: result tile, [P <= 128, F...] in SBUF or PSUM; every dtype but the integers of 32 bits.
  src: tile with the partitions and free elements of dst, in SBUF or PSUM; the same dtypes.
  op0: an arithmetic operator. A unary one (nl.abs, ...) takes imm0 None or 0; nl.bypass leaves src as it is.
  op1: nl.add, nl.subtract (the new element minus the register), nl.multiply, nl.maximum or nl.minimum.
  imm0: a constant, or a float32 column [P, 1] in SBUF or PSUM.
  imm1: what the registers start at with load_reduce, like imm0; not used otherwise.
  reduce_cmd: nki.isa.reduce_cmd.reset_reduce (starts at 0, 0, 1, -inf or +inf), .reduce (goes on) or .load_reduce.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, integer-32,
  same-partitions, same-free, arithmetic-op, unary-operand, abs-max-min, unary-alu-ops, column, dtype, cumulative-op,
  reduce-cmd, given.
Source: nki.isa.tensor_scalar_cumulative, NKI 0.6.
)";

struct TensorScalarCumulative {
  View dst, src;
  std::optional<AluOp> op0 = std::nullopt;
  AluOp op1 = AluOp::kAdd;
  Operand imm0;
  Operand imm1 = {};
  ReduceCmd reduce_cmd = ReduceCmd::kResetReduce;

  void VisitFields(FieldVisitor& v) {
    v.Out("dst", dst).In("src", src).Attr("op0", op0).Attr("op1", op1).In("imm0", imm0);
    v.OptionalIn("imm1", imm1).Option("reduce_cmd", reduce_cmd);
  }

  void Check(Checker& c) const {
    for (const View* view : {&dst, &src}) {
      if (!c.ComputeOperand(*view, kOnChip)) return;
      c.NotPacked(*view);
      c.Rule(!IsInteger(view->dtype) || ItemBytes(view->dtype) < 4, "integer-32", [&] {
        return c.NameOf(view) + " is " + std::string(Name(view->dtype)) +
               "; integers of 32 bits are not allowed";
      });
    }
    c.SamePartitions(src, dst);
    c.SameFree(src, dst);
    if (op0) {
      c.ArithmeticOp(*op0) && c.AluOpOnTarget(*op0);
      if (c.UnaryOperand(*op0, imm0)) c.Float32Operand(imm0, src);
    }
    const bool runs = op1 == AluOp::kAdd || op1 == AluOp::kSubtract || op1 == AluOp::kMultiply ||
                      op1 == AluOp::kMaximum || op1 == AluOp::kMinimum;
    c.Rule(runs, "cumulative-op", [&] {
      return "op1 is '" + std::string(Name(op1)) +
             "'; it must be nl.add, nl.subtract, nl.multiply, nl.maximum or nl.minimum";
    });
    Registers().CheckCmd(c, {ReduceCmd::kResetReduce, ReduceCmd::kReduce, ReduceCmd::kLoadReduce});
    if (reduce_cmd != ReduceCmd::kLoadReduce) return;
    c.Given(imm1);
    c.Float32Operand(imm1, src);
  }

  Accumulator Registers() const { return {EngineState::kVectorAccumulator, reduce_cmd}; }
  StateUse State() const { return Registers().Use(); }

  // Source: "Tensor indirection" of the page.
  std::string_view RefusesIndirect(const View& operand) const {
    return &operand == &dst || &operand == &src ? "" : "only dst and src can be one";
  }

  // As tensor_tensor_scan, which it resembles: two cycles per element (v2.26). Its own page gives no number.
  Cost CostOn(const Generation&) const {
    return EngineCost(Engine::kVector, 2 * static_cast<double>(dst.free_elements()));
  }

  void Run(RunContext& ctx) const {
    const Tile to = ctx.tile(dst);
    const Operand start = reduce_cmd == ReduceCmd::kLoadReduce ? imm1 : IdentityOf(op1);
    simd::CumulativeTile(ctx.tile(src), StepOf(ctx, op0, imm0), to, Registers().Begin(ctx, op1, to, start),
                         ctx.blocks);
  }

  static std::vector<TensorScalarCumulative> Samples(SampleBuilder& b) {
    const Operand column = {Operand::Kind::kColumn, false, 0, b.Sbuf({128, 1})};
    const Dtype bf16 = Dtype::kBfloat16;
    return {{b.Sbuf({128, 512}), b.Sbuf({128, 512}), AluOp::kMultiply, AluOp::kAdd, column},
            {b.Sbuf({128, 512}, bf16), b.Psum({128, 512}), AluOp::kAdd, AluOp::kMaximum,
             Operand::Constant(0.5), column, ReduceCmd::kLoadReduce}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(TensorScalarCumulative, tensor_scalar_cumulative, kDoc);

}  // namespace nki
