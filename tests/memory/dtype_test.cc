#include "memory/dtype.h"

#include "gtest/gtest.h"

namespace nki {
namespace {

TEST(DtypeTest, EveryNameIsFoundAgain) {
  for (int i = 0; i < kDtypeCount; ++i) {
    const Dtype dtype = static_cast<Dtype>(i);
    EXPECT_EQ(ParseDtype(Name(dtype)), dtype) << Name(dtype);
  }
  EXPECT_EQ(ParseDtype("float64"), std::nullopt);
  EXPECT_EQ(ParseDtype(""), std::nullopt);
}

TEST(DtypeTest, FrameworksSpellingsAreKnown) {
  EXPECT_EQ(ParseDtype("bool"), Dtype::kBool);
  EXPECT_EQ(ParseDtype("torch.bfloat16"), Dtype::kBfloat16);
  EXPECT_EQ(ParseDtype("torch.float32"), Dtype::kFloat32);
  EXPECT_EQ(ParseDtype("float8_e4m3fn"), Dtype::kFloat8E4m3fn);
}

TEST(DtypeTest, SizesAreThoseOfTheNames) {
  for (int i = 0; i < kDtypeCount; ++i) {
    const Dtype dtype = static_cast<Dtype>(i);
    const std::string_view name = Name(dtype);
    const auto has = [&](std::string_view part) { return name.find(part) != std::string_view::npos; };
    int bytes = 1;  // bool_ and the eight-bit types
    if (has("16")) bytes = 2;
    if (has("32") || (has("float8") && has("x4"))) bytes = 4;
    if (has("float4") && has("x4")) bytes = 2;
    EXPECT_EQ(ItemBytes(dtype), bytes) << name;
    EXPECT_EQ(IsPacked(dtype), has("_x4")) << name;
    EXPECT_EQ(IsFloat(dtype), has("float") && !has("_x4")) << name;
    EXPECT_EQ(IsInteger(dtype), !has("float")) << name;
    EXPECT_EQ(IsSigned(dtype), name.starts_with("int")) << name;
    EXPECT_EQ(IsFloat8(dtype), has("float8") && !has("_x4")) << name;
  }
}

}  // namespace
}  // namespace nki
