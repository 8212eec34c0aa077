#include "isa/scalar/activate.h"

#include "isa/simd/activation.h"

namespace nki {
namespace {

void CheckBias(Checker& c, const ActivationCall& call) {
  const Operand& bias = call.bias;
  if (call.op == ActivationOp::kCopy) {
    const bool has_bias = c.gen().Has(Feature::kActivationBias);
    c.Warn(has_bias, "copy-bias",
           "this target ignores the bias of nl.copy, as the device does (AWS issue 1296)");
  }
  if (call.op == ActivationOp::kReciprocal) c.Requires(Feature::kReciprocalBias);
  if (bias.is_constant()) c.Requires(Feature::kConstantBias);
  if (!c.ScalarOperand(bias, call.data, kOnChip) || !bias.is_column()) return;
  c.NotPacked(bias.column);
  c.Rule(bias.column.dtype != Dtype::kTfloat32, "bias-dtype",
         "bias is tfloat32; every other dtype is allowed");
}

}  // namespace

bool CheckActivation(Checker& c, const ActivationCall& call) {
  for (const View* view : {&call.dst, &call.data}) {
    if (!c.ComputeOperand(*view, kOnChip)) return false;
    c.NotPacked(*view);
  }
  c.SamePartitions(call.data, call.dst);
  c.SameFree(call.data, call.dst);
  c.Rule(call.op != ActivationOp::kPrelu, "prelu", "op is nl.prelu, whose slope only activate2 takes");
  c.Float32Operand(call.scale, call.data);
  if (call.bias.given()) CheckBias(c, call);
  return true;
}

void RunActivation(RunContext& ctx, const ActivationCall& call, const Accumulator& registers) {
  const Tile to = ctx.tile(call.dst);
  const bool ignores_bias = call.op == ActivationOp::kCopy && !ctx.gen->Has(Feature::kActivationBias);
  simd::ActivationTile(call.op, ctx.tile(call.data), ctx.scalar(call.scale),
                       ctx.scalar(ignores_bias ? Operand() : call.bias), to,
                       registers.Begin(ctx, AluOp::kAdd, to, IdentityOf(AluOp::kAdd)), ctx.blocks);
  registers.End(ctx, to);
}

}  // namespace nki
