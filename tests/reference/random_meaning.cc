// The meaning of the instructions with random numbers.
#include <cmath>

#include "tests/reference/call.h"
#include "tests/reference/reference.h"

namespace nki::reference {
namespace {

Lane& LaneOf(const Call& call, Model& model, const View& view, int64_t p, Engine absent) {
  const bool gpsimd = call.Enum("engine", absent) == Engine::kGpSimd;
  return (gpsimd ? model.gpsimd_random : model.vector_random).at(Model::FirstPartition(view) + p);
}

double Unit(uint32_t bits) { return static_cast<double>(bits >> 8) / 16777216.0; }

void Rng(const Call& call, Model& model) {
  const Reader to(model, call.view("dst"));
  const uint32_t mask = 0xffffffffu >> (32 - 8 * ItemBytes(to.view.dtype));
  for (int64_t p = 0; p < to.partitions; ++p) {
    const std::vector<uint32_t> drawn = LaneOf(call, model, to.view, p, Engine::kVector).Draw(to.free());
    for (int64_t i = 0; i < to.free(); ++i) model.Put(to.view, to.Place(p, i), drawn[i] & mask);
  }
}

void Rand2(const Call& call, Model& model) {
  const Reader to(model, call.view("dst"));
  const PerPartition low(model, call, "min"), high(model, call, "max");
  for (int64_t p = 0; p < to.partitions; ++p) {
    if (!(low.Value(p) < high.Value(p))) throw Refused("min is not less than max");
  }
  for (int64_t p = 0; p < to.partitions; ++p) {
    const std::vector<uint32_t> drawn =
        model.vector_random.at(Model::FirstPartition(to.view) + p).Draw(to.free());
    for (int64_t i = 0; i < to.free(); ++i) {
      const float width = high.Value(p) - low.Value(p);
      const float value = std::fma(static_cast<float>(Unit(drawn[i])), width, low.Value(p));
      model.PutValue(to.view, to.Place(p, i), value > high.Value(p) ? high.Value(p) : value);
    }
  }
}

void Dropout(const Call& call, Model& model) {
  const Reader to(model, call.view("dst")), data(model, call.view("data"));
  const PerPartition prob(model, call, "prob");
  for (int64_t p = 0; p < to.partitions; ++p) {
    const std::vector<uint32_t> drawn =
        model.vector_random.at(Model::FirstPartition(to.view) + p).Draw(to.free());
    for (int64_t i = 0; i < to.free(); ++i)
      model.Put(to.view, to.Place(p, i), Unit(drawn[i]) < prob.Value(p) ? 0 : data.Bits(p, i));
  }
}

void RandGetState(const Call& call, Model& model) {
  const Reader to(model, call.view("dst"));
  for (int64_t p = 0; p < to.partitions; ++p) {
    const Engine engine = call.Enum("engine", Engine::kGpSimd);
    Lane& lane = engine == Engine::kVector ? model.vector_random.at(Model::FirstPartition(to.view) + p)
                                           : model.gpsimd_random.at(Model::FirstPartition(to.view) + p);
    const std::vector<uint32_t> words = lane.Words();
    for (int64_t i = 0; i < to.free(); ++i) model.Put(to.view, to.Place(p, i), words.at(i));
  }
}

void RandSetState(const Call& call, Model& model) {
  const Reader seeds(model, call.view("src_seeds"));
  for (int64_t p = 0; p < seeds.partitions; ++p) {
    std::vector<uint32_t> words;
    for (int64_t i = 0; i < seeds.free(); ++i) words.push_back(seeds.Bits(p, i));
    const bool vector = call.Enum("engine", Engine::kGpSimd) == Engine::kVector;
    (vector ? model.vector_random : model.gpsimd_random).at(Model::FirstPartition(seeds.view) + p) =
        Lane::OfWords(words);
  }
}

void SetRngSeed(const Call& call, Model& model) {
  const Reader seed(model, call.view("src_seeds"));
  for (int p = 0; p < 128; ++p) model.vector_random[p] = Lane::OfVector(p, seed.Bits(0, 0));
}

}  // namespace

void AddRandom(Meanings& table) {
  table["rng"] = Rng;
  table["rand2"] = Rand2;
  table["dropout"] = Dropout;
  table["rand_get_state"] = RandGetState;
  table["rand_set_state"] = RandSetState;
  table["set_rng_seed"] = SetRngSeed;
}

}  // namespace nki::reference
