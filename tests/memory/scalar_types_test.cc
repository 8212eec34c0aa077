#include "memory/scalar_types.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "tests/reference/reference.h"

namespace nki {
namespace {

std::vector<Dtype> SingleValueDtypes() {
  std::vector<Dtype> dtypes;
  for (int i = 0; i < kDtypeCount; ++i) {
    if (!IsPacked(static_cast<Dtype>(i))) dtypes.push_back(static_cast<Dtype>(i));
  }
  return dtypes;
}

TEST(ScalarTypes, EveryCodeDecodesToItsDefinition) {
  for (const Dtype dtype : SingleValueDtypes()) {
    const uint64_t codes = uint64_t{1} << std::min(16, 8 * ItemBytes(dtype));
    const uint64_t scale = ItemBytes(dtype) == 4 ? 65537 : 1;
    for (uint64_t i = 0; i < codes; ++i) {
      const uint32_t code = static_cast<uint32_t>(i * scale);
      const double expected = reference::Decode(dtype, code);
      const float actual = DecodeScalar(dtype, code);
      if (std::isnan(expected)) {
        EXPECT_TRUE(std::isnan(actual)) << Name(dtype) << " " << code;
      } else {
        ASSERT_EQ(actual, static_cast<float>(expected)) << Name(dtype) << " " << code;
        ASSERT_EQ(std::signbit(actual), std::signbit(expected)) << Name(dtype) << " " << code;
      }
    }
  }
}

// Random bits, all halfway points between 16-bit values, and what lies next to them.
std::vector<float> Values() {
  std::vector<float> values{0.0f, -0.0f, INFINITY, -INFINITY, NAN, 0x1p31f, 0x1p32f, -0x1p31f, 2147483520.0f};
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) values.push_back(std::bit_cast<float>(static_cast<uint32_t>(random())));
  for (uint32_t high = 0; high < 0x10000; high += 3) {
    for (const uint32_t low : {0x0u, 0x1000u, 0x7fffu, 0x8000u, 0x8001u})
      values.push_back(std::bit_cast<float>(high << 16 | low));
  }
  for (int i = -1200; i < 1200; ++i) values.push_back(static_cast<float>(i) / 4);
  return values;
}

TEST(ScalarTypes, EncodingGivesTheNearestValue) {
  for (const Dtype dtype : SingleValueDtypes()) {
    for (const float value : Values()) {
      const uint32_t expected = reference::Encode(dtype, value);
      const uint32_t actual = EncodeScalar(dtype, value);
      if (reference::IsNan(dtype, expected) && reference::IsNan(dtype, actual)) continue;
      ASSERT_EQ(actual, expected) << Name(dtype) << " of " << value;
    }
  }
}

TEST(ScalarTypes, OverflowIsWhatTheFormatHas) {
  EXPECT_EQ(EncodeScalar(Dtype::kFloat8E4m3, 247.9f), 0x77u);    // 240, the largest
  EXPECT_EQ(EncodeScalar(Dtype::kFloat8E4m3, 248.0f), 0x78u);    // infinity
  EXPECT_EQ(EncodeScalar(Dtype::kFloat8E4m3fn, 464.0f), 0x7eu);  // 448, the largest
  EXPECT_EQ(EncodeScalar(Dtype::kFloat8E4m3fn, 465.0f), 0x7fu);  // NaN
  EXPECT_EQ(EncodeScalar(Dtype::kFloat8E4m3fn, INFINITY), 0x7fu);
  EXPECT_EQ(EncodeScalar(Dtype::kFloat16, 65520.0f), 0x7c00u);
  EXPECT_EQ(EncodeScalar(Dtype::kInt8, 200.0f), 0x7fu);
  EXPECT_EQ(EncodeScalar(Dtype::kUint8, -3.0f), 0u);
  EXPECT_EQ(EncodeScalar(Dtype::kInt32, NAN), 0u);
  EXPECT_EQ(EncodeScalar(Dtype::kInt16, 2.5f), 2u);
}

TEST(ScalarTypes, Float4TakesTheNearestAndSaturates) {
  const float expected[] = {0, 0, 0, 0.5f, 1, 1, 1, 1.5f, 2, 2, 2, 3, 4, 4, 4, 6, 6, 6, 6};
  const float value[] = {0,    0.1f, 0.25f, 0.26f, 0.75f, 1,    1.25f, 1.3f, 1.75f,   2,
                         2.5f, 2.6f, 3.5f,  4,     5,     5.1f, 6,     100,  INFINITY};
  for (int i = 0; i < 19; ++i) {
    EXPECT_EQ(Float4E2m1::Decode(Float4E2m1::Encode(value[i])), expected[i]) << value[i];
    EXPECT_EQ(Float4E2m1::Decode(Float4E2m1::Encode(-value[i])), -expected[i]) << value[i];
  }
}

TEST(ScalarTypes, LoadAndStoreTouchOnlyTheElement) {
  for (const Dtype dtype : SingleValueDtypes()) {
    std::byte bytes[6];
    std::fill(bytes, bytes + 6, std::byte{0xa5});
    StoreScalar(dtype, 1.0f, bytes + 1);
    EXPECT_EQ(LoadScalar(dtype, bytes + 1), 1.0f) << Name(dtype);
    EXPECT_EQ(bytes[0], std::byte{0xa5});
    EXPECT_EQ(bytes[1 + ItemBytes(dtype)], std::byte{0xa5}) << Name(dtype);
  }
}

TEST(ScalarTypes, PackedElementsHaveNoValue) {
  EXPECT_THROW(DecodeScalar(Dtype::kFloat8E4m3fnX4, 0), InternalError);
  EXPECT_THROW(EncodeScalar(Dtype::kFloat4E2m1fnX4, 0), InternalError);
}

}  // namespace
}  // namespace nki
