// Seeds the random number generators of the Vector engine.
#include <cstring>

#include "isa/random_engine.h"
#include "memory/scalar_types.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(Seeds the random number generators of all partitions of the Vector engine.

The same seed gives the same numbers from nki.isa.rng (on the Vector engine), rand2 and dropout. How the device makes
generator states of a seed is not published. Here the six words x, y, z, w, v, d of generator s of partition p are the
upper halves of outputs (seed * 1024 + 4 * p + s) * 8 + 0 to 5 of SplitMix64 started from 0. GpSimd is not seeded: its
generator of partition p starts as if its number there were 512 + p, with seed 0.

Args:
  src_seeds: tile [1, 1] in SBUF or PSUM of a 32-bit dtype (int32, uint32 or float32), whose bits are the seed.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, dtype, one-seed.
Source: nki.isa.set_rng_seed, NKI 0.6.
)";

struct SetRngSeed {
  View src_seeds;

  void VisitFields(FieldVisitor& v) { v.In("src_seeds", src_seeds); }

  void Check(Checker& c) const {
    if (!c.ComputeOperand(src_seeds, kOnChip)) return;
    c.DtypeIn(src_seeds, {Dtype::kInt32, Dtype::kUint32, Dtype::kFloat32});
    c.Rule(src_seeds.elements() == 1, "one-seed",
           [&] { return "src_seeds has shape " + ToString(src_seeds.shape()) + "; it must be (1, 1)"; });
  }

  StateUse State() const { return {0, GeneratorBit(Engine::kVector)}; }
  bool LaneLocal() const { return false; }  // one partition seeds all

  // Not published: the least that any instruction takes.
  Cost CostOn(const Generation&) const { return EngineCost(Engine::kVector, kMinInterval); }

  void Run(RunContext& ctx) const {
    const Tile seed = ctx.tile(src_seeds);
    ctx.machine.vector_random.Seed(LoadBits(Dtype::kUint32, seed.Address(seed.partition, seed.offset * 4)),
                                   ctx.blocks);
  }

  static std::vector<SetRngSeed> Samples(SampleBuilder& b) {
    return {{b.Sbuf({1, 1}, Dtype::kInt32)}, {b.Psum({1, 1}, Dtype::kUint32)}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(SetRngSeed, set_rng_seed, kDoc);

}  // namespace nki
