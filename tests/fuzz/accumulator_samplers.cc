// Calls of the instructions that keep a value per partition, in a register or while they run.
#include "tests/fuzz/samplers.h"

namespace nki::fuzz {
namespace {

using enum Dtype;

Argument ResultColumn(World& w, int64_t partitions, std::initializer_list<Dtype> dtypes) {
  const Dtype dtype = w.draw.OneOf(dtypes);
  const View column = w.Result(w.OnChip(), partitions, 1, dtype);
  if (w.draw.Chance(70)) return column;
  return kNone;
}

ActivationOp AnyFunction(World& w, bool prelu) {
  const ActivationOp op = static_cast<ActivationOp>(w.draw.Below(kActivationOpCount));
  return op == ActivationOp::kPrelu && !prelu ? ActivationOp::kRelu : op;
}

// dst, op, data, bias and scale of activation and activation_reduce.
Arguments ActivationCall(World& w) {
  const int64_t p = w.Partitions(), f = w.Free();
  const bool trn1 = w.gen.name == "trn1";
  const View data = w.Source(w.OnChip(), p, f, w.AnyDtype());
  const ActivationOp op = AnyFunction(w, false);
  Arguments call = {{"dst", w.ResultOrInPlace(data, w.OnChip(), p, f, w.AnyDtype())},
                    {"op", op},
                    {"data", data},
                    {"scale", w.Scalar(p)},
                    {"reduce_res", ResultColumn(w, p, {kFloat32, kBfloat16, kInt16})}};
  const Operand constant = Operand::Constant(w.Number());
  const Operand column = w.Column(p, w.draw.OneOf({kFloat32, kBfloat16, kFloat16, kInt32, kUint8}));
  if (w.draw.Chance(60) && !(trn1 && op == ActivationOp::kReciprocal))
    call.insert({"bias", trn1 || w.draw.Chance(50) ? column : constant});
  return call;
}

Arguments Activation(World& w) {
  Arguments call = ActivationCall(w);
  const ReduceCmd cmd = static_cast<ReduceCmd>(w.draw.Below(4));
  call.insert({"reduce_cmd", cmd});
  call.insert({"reduce_op", AluOp::kAdd});
  return call;
}

Arguments ActivationReduce(World& w) {
  Arguments call = ActivationCall(w);
  call.insert({"reduce_op", AluOp::kAdd});
  return call;
}

Arguments Activate2(World& w) {
  using enum AluOp;
  const int64_t p = w.Partitions(), f = w.Free();
  const View data = w.Source(w.OnChip(), p, f, w.AnyDtype());
  const Dtype columns = w.draw.OneOf({kFloat32, kBfloat16, kInt8});
  const int64_t kind = w.draw.Below(4);
  const bool multiplies = kind < 2, first = kind < 3, second = kind == 0;
  Arguments call = {{"dst", w.ResultOrInPlace(data, w.OnChip(), p, f, w.AnyDtype())},
                    {"op", AnyFunction(w, true)},
                    {"data", data},
                    {"imm0", w.Scalar(p, {columns})},
                    {"imm1", w.Scalar(p, {columns})},
                    {"op0", kNone},
                    {"op1", kNone},
                    {"relu_param", w.Scalar(p)},
                    {"reverse0", first && w.draw.Chance(40)},
                    {"reverse1", second && w.draw.Chance(40)},
                    {"reduce_op", w.draw.OneOf({kAdd, kMaximum, kMinimum, kAbsMax, kAbsMin})},
                    {"reduce_cmd", static_cast<ReduceCmd>(w.draw.Below(4))},
                    {"reduce_res", ResultColumn(w, p, {kFloat32, kFloat16, kInt8})}};
  const AluOp sum = w.draw.OneOf({kAdd, kSubtract});
  if (first) call.at("op0") = multiplies ? kMultiply : sum;
  if (second) call.at("op1") = sum;
  return call;
}

Arguments Exponential(World& w) {
  const int64_t p = w.Partitions(), f = w.Free();
  const Dtype from =
      w.draw.OneOf({kFloat8E4m3, kFloat8E5m2, kFloat16, kBfloat16, kFloat32, kInt8, kInt16, kUint32});
  const Dtype to =
      w.draw.OneOf({kFloat8E4m3, kFloat8E5m2, kFloat16, kBfloat16, kFloat32, kTfloat32, kInt32, kUint8});
  const View src = w.Source(w.OnChip(), p, f, from);
  const ReduceCmd cmd =
      w.draw.OneOf({ReduceCmd::kIdle, ReduceCmd::kResetReduce, ReduceCmd::kReduce, ReduceCmd::kLoadReduce});
  Arguments call = {{"dst", w.ResultOrInPlace(src, w.OnChip(), p, f, to)},
                    {"src", src},
                    {"max_value", w.Scalar(p)},
                    {"reduce_cmd", cmd},
                    {"reduce_res", ResultColumn(w, p, {kFloat32, kBfloat16, kFloat8E5m2})}};
  if (cmd == ReduceCmd::kLoadReduce) call.insert({"reduce_init", w.Scalar(p)});
  return call;
}

Arguments TensorScalarReduce(World& w) {
  using enum AluOp;
  const int64_t p = w.Partitions(), f = w.Free();
  const View data = w.Source(w.OnChip(), p, f, w.AnyDtype());
  const AluOp op = AnyArithmetic(w);
  const ReduceCmd cmd = w.draw.OneOf({ReduceCmd::kResetReduce, ReduceCmd::kReduce, ReduceCmd::kLoadReduce});
  Arguments call = {{"dst", w.ResultOrInPlace(data, w.OnChip(), p, f, w.AnyDtype())},
                    {"data", data},
                    {"op0", op},
                    {"operand0", OperandOf(w, op, p)},
                    {"reduce_op", w.draw.OneOf({kAdd, kMultiply, kMaximum, kMinimum})},
                    {"reduce_res", ResultColumn(w, p, {kFloat32, kBfloat16, kInt32})},
                    {"reduce_cmd", cmd},
                    {"reduce_res_negate", w.draw.Chance(30)}};
  if (cmd == ReduceCmd::kLoadReduce) call.insert({"reduce_init", w.Scalar(p)});
  return call;
}

Dtype AnyNarrow(World& w) {
  while (true) {
    const Dtype dtype = w.AnyDtype();
    if (!IsInteger(dtype) || ItemBytes(dtype) < 4) return dtype;
  }
}

Arguments TensorScalarCumulative(World& w) {
  using enum AluOp;
  const int64_t p = w.Partitions(), f = w.Free();
  const View src = w.Source(w.OnChip(), p, f, AnyNarrow(w));
  const AluOp op = AnyArithmetic(w);
  const ReduceCmd cmd = w.draw.OneOf({ReduceCmd::kResetReduce, ReduceCmd::kReduce, ReduceCmd::kLoadReduce});
  Arguments call = {{"dst", w.ResultOrInPlace(src, w.OnChip(), p, f, AnyNarrow(w))},
                    {"src", src},
                    {"op0", op},
                    {"op1", w.draw.OneOf({kAdd, kSubtract, kMultiply, kMaximum, kMinimum})},
                    {"imm0", OperandOf(w, op, p)},
                    {"reduce_cmd", cmd}};
  if (cmd == ReduceCmd::kLoadReduce) call.insert({"imm1", w.Scalar(p)});
  return call;
}

Arguments TensorTensorScan(World& w) {
  const int64_t p = w.Partitions(), f = w.Free();
  const View a = w.Source(w.OnChip(), p, f, w.AnyDtype()), b = w.Source(Space::kSbuf, p, f, w.AnyDtype());
  return {{"dst", w.ResultOrInPlace(w.draw.Chance(50) ? a : b, w.OnChip(), p, f, w.AnyDtype())},
          {"data0", a},
          {"data1", b},
          {"initial", w.Scalar(p, {kFloat32, kBfloat16, kInt8})},
          {"op0", AnyBinary(w)},
          {"op1", AnyBinary(w)},
          {"reverse0", w.draw.Chance(30)},
          {"reverse1", w.draw.Chance(30)}};
}

Arguments SelectReduce(World& w) {
  const int64_t p = w.Partitions(), f = w.Free();
  Dtype dtype = w.AnyDtype();
  while (dtype == kTfloat32 || dtype == kInt32 || dtype == kUint32) dtype = w.AnyDtype();
  const View on_true = w.Source(w.OnChip(), p, f, dtype);
  const View predicate = w.Source(Space::kSbuf, p, f, w.draw.OneOf({kInt8, kUint8, kInt16, kUint16}));
  if (w.draw.Chance(70))
    w.Fill(predicate, [](Draw& own) { return static_cast<double>(own.Below(2) * own.Between(1, 100)); });
  return {{"dst", w.ResultOrInPlace(on_true, w.OnChip(), p, f, w.AnyDtype())},
          {"predicate", predicate},
          {"on_true", on_true},
          {"on_false", w.Scalar(p, {kFloat32, kBfloat16, kUint8})},
          {"reduce_res", ResultColumn(w, p, {kFloat32, kBfloat16, kFloat8E4m3})},
          {"reduce_cmd", w.draw.OneOf({ReduceCmd::kIdle, ReduceCmd::kResetReduce, ReduceCmd::kReduce})},
          {"reverse_pred", w.draw.Chance(30)}};
}

Arguments RangeSelect(World& w) {
  using enum AluOp;
  const int64_t p = w.Partitions(), f = w.Free();
  const View on_true =
      w.Source(w.OnChip(), p, f, w.draw.OneOf({kFloat32, kBfloat16, kFloat16, kFloat8E4m3, kTfloat32}));
  const int64_t start = w.draw.Chance(80) ? w.draw.Between(-20, 20) : w.draw.Between(-16777216, 16777216 - f);
  const auto bound = [&] {
    const View column = w.Source(w.OnChip(), p, 1, kFloat32);
    if (w.draw.Chance(80))
      w.Fill(column, [&](Draw& own) { return static_cast<double>(start + own.Between(-2, f + 2)); });
    return column;
  };
  const auto comparison = [&] { return w.draw.OneOf({kEqual, kLess, kLessEqual, kGreater, kGreaterEqual}); };
  return {{"dst", w.ResultOrInPlace(on_true, w.OnChip(), p, f, w.AnyDtype())},
          {"on_true_tile", on_true},
          {"comp_op0", comparison()},
          {"comp_op1", comparison()},
          {"bound0", bound()},
          {"bound1", bound()},
          {"reduce_cmd", w.draw.OneOf({ReduceCmd::kIdle, ReduceCmd::kResetReduce, ReduceCmd::kReduce})},
          {"reduce_res", ResultColumn(w, p, {kFloat32, kBfloat16, kInt8})},
          {"range_start", start}};
}

Arguments BnStats(World& w) {
  const int64_t p = w.Partitions();
  return {{"dst", w.Result(w.OnChip(), p, 6, w.AnyDtype())},
          {"data", w.Source(w.OnChip(), p, w.Free(), w.AnyDtype())}};
}

Arguments BnAggr(World& w) {
  const int64_t p = w.Partitions();
  const View data = w.Source(w.OnChip(), p, 3 * (w.Free() / 3 + 1), w.AnyDtype());
  return {{"dst", w.Result(w.OnChip(), p, 2, w.AnyDtype())}, {"data", data}};
}

}  // namespace

void AddAccumulatorSamplers(Samplers& table) {
  table["activation"] = Activation;
  table["activation_reduce"] = ActivationReduce;
  table["activate2"] = Activate2;
  table["exponential"] = Exponential;
  table["tensor_scalar_reduce"] = TensorScalarReduce;
  table["tensor_scalar_cumulative"] = TensorScalarCumulative;
  table["tensor_tensor_scan"] = TensorTensorScan;
  table["select_reduce"] = SelectReduce;
  table["range_select"] = RangeSelect;
  table["bn_stats"] = BnStats;
  table["bn_aggr"] = BnAggr;
}

}  // namespace nki::fuzz
