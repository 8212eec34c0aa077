// Activation functions with scale, bias and a running sum.
#include "isa/simd/activation.h"

#include "isa/instruction.h"
#include "memory/scalar_types.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(dst[p, f] = op(data[p, f] * scale + bias), on the Scalar engine.

Computed in float32 (one fused multiply-add, then the function) and stored as dst.dtype. The engine has one float32
register per partition, which lasts from one activation to the next: reduce_cmd resets it, adds the float32 results of
this instruction in the order of the free axes, or both; reduce_res receives it after dst is written, so it may be dst.

Args:
  dst: result tile, [P <= 128, F...] in SBUF or PSUM.
  op: an activation function (nl.exp, nl.gelu, nl.copy, ...). Outside the range that the manual gives for it, the
    device's results are invalid; nl.sin does no range reduction.
  data: tile with the partitions and free elements of dst, in SBUF or PSUM.
  bias: None (0), a column [P, 1] of any dtype but tfloat32, or from trn2 a constant. trn1 ignores the bias of nl.copy
    and takes none with nl.reciprocal.
  scale: a constant, or a float32 column [P, 1].
  reduce_op: nl.add, if reduce_cmd adds.
  reduce_res: column [P, 1] that receives the registers, or None.
  reduce_cmd: nki.isa.reduce_cmd.idle, .reset (to 0), .reduce (adds) or .reset_reduce.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions, same-free,
  column, dtype, bias-dtype, constant-bias, copy-bias, reciprocal-bias, reduce-op, reduce-cmd.
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
    for (const View* view : {&dst, &data}) {
      if (!c.ComputeOperand(*view, kOnChip)) return;
      c.NotPacked(*view);
    }
    c.SamePartitions(data, dst);
    c.SameFree(data, dst);
    if (c.ScalarOperand(scale, data, kOnChip) && scale.is_column())
      c.DtypeIn(scale.column, {Dtype::kFloat32});
    if (bias.given()) CheckBias(c);
    CheckReduction(c);
  }

  void CheckBias(Checker& c) const {
    if (op == ActivationOp::kCopy) {
      const bool has_bias = c.gen().Has(Feature::kActivationBias);
      c.Warn(has_bias, "copy-bias",
             "this target ignores the bias of nl.copy, as the device does (AWS issue 1296)");
    }
    if (op == ActivationOp::kReciprocal) c.Requires(Feature::kReciprocalBias);
    if (bias.is_constant()) c.Requires(Feature::kConstantBias);
    if (!c.ScalarOperand(bias, data, kOnChip) || !bias.is_column()) return;
    c.NotPacked(bias.column);
    c.Rule(bias.column.dtype != Dtype::kTfloat32, "bias-dtype",
           "bias is tfloat32; every other dtype is allowed");
  }

  void CheckReduction(Checker& c) const {
    c.Rule(reduce_op ? *reduce_op == AluOp::kAdd : !Adds(), "reduce-op", [&] {
      return "reduce_op is " + (reduce_op ? "'" + std::string(Name(*reduce_op)) + "'" : "None") +
             "; it must be nl.add" + (reduce_op ? "" : " if reduce_cmd adds");
    });
    c.Rule(reduce_cmd != ReduceCmd::kLoadReduce, "reduce-cmd",
           "reduce_cmd 'load_reduce' is for the Vector engine only");
    if (!reduce_res) return;
    if (c.ComputeOperand(*reduce_res, kOnChip)) c.Column(*reduce_res, data) && c.NotPacked(*reduce_res);
  }

  bool Adds() const { return reduce_cmd == ReduceCmd::kReduce || reduce_cmd == ReduceCmd::kResetReduce; }
  bool Resets() const { return reduce_cmd == ReduceCmd::kReset || reduce_cmd == ReduceCmd::kResetReduce; }

  bool Elementwise() const {
    return !scale.is_column() && !bias.is_column() && !reduce_res && reduce_cmd == ReduceCmd::kIdle;
  }

  StateUse State() const {
    constexpr uint8_t kRegisters = 1 << static_cast<int>(EngineState::kScalarAccumulator);
    StateUse use;
    if ((Adds() || reduce_res) && !Resets()) use.reads = kRegisters;
    if (Adds() || Resets()) use.writes = kRegisters;
    return use;
  }

  // One element per cycle; 64 more to read the registers (nki.isa.activation and activation_reduce, v2.26).
  Cost CostOn(const Generation&) const {
    Cost cost = EngineCost(Engine::kScalar, static_cast<double>(dst.free_elements()));
    if (reduce_res) cost.cycles += 64;
    return cost;
  }

  void Run(RunContext& ctx) const {
    const Tile to = ctx.tile(dst);
    float* registers = ctx.machine.scalar_accumulators.data();
    const bool ignores_bias = op == ActivationOp::kCopy && !ctx.gen->Has(Feature::kActivationBias);
    for (int p = to.partition; Resets() && p < to.partition + to.partitions; ++p) {
      if (ctx.blocks.Contains(p / kLanes)) registers[p] = 0;
    }
    simd::ActivationTile(op, ctx.tile(data), ctx.scalar(scale), ctx.scalar(ignores_bias ? Operand() : bias),
                         to, Adds() ? registers : nullptr, ctx.blocks);
    if (reduce_res) StoreRegisters(ctx, to);
  }

  // The worker that owns a block of dst also writes the registers of its partitions.
  void StoreRegisters(RunContext& ctx, const Tile& to) const {
    const Tile result = ctx.tile(*reduce_res);
    const int64_t byte = result.offset * ItemBytes(result.dtype);
    for (int p = 0; p < to.partitions; ++p) {
      if (!ctx.blocks.Contains((to.partition + p) / kLanes)) continue;
      StoreScalar(result.dtype, ctx.machine.scalar_accumulators[to.partition + p],
                  result.Address(result.partition + p, byte));
    }
  }

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
