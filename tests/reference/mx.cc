#include "tests/reference/mx.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/reference/reference.h"

namespace nki::reference {
namespace {

constexpr double kFloat4Values[] = {0, 0.5, 1, 1.5, 2, 3, 4, 6};  // E2M1 without its sign

}  // namespace

std::array<double, 4> UnpackMx(Dtype packed, uint32_t bits) {
  std::array<double, 4> values;
  for (int j = 0; j < 4; ++j) {
    if (packed == Dtype::kFloat4E2m1fnX4) {
      const uint32_t code = bits >> 4 * j & 15;
      values[j] = (code & 8 ? -1 : 1) * kFloat4Values[code & 7];
    } else {
      const Dtype member = packed == Dtype::kFloat8E5m2X4 ? Dtype::kFloat8E5m2 : Dtype::kFloat8E4m3fn;
      values[j] = Decode(member, bits >> 8 * j & 255);
    }
  }
  return values;
}

double MxScale(uint32_t byte) {
  return byte == 255 ? std::numeric_limits<double>::quiet_NaN()
                     : std::ldexp(1.0, static_cast<int>(byte) - 127);
}

uint32_t MxScaleByte(Dtype packed, double largest) {
  const int top = packed == Dtype::kFloat8E5m2X4 ? 15 : 8;
  if (largest == 0) return 0;
  const int exponent = std::isfinite(largest) ? std::ilogb(largest) : 128;
  return static_cast<uint32_t>(std::max(0, exponent - (top - 1) + 127));
}

uint32_t QuantizeMxValue(Dtype packed, double value, uint32_t scale_byte) {
  const Dtype member = packed == Dtype::kFloat8E5m2X4 ? Dtype::kFloat8E5m2 : Dtype::kFloat8E4m3fn;
  return Encode(member, static_cast<float>(value / MxScale(scale_byte)));
}

int64_t MxScaleRow(int64_t partition) { return partition / 32 * 32 + partition % 32 / 8; }

}  // namespace nki::reference
