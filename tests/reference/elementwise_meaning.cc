// The meaning of the instructions that take their operands element by element.
#include <cmath>

#include "tests/reference/call.h"
#include "tests/reference/reference.h"

namespace nki::reference {
namespace {

uint32_t MaskOf(Dtype dtype) { return 0xffffffffu >> (32 - 8 * ItemBytes(dtype)); }

void ForEach(const Model& model, const View& dst,
             const std::function<void(int64_t, int64_t, int64_t)>& visit) {
  const std::vector<int64_t> places = model.Places(dst);
  const int64_t free = static_cast<int64_t>(places.size()) / dst.dims[0].count;
  for (int64_t k = 0; k < static_cast<int64_t>(places.size()); ++k) visit(k / free, k % free, places[k]);
}

bool HasIntegerForm(AluOp op) {
  return op != AluOp::kDivide && op != AluOp::kFmod && op != AluOp::kMod && op != AluOp::kPower &&
         op != AluOp::kReciprocal && op != AluOp::kRsqrt;
}

bool Is32(const View& view) { return IsInteger(view.dtype) && ItemBytes(view.dtype) == 4; }

void TensorTensor(const Call& call, Model& model) {
  const View dst = call.view("dst");
  const Reader a(model, call.view("data1")), b(model, call.view("data2"));
  const AluOp op = call.Get<AluOp>("op");
  const Engine engine = call.Enum("engine", Engine::kUnknown);
  const auto on_gpsimd = [&](const View& view) {
    return engine == Engine::kGpSimd || (engine == Engine::kUnknown && In(view.space(), kSbuf));
  };
  const bool exact = HasIntegerForm(op) && !IsBitwise(op) && Is32(dst) && Is32(a.view) && Is32(b.view) &&
                     on_gpsimd(dst) && on_gpsimd(a.view) && on_gpsimd(b.view);
  // C's rule for mixed signs: both are taken modulo 2^32.
  const bool any_unsigned = a.view.dtype == Dtype::kUint32 || b.view.dtype == Dtype::kUint32;
  const auto number = [&](uint32_t bits) {
    return any_unsigned ? int64_t{bits} : int64_t{static_cast<int32_t>(bits)};
  };
  ForEach(model, dst, [&](int64_t p, int64_t i, int64_t place) {
    if (IsBitwise(op)) {
      model.Put(dst, place, BitwiseAlu(op, a.Bits(p, i), b.Bits(p, i)) & MaskOf(dst.dtype));
    } else if (exact) {
      model.Put(dst, place,
                static_cast<uint32_t>(IntegerAlu(op, number(a.Bits(p, i)), number(b.Bits(p, i)))));
    } else if (op == AluOp::kPower) {
      model.PutInterval(dst, place, PowerInterval(a.Value(p, i), b.Value(p, i)));
    } else {
      model.PutValue(dst, place, AluValue(op, a.Value(p, i), b.Value(p, i)));
    }
  });
}

void TensorScalar(const Call& call, Model& model) {
  const View dst = call.view("dst");
  const Reader data(model, call.view("data"));
  const AluOp op0 = call.Get<AluOp>("op0");
  const bool two = call.Has("op1");
  const AluOp op1 = two ? call.Get<AluOp>("op1") : op0;
  const PerPartition first(model, call, "operand0"), second(model, call, "operand1");
  const bool reverse0 = call.Get("reverse0", false), reverse1 = call.Get("reverse1", false);
  const auto bits_step = [](AluOp op, bool reverse, uint32_t x, uint32_t y) {
    return reverse && !IsUnary(op) ? BitwiseAlu(op, y, x) : BitwiseAlu(op, x, y);
  };
  const auto power_step = [](bool reverse, float x, float y) {
    return reverse ? PowerInterval(y, x) : PowerInterval(x, y);
  };
  ForEach(model, dst, [&](int64_t p, int64_t i, int64_t place) {
    if (IsBitwise(op0)) {
      uint32_t x = bits_step(op0, reverse0, data.Bits(p, i), first.Bits(p));
      if (two) x = bits_step(op1, reverse1, x, second.Bits(p));
      return model.Put(dst, place, x & MaskOf(dst.dtype));
    }
    float x = data.Value(p, i);
    if (two) x = AluStep(op0, reverse0, x, first.Value(p));
    const PerPartition& last = two ? second : first;
    const bool reverse = two ? reverse1 : reverse0;
    if (op1 == AluOp::kPower) return model.PutInterval(dst, place, power_step(reverse, x, last.Value(p)));
    model.PutValue(dst, place, AluStep(op1, reverse, x, last.Value(p)));
  });
}

void ScalarTensorTensor(const Call& call, Model& model) {
  const View dst = call.view("dst");
  const Reader data(model, call.view("data")), other(model, call.view("operand1"));
  const AluOp op0 = call.Get<AluOp>("op0"), op1 = call.Get<AluOp>("op1");
  const PerPartition scalar(model, call, "operand0");
  const bool reverse0 = call.Get("reverse0", false), reverse1 = call.Get("reverse1", false);
  ForEach(model, dst, [&](int64_t p, int64_t i, int64_t place) {
    const float x = AluStep(op0, reverse0, data.Value(p, i), scalar.Value(p));
    if (op1 == AluOp::kPower) {
      const float y = other.Value(p, i);
      return model.PutInterval(dst, place, reverse1 ? PowerInterval(y, x) : PowerInterval(x, y));
    }
    model.PutValue(dst, place, AluStep(op1, reverse1, x, other.Value(p, i)));
  });
}

void Reciprocal(const Call& call, Model& model) {
  const View dst = call.view("dst");
  const Reader data(model, call.view("data"));
  ForEach(model, dst, [&](int64_t p, int64_t i, int64_t place) {
    model.PutValue(dst, place, AluValue(AluOp::kReciprocal, data.Value(p, i), 0));
  });
}

void TensorCopy(const Call& call, Model& model) {
  const View dst = call.view("dst");
  const Reader src(model, call.view("src"));
  ForEach(model, dst, [&](int64_t p, int64_t i, int64_t place) {
    if (src.view.dtype == dst.dtype) return model.Put(dst, place, src.Bits(p, i));
    model.PutValue(dst, place, src.Value(p, i));
  });
}

void Memset(const Call& call, Model& model) {
  const View dst = call.view("dst");
  const double value = call.Get<Operand>("value").constant;
  uint32_t bits = 0;
  if (IsInteger(dst.dtype)) {
    bits = static_cast<uint32_t>(static_cast<int64_t>(value)) & MaskOf(dst.dtype);
  } else if (!IsPacked(dst.dtype)) {
    bits = Encode(dst.dtype, static_cast<float>(value));
  }
  ForEach(model, dst, [&](int64_t, int64_t, int64_t place) {
    model.Put(dst, place, bits, IsFloat(dst.dtype) ? Mark::kNumber : Mark::kBits);
  });
}

// offset + p * channel_multiplier + the steps, modulo 2^32.
int32_t AffineValue(const Call& call, int64_t p, int64_t i) {
  const Pattern pattern = call.Get<Pattern>("pattern");
  uint32_t value = static_cast<uint32_t>(call.Get<int64_t>("offset", 0));
  value += static_cast<uint32_t>(call.Get<int64_t>("channel_multiplier", 0)) * static_cast<uint32_t>(p);
  for (size_t axis = pattern.size(); axis-- > 0; i /= pattern[axis].count) {
    value += static_cast<uint32_t>(pattern[axis].step) * static_cast<uint32_t>(i % pattern[axis].count);
  }
  return static_cast<int32_t>(value);
}

void Iota(const Call& call, Model& model) {
  const View dst = call.view("dst");
  ForEach(model, dst, [&](int64_t p, int64_t i, int64_t place) {
    const int32_t value = AffineValue(call, p, i);
    if (Is32(dst)) return model.Put(dst, place, static_cast<uint32_t>(value));
    model.PutValue(dst, place, static_cast<float>(value));
  });
}

void AffineSelect(const Call& call, Model& model) {
  const View dst = call.view("dst");
  const Reader on_true(model, call.view("on_true_tile"));
  const float on_false = static_cast<float>(call.Get<Operand>("on_false_value").constant);
  const AluOp op = call.Get("cmp_op", AluOp::kEqual);
  ForEach(model, dst, [&](int64_t p, int64_t i, int64_t place) {
    if (Alu(op, AffineValue(call, p, i), 0) == 0) return model.PutValue(dst, place, on_false);
    if (on_true.view.dtype == dst.dtype) return model.Put(dst, place, on_true.Bits(p, i));
    model.PutValue(dst, place, on_true.Value(p, i));
  });
}

}  // namespace

void AddElementwise(Meanings& table) {
  table["tensor_tensor"] = TensorTensor;
  table["tensor_scalar"] = TensorScalar;
  table["scalar_tensor_tensor"] = ScalarTensorTensor;
  table["reciprocal"] = Reciprocal;
  table["tensor_copy"] = TensorCopy;
  table["memset"] = Memset;
  table["iota"] = Iota;
  table["affine_select"] = AffineSelect;
}

}  // namespace nki::reference
