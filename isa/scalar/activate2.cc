// Activation functions after one or two operators with constants or columns, and a reduction of the result.
#include "isa/accumulator.h"
#include "isa/simd/activation.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(dst[p, f] = op((data[p, f] <op0> imm0) <op1> imm1), on the Scalar engine.

Computed in float32 and stored as dst.dtype; multiply with add or subtract is one fused multiply-add. The engine has one
float32 register per partition, which lasts from one instruction to the next and is shared by activation and
activation_reduce. It takes the results before they become dst.dtype, in the order of the free axes.

Args:
  dst: result tile, [P <= 128, F...] in SBUF or PSUM.
  op: an activation function (nl.exp, nl.gelu, nl.prelu, ...); nl.sin does no range reduction.
  data: tile with the partitions and free elements of dst, in SBUF or PSUM.
  imm0, imm1: the operands of op0 and op1: constants, or columns [P, 1] of one dtype; not used beside nl.bypass.
  op0, op1: nl.multiply with nl.add, nl.subtract or nl.bypass; nl.add or nl.subtract with nl.bypass; or both nl.bypass,
    which is None.
  relu_param: the slope of nl.prelu for negative inputs: a constant or a column [P, 1].
  reverse0: computes imm0 <op0> data.
  reverse1: computes imm1 <op1> (the first result).
  reduce_op: nl.add, nl.maximum, nl.minimum, nl.abs_max or nl.abs_min, if reduce_cmd reduces.
  reduce_res: column [P, 1] that receives the registers after dst is written, or None.
  reduce_cmd: nki.isa.reduce_cmd.idle, .reset (to 0, -inf or +inf), .reduce (goes on) or .reset_reduce.

Errors: activate2, space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions,
  same-free, operators, given, column, same-dtype, reverse, reduce-op, reduce-cmd.
Source: nki.isa.activate2, NKI 0.6.
)";

struct Activate2 {
  View dst;
  ActivationOp op = ActivationOp::kCopy;
  View data;
  Operand imm0, imm1;
  std::optional<AluOp> op0 = std::nullopt;
  std::optional<AluOp> op1 = std::nullopt;
  Operand relu_param = Operand::Constant(0);
  bool reverse0 = false;
  bool reverse1 = false;
  std::optional<AluOp> reduce_op = std::nullopt;
  std::optional<View> reduce_res = std::nullopt;
  ReduceCmd reduce_cmd = ReduceCmd::kIdle;

  void VisitFields(FieldVisitor& v) {
    v.Out("dst", dst).Attr("op", op).In("data", data).In("imm0", imm0).In("imm1", imm1).Attr("op0", op0);
    v.Attr("op1", op1).OptionalIn("relu_param", relu_param).Option("reverse0", reverse0);
    v.Option("reverse1", reverse1).Option("reduce_op", reduce_op).Out("reduce_res", reduce_res);
    v.Option("reduce_cmd", reduce_cmd);
  }

  void Check(Checker& c) const {
    c.Requires(Feature::kActivate2);
    for (const View* view : {&dst, &data}) {
      if (!c.ComputeOperand(*view, kOnChip)) return;
      c.NotPacked(*view);
    }
    c.SamePartitions(data, dst);
    c.SameFree(data, dst);
    CheckOperators(c);
    for (const Operand* operand : {&imm0, &imm1, &relu_param}) {
      if (c.ScalarOperand(*operand, data, kOnChip) && operand->is_column()) c.NotPacked(operand->column);
    }
    if (imm0.is_column() && imm1.is_column()) c.SameDtype(imm0.column, imm1.column);
    c.Given(relu_param);
    const bool reduces = reduce_op == AluOp::kAdd || reduce_op == AluOp::kMaximum ||
                         reduce_op == AluOp::kMinimum || reduce_op == AluOp::kAbsMax ||
                         reduce_op == AluOp::kAbsMin;
    c.Rule(reduces || (!reduce_op && !Registers().Reduces()), "reduce-op", [&] {
      return "reduce_op is " + (reduce_op ? "'" + std::string(Name(*reduce_op)) + "'" : "None") +
             "; it must be nl.add, nl.maximum, nl.minimum, nl.abs_max or nl.abs_min" +
             (reduce_op ? "" : " if reduce_cmd reduces");
    });
    Registers().CheckCmd(c,
                         {ReduceCmd::kIdle, ReduceCmd::kReset, ReduceCmd::kReduce, ReduceCmd::kResetReduce});
    Registers().CheckResult(c, data);
  }
  void CheckOperators(Checker& c) const {
    const bool sum1 = op1 == AluOp::kAdd || op1 == AluOp::kSubtract;
    const bool sum0 = op0 == AluOp::kAdd || op0 == AluOp::kSubtract;
    const bool known = op0 == AluOp::kMultiply ? !op1 || sum1 : (!op0 || sum0) && !op1;
    const auto name = [](const std::optional<AluOp>& one) {
      return one ? std::string(Name(*one)) : "bypass";
    };
    c.Rule(known, "operators", [&] {
      return "op0 and op1 are '" + name(op0) + "' and '" + name(op1) +
             "'; allowed are multiply with add, subtract or bypass, add or subtract with bypass, and bypass "
             "twice";
    });
    if (op0) c.Given(imm0);
    if (op1) c.Given(imm1);
    c.Rule((op0 || !reverse0) && (op1 || !reverse1), "reverse",
           "reverse0 or reverse1 is True where op0 or op1 is None: there is no operator to reverse");
  }

  Accumulator Registers() const { return {EngineState::kScalarAccumulator, reduce_cmd, &reduce_res}; }
  StateUse State() const { return Registers().Use(); }

  bool Elementwise() const {
    return !imm0.is_column() && !imm1.is_column() && !relu_param.is_column() && !reduce_res &&
           reduce_cmd == ReduceCmd::kIdle;
  }

  // Source: "Tensor indirection" of the page.
  std::string_view RefusesIndirect(const View& operand) const {
    return &operand == &dst || &operand == &data ? "" : "only dst and data can be one";
  }

  // As activation: one element per cycle (nki.isa.activation, v2.26).
  Cost CostOn(const Generation&) const {
    return Registers().CostAfter(EngineCost(Engine::kScalar, static_cast<double>(dst.free_elements())));
  }

  // Every pair of operators is data * factor + addend, with signs; adding -0 changes nothing.
  void Run(RunContext& ctx) const {
    const bool multiplies = op0 == AluOp::kMultiply;
    simd::ScalarOperand factor = ctx.scalar(multiplies ? imm0 : Operand::Constant(1));
    const Operand& last = multiplies ? imm1 : imm0;
    simd::ScalarOperand addend = ctx.scalar((multiplies ? op1 : op0) ? last : Operand(), -0.0);
    const bool subtracts = (multiplies ? op1 : op0) == AluOp::kSubtract;
    const bool reversed = multiplies ? reverse1 : reverse0;
    factor.negated = subtracts && reversed;
    addend.negated = subtracts && !reversed;
    const Tile to = ctx.tile(dst);
    const AluOp reduction = reduce_op.value_or(AluOp::kAdd);
    simd::ActivationTile(op, ctx.tile(data), factor, addend, to,
                         Registers().Begin(ctx, reduction, to, IdentityOf(reduction)), ctx.blocks,
                         ctx.scalar(relu_param));
    Registers().End(ctx, to);
  }

  static std::vector<Activate2> Samples(SampleBuilder& b) {
    const Operand column = {Operand::Kind::kColumn, false, 0, b.Sbuf({128, 1})};
    const Dtype bf16 = Dtype::kBfloat16;
    return {{b.Sbuf({128, 512}), ActivationOp::kExp, b.Psum({128, 512}), Operand::Constant(0.125), column,
             AluOp::kMultiply, AluOp::kSubtract},
            {b.Sbuf({128, 512}, bf16), ActivationOp::kPrelu, b.Sbuf({128, 512}, bf16), column, Operand(),
             AluOp::kAdd, std::nullopt, Operand::Constant(0.25), false, false, AluOp::kAbsMax,
             b.Sbuf({128, 1}), ReduceCmd::kResetReduce}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(Activate2, activate2, kDoc);

}  // namespace nki
