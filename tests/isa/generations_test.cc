// The numbers of the generations against each other and against the totals that the architecture guides give.
#include <set>

#include "gtest/gtest.h"
#include "isa/generation.h"

namespace nki {
namespace {

const Generation& Of(const char* name) { return *FindGeneration(name); }

TEST(GenerationsTest, MemoriesMatchTheGuidesTotals) {
  constexpr int64_t kMiB = 1 << 20;
  EXPECT_EQ(Of("trn1").partitions * Of("trn1").sbuf_bytes, 24 * kMiB);
  EXPECT_EQ(Of("trn2").partitions * Of("trn2").sbuf_bytes, 28 * kMiB);
  EXPECT_EQ(Of("trn3").partitions * Of("trn3").sbuf_bytes, 32 * kMiB);
  for (const Generation* gen : AllGenerations()) {
    EXPECT_EQ(gen->partitions * gen->psum_bytes, 2 * kMiB) << gen->name;
    EXPECT_EQ(gen->psum_bank_bytes(), 2048) << gen->name;
  }
}

TEST(GenerationsTest, ClocksMatchTheGuidesPeaks) {
  // Dense bfloat16 TFLOPS: 128 x 128 multiply-adds per cycle.
  const auto tflops = [](const Generation& gen) { return 128 * 128 * 2 * gen.tensor_ghz / 1000; };
  EXPECT_NEAR(tflops(Of("trn1")), 92, 0.5);
  EXPECT_NEAR(tflops(Of("trn2")), 79, 0.5);
  EXPECT_NEAR(tflops(Of("trn3")), 79, 0.5);
}

TEST(GenerationsTest, MovingOperandsFillPsum) {
  for (const char* name : {"trn1", "trn2"})
    EXPECT_EQ(Of(name).moving_free_max * 4, Of(name).psum_bank_bytes()) << name;
  EXPECT_EQ(Of("trn3").moving_free_max * 4, Of("trn3").psum_bytes);
  EXPECT_EQ(Of("trn3").moving_free_max_bf16 * 2, Of("trn3").psum_bytes);
}

TEST(GenerationsTest, LaterGenerationsKeepFeatures) {
  const std::span<const Generation* const> all = AllGenerations();
  for (size_t i = 1; i < all.size(); ++i) {
    EXPECT_EQ(all[i - 1]->features & ~all[i]->features, 0u) << all[i]->name << " lost a feature";
    EXPECT_GT(all[i]->nc_version, all[i - 1]->nc_version);
  }
  EXPECT_EQ(Of("trn1").features, 0u);
}

TEST(GenerationsTest, EveryFeatureHasATarget) {
  std::set<std::string_view> names;
  int count = 0;
#define NKI_FEATURE(enumerator, id, sentence)     \
  ++count;                                        \
  names.insert(RowOf(Feature::enumerator).name);  \
  EXPECT_EQ(RowOf(Feature::enumerator).name, id); \
  EXPECT_NE(TargetsWith(Feature::enumerator), "none") << id;
#include "isa/feature.def"
#undef NKI_FEATURE
  EXPECT_EQ(static_cast<int>(names.size()), count);
  EXPECT_EQ(TargetsWith(Feature::kDoubleRow), "trn2, trn3");
}

TEST(GenerationsTest, AreFoundByAllTheirNames) {
  EXPECT_EQ(FindGeneration("inf2"), FindGeneration("trn1"));
  EXPECT_EQ(FindGeneration("gen3"), FindGeneration("trn2"));
  EXPECT_EQ(FindGeneration("trn9"), nullptr);
  EXPECT_EQ(Trn1().name, "trn1");
}

}  // namespace
}  // namespace nki
