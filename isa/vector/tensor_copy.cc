// Copy between on-chip tiles.
#include "isa/instruction.h"
#include "isa/vector/fast_mode.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(dst[p, f] = src[p, f], on the Vector, Scalar or GpSimd engine.

Tiles of equal dtype are copied bit for bit; otherwise the elements pass through float32 (round to nearest even,
integers saturate). The tiles may start on different partitions and have different free axes.

Args:
  dst: result tile, [P <= 128, F...] in SBUF or PSUM.
  src: tile with the partitions and free elements of dst, in SBUF or PSUM.
  engine: nki.isa.engine.vector, .scalar (from trn2; on trn1 use activation with op=nl.copy), .gpsimd or .unknown
    (chosen). GpSimd can't reach PSUM.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, same-partitions, same-free,
  packed-dtype, engine, gpsimd-psum, scalar-exact-copy.
Source: nki.isa.tensor_copy, NKI 0.6.
)";

struct TensorCopy {
  View dst, src;
  Engine engine = Engine::kUnknown;

  void VisitFields(FieldVisitor& v) { v.Out("dst", dst).In("src", src).Option("engine", engine); }

  void Check(Checker& c) const {
    for (const View* view : {&dst, &src}) {
      if (!c.ComputeOperand(*view, kOnChip)) return;
      c.GpSimdOutsidePsum(engine, *view);
    }
    c.SamePartitions(src, dst);
    c.SameFree(src, dst);
    c.Convertible(src, dst);
    c.EngineIn(engine, {Engine::kVector, Engine::kScalar, Engine::kGpSimd});
    if (engine == Engine::kScalar) c.Requires(Feature::kScalarExactCopy);
  }

  bool Elementwise() const { return true; }

  // Source: "Tensor indirection" of the page.
  std::string_view RefusesIndirect(const View& operand) const {
    return engine == Engine::kGpSimd ? "the GpSimd engine follows none" : "";
  }

  // One element per cycle (nki.isa.tensor_copy, v2.26), faster in the Vector engine's fast modes; at a
  // dynamic address never below 600 cycles (nki.isa.tensor_copy_dynamic_src, v2.26).
  Cost CostOn(const Generation& gen) const {
    const Engine chosen = engine == Engine::kUnknown ? Engine::kVector : engine;
    const double each = chosen == Engine::kVector ? VectorCyclesPerElement(gen, src, dst) : 1;
    const double least = dst.dynamic != nullptr || src.dynamic != nullptr ? 600 : 0;
    return EngineCost(chosen, std::max(least, static_cast<double>(dst.free_elements()) * each));
  }

  void Run(RunContext& ctx) const { simd::CopyTile(ctx.tile(src), ctx.tile(dst), ctx.blocks); }

  static std::vector<TensorCopy> Samples(SampleBuilder& b) {
    return {{b.Sbuf({128, 512}), b.Psum({128, 512})},
            {b.Sbuf({128, 512}, Dtype::kBfloat16), b.Sbuf({128, 512})},
            {b.Sbuf({64, 4, 32}, Dtype::kInt8), b.Sbuf({64, 128}, Dtype::kFloat32), Engine::kGpSimd}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(TensorCopy, tensor_copy, kDoc);

}  // namespace nki
