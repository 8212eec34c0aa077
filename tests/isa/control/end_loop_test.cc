#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;

class EndLoopInstructionTest : public InstructionTest {
 protected:
  static constexpr const char* name = "end_loop";
};

TEST_F(EndLoopInstructionTest, ClosesARegion) {
  EXPECT_EQ(MakeInstruction(name, {})->ControlFlow()->kind, Flow::Kind::kEnd);
  EXPECT_THAT(Problems(name, {}), ElementsAre());
}

}  // namespace
}  // namespace nki
