// Reads the states of random number generators.
#include "isa/random_engine.h"
#include "isa/simd/random.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst[p] = the words of partition p's random number generators of the GpSimd or Vector engine.

The words are in the order that nki.isa.rand_set_state takes. Reading changes nothing.

Args:
  dst: uint32 tile [P <= 128, 6] in SBUF, or [P, 24] in SBUF or PSUM for the Vector engine.
  engine: nki.isa.engine.gpsimd (from trn2; can't reach PSUM), .vector (from trn3) or .unknown (GpSimd).

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, dtype, state-words, engine, gpsimd-psum,
  gpsimd-random, vector-xorwow.
Source: nki.isa.rand_get_state, NKI 0.6.
)";

struct RandGetState {
  View dst;
  Engine engine = Engine::kGpSimd;

  void VisitFields(FieldVisitor& v) { v.Out("dst", dst).Option("engine", engine); }

  void Check(Checker& c) const {
    if (!c.EngineIn(engine, {Engine::kVector, Engine::kGpSimd}) || !c.ComputeOperand(dst, kOnChip)) return;
    c.GpSimdOutsidePsum(Chosen(), dst);
    CheckGeneratorWords(c, dst, Chosen());
  }

  Engine Chosen() const { return engine == Engine::kVector ? engine : Engine::kGpSimd; }
  StateUse State() const { return {GeneratorBit(Chosen()), 0}; }

  // Not published: the least that any instruction takes, after GpSimd's 150 cycles to start.
  Cost CostOn(const Generation&) const {
    return EngineCost(Chosen(), Chosen() == Engine::kGpSimd ? 150 + kMinInterval : kMinInterval);
  }

  void Run(RunContext& ctx) const {
    simd::StoreRandomState(GeneratorsOf(ctx.machine, Chosen()), ctx.tile(dst), ctx.blocks);
  }

  static std::vector<RandGetState> Samples(SampleBuilder& b) {
    return {{b.Sbuf({128, 6}, Dtype::kUint32)}, {b.Psum({128, 24}, Dtype::kUint32), Engine::kVector}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(RandGetState, rand_get_state, kDoc);

}  // namespace nki
