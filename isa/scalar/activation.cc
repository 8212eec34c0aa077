// Activation functions with scale, bias and a running sum.
#include "isa/instruction.h"
#include "isa/scalar/activate.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(dst[p, f] = op(data[p, f] * scale + bias), on the Scalar engine.

Computed in float32 (one fused multiply-add, then the function) and stored as dst.dtype. The engine has one float32
register per partition, which lasts from one activation to the next: reduce_cmd resets it, adds the float32 results of
this instruction in the order of the free axes, or both; reduce_res receives it after dst is written, so it may be dst.

Args:
  dst: result tile, [P <= 128, F...] in SBUF or PSUM.
  op: an activation function (nl.exp, nl.gelu, nl.copy, ...), not nl.prelu. Outside the range that the manual gives for
    it, the device's results are invalid; nl.sin does no range reduction.
  data: tile with the partitions and free elements of dst, in SBUF or PSUM.
  bias: None (0), a column [P, 1] of any dtype but tfloat32, or from trn2 a constant. trn1 ignores the bias of nl.copy
    and takes none with nl.reciprocal.
  scale: a constant, or a float32 column [P, 1].
  reduce_op: nl.add, if reduce_cmd adds.
  reduce_res: column [P, 1] that receives the registers, or None.
  reduce_cmd: nki.isa.reduce_cmd.idle, .reset (to 0), .reduce (adds) or .reset_reduce.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions, same-free,
  column, dtype, prelu, bias-dtype, constant-bias, copy-bias, reciprocal-bias, reduce-op, reduce-cmd.
Source: nki.isa.activation and nki.api.shared, NKI 0.6.
)";

struct Activation {
  View dst;
  ActivationOp op = ActivationOp::kCopy;
  View data;
  Operand bias = {};
  Operand scale = Operand::Constant(1);
  std::optional<AluOp> reduce_op = std::nullopt;
  std::optional<View> reduce_res = std::nullopt;
  ReduceCmd reduce_cmd = ReduceCmd::kIdle;

  void VisitFields(FieldVisitor& v) {
    v.Out("dst", dst).Attr("op", op).In("data", data).OptionalIn("bias", bias).OptionalIn("scale", scale);
    v.Option("reduce_op", reduce_op).Out("reduce_res", reduce_res).Option("reduce_cmd", reduce_cmd);
  }

  void Check(Checker& c) const {
    if (!CheckActivation(c, {dst, op, data, bias, scale})) return;
    Registers().CheckCmd(c,
                         {ReduceCmd::kIdle, ReduceCmd::kReset, ReduceCmd::kReduce, ReduceCmd::kResetReduce});
    c.Rule(reduce_op ? *reduce_op == AluOp::kAdd : !Registers().Reduces(), "reduce-op", [&] {
      return "reduce_op is " + (reduce_op ? "'" + std::string(Name(*reduce_op)) + "'" : "None") +
             "; it must be nl.add" + (reduce_op ? "" : " if reduce_cmd adds");
    });
    Registers().CheckResult(c, data);
  }

  Accumulator Registers() const { return {EngineState::kScalarAccumulator, reduce_cmd, &reduce_res}; }
  StateUse State() const { return Registers().Use(); }

  bool Elementwise() const {
    return !scale.is_column() && !bias.is_column() && !reduce_res && reduce_cmd == ReduceCmd::kIdle;
  }

  // Source: "Tensor indirection" of the page.
  std::string_view RefusesIndirect(const View& operand) const {
    return &operand == &dst || &operand == &data ? "" : "only dst and data can be one";
  }

  // One element per cycle (nki.isa.activation, v2.26).
  Cost CostOn(const Generation&) const {
    return Registers().CostAfter(EngineCost(Engine::kScalar, static_cast<double>(dst.free_elements())));
  }

  void Run(RunContext& ctx) const { RunActivation(ctx, {dst, op, data, bias, scale}, Registers()); }

  static std::vector<Activation> Samples(SampleBuilder& b) {
    const auto column = [&] { return Operand{Operand::Kind::kColumn, false, 0, b.Sbuf({128, 1})}; };
    return {{b.Sbuf({128, 512}), ActivationOp::kExp, b.Psum({128, 512}), column(), Operand::Constant(0.125),
             AluOp::kAdd, b.Sbuf({128, 1}), ReduceCmd::kResetReduce},
            {b.Sbuf({128, 512}, Dtype::kBfloat16), ActivationOp::kGelu, b.Sbuf({128, 512}, Dtype::kBfloat16)},
            {b.Sbuf({64, 4, 16}), ActivationOp::kSigmoid, b.Sbuf({64, 64}), {}, Operand::Constant(-2)}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(Activation, activation, kDoc);

}  // namespace nki
