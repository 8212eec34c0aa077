// A recurrence along the free axes.
#include "isa/instruction.h"
#include "isa/simd/accumulate.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst[p, i] = state = (data0[p, i] <op0> state) <op1> data1[p, i], i upwards, on the Vector engine.

The state of each partition starts as `initial`. It is float32 and is not rounded to dst.dtype on its way; dst receives
it converted (round to nearest even; integers saturate). The free axes are taken in their order as one.

Args:
  dst: result tile, [P <= 128, F...] in SBUF or PSUM; may be data0 or data1.
  data0, data1: operand tiles with the partitions and free elements of dst; not both in PSUM.
  initial: the first state: a constant, or a column [P, 1] in SBUF or PSUM.
  op0, op1: binary arithmetic operators (nl.multiply, nl.add, ...).
  reverse0: computes state <op0> data0.
  reverse1: computes data1 <op1> (the first result).

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions, same-free,
  both-psum, arithmetic-op, binary-op, abs-max-min, given, column.
Source: nki.isa.tensor_tensor_scan, NKI 0.6.
)";

struct TensorTensorScan {
  View dst, data0, data1;
  Operand initial;
  AluOp op0 = AluOp::kMultiply;
  AluOp op1 = AluOp::kAdd;
  bool reverse0 = false;
  bool reverse1 = false;

  void VisitFields(FieldVisitor& v) {
    v.Out("dst", dst).In("data0", data0).In("data1", data1).In("initial", initial).Attr("op0", op0);
    v.Attr("op1", op1).Option("reverse0", reverse0).Option("reverse1", reverse1);
  }

  void Check(Checker& c) const {
    for (const View* view : {&dst, &data0, &data1}) {
      if (!c.ComputeOperand(*view, kOnChip)) return;
      c.NotPacked(*view);
    }
    c.SamePartitions(data0, data1) && c.SamePartitions(data0, dst);
    c.SameFree(data0, data1) && c.SameFree(data0, dst);
    c.NotBothInPsum(data0, data1);
    c.ArithmeticOp(op0) && c.BinaryOp(op0) && c.AluOpOnTarget(op0);
    c.ArithmeticOp(op1) && c.BinaryOp(op1) && c.AluOpOnTarget(op1);
    c.Given(initial);
    if (c.ScalarOperand(initial, data0, kOnChip) && initial.is_column()) c.NotPacked(initial.column);
  }

  // Two cycles per element (nki.isa.tensor_tensor_scan, v2.26).
  Cost CostOn(const Generation&) const {
    return EngineCost(Engine::kVector, 2 * static_cast<double>(dst.free_elements()));
  }

  void Run(RunContext& ctx) const {
    simd::ScanTile(ctx.tile(data0), ctx.tile(data1), ctx.scalar(initial), {op0, op1, reverse0, reverse1},
                   ctx.tile(dst), ctx.blocks);
  }

  static std::vector<TensorTensorScan> Samples(SampleBuilder& b) {
    const Dtype bf16 = Dtype::kBfloat16;
    return {{b.Sbuf({128, 512}), b.Sbuf({128, 512}), b.Psum({128, 512}), Operand::Constant(0),
             AluOp::kMultiply, AluOp::kAdd},
            {b.Sbuf({128, 512}, bf16), b.Sbuf({128, 512}, bf16), b.Sbuf({128, 512}, bf16),
             Operand{Operand::Kind::kColumn, false, 0, b.Sbuf({128, 1})}, AluOp::kMaximum, AluOp::kSubtract,
             false, true},
            {b.Sbuf({64, 4, 16}), b.Sbuf({64, 64}), b.Sbuf({64, 64}), Operand::Constant(1), AluOp::kDivide,
             AluOp::kAdd, true}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(TensorTensorScan, tensor_tensor_scan, kDoc);

}  // namespace nki
