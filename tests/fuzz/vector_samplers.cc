// Calls of the elementwise instructions, selections and reductions.
#include <limits>

#include "tests/fuzz/samplers.h"

namespace nki::fuzz {
namespace {

using enum Dtype;

bool IsPsum(const View& view) { return In(view.space(), kPsum); }

// One or two axes with `free` elements, for the pattern of iota.
Pattern AnyPattern(World& w, int64_t free) {
  const auto step = [&] {
    return w.draw.Chance(90) ? w.draw.Between(-40, 40) : w.draw.Between(-2147483648ll, 2147483647ll);
  };
  const int64_t outer = w.draw.OneOf<int64_t>({1, 2, 3, 5});
  if (free % outer == 0 && w.draw.Chance(50)) return {{step(), outer}, {step(), free / outer}};
  return {{step(), free}};
}

Arguments TensorTensor(World& w) {
  const int64_t p = w.Partitions(), f = w.Free();
  const int64_t kind = w.draw.Below(10);
  const bool bitwise = kind < 2, words = kind == 2, power = kind == 3;
  const Dtype integer = words ? w.draw.OneOf({kInt32, kUint32}) : AnyInteger(w);
  const auto dtype = [&] {
    return bitwise ? integer : words ? w.draw.OneOf({kInt32, kUint32, integer, integer}) : w.AnyDtype();
  };
  const Space psum = w.OnChip();
  const bool in_psum = psum == Space::kPsum && !power;
  const View a = w.Source(in_psum ? psum : Space::kSbuf, p, f, dtype());
  const View b = w.draw.Has(Trait::kInPlace, 5) ? a : w.Source(Space::kSbuf, p, f, dtype());
  const Space to = power ? Space::kSbuf : w.OnChip();
  const View dst = w.ResultOrInPlace(w.draw.Chance(50) ? a : b, to, p, f, dtype());
  AluOp op = bitwise ? AnyBitwise(w) : power ? AluOp::kPower : AnyBinary(w);
  while (IsUnary(op)) op = AnyBitwise(w);
  Arguments call = {{"dst", dst},
                    {"data1", a},
                    {"data2", IsPsum(a) && IsPsum(b) ? w.Source(Space::kSbuf, p, f, dtype()) : b},
                    {"op", op}};
  const bool any_psum = IsPsum(dst) || IsPsum(a);
  if (w.draw.Chance(40))
    call.insert({"engine", power || (!any_psum && w.draw.Chance(50)) ? Engine::kGpSimd : Engine::kVector});
  return call;
}

Arguments BitwiseScalar(World& w) {
  const int64_t p = w.Partitions(), f = w.Free();
  const View data = w.Source(w.OnChip(), p, f, AnyInteger(w));
  const auto operand = [&](AluOp op) -> Argument {
    if (IsUnary(op)) return Operand();
    if (w.draw.Has(Trait::kColumns, 40)) return w.Column(p, AnyInteger(w));
    const bool shifts = op == AluOp::kLeftShift || op == AluOp::kRightShift;
    const int64_t value = shifts ? w.draw.Between(0, 40) : w.draw.Between(-2147483648ll, 4294967295ll);
    return Operand{Operand::Kind::kConstant, true, static_cast<double>(value), {}};
  };
  const AluOp op0 = AnyBitwise(w), op1 = AnyBitwise(w);
  Arguments call = {{"dst", w.ResultOrInPlace(data, w.OnChip(), p, f, AnyInteger(w))},
                    {"data", data},
                    {"op0", op0},
                    {"operand0", operand(op0)},
                    {"reverse0", w.draw.Chance(30)}};
  if (w.draw.Chance(50))
    call.insert({{"op1", op1}, {"operand1", operand(op1)}, {"reverse1", w.draw.Chance(30)}});
  return call;
}

Arguments TensorScalar(World& w) {
  if (w.draw.Chance(25)) return BitwiseScalar(w);
  const int64_t p = w.Partitions(), f = w.Free();
  AluOp op0 = AnyArithmetic(w), op1 = AnyArithmetic(w);
  const bool two = w.draw.Chance(50);
  const bool on_scalar = w.gen.name != "trn1" && w.draw.Chance(10);
  if (on_scalar) op0 = AluOp::kMultiply, op1 = AluOp::kAdd;
  if (!on_scalar && w.draw.Chance(5)) (two ? op1 : op0) = AluOp::kPower;
  const bool rsqrt = op0 == AluOp::kRsqrt || (two && op1 == AluOp::kRsqrt);
  const Dtype dtype = w.AnyDtype();
  const View data = w.Source(rsqrt ? Space::kSbuf : w.OnChip(), p, f, dtype);
  const View dst = w.ResultOrInPlace(data, rsqrt ? Space::kSbuf : w.OnChip(), p, f,
                                     w.draw.Chance(50) ? dtype : w.AnyDtype());
  const auto operand = [&](AluOp op) -> Argument {
    if (!rsqrt || IsUnary(op)) return OperandOf(w, op, p);
    return Operand::Constant(w.Number());
  };
  Arguments call = {{"dst", dst},
                    {"data", data},
                    {"op0", op0},
                    {"operand0", operand(op0)},
                    {"reverse0", w.draw.Chance(30)}};
  if (two) call.insert({{"op1", op1}, {"operand1", operand(op1)}, {"reverse1", w.draw.Chance(30)}});
  if (on_scalar) call.insert({"engine", Engine::kScalar});
  return call;
}

Arguments ScalarTensorTensor(World& w) {
  const int64_t p = w.Partitions(), f = w.Free();
  const View data = w.Source(w.OnChip(), p, f, w.AnyDtype());
  const View other = w.Source(Space::kSbuf, p, f, w.AnyDtype());
  const AluOp op0 = AnyArithmetic(w), op1 = w.draw.Chance(5) ? AluOp::kPower : AnyBinary(w);
  return {{"dst", w.ResultOrInPlace(w.draw.Chance(50) ? data : other, w.OnChip(), p, f, w.AnyDtype())},
          {"data", data},
          {"op0", op0},
          {"operand0", OperandOf(w, op0, p, {kFloat32, kBfloat16, kInt8, kUint16})},
          {"op1", op1},
          {"operand1", other},
          {"reverse0", w.draw.Chance(30)},
          {"reverse1", w.draw.Chance(30)}};
}

Arguments Reciprocal(World& w) {
  const int64_t p = w.Partitions(), f = w.Free();
  const View data = w.Source(w.OnChip(), p, f, w.AnyDtype());
  return {{"dst", w.ResultOrInPlace(data, w.OnChip(), p, f, w.AnyDtype())}, {"data", data}};
}

Arguments TensorCopy(World& w) {
  const int64_t p = w.Partitions(), f = w.Free();
  const Dtype dtype = w.draw.Chance(15) ? static_cast<Dtype>(w.draw.Below(kDtypeCount)) : w.AnyDtype();
  const View src = w.Source(w.OnChip(), p, f, dtype);
  const View dst = w.Result(w.OnChip(), p, f, IsPacked(dtype) || w.draw.Chance(40) ? dtype : w.AnyDtype());
  Arguments call = {{"dst", dst}, {"src", src}};
  if (w.draw.Chance(30))
    call.insert({"engine", w.draw.OneOf({Engine::kVector, Engine::kScalar, Engine::kGpSimd})});
  return call;
}

Arguments Memset(World& w) {
  const Dtype dtype = w.draw.Chance(15) ? static_cast<Dtype>(w.draw.Below(kDtypeCount)) : w.AnyDtype();
  const View dst = w.Result(w.OnChip(), w.Partitions(), w.Free(), dtype);
  const double bound = ItemBytes(dtype) == 4 ? 2147483647 : 127;
  const double lowest = dtype == kBool || !IsSigned(dtype) ? 0 : -bound;
  const double integer =
      lowest + static_cast<double>(w.draw.Below(static_cast<int64_t>(dtype == kBool ? 2 : bound - lowest)));
  Operand value = Operand::Constant(w.Number());
  if (IsInteger(dtype)) value = {Operand::Kind::kConstant, true, integer, {}};
  if (IsPacked(dtype)) value = Operand::Constant(0);
  return {{"dst", dst}, {"value", value}};
}

Arguments Iota(World& w) {
  const int64_t p = w.Partitions(), f = w.Free();
  return {{"dst", w.Result(Space::kSbuf, p, f, w.AnyDtype())},
          {"pattern", AnyPattern(w, f)},
          {"offset", w.draw.Between(-3000, 3000)},
          {"channel_multiplier", w.draw.Between(-70000, 70000)}};
}

Arguments AffineSelect(World& w) {
  using enum AluOp;
  const int64_t p = w.Partitions(), f = w.Free();
  const View on_true = w.Source(Space::kSbuf, p, f, w.AnyDtype());
  return {{"dst",
           w.ResultOrInPlace(on_true, Space::kSbuf, p, f, w.draw.Chance(50) ? on_true.dtype : w.AnyDtype())},
          {"pattern", AnyPattern(w, f)},
          {"channel_multiplier", w.draw.Between(-40, 40)},
          {"on_true_tile", on_true},
          {"on_false_value", Operand::Constant(w.Number())},
          {"cmp_op", w.draw.OneOf({kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual})},
          {"offset", w.draw.Between(-50, 50)}};
}

Arguments TensorCopyPredicated(World& w) {
  const int64_t p = w.Partitions(), f = w.Free();
  const Dtype dtype = w.AnyDtype();
  const View src = w.Source(w.OnChip(), p, f, dtype);
  const View predicate = w.Source(Space::kSbuf, p, f, w.draw.OneOf({kUint8, kUint16, kUint32}));
  if (w.draw.Chance(70))
    w.Fill(predicate, [](Draw& own) { return static_cast<double>(own.Below(3) % 2 * own.Between(1, 255)); });
  const View dst = w.Result(w.OnChip(), p, f, dtype);
  const bool constant = w.draw.Chance(30);
  const double whole = static_cast<double>(w.draw.Between(-2147483648ll, 4294967295ll));
  const Operand value = Operand::Constant(w.draw.Chance(30) ? whole : w.Number());
  return {{"dst", dst},
          {"src", constant ? value : Operand{Operand::Kind::kColumn, false, 0, src}},
          {"predicate", predicate},
          {"reverse_pred", w.draw.Chance(30)}};
}

Arguments TensorReduce(World& w) {
  using enum AluOp;
  const int64_t p = w.Partitions(), f = w.Free();
  const bool bitwise = w.draw.Chance(20);
  const Dtype dtype = bitwise ? AnyInteger(w) : w.AnyDtype();
  const View data = w.Source(w.OnChip(), p, f, dtype);
  const int64_t axes = w.draw.Between(1, data.rank - 1);
  IntList axis;
  int64_t kept = f;
  for (int64_t k = 0; k < axes; ++k) {
    const int64_t at = data.rank - 1 - k;
    axis.push_back(w.draw.Chance(50) ? at : at - data.rank);
    kept /= data.dims[at].count;
  }
  const AluOp op =
      w.draw.OneOf({kAdd, kSubtract, kMultiply, kMaximum, kMinimum, kLogicalAnd, kLogicalOr, kLogicalXor});
  const AluOp bits = w.draw.OneOf({kBitwiseAnd, kBitwiseOr, kBitwiseXor});
  return {{"dst", w.Result(w.OnChip(), p, kept, bitwise ? dtype : w.AnyDtype())},
          {"op", bitwise ? bits : op},
          {"data", data},
          {"axis", axis},
          {"negate", !bitwise && w.draw.Chance(25)},
          {"keepdims", w.draw.Chance(30)}};
}

Arguments TensorPartitionReduce(World& w) {
  const int64_t p = w.Partitions(), f = w.Free();
  const PartitionOp op = static_cast<PartitionOp>(w.draw.Below(5));
  const bool bitwise = op == PartitionOp::kBitwiseAnd || op == PartitionOp::kBitwiseOr;
  const bool words = w.draw.Chance(20);
  const Dtype dtype = bitwise ? AnyInteger(w) : words ? kInt32 : w.AnyDtype();
  return {{"dst", w.Result(Space::kSbuf, 1, f, bitwise || words ? dtype : w.AnyDtype())},
          {"op", op},
          {"data", w.Source(Space::kSbuf, p, f, dtype)}};
}

}  // namespace

void AddVectorSamplers(Samplers& table) {
  table["tensor_tensor"] = TensorTensor;
  table["tensor_scalar"] = TensorScalar;
  table["scalar_tensor_tensor"] = ScalarTensorTensor;
  table["reciprocal"] = Reciprocal;
  table["tensor_copy"] = TensorCopy;
  table["memset"] = Memset;
  table["iota"] = Iota;
  table["affine_select"] = AffineSelect;
  table["tensor_copy_predicated"] = TensorCopyPredicated;
  table["tensor_reduce"] = TensorReduce;
  table["tensor_partition_reduce"] = TensorPartitionReduce;
}

}  // namespace nki::fuzz
