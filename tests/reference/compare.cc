#include "tests/reference/compare.h"

#include <cmath>
#include <limits>
#include <sstream>

namespace nki::reference {

double UlpError(float actual, double expected) {
  const float nearest = static_cast<float>(expected);
  if (std::isnan(actual) || std::isnan(nearest) || std::isinf(actual) || std::isinf(nearest)) {
    const bool same = actual == nearest || (std::isnan(actual) && std::isnan(nearest));
    return same ? 0 : std::numeric_limits<double>::infinity();
  }
  const float magnitude = std::fabs(nearest);
  const double unit = static_cast<double>(std::nextafter(magnitude, 2 * magnitude + 1)) - magnitude;
  return std::fabs(actual - expected) / unit;
}

std::string Difference(const ChipMemory& before, const ChipMemory& after, const Tile& tile,
                       const std::vector<uint32_t>& expected) {
  ChipMemory wanted = before;
  const std::vector<int64_t> offsets = FreeOffsets(tile);
  size_t next = 0;
  for (int p = tile.partition; p < tile.partition + tile.partitions; ++p) {
    for (size_t i = 0; i < offsets.size(); ++i, ++next) {
      const uint32_t actual = after.Bits(tile.dtype, p, offsets[i]);
      const bool both_nan = IsNan(tile.dtype, actual) && IsNan(tile.dtype, expected[next]);
      wanted.SetBits(tile.dtype, p, offsets[i], both_nan ? actual : expected[next]);
      if (both_nan || actual == expected[next]) continue;
      std::ostringstream text;
      text << Name(tile.dtype) << " partition " << p << ", element " << i << ": expected 0x" << std::hex
           << expected[next] << ", got 0x" << actual;
      if (!IsPacked(tile.dtype)) {
        text << " (" << Decode(tile.dtype, expected[next]) << ", " << Decode(tile.dtype, actual) << ")";
      }
      return text.str();
    }
  }
  return wanted == after ? "" : "bytes outside the tile changed";
}

}  // namespace nki::reference
