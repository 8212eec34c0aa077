// Activation functions with the sum of each row.
#include "isa/instruction.h"
#include "isa/scalar/activate.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst[p, f] = op(data[p, f] * scale + bias), and reduce_res[p] = the sum of these, on the Scalar engine.

The same as nki.isa.activation with reduce_cmd.reset_reduce, which new kernels should use. The sum is of the float32
results before they become dst.dtype, in the order of the free axes; it is written after dst, so that both may be one.

Args:
  dst: result tile, [P <= 128, F...] in SBUF or PSUM.
  op: an activation function, as in nki.isa.activation.
  data: tile with the partitions and free elements of dst, in SBUF or PSUM.
  reduce_op: nl.add.
  reduce_res: column [P, 1] in SBUF or PSUM that receives the sums, or None, which leaves them in the registers.
  bias: None (0), a column [P, 1] of any dtype but tfloat32, or from trn2 a constant; see nki.isa.activation.
  scale: a constant, or a float32 column [P, 1].

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions, same-free,
  column, dtype, prelu, bias-dtype, constant-bias, copy-bias, reciprocal-bias, reduce-op.
Source: nki.isa.activation_reduce, NKI 0.6.
)";

struct ActivationReduce {
  View dst;
  ActivationOp op = ActivationOp::kCopy;
  View data;
  AluOp reduce_op = AluOp::kAdd;
  std::optional<View> reduce_res = std::nullopt;
  Operand bias = {};
  Operand scale = Operand::Constant(1);

  void VisitFields(FieldVisitor& v) {
    v.Out("dst", dst).Attr("op", op).In("data", data).Attr("reduce_op", reduce_op);
    v.OutOrNone("reduce_res", reduce_res).OptionalIn("bias", bias).OptionalIn("scale", scale);
  }

  void Check(Checker& c) const {
    if (!CheckActivation(c, {dst, op, data, bias, scale})) return;
    c.Rule(reduce_op == AluOp::kAdd, "reduce-op",
           [&] { return "reduce_op is '" + std::string(Name(reduce_op)) + "'; it must be nl.add"; });
    Registers().CheckResult(c, data);
  }

  Accumulator Registers() const {
    return {EngineState::kScalarAccumulator, ReduceCmd::kResetReduce, &reduce_res};
  }
  StateUse State() const { return Registers().Use(); }

  // Source: "Tensor indirection" of the page.
  std::string_view RefusesIndirect(const View& operand) const {
    return &operand == &dst || &operand == &data ? "" : "only dst and data can be one";
  }

  // One element per cycle (nki.isa.activation_reduce, v2.26).
  Cost CostOn(const Generation&) const {
    return Registers().CostAfter(EngineCost(Engine::kScalar, static_cast<double>(dst.free_elements())));
  }

  void Run(RunContext& ctx) const { RunActivation(ctx, {dst, op, data, bias, scale}, Registers()); }

  static std::vector<ActivationReduce> Samples(SampleBuilder& b) {
    return {{b.Sbuf({128, 512}), ActivationOp::kExp, b.Psum({128, 512}), AluOp::kAdd, b.Sbuf({128, 1})},
            {b.Sbuf({64, 4, 16}, Dtype::kBfloat16), ActivationOp::kSquare, b.Sbuf({64, 64}, Dtype::kBfloat16),
             AluOp::kAdd, b.Sbuf({64, 1}), Operand{Operand::Kind::kColumn, false, 0, b.Sbuf({64, 1})},
             Operand::Constant(0.5)}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(ActivationReduce, activation_reduce, kDoc);

}  // namespace nki
