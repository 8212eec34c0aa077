// The meaning of the activation functions, within their tolerances, and of the sums beside them.
#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/reference/call.h"
#include "tests/reference/reference.h"
#include "tests/reference/tolerance.h"

namespace nki::reference {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

float Unit(float value) {
  const float magnitude = std::fabs(value);
  return std::isinf(magnitude) ? 0 : std::nextafter(magnitude, kInfinity) - magnitude;
}

// What the engine may compute for op(x).
Interval Function(ActivationOp op, float x, float slope) {
  const double expected = Activation(op, x, slope);
  const float nearest = static_cast<float>(expected);
  const bool exact = ToleranceOf(op).ulp == 0 && ToleranceOf(op).absolute == 0;
  if (std::isnan(nearest) || exact) return Interval::Of(nearest);
  const double error =
      std::max(AllowedUlp(op, x) * static_cast<double>(Unit(nearest)), AllowedError(op, x, expected));
  if (std::isinf(nearest)) return Interval::Of(nearest);
  return {static_cast<float>(expected - error), static_cast<float>(expected + error)};
}

// Rounding keeps the order of numbers, so that sums and extremes of bounds are bounds.
Interval Combine(AluOp op, Interval a, Interval b) {
  if (op != AluOp::kAbsMax && op != AluOp::kAbsMin) {
    const Interval result = {AluValue(op, a.low, b.low), AluValue(op, a.high, b.high)};
    const bool low = std::isnan(result.low), high = std::isnan(result.high);
    if (low && high) return Interval::Of(NAN);
    if (low || high || a.IsAnything() || b.IsAnything()) return {-kInfinity, kInfinity};
    return result;
  }
  if (a.low == a.high && b.low == b.high) return Interval::Of(AluValue(op, a.low, b.low));
  if (std::isnan(a.low) || std::isnan(b.low)) return Interval::Of(NAN);
  const float most = std::max({std::fabs(a.low), std::fabs(a.high), std::fabs(b.low), std::fabs(b.high)});
  return {-most, most};
}

float IdentityOf(AluOp op) {
  if (op == AluOp::kMaximum) return -kInfinity;
  return op == AluOp::kMinimum || op == AluOp::kAbsMin ? kInfinity : 0;
}

struct Activated {
  ActivationOp op;
  const Reader& data;
  std::function<float(int64_t p, float x)> argument;
  std::function<float(int64_t p)> slope;
  AluOp reduction;
  ReduceCmd cmd;
  std::array<Interval, 128>& registers;
  std::function<float(int64_t p)> start;
};

void Run(const Call& call, Model& model, const Activated& a) {
  const View dst = call.view("dst");
  const Reader to(model, dst);
  const int first = Model::FirstPartition(dst);
  const bool reduces =
      a.cmd == ReduceCmd::kReduce || a.cmd == ReduceCmd::kResetReduce || a.cmd == ReduceCmd::kLoadReduce;
  const bool starts = a.cmd != ReduceCmd::kIdle && a.cmd != ReduceCmd::kReduce;
  std::vector<float> initial;
  for (int64_t p = 0; starts && p < to.partitions; ++p) initial.push_back(a.start(p));
  for (int64_t p = 0; p < to.partitions; ++p) {
    Interval& state = a.registers.at(first + p);
    if (starts) state = Interval::Of(initial[p]);
    for (int64_t i = 0; i < to.free(); ++i) {
      const Interval value = Function(a.op, a.argument(p, a.data.Value(p, i)), a.slope(p));
      if (reduces) state = Combine(a.reduction, state, value);
      model.PutInterval(dst, to.Place(p, i), value);
    }
  }
  if (!call.Has("reduce_res")) return;
  const Reader result(model, call.view("reduce_res"));
  for (int64_t p = 0; p < to.partitions; ++p)
    model.PutInterval(result.view, result.Place(p, 0), a.registers.at(first + p));
}

void ScaledActivation(const Call& call, Model& model, ReduceCmd cmd) {
  const ActivationOp op = call.Get<ActivationOp>("op");
  const Reader data(model, call.view("data"));
  const PerPartition scale(model, call, "scale", 1), bias(model, call, "bias");
  const bool ignores_bias = op == ActivationOp::kCopy && call.gen.name == "trn1";
  Run(call, model,
      {op, data,
       [&](int64_t p, float x) { return std::fma(x, scale.Value(p), ignores_bias ? 0 : bias.Value(p)); },
       [](int64_t) { return 0.0f; }, AluOp::kAdd, cmd, model.scalar_accumulators,
       [](int64_t) { return 0.0f; }});
}

void PlainActivation(const Call& call, Model& model) {
  ScaledActivation(call, model, call.Enum("reduce_cmd", ReduceCmd::kIdle));
}
void ActivationReduce(const Call& call, Model& model) {
  ScaledActivation(call, model, ReduceCmd::kResetReduce);
}

void Activate2(const Call& call, Model& model) {
  const Reader data(model, call.view("data"));
  const bool has0 = call.Has("op0"), has1 = call.Has("op1");
  const PerPartition imm0(model, call, has0 ? "imm0" : ""), imm1(model, call, has1 ? "imm1" : "");
  const PerPartition slope(model, call, "relu_param");
  const AluOp op0 = call.Get("op0", AluOp::kAdd), op1 = call.Get("op1", AluOp::kAdd);
  const bool reverse0 = call.Get("reverse0", false), reverse1 = call.Get("reverse1", false);
  const AluOp reduction = call.Get("reduce_op", AluOp::kAdd);
  const auto argument = [&](int64_t p, float x) {
    if (has0 && op0 == AluOp::kMultiply && has1) {
      if (op1 == AluOp::kAdd) return std::fma(x, imm0.Value(p), imm1.Value(p));
      return reverse1 ? std::fma(x, -imm0.Value(p), imm1.Value(p))
                      : std::fma(x, imm0.Value(p), -imm1.Value(p));
    }
    if (has0) x = AluStep(op0, reverse0, x, imm0.Value(p));
    return x;
  };
  Run(call, model,
      {call.Get<ActivationOp>("op"), data, argument, [&](int64_t p) { return slope.Value(p); }, reduction,
       call.Enum("reduce_cmd", ReduceCmd::kIdle), model.scalar_accumulators,
       [&](int64_t) { return IdentityOf(reduction); }});
}

void Exponential(const Call& call, Model& model) {
  const Reader data(model, call.view("src"));
  const PerPartition most(model, call, "max_value"), initial(model, call, "reduce_init");
  const ReduceCmd cmd = call.Enum("reduce_cmd", ReduceCmd::kIdle);
  Run(call, model,
      {ActivationOp::kExp, data, [&](int64_t p, float x) { return x - most.Value(p); },
       [](int64_t) { return 0.0f; }, AluOp::kAdd, cmd, model.vector_accumulators,
       [&](int64_t p) { return cmd == ReduceCmd::kLoadReduce ? initial.Value(p) : 0; }});
}

}  // namespace

void AddActivation(Meanings& table) {
  table["activation"] = PlainActivation;
  table["activation_reduce"] = ActivationReduce;
  table["activate2"] = Activate2;
  table["exponential"] = Exponential;
}

}  // namespace nki::reference
