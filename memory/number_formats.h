// The floating-point formats narrower than float32, bit for bit: each has Decode to float32 and Encode from
// it. Encoding rounds to nearest even. Overflow gives infinity where the format has one, else NaN (float4:
// the largest value), as ml_dtypes does. NaN becomes the format's quiet NaN.
#ifndef NKI_MEMORY_NUMBER_FORMATS_H_
#define NKI_MEMORY_NUMBER_FORMATS_H_

#include <bit>
#include <cmath>
#include <cstdint>

namespace nki {

// A floating-point format of at most 16 bits: sign, kExponent bits, kFraction bits.
template <int kExponent, int kFraction, bool kInfinity>
struct SmallFloat {
  static constexpr int kExponentBits = kExponent;
  static constexpr int kFractionBits = kFraction;
  static constexpr bool kHasInfinity = kInfinity;
  static constexpr int kBias = (1 << (kExponent - 1)) - 1;
  static constexpr int kShift = 23 - kFraction;  // to the fraction of a float32
  static constexpr uint32_t kSignBit = 1u << (kExponent + kFraction);
  static constexpr uint32_t kTopExponent = ((1u << kExponent) - 1) << kFraction;
  // The largest finite magnitude, and what overflow and NaN become. Without infinities only all ones is NaN.
  static constexpr uint32_t kLargest = kInfinity ? kTopExponent - 1 : kSignBit - 2;
  static constexpr uint32_t kOverflow = kInfinity ? kTopExponent : kSignBit - 1;
  static constexpr uint32_t kNan = kInfinity ? kTopExponent | (1u << (kFraction - 1)) : kSignBit - 1;
  // Multiplying by this moves a magnitude shifted to float32's place into float32's exponent range, exactly.
  static constexpr uint32_t kRescaleBits = static_cast<uint32_t>(127 + 127 - kBias) << 23;
  // Adding this to a magnitude below the smallest normal rounds it to a multiple of the smallest subnormal.
  static constexpr uint32_t kSubnormalMagicBits = static_cast<uint32_t>(127 + 23 + 1 - kBias - kFraction)
                                                  << 23;
  static constexpr uint32_t kSmallestNormalBits = static_cast<uint32_t>(127 + 1 - kBias) << 23;
  static constexpr uint32_t kRebias = static_cast<uint32_t>(127 - kBias) << kFraction;

  static float Decode(uint32_t code) {
    const uint32_t magnitude = code & (kSignBit - 1);
    const uint32_t sign = (code & kSignBit) ? 0x80000000u : 0u;
    if (magnitude > kLargest) {
      const bool infinite = kInfinity && magnitude == kTopExponent;
      return std::bit_cast<float>(sign | (infinite ? 0x7f800000u : 0x7fc00000u));
    }
    const float value = std::bit_cast<float>(magnitude << kShift) * std::bit_cast<float>(kRescaleBits);
    return std::bit_cast<float>(std::bit_cast<uint32_t>(value) | sign);
  }

  static uint32_t Encode(float value) {
    const uint32_t bits = std::bit_cast<uint32_t>(value);
    const uint32_t magnitude = bits & 0x7fffffffu;
    const uint32_t sign = (bits >> 31) ? kSignBit : 0u;
    if (magnitude > 0x7f800000u) return sign | kNan;
    if (magnitude < kSmallestNormalBits) {
      const float rounded = std::bit_cast<float>(magnitude) + std::bit_cast<float>(kSubnormalMagicBits);
      return sign | (std::bit_cast<uint32_t>(rounded) - kSubnormalMagicBits);
    }
    const uint32_t rounded = magnitude + ((1u << (kShift - 1)) - 1) + ((magnitude >> kShift) & 1);
    const uint32_t code = (rounded >> kShift) - kRebias;
    return sign | (code > kLargest ? kOverflow : code);
  }
};

using Float16 = SmallFloat<5, 10, true>;
using Float8E5m2 = SmallFloat<5, 2, true>;
using Float8E4m3 = SmallFloat<4, 3, true>;
using Float8E4m3fn = SmallFloat<4, 3, false>;

struct Bfloat16 {
  static float Decode(uint32_t code) { return std::bit_cast<float>(code << 16); }
  static uint32_t Encode(float value) {
    const uint32_t bits = std::bit_cast<uint32_t>(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u) return ((bits >> 16) & 0x8000u) | 0x7fc0u;
    return (bits + 0x7fffu + ((bits >> 16) & 1)) >> 16;
  }
};

// A float32 word with 10 fraction bits. Decoding takes the word as it is; encoding rounds.
struct Tfloat32 {
  static float Decode(uint32_t code) { return std::bit_cast<float>(code); }
  static uint32_t Encode(float value) {
    const uint32_t bits = std::bit_cast<uint32_t>(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u) return (bits & 0x80000000u) | 0x7fc00000u;
    return (bits + 0xfffu + ((bits >> 13) & 1)) & ~0x1fffu;
  }
};

// 2^(code - 127); 255 is NaN. No sign and no zero: those become NaN. Halfway cases round up.
struct Float8E8m0 {
  static float Decode(uint32_t code) {
    if (code == 0) return 0x1p-127f;
    return std::bit_cast<float>(code == 255 ? 0x7fc00000u : code << 23);
  }
  static uint32_t Encode(float value) {
    const uint32_t bits = std::bit_cast<uint32_t>(value);
    if (bits == 0 || bits >= 0x7f800000u) return 255;
    if (bits < 0x00800000u) return bits >= 0x00600000u;  // subnormal float32: 2^-127 or 2^-126
    return (bits + 0x00400000u) >> 23;
  }
};

// Sign, 2 exponent bits, 1 fraction bit: 0 0.5 1 1.5 2 3 4 6. Neither infinity nor NaN: NaN becomes zero.
struct Float4E2m1 {
  static float Decode(uint32_t code) {
    constexpr float kValues[] = {0.0f, 0.5f, 1.0f, 1.5f, 2.0f, 3.0f, 4.0f, 6.0f};
    return (code & 8) ? -kValues[code & 7] : kValues[code & 7];
  }
  static uint32_t Encode(float value) {
    const uint32_t sign = std::signbit(value) ? 8u : 0u;
    if (value != value) return sign ^ 8u;
    const float magnitude = std::fabs(value);
    // Halfway points between neighbours; a tie goes to the even code.
    constexpr float kHalfway[] = {0.25f, 0.75f, 1.25f, 1.75f, 2.5f, 3.5f, 5.0f};
    uint32_t code = 0;
    for (uint32_t i = 0; i < 7; ++i)
      code += magnitude > kHalfway[i] || (magnitude == kHalfway[i] && i % 2 == 1);
    return sign | code;
  }
};

}  // namespace nki

#endif  // NKI_MEMORY_NUMBER_FORMATS_H_
