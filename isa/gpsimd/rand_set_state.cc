// Sets the states of random number generators.
#include "isa/random_engine.h"
#include "isa/simd/random.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(Sets the random number generators of src_seeds' partitions, of the GpSimd or Vector engine.

The words of a partition are the states of its XORWOW generators one after the other, each x, y, z, w, v and the counter
d: one generator on GpSimd, four on the Vector engine (see nki.isa.rng). Partitions with equal words draw equal numbers;
five words of 0 leave a generator that only counts. What nki.isa.rand_get_state has stored goes on where it was.

Args:
  src_seeds: uint32 tile [P <= 128, 6], or [P, 24] for the Vector engine, in SBUF.
  engine: nki.isa.engine.gpsimd (from trn2), .vector (from trn3) or .unknown (GpSimd).

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, dtype, state-words, engine,
  gpsimd-random, vector-xorwow.
Source: nki.isa.rand_set_state, NKI 0.6.
)";

struct RandSetState {
  View src_seeds;
  Engine engine = Engine::kGpSimd;

  void VisitFields(FieldVisitor& v) { v.In("src_seeds", src_seeds).Option("engine", engine); }

  void Check(Checker& c) const {
    if (!c.EngineIn(engine, {Engine::kVector, Engine::kGpSimd})) return;
    if (c.ComputeOperand(src_seeds, kSbuf)) CheckGeneratorWords(c, src_seeds, Chosen());
  }

  Engine Chosen() const { return engine == Engine::kVector ? engine : Engine::kGpSimd; }
  StateUse State() const { return {0, GeneratorBit(Chosen())}; }

  // Not published: the least that any instruction takes, after GpSimd's 150 cycles to start.
  Cost CostOn(const Generation&) const {
    return EngineCost(Chosen(), Chosen() == Engine::kGpSimd ? 150 + kMinInterval : kMinInterval);
  }

  void Run(RunContext& ctx) const {
    simd::LoadRandomState(GeneratorsOf(ctx.machine, Chosen()), ctx.tile(src_seeds), ctx.blocks);
  }

  static std::vector<RandSetState> Samples(SampleBuilder& b) {
    return {{b.Sbuf({128, 6}, Dtype::kUint32)}, {b.Sbuf({128, 24}, Dtype::kUint32), Engine::kVector}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(RandSetState, rand_set_state, kDoc);

}  // namespace nki
