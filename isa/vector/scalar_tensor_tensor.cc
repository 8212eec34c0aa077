// Two elementwise operations: with a constant or column, then with a tile.
#include "isa/instruction.h"
#include "isa/vector/bypass.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(dst[p, f] = (data[p, f] <op0> operand0) <op1> operand1[p, f], on the Vector engine.

Arithmetic operators only. All operands are read as float32, both operators compute in float32 and the result is stored
as dst.dtype once (round to nearest even; integers saturate). Costs as much as tensor_tensor. nl.bypass as op0 or op1
leaves the operator and its operand out.

Args:
  dst: result tile, [P <= 128, F...] in SBUF or PSUM.
  data: tile with the partitions and free elements of dst; not in PSUM together with operand1.
  op0: an arithmetic operator. A unary one takes operand0 0.
  operand0: a constant, or a column [P, 1] in SBUF or PSUM.
  op1: a binary arithmetic operator.
  operand1: tile with the partitions and free elements of dst.
  reverse0: computes operand0 <op0> data.
  reverse1: computes operand1 <op1> (the first result).

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions,
  same-free, both-psum, arithmetic-op, unary-operand, binary-op, column, abs-max-min, unary-alu-ops.
Source: nki.isa.scalar_tensor_tensor, NKI 0.6.
)";

struct ScalarTensorTensor {
  View dst, data;
  std::optional<AluOp> op0 = std::nullopt;
  Operand operand0;
  std::optional<AluOp> op1 = std::nullopt;
  View operand1;
  bool reverse0 = false;
  bool reverse1 = false;

  void VisitFields(FieldVisitor& v) {
    v.Out("dst", dst).In("data", data).Attr("op0", op0).In("operand0", operand0).Attr("op1", op1);
    v.In("operand1", operand1).Option("reverse0", reverse0).Option("reverse1", reverse1);
  }

  void Check(Checker& c) const {
    for (const View* view : {&dst, &data, &operand1}) {
      if (!c.ComputeOperand(*view, kOnChip)) return;
      c.NotPacked(*view);
    }
    c.SamePartitions(data, operand1) && c.SamePartitions(data, dst);
    c.SameFree(data, operand1) && c.SameFree(data, dst);
    c.NotBothInPsum(data, operand1);
    for (const std::optional<AluOp>* op : {&op0, &op1}) {
      if (!*op) continue;
      c.AluOpOnTarget(**op);
      c.ArithmeticOp(**op);
    }
    if (op1) c.BinaryOp(*op1);
    if (op0) c.UnaryOperand(*op0, operand0);
    if (c.ScalarOperand(operand0, data, kOnChip) && operand0.is_column()) c.NotPacked(operand0.column);
  }

  bool Elementwise() const { return !operand0.is_column(); }

  // As tensor_tensor: 2 cycles per element, 1 if one tile is in PSUM (nki.isa.tensor_tensor, v2.26) or in the
  // 16-bit mode of trn2 (trainium2_arch). 1 also for bfloat16 subtract and multiply
  // (nki.isa.scalar_tensor_tensor, v2.26).
  Cost CostOn(const Generation& gen) const {
    const bool psum = In(data.space(), kPsum) || In(operand1.space(), kPsum);
    const bool bf16 = data.dtype == Dtype::kBfloat16 && operand1.dtype == Dtype::kBfloat16;
    const bool pair = op0 == AluOp::kSubtract && op1 == AluOp::kMultiply && dst.free_elements() % 2 == 0;
    const auto is_16bit = [](const View& view) { return ItemBytes(view.dtype) == 2; };
    const bool all_16bit = is_16bit(data) && is_16bit(operand1) && is_16bit(dst);
    const bool fast = psum || (bf16 && pair) || (all_16bit && gen.Has(Feature::kVectorFast16));
    return EngineCost(Engine::kVector, static_cast<double>(dst.free_elements()) * (fast ? 1 : 2));
  }

  void Run(RunContext& ctx) const {
    const simd::ScalarStep first = StepOf(ctx, op0, operand0, reverse0);
    if (!op1) return simd::ScalarStepsTile(ctx.tile(data), &first, 1, ctx.tile(dst), ctx.blocks);
    simd::ScalarTensorTensorTile(ctx.tile(data), first, *op1, reverse1, ctx.tile(operand1), ctx.tile(dst),
                                 ctx.blocks);
  }

  static std::vector<ScalarTensorTensor> Samples(SampleBuilder& b) {
    const Operand column = {Operand::Kind::kColumn, false, 0, b.Sbuf({128, 1})};
    const Dtype bf16 = Dtype::kBfloat16;
    return {
        {b.Sbuf({128, 512}), b.Psum({128, 512}), AluOp::kMultiply, column, AluOp::kAdd, b.Sbuf({128, 512})},
        {b.Sbuf({128, 512}, bf16), b.Sbuf({128, 512}, bf16), AluOp::kSubtract, Operand::Constant(0.5),
         AluOp::kMultiply, b.Sbuf({128, 512}, bf16), true, false}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(ScalarTensorTensor, scalar_tensor_tensor, kDoc);

}  // namespace nki
