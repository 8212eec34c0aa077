// Elementwise arithmetic of a tile with constants or per-partition values.
#include "isa/instruction.h"
#include "isa/vector/bypass.h"
#include "isa/vector/fast_mode.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst[p, f] = (data[p, f] <op0> operand0) <op1> operand1, on the Vector, Scalar or GpSimd engine.

Arithmetic operators read float32, compute in float32 and store dst.dtype once (round to nearest even; integers
saturate). Bitwise operators take the elements as bit patterns. nl.bypass as op0 or op1 leaves that step out.

Args:
  dst: result tile, [P <= 128, F...] in SBUF or PSUM.
  data: tile with the partitions and free elements of dst, in SBUF or PSUM.
  op0: the first operator. A unary one (nl.abs, nl.rsqrt, ...) takes operand0 None or 0.
  operand0: a constant, or a column [P, 1] in SBUF or PSUM: float32, or integers beside bitwise operators.
  reverse0: computes operand0 <op0> data.
  op1, operand1: the second operator, of the class of op0, and its operand; both None if there is none.
  reverse1: computes operand1 <op1> (the first result).
  engine: nki.isa.engine.vector, .scalar (from trn2; multiply and add, multiply, or add), .gpsimd (nl.rsqrt only) or
    .unknown (chosen). Bitwise operators run on the Vector engine, nl.rsqrt on GpSimd, which can't reach PSUM.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, gpsimd-psum,
  same-partitions, same-free, unary-operand, op1-operand1, op-class, column, dtype, integer-dtype, same-item-bytes,
  integer-constant, abs-max-min, unary-alu-ops, engine, bitwise-engine, rsqrt-engine, scalar-arithmetic, scalar-ops.
Source: nki.isa.tensor_scalar, NKI 0.6.
)";

struct TensorScalar {
  View dst, data;
  std::optional<AluOp> op0 = std::nullopt;
  Operand operand0;
  bool reverse0 = false;
  std::optional<AluOp> op1 = std::nullopt;
  Operand operand1 = {};
  bool reverse1 = false;
  Engine engine = Engine::kUnknown;

  void VisitFields(FieldVisitor& v) {
    v.Out("dst", dst).In("data", data).Attr("op0", op0).In("operand0", operand0).Option("reverse0", reverse0);
    v.Option("op1", op1).OptionalIn("operand1", operand1).Option("reverse1", reverse1);
    v.Option("engine", engine);
  }

  void Check(Checker& c) const {
    for (const View* view : {&dst, &data}) {
      if (!c.ComputeOperand(*view, kOnChip)) return;
      c.NotPacked(*view);
      c.GpSimdOutsidePsum(Chosen(), *view);
      if (!Bitwise() || !c.IntegerDtype(*view, Leading(op0, op1))) continue;
      if (IsInteger(dst.dtype)) c.SameItemBytes(*view, dst);
    }
    c.SamePartitions(data, dst);
    c.SameFree(data, dst);
    if (op0) CheckStep(c, *op0, operand0);
    if (op0 && op1) c.SameClass(*op0, *op1);
    if (op1) CheckStep(c, *op1, operand1);
    c.Rule(op1.has_value() || !operand1.given(), "op1-operand1",
           [&] { return c.Says(operand1) + " and op1 is None; they go together"; });
    CheckEngine(c);
  }

  void CheckStep(Checker& c, AluOp op, const Operand& operand) const {
    c.AluOpOnTarget(op);
    if (!c.UnaryOperand(op, operand) || IsUnary(op)) return;
    c.ScalarOperand(operand, data, kOnChip);
    if (operand.is_column()) c.GpSimdOutsidePsum(Chosen(), operand.column);
    if (!IsBitwise(op)) {
      if (operand.is_column()) c.DtypeIn(operand.column, {Dtype::kFloat32});
    } else if (operand.is_column()) {
      c.IntegerDtype(operand.column, op);
    } else {
      c.Rule(operand.integral, "integer-constant", [&] {
        return c.Says(operand) + "; the bitwise operator '" + std::string(Name(op)) + "' needs an integer";
      });
    }
  }

  void CheckEngine(Checker& c) const {
    if (!c.EngineIn(engine, {Engine::kVector, Engine::kScalar, Engine::kGpSimd})) return;
    const Engine chosen = Chosen();
    c.BitwiseOnVector(Leading(op0, op1), chosen);
    c.Rule(Bitwise() || (chosen == Engine::kGpSimd) == HasRsqrt(), "rsqrt-engine", [&] {
      return Says(c, op0) + " on engine '" + std::string(Name(chosen)) + "'; " +
             "nl.rsqrt runs on the GpSimd engine only, and nothing else runs there";
    });
    if (chosen != Engine::kScalar) return;
    c.Requires(Feature::kScalarArithmetic);
    const bool single = op0 && !op1 && (op0 == AluOp::kMultiply || op0 == AluOp::kAdd);
    c.Rule(single || (op0 == AluOp::kMultiply && op1 == AluOp::kAdd), "scalar-ops", [&] {
      return Says(c, op0) + (op1 ? " and " + c.Says(*op1) : "") +
             "; the Scalar engine can do multiply and add, multiply, or add only";
    });
  }

  bool Bitwise() const { return IsBitwise(Leading(op0, op1)); }
  bool HasRsqrt() const { return op0 == AluOp::kRsqrt || op1 == AluOp::kRsqrt; }
  Engine Chosen() const {
    if (engine != Engine::kUnknown) return engine;
    return HasRsqrt() ? Engine::kGpSimd : Engine::kVector;
  }

  bool Elementwise() const { return !operand0.is_column() && !operand1.is_column(); }

  // Source: "Tensor indirection" of the page.
  std::string_view RefusesIndirect(const View& operand) const {
    if (&operand != &dst && &operand != &data) return "only dst and data can be one";
    const bool addresses = !Bitwise() && IsInteger(dst.dtype) && IsInteger(data.dtype) &&
                           ItemBytes(dst.dtype) == 4 && ItemBytes(data.dtype) == 4;
    return addresses ? "arithmetic on integers of 32 bits follows none" : "";
  }

  // One element per cycle (nki.isa.tensor_scalar, v2.26); nl.rsqrt on GpSimd four times that (nki.api.shared,
  // 0.6).
  Cost CostOn(const Generation& gen) const {
    const Engine chosen = Chosen();
    double each = chosen == Engine::kGpSimd ? 4 : 1;
    if (chosen == Engine::kVector) each = VectorCyclesPerElement(gen, data, dst);
    return EngineCost(chosen, static_cast<double>(dst.free_elements()) * each);
  }

  void Run(RunContext& ctx) const {
    if (!op0 && !op1) return simd::CopyTile(ctx.tile(data), ctx.tile(dst), ctx.blocks);
    const simd::ScalarStep first = StepOf(ctx, op0, operand0, reverse0);
    const simd::ScalarStep second = StepOf(ctx, op1, operand1, reverse1);
    const simd::ScalarStep steps[2] = {op0 ? first : second, second};
    simd::ScalarStepsTile(ctx.tile(data), steps, op0 && op1 ? 2 : 1, ctx.tile(dst), ctx.blocks);
  }

  static std::vector<TensorScalar> Samples(SampleBuilder& b) {
    const auto tile = [&](Dtype dtype = Dtype::kFloat32) { return b.Sbuf({128, 512}, dtype); };
    const auto column = [&] { return Operand{Operand::Kind::kColumn, false, 0, b.Sbuf({128, 1})}; };
    const Operand seven = {Operand::Kind::kConstant, true, 7, {}};
    return {
        {tile(), tile(), AluOp::kMultiply, column(), false, AluOp::kAdd, Operand::Constant(1.5)},
        {tile(Dtype::kBfloat16), tile(Dtype::kBfloat16), AluOp::kSubtract, column(), true},
        {tile(), tile(), AluOp::kAdd, Operand::Constant(1e-6), false, AluOp::kRsqrt, Operand::Constant(0)},
        {tile(Dtype::kUint8), tile(Dtype::kUint8), AluOp::kRightShift, seven, false, AluOp::kBitwiseAnd,
         seven}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(TensorScalar, tensor_scalar, kDoc);

}  // namespace nki
