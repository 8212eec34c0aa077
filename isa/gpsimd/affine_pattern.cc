#include "isa/gpsimd/affine_pattern.h"

#include <limits>

namespace nki {
namespace {

// -1 if a num is not positive or the product is beyond every tile.
int64_t ElementsOf(const Pattern& pattern) {
  int64_t elements = 1;
  for (const Dim& dim : pattern) {
    if (dim.count < 1 || dim.count > std::numeric_limits<int32_t>::max() / elements) return -1;
    elements *= dim.count;
  }
  return elements;
}

}  // namespace

void CheckPattern(Checker& c, const Pattern& pattern, const IntOrRegister& offset,
                  const int64_t& channel_multiplier, const View& dst) {
  c.FitsInt32(&offset, offset.value);
  c.FitsInt32(&channel_multiplier, channel_multiplier);
  for (const Dim& dim : pattern) c.FitsInt32(&pattern, dim.step);
  const bool rank_fits = c.Rule(pattern.size() >= 1 && pattern.size() <= 4, "pattern-rank", [&] {
    return "pattern has " + std::to_string(pattern.size()) + " pairs; it must have 1 to 4";
  });
  if (!rank_fits) return;
  c.Rule(ElementsOf(pattern) == dst.free_elements(), "pattern-elements", [&] {
    return "pattern has " + std::to_string(ElementsOf(pattern)) + " elements; dst has " +
           std::to_string(dst.free_elements()) + " elements per partition";
  });
}

simd::AffinePattern TakePattern(const RunContext& ctx, const Pattern& pattern, const IntOrRegister& offset,
                                int64_t channel_multiplier) {
  return {static_cast<int32_t>(ctx.value(offset)), static_cast<int32_t>(channel_multiplier), pattern.data(),
          static_cast<int>(pattern.size())};
}

}  // namespace nki
