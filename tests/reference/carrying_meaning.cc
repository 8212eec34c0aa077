// The meaning of the instructions that carry a value along the free axes: scans, running values, moments.
#include <cmath>
#include <limits>

#include "tests/reference/call.h"
#include "tests/reference/reference.h"

namespace nki::reference {
namespace {

float IdentityOf(AluOp op) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  if (op == AluOp::kMaximum) return -kInfinity;
  if (op == AluOp::kMinimum) return kInfinity;
  return op == AluOp::kMultiply ? 1 : 0;
}

// The Vector engine's registers of the call's partitions at its start, from the field `initial`.
std::vector<float> Started(const Call& call, const Model& model, const View& dst, AluOp op,
                           const char* initial) {
  const ReduceCmd cmd = call.Enum("reduce_cmd", ReduceCmd::kResetReduce);
  std::vector<float> registers;
  const PerPartition given(model, call, cmd == ReduceCmd::kLoadReduce ? initial : "", 0);
  for (int64_t p = 0; p < dst.dims[0].count; ++p) {
    const float kept = model.vector_accumulators.at(Model::FirstPartition(dst) + p).low;
    registers.push_back(cmd == ReduceCmd::kLoadReduce ? given.Value(p)
                        : cmd == ReduceCmd::kReduce   ? kept
                                                      : IdentityOf(op));
  }
  return registers;
}

void TensorScalarReduce(const Call& call, Model& model) {
  const View dst = call.view("dst");
  const Reader data(model, call.view("data")), to(model, dst);
  const PerPartition operand(model, call, "operand0");
  const AluOp op = call.Get<AluOp>("op0"), reduce_op = call.Get<AluOp>("reduce_op");
  const std::vector<float> starts = Started(call, model, dst, reduce_op, "reduce_init");
  for (int64_t p = 0; p < to.partitions; ++p) {
    float& state = model.vector_accumulators.at(Model::FirstPartition(dst) + p).low;
    state = starts[p];
    for (int64_t i = 0; i < to.free(); ++i) {
      const float value = AluValue(op, data.Value(p, i), operand.Value(p));
      state = AluValue(reduce_op, state, value);
      model.PutValue(dst, to.Place(p, i), value);
    }
    model.vector_accumulators.at(Model::FirstPartition(dst) + p).high = state;
  }
  if (!call.Has("reduce_res")) return;
  const Reader result(model, call.view("reduce_res"));
  for (int64_t p = 0; p < to.partitions; ++p) {
    const float state = model.vector_accumulators.at(Model::FirstPartition(dst) + p).low;
    model.PutValue(result.view, result.Place(p, 0), call.Get("reduce_res_negate", false) ? -state : state);
  }
}

void TensorScalarCumulative(const Call& call, Model& model) {
  const View dst = call.view("dst");
  const Reader src(model, call.view("src")), to(model, dst);
  const PerPartition operand(model, call, "imm0");
  const AluOp op0 = call.Get<AluOp>("op0"), op1 = call.Get<AluOp>("op1");
  const std::vector<float> starts = Started(call, model, dst, op1, "imm1");
  for (int64_t p = 0; p < to.partitions; ++p) {
    float state = starts[p];
    for (int64_t i = 0; i < to.free(); ++i) {
      state = AluValue(op1, AluValue(op0, src.Value(p, i), operand.Value(p)), state);
      model.PutValue(dst, to.Place(p, i), state);
    }
    model.vector_accumulators.at(Model::FirstPartition(dst) + p) = Interval::Of(state);
  }
}

void TensorTensorScan(const Call& call, Model& model) {
  const View dst = call.view("dst");
  const Reader data0(model, call.view("data0")), data1(model, call.view("data1")), to(model, dst);
  const PerPartition initial(model, call, "initial");
  const AluOp op0 = call.Get<AluOp>("op0"), op1 = call.Get<AluOp>("op1");
  const bool reverse0 = call.Get("reverse0", false), reverse1 = call.Get("reverse1", false);
  for (int64_t p = 0; p < to.partitions; ++p) {
    float state = initial.Value(p);
    for (int64_t i = 0; i < to.free(); ++i) {
      const float x = AluStep(op0, reverse0, data0.Value(p, i), state);
      state = AluStep(op1, reverse1, x, data1.Value(p, i));
      model.PutValue(dst, to.Place(p, i), state);
    }
  }
}

// Welford's recurrence in float32, the reciprocal of the count rounded.
void BnStats(const Call& call, Model& model) {
  const View dst = call.view("dst");
  const Reader data(model, call.view("data")), to(model, dst);
  for (int64_t p = 0; p < to.partitions; ++p) {
    for (int64_t odd = 0; odd < 2; ++odd) {
      float count = 0, mean = 0, sum = 0;
      for (int64_t i = odd; i < data.free(); i += 2) {
        const float deviation = data.Value(p, i) - mean, reciprocal = 1 / ++count;
        mean += deviation * reciprocal;
        sum += deviation * (data.Value(p, i) - mean);
      }
      const float triple[] = {count, mean, sum};
      for (int64_t k = 0; k < 3; ++k) model.PutValue(dst, to.Place(p, 3 * odd + k), triple[k]);
    }
  }
}

// Chan, Golub and LeVeque, 1979: (a, b) -> mean_a + (mean_b - mean_a) * n_b / n, one triple after the other.
void BnAggr(const Call& call, Model& model) {
  const View dst = call.view("dst");
  const Reader data(model, call.view("data")), to(model, dst);
  for (int64_t p = 0; p < to.partitions; ++p) {
    float count = 0, mean = 0, sum = 0;
    for (int64_t i = 0; i < data.free(); i += 3) {
      const float its_count = data.Value(p, i), total = count + its_count;
      const float apart = data.Value(p, i + 1) - mean, share = its_count == 0 ? 0 : its_count / total;
      const float between = (apart * (count * share)) * apart;
      mean += apart * share;
      sum += data.Value(p, i + 2) + between;
      count = total;
    }
    model.PutValue(dst, to.Place(p, 0), mean);
    model.PutValue(dst, to.Place(p, 1), sum / count);
  }
}

}  // namespace

void AddCarrying(Meanings& table) {
  table["tensor_scalar_reduce"] = TensorScalarReduce;
  table["tensor_scalar_cumulative"] = TensorScalarCumulative;
  table["tensor_tensor_scan"] = TensorTensorScan;
  table["bn_stats"] = BnStats;
  table["bn_aggr"] = BnAggr;
}

}  // namespace nki::reference
