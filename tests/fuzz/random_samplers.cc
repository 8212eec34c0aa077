// Calls of the instructions with random numbers.
#include "tests/fuzz/samplers.h"

namespace nki::fuzz {
namespace {

using enum Dtype;

Arguments Rng(World& w) {
  const bool gpsimd = w.gen.name != "trn1" && w.draw.Chance(40);
  const View dst = w.Result(gpsimd ? Space::kSbuf : w.OnChip(), w.Partitions(), w.Free(), AnyInteger(w));
  return {{"dst", dst}, {"engine", gpsimd ? Engine::kGpSimd : Engine::kVector}};
}

Arguments Rand2(World& w) {
  const int64_t p = w.Partitions(), f = w.Free();
  const Dtype dtype = w.draw.OneOf({kFloat32, kFloat32, kBfloat16, kFloat16, kTfloat32, kFloat8E4m3,
                                    kFloat8E5m2, kInt8, kInt16, kInt32, kUint8, kUint16, kUint32});
  const double low = static_cast<double>(w.draw.Between(-100, 100)) * 0.37;
  const double width = w.draw.OneOf({1.0, 1e-3, 77.7, 3e5, 1e38});
  const auto bound = [&](double value) {
    if (!w.draw.Has(Trait::kColumns, 50)) return Operand::Constant(value);
    const Operand column = w.Column(p, kFloat32);
    w.Fill(column.column, [=](Draw&) { return value; });
    return column;
  };
  const bool swapped = w.draw.Chance(3);
  return {{"dst", w.Result(w.OnChip(), p, f, dtype)},
          {"min", bound(swapped ? low + width : low)},
          {"max", bound(swapped ? low : low + width)}};
}

Arguments Dropout(World& w) {
  const int64_t p = w.Partitions(), f = w.Free();
  const Dtype dtype = static_cast<Dtype>(w.draw.Below(kDtypeCount));
  const View data = w.Source(w.OnChip(), p, f, dtype);
  Operand prob = Operand::Constant(w.draw.OneOf({0.0, 1.0, 0.5, 0.1, 0.9375}));
  if (w.draw.Has(Trait::kColumns, 50)) {
    prob =
        w.Column(p, IsInteger(dtype) ? kFloat32 : w.draw.OneOf({kFloat32, kBfloat16, kFloat16, kFloat8E5m2}));
    if (w.draw.Chance(70)) w.Fill(prob.column, [](Draw& own) { return own.Unit(); });
  }
  return {{"dst", w.ResultOrInPlace(data, w.OnChip(), p, f, dtype)}, {"data", data}, {"prob", prob}};
}

Arguments RandGetState(World& w) {
  const bool vector = w.gen.name == "trn3" && w.draw.Chance(50);
  const View dst = w.Result(vector ? w.OnChip() : Space::kSbuf, w.Partitions(), vector ? 24 : 6, kUint32);
  return {{"dst", dst}, {"engine", vector ? Engine::kVector : Engine::kGpSimd}};
}

Arguments RandSetState(World& w) {
  const bool vector = w.gen.name == "trn3" && w.draw.Chance(50);
  return {{"src_seeds", w.Source(Space::kSbuf, w.Partitions(), vector ? 24 : 6, kUint32)},
          {"engine", vector ? Engine::kVector : Engine::kGpSimd}};
}

Arguments SetRngSeed(World& w) {
  return {{"src_seeds", w.Source(w.OnChip(), 1, 1, w.draw.OneOf({kInt32, kUint32, kFloat32}))}};
}

}  // namespace

void AddRandomSamplers(Samplers& table) {
  table["rng"] = Rng;
  table["rand2"] = Rand2;
  table["dropout"] = Dropout;
  table["rand_get_state"] = RandGetState;
  table["rand_set_state"] = RandSetState;
  table["set_rng_seed"] = SetRngSeed;
}

}  // namespace nki::fuzz
