// Index patterns.
#include <limits>

#include "isa/instruction.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst[p, i...] = offset + p * channel_multiplier + sum of step_k * i_k, on the GpSimd engine.

Computed in int32 with wrap-around, then converted to dst.dtype. p counts from dst's own first partition.

Args:
  dst: tile [P <= 128, F...] in SBUF.
  pattern: one to four pairs [step, num], the outermost first; the product of the nums is dst's free elements.
  offset: int32, added to every value.
  channel_multiplier: int32, added once per partition.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, pattern-rank,
  pattern-elements, int32.
Source: nki.isa.iota, NKI 0.6.
)";

bool IsInt32(int64_t value) { return value == static_cast<int32_t>(value); }

struct Iota {
  View dst;
  Pattern pattern;
  int64_t offset = 0;
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
    for (int64_t value : {offset, channel_multiplier}) CheckInt32(c, value);
    for (const Dim& dim : pattern) CheckInt32(c, dim.step);
    const bool rank_fits = c.Rule(pattern.size() >= 1 && pattern.size() <= 4, "pattern-rank", [&] {
      return "pattern has " + std::to_string(pattern.size()) + " pairs; it must have 1 to 4";
    });
    if (!rank_fits) return;
    c.Rule(Elements() == dst.free_elements(), "pattern-elements", [&] {
      return "pattern has " + std::to_string(Elements()) + " elements; dst has " +
             std::to_string(dst.free_elements()) + " elements per partition";
    });
  }
  void CheckInt32(Checker& c, int64_t value) const {
    c.Rule(IsInt32(value), "int32", [&] { return std::to_string(value) + " does not fit into int32"; });
  }
  // Of the pattern; -1 if a num is not positive or the product is beyond every tile.
  int64_t Elements() const {
    int64_t elements = 1;
    for (const Dim& dim : pattern) {
      if (dim.count < 1 || dim.count > std::numeric_limits<int32_t>::max() / elements) return -1;
      elements *= dim.count;
    }
    return elements;
  }

  // 150 cycles to start and one element per cycle (nki.isa.iota, v2.26).
  Cost CostOn(const Generation&) const {
    return EngineCost(Engine::kGpSimd, 150 + static_cast<double>(dst.free_elements()));
  }

  void Run(RunContext& ctx) const {
    simd::IotaTile(static_cast<int32_t>(offset), static_cast<int32_t>(channel_multiplier), pattern.data(),
                   static_cast<int>(pattern.size()), ctx.tile(dst), ctx.blocks);
  }

  static std::vector<Iota> Samples(SampleBuilder& b) {
    return {{b.Sbuf({128, 512}, Dtype::kInt32), {{1, 512}}, 0, 512},
            {b.Sbuf({64, 4, 32}), {{-32, 4}, {1, 32}}, 7, 0},
            {b.Sbuf({128, 1}, Dtype::kUint32), {{1, 1}}, 0, 1}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(Iota, iota, kDoc);

}  // namespace nki
