// One element of any dtype at a byte address, as float32: decoding and encoding as number_formats.h says;
// integers round to nearest even, saturate and take NaN as 0; bool stores "is not zero".
#ifndef NKI_MEMORY_SCALAR_TYPES_H_
#define NKI_MEMORY_SCALAR_TYPES_H_

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "memory/dtype.h"
#include "memory/error.h"
#include "memory/number_formats.h"

namespace nki {

template <typename Int>
Int SaturateToInteger(float value) {
  if (value != value) return 0;
  const double rounded = std::nearbyint(static_cast<double>(value));
  if (rounded <= static_cast<double>(std::numeric_limits<Int>::min())) return std::numeric_limits<Int>::min();
  if (rounded >= static_cast<double>(std::numeric_limits<Int>::max())) return std::numeric_limits<Int>::max();
  return static_cast<Int>(rounded);
}

// The bits of an element, zero-extended. Packed dtypes have bits but no single value.
inline uint32_t LoadBits(Dtype dtype, const std::byte* address) {
  uint32_t bits = 0;
  std::memcpy(&bits, address, static_cast<size_t>(ItemBytes(dtype)));
  return bits;
}
inline void StoreBits(Dtype dtype, uint32_t bits, std::byte* address) {
  std::memcpy(address, &bits, static_cast<size_t>(ItemBytes(dtype)));
}

inline float DecodeScalar(Dtype dtype, uint32_t bits) {
  switch (dtype) {
    case Dtype::kBool:
      return bits != 0 ? 1.0f : 0.0f;
    case Dtype::kUint8:
    case Dtype::kUint16:
    case Dtype::kUint32:
      return static_cast<float>(bits);
    case Dtype::kInt8:
      return static_cast<int8_t>(bits);
    case Dtype::kInt16:
      return static_cast<int16_t>(bits);
    case Dtype::kInt32:
      return static_cast<float>(static_cast<int32_t>(bits));
    case Dtype::kFloat16:
      return Float16::Decode(bits);
    case Dtype::kBfloat16:
      return Bfloat16::Decode(bits);
    case Dtype::kFloat32:
    case Dtype::kTfloat32:
      return std::bit_cast<float>(bits);
    case Dtype::kFloat8E4m3:
      return Float8E4m3::Decode(bits);
    case Dtype::kFloat8E4m3fn:
      return Float8E4m3fn::Decode(bits);
    case Dtype::kFloat8E5m2:
      return Float8E5m2::Decode(bits);
    case Dtype::kFloat8E8m0fnu:
      return Float8E8m0::Decode(bits);
    default:
      throw InternalError("an element of " + std::string(Name(dtype)) + " has no single value");
  }
}

inline uint32_t EncodeScalar(Dtype dtype, float value) {
  switch (dtype) {
    case Dtype::kBool:
      return value != 0;
    case Dtype::kUint8:
      return SaturateToInteger<uint8_t>(value);
    case Dtype::kUint16:
      return SaturateToInteger<uint16_t>(value);
    case Dtype::kUint32:
      return SaturateToInteger<uint32_t>(value);
    case Dtype::kInt8:
      return static_cast<uint8_t>(SaturateToInteger<int8_t>(value));
    case Dtype::kInt16:
      return static_cast<uint16_t>(SaturateToInteger<int16_t>(value));
    case Dtype::kInt32:
      return static_cast<uint32_t>(SaturateToInteger<int32_t>(value));
    case Dtype::kFloat16:
      return Float16::Encode(value);
    case Dtype::kBfloat16:
      return Bfloat16::Encode(value);
    case Dtype::kFloat32:
      return std::bit_cast<uint32_t>(value);
    case Dtype::kTfloat32:
      return Tfloat32::Encode(value);
    case Dtype::kFloat8E4m3:
      return Float8E4m3::Encode(value);
    case Dtype::kFloat8E4m3fn:
      return Float8E4m3fn::Encode(value);
    case Dtype::kFloat8E5m2:
      return Float8E5m2::Encode(value);
    case Dtype::kFloat8E8m0fnu:
      return Float8E8m0::Encode(value);
    default:
      throw InternalError("an element of " + std::string(Name(dtype)) + " has no single value");
  }
}

inline float LoadScalar(Dtype dtype, const std::byte* address) {
  return DecodeScalar(dtype, LoadBits(dtype, address));
}
inline void StoreScalar(Dtype dtype, float value, std::byte* address) {
  StoreBits(dtype, EncodeScalar(dtype, value), address);
}

}  // namespace nki

#endif  // NKI_MEMORY_SCALAR_TYPES_H_
