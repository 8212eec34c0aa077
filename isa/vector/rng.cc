// Random bits.
#include "isa/random_engine.h"
#include "isa/simd/random.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(dst[p, f] = the low bits of 32 random ones, on the Vector or GpSimd engine.

Each partition draws from its own generators, element after element, and the next instruction on that engine goes on
where this one stopped. They are XORWOW (G. Marsaglia, "Xorshift RNGs", 2003): one per partition on GpSimd, four on the
Vector engine, where element f comes from number f % 4 and all four step ceil(F / 4) times. The device has XORWOW on
GpSimd and from trn3 on the Vector engine; what trn1 and trn2 have there is not published, and is XORWOW here too.
Every program starts as after nki.isa.set_rng_seed with seed 0, so that a kernel gives the same numbers at each call;
nki.isa.set_rng_seed (Vector) and nki.isa.rand_set_state change the generators.

Args:
  dst: tile [P <= 128, F...] in SBUF or PSUM of an integer dtype.
  engine: nki.isa.engine.vector, .gpsimd (from trn2; can't reach PSUM) or .unknown (Vector).

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, dtype, engine, gpsimd-psum,
  gpsimd-random.
Source: nki.isa.rng, NKI 0.6.
)";

struct Rng {
  View dst;
  Engine engine = Engine::kVector;

  void VisitFields(FieldVisitor& v) { v.Out("dst", dst).Option("engine", engine); }

  void Check(Checker& c) const {
    if (!c.ComputeOperand(dst, kOnChip)) return;
    c.DtypeIn(dst,
              {Dtype::kInt8, Dtype::kInt16, Dtype::kInt32, Dtype::kUint8, Dtype::kUint16, Dtype::kUint32});
    c.EngineIn(engine, {Engine::kVector, Engine::kGpSimd});
    c.GpSimdOutsidePsum(engine, dst);
    if (engine == Engine::kGpSimd) c.Requires(Feature::kGpSimdRandom);
  }

  Engine Chosen() const { return engine == Engine::kGpSimd ? engine : Engine::kVector; }
  StateUse State() const { return Draws(Chosen()); }

  // Not published. XORWOW gives four numbers per cycle (trainium3_arch); else one per cycle, as is usual.
  Cost CostOn(const Generation& gen) const {
    const double elements = static_cast<double>(dst.free_elements());
    if (Chosen() == Engine::kGpSimd) return EngineCost(Engine::kGpSimd, 150 + elements);
    return EngineCost(Engine::kVector, elements / (gen.Has(Feature::kVectorXorwow) ? 4 : 1));
  }

  void Run(RunContext& ctx) const {
    simd::RandomBitsTile(GeneratorsOf(ctx.machine, Chosen()), ctx.tile(dst), ctx.blocks);
  }

  static std::vector<Rng> Samples(SampleBuilder& b) {
    return {{b.Sbuf({128, 512}, Dtype::kUint32)},
            {b.Psum({64, 33}, Dtype::kUint8)},
            {b.Sbuf({128, 512}, Dtype::kInt32), Engine::kGpSimd}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(Rng, rng, kDoc);

}  // namespace nki
