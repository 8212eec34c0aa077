#include "isa/simd/linear_convert.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/isa/simd/chip.h"

namespace nki {
namespace {

// Against the scalar conversions, for every pair of dtypes, from and to odd addresses.
TEST(LinearConvert, IsWhatTheScalarConversionsGive) {
  std::mt19937 random(3);
  for (int from = 0; from < kDtypeCount; ++from) {
    for (int to = 0; to < kDtypeCount; ++to) {
      const Dtype a = static_cast<Dtype>(from), c = static_cast<Dtype>(to);
      if (IsPacked(a) || IsPacked(c)) continue;
      SCOPED_TRACE(std::string(Name(a)) + " to " + std::string(Name(c)));
      for (int64_t count : {1, 7, 16, 300}) {
        std::vector<std::byte> source(count * 4 + 1), expected(count * 4 + 5, std::byte{0x5a});
        for (std::byte& byte : source) byte = static_cast<std::byte>(random());
        std::vector<std::byte> initial = expected;
        for (int64_t i = 0; i < count; ++i) {
          StoreScalar(c, LoadScalar(a, source.data() + 1 + i * ItemBytes(a)),
                      expected.data() + 1 + i * ItemBytes(c));
        }
        OnEachTarget([&] {
          std::vector<std::byte> got = initial;
          simd::ConvertLinear(a, source.data() + 1, c, got.data() + 1, count);
          EXPECT_EQ(got, expected) << count;
        });
      }
    }
  }
}

}  // namespace
}  // namespace nki
