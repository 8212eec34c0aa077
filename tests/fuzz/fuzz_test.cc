#include "tests/fuzz/fuzz.h"

#include <gtest/gtest.h>

#include "tests/fuzz/samplers.h"

namespace nki::fuzz {
namespace {

TEST(FuzzTest, EveryInstructionHasASamplerAndAMeaning) {
  for (const InstructionDef* def : AllInstructions()) {
    EXPECT_TRUE(AllSamplers().contains(def->name)) << def->name;
    EXPECT_TRUE(reference::AllMeanings().contains(def->name)) << def->name;
  }
}

// The long run is nki_fuzz.
TEST(FuzzTest, EveryInstructionOnEveryTargetAsItsMeaning) {
  const Report report = fuzz::Run(20260101, 5000);
  ASSERT_TRUE(report.mismatches.empty()) << ToString(report);
  for (const InstructionDef* def : AllInstructions()) {
    const auto found = report.counts.find(std::string(def->name));
    ASSERT_TRUE(found != report.counts.end()) << def->name;
    const Count& count = found->second;
    EXPECT_GT(count.legal * 5, count.drawn)
        << def->name << ": only " << count.legal << " of " << count.drawn << " are legal";
    EXPECT_GT(count.spoiled, 0) << def->name;
  }
}

}  // namespace
}  // namespace nki::fuzz
