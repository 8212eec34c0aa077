// Index patterns.
#include "isa/gpsimd/affine_pattern.h"
#include "isa/instruction.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst[p, i...] = offset + p * channel_multiplier + sum of step_k * i_k, on the GpSimd engine.

Computed in int32 with wrap-around, then converted to dst.dtype. p counts from dst's own first partition.

Args:
  dst: tile [P <= 128, F...] in SBUF.
  pattern: one to four pairs [step, num], the outermost first; the product of the nums is dst's free elements.
  offset: int32, or a register that holds one, added to every value.
  channel_multiplier: int32, added once per partition.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, pattern-rank,
  pattern-elements, int32.
Source: nki.isa.iota, NKI 0.6.
)";

struct Iota {
  View dst;
  Pattern pattern;
  IntOrRegister offset = {};
  int64_t channel_multiplier = 0;

  void VisitFields(FieldVisitor& v) {
    v.Out("dst", dst)
        .Attr("pattern", pattern)
        .Option("offset", offset)
        .Option("channel_multiplier", channel_multiplier);
  }

  void Check(Checker& c) const {
    if (!c.ComputeOperand(dst, kSbuf)) return;
    c.NotPacked(dst);
    CheckPattern(c, pattern, offset, channel_multiplier, dst);
  }

  // 150 cycles to start and one element per cycle (nki.isa.iota, v2.26).
  Cost CostOn(const Generation&) const {
    return EngineCost(Engine::kGpSimd, 150 + static_cast<double>(dst.free_elements()));
  }

  void Run(RunContext& ctx) const {
    simd::IotaTile(TakePattern(ctx, pattern, offset, channel_multiplier), ctx.tile(dst), ctx.blocks);
  }

  static std::vector<Iota> Samples(SampleBuilder& b) {
    return {{b.Sbuf({128, 512}, Dtype::kInt32), {{1, 512}}, {0}, 512},
            {b.Sbuf({64, 4, 32}), {{-32, 4}, {1, 32}}, {7}, 0},
            {b.Sbuf({128, 1}, Dtype::kUint32), {{1, 1}}, {0}, 1}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(Iota, iota, kDoc);

}  // namespace nki
