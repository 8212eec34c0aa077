// The meaning of the instructions that select or reduce with a predicate, and those that reduce.
#include <cmath>
#include <limits>

#include "tests/reference/call.h"
#include "tests/reference/reference.h"

namespace nki::reference {
namespace {

void TensorCopyPredicated(const Call& call, Model& model) {
  const View dst = call.view("dst");
  const Reader predicate(model, call.view("predicate"));
  const bool reverse = call.Get("reverse_pred", false);
  const Operand src = call.Get<Operand>("src");
  const Reader tile(model, src.is_column() ? src.column : dst);
  const Reader to(model, dst);
  for (int64_t p = 0; p < to.partitions; ++p) {
    for (int64_t i = 0; i < to.free(); ++i) {
      if ((predicate.Bits(p, i) != 0) == reverse) continue;
      if (src.is_column()) {
        model.Put(dst, to.Place(p, i), tile.Bits(p, i));
      } else if (ItemBytes(dst.dtype) == 4 && IsInteger(dst.dtype) &&
                 src.constant == std::floor(src.constant) &&
                 src.constant >= (IsSigned(dst.dtype) ? -2147483648.0 : 0) &&
                 src.constant <= (IsSigned(dst.dtype) ? 2147483647.0 : 4294967295.0)) {
        model.Put(dst, to.Place(p, i), static_cast<uint32_t>(static_cast<int64_t>(src.constant)));
      } else {
        model.PutValue(dst, to.Place(p, i), static_cast<float>(src.constant));
      }
    }
  }
}

// The maximum with the Vector engine's register, which stays NaN once it is.
class Largest {
 public:
  Largest(const Call& call, Model& model, const View& dst)
      : model_(model),
        call_(call),
        first_(Model::FirstPartition(dst)),
        cmd_(call.Enum("reduce_cmd", call.Has("comp_op0") ? ReduceCmd::kResetReduce : ReduceCmd::kIdle)) {}
  void Start(int64_t p) {
    if (cmd_ == ReduceCmd::kResetReduce) At(p) = Interval::Of(-std::numeric_limits<float>::infinity());
  }
  void Take(int64_t p, float value) {
    if (cmd_ != ReduceCmd::kIdle) At(p) = Interval::Of(AluValue(AluOp::kMaximum, At(p).low, value));
  }
  void Store() {
    if (!call_.Has("reduce_res")) return;
    const Reader result(model_, call_.view("reduce_res"));
    for (int64_t p = 0; p < result.partitions; ++p)
      model_.PutValue(result.view, result.Place(p, 0), At(p).low);
  }

 private:
  Interval& At(int64_t p) { return model_.vector_accumulators.at(first_ + p); }
  Model& model_;
  const Call& call_;
  int first_;
  ReduceCmd cmd_;
};

void SelectReduce(const Call& call, Model& model) {
  const View dst = call.view("dst");
  const Reader to(model, dst), predicate(model, call.view("predicate")), on_true(model, call.view("on_true"));
  const PerPartition on_false(model, call, "on_false");
  Largest largest(call, model, dst);
  for (int64_t p = 0; p < to.partitions; ++p) {
    largest.Start(p);
    for (int64_t i = 0; i < to.free(); ++i) {
      const bool holds = (predicate.Bits(p, i) != 0) != call.Get("reverse_pred", false);
      const float value = holds ? on_true.Value(p, i) : on_false.Value(p);
      largest.Take(p, value);
      model.PutValue(dst, to.Place(p, i), value);
    }
  }
  largest.Store();
}

void RangeSelect(const Call& call, Model& model) {
  const View dst = call.view("dst");
  const Reader to(model, dst), on_true(model, call.view("on_true_tile"));
  const Reader bound0(model, call.view("bound0")), bound1(model, call.view("bound1"));
  const AluOp op0 = call.Get<AluOp>("comp_op0"), op1 = call.Get<AluOp>("comp_op1");
  Largest largest(call, model, dst);
  for (int64_t p = 0; p < to.partitions; ++p) {
    largest.Start(p);
    for (int64_t i = 0; i < to.free(); ++i) {
      const float index = static_cast<float>(call.Get<int64_t>("range_start", 0) + i);
      const bool inside =
          Alu(op0, index, bound0.Value(p, 0)) != 0 && Alu(op1, index, bound1.Value(p, 0)) != 0;
      const float value = inside ? on_true.Value(p, i) : std::numeric_limits<float>::lowest();
      largest.Take(p, value);
      model.PutValue(dst, to.Place(p, i), value);
    }
  }
  largest.Store();
}

bool IsLogical(AluOp op) {
  return op == AluOp::kLogicalAnd || op == AluOp::kLogicalOr || op == AluOp::kLogicalXor;
}

void TensorReduce(const Call& call, Model& model) {
  const View dst = call.view("dst");
  const Reader data(model, call.view("data")), to(model, dst);
  const AluOp op = call.Get<AluOp>("op");
  const int64_t inner = data.free() / to.free();
  for (int64_t p = 0; p < to.partitions; ++p) {
    for (int64_t i = 0; i < to.free(); ++i) {
      if (IsBitwise(op)) {
        uint32_t bits = data.Bits(p, i * inner);
        for (int64_t k = 1; k < inner; ++k) bits = BitwiseAlu(op, bits, data.Bits(p, i * inner + k));
        model.Put(dst, to.Place(p, i), bits);
        continue;
      }
      float value = data.Value(p, i * inner);
      if (IsLogical(op)) value = value != 0;
      for (int64_t k = 1; k < inner; ++k) value = AluValue(op, value, data.Value(p, i * inner + k));
      model.PutValue(dst, to.Place(p, i), call.Get("negate", false) ? -value : value);
    }
  }
}

void TensorPartitionReduce(const Call& call, Model& model) {
  const View dst = call.view("dst");
  const Reader data(model, call.view("data")), to(model, dst);
  const PartitionOp op = call.Enum("op", PartitionOp::kAdd);
  const auto is_word = [](const View& view) { return IsInteger(view.dtype) && ItemBytes(view.dtype) == 4; };
  const bool exact = is_word(dst) && is_word(data.view) && op != PartitionOp::kAverage;
  for (int64_t i = 0; i < to.free(); ++i) {
    uint32_t bits = data.Bits(0, i);
    int64_t integer = data.Integer(0, i);
    float value = data.Value(0, i);
    for (int64_t p = 1; p < data.partitions; ++p) {
      if (op == PartitionOp::kBitwiseAnd) bits &= data.Bits(p, i);
      if (op == PartitionOp::kBitwiseOr) bits |= data.Bits(p, i);
      const bool largest = op == PartitionOp::kMaximum;
      if (exact) integer = largest ? std::max(integer, data.Integer(p, i)) : integer + data.Integer(p, i);
      value = AluValue(largest ? AluOp::kMaximum : AluOp::kAdd, value, data.Value(p, i));
    }
    if (op == PartitionOp::kAverage) value /= static_cast<float>(data.partitions);
    const int64_t place = to.Place(0, i);
    if (op == PartitionOp::kBitwiseAnd || op == PartitionOp::kBitwiseOr) {
      model.Put(dst, place, bits);
    } else if (exact) {
      model.Put(dst, place, static_cast<uint32_t>(integer));
    } else {
      model.PutValue(dst, place, value);
    }
  }
}

}  // namespace

void AddSelection(Meanings& table) {
  table["tensor_copy_predicated"] = TensorCopyPredicated;
  table["select_reduce"] = SelectReduce;
  table["range_select"] = RangeSelect;
  table["tensor_reduce"] = TensorReduce;
  table["tensor_partition_reduce"] = TensorPartitionReduce;
}

}  // namespace nki::reference
