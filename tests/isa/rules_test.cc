// The vocabulary itself; which instruction says what is in the instructions' own tests.
#include "isa/rules.h"

#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RulesInstructionTest : public InstructionTest {
 protected:
  // The rules that a memset of `view` breaks.
  std::vector<std::string> Broken(const View& view) {
    std::vector<std::string> problems = Problems("memset", {{"dst", view}, {"value", 0}});
    for (std::string& problem : problems) problem = problem.substr(problem.rfind('['));
    return problems;
  }
};

TEST_F(RulesInstructionTest, StartPartitionsDependOnTheCount) {
  const View tile = b.Sbuf({128, 4});
  for (int64_t count : {1, 32, 33, 64, 65, 96}) {
    for (int64_t start = 0; start + count <= 128; ++start) {
      const bool legal = count > 64 ? start == 0 : count > 32 ? start % 64 == 0 : start % 32 == 0;
      EXPECT_EQ(Broken(tile.Slice(0, start, start + count, 1)).empty(), legal) << count << " from " << start;
    }
  }
}

TEST_F(RulesInstructionTest, AddressesCountForStartPartitions) {
  View tile = b.Sbuf({32, 4});
  Tensor placed = *tile.tensor;
  placed.address = nki::Address{64, 0};
  tile.tensor = &placed;
  EXPECT_THAT(Broken(tile), IsEmpty());
  placed.address = nki::Address{16, 0};
  EXPECT_THAT(Problems("memset", {{"dst", tile}, {"value", 0}}),
              ElementsAre("memset: dst starts at partition 16; 32 partitions may start at 0, 32, 64 or 96 "
                          "[start-partition]"));
}

TEST_F(RulesInstructionTest, OneProblemDoesNotHideAnother) {
  EXPECT_THAT(Problems("tensor_tensor", {{"dst", b.Sbuf({8, 4})},
                                         {"data1", b.Psum({8, 5})},
                                         {"data2", b.Psum({9, 5})},
                                         {"op", AluOp::kAbs},
                                         {"engine", Engine::kScalar}}),
              ElementsAre(::testing::HasSubstr("[same-partitions]"), ::testing::HasSubstr("[same-free]"),
                          ::testing::HasSubstr("[both-psum]"), ::testing::HasSubstr("[binary-op]"),
                          ::testing::HasSubstr("[engine]")));
}

TEST_F(RulesInstructionTest, NegativeOffsetsAreOutOfBounds) {
  View source = b.Hbm({4, 4});
  source.offset = -1;
  EXPECT_THAT(Problems("dma_copy", {{"dst", b.Sbuf({4, 4})}, {"src", source}}),
              ElementsAre("dma_copy: src reaches element -1; the storage of " + source.tensor->name +
                          " holds 16 [in-bounds]"));
}

TEST_F(RulesInstructionTest, DiagnosticsCarryTheSourceAndSeverity) {
  const auto instruction = MakeInstruction("memset", {{"dst", b.Hbm({4, 4})}, {"value", 0}});
  std::vector<Diagnostic> found;
  Checker checker(*instruction, Trn1(), 17, &found);
  instruction->Check(checker);
  checker.Warn(false, "odd", "is odd");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].source, 17);
  EXPECT_EQ(found[0].severity, Severity::kError);
  EXPECT_EQ(found[1].severity, Severity::kWarning);
  EXPECT_EQ(ToString(found[1]), "warning: memset: is odd [odd]");
  RuleCoverage::iterator odd;
  if (Checker::coverage && (odd = Checker::coverage->find({"memset", "odd"})) != Checker::coverage->end()) {
    Checker::coverage->erase(odd);  // a rule of this test's, not of memset
  }
}

}  // namespace
}  // namespace nki
