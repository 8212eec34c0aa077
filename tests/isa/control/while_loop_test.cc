#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;

class WhileLoopInstructionTest : public InstructionTest {
 protected:
  static constexpr const char* name = "while_loop";
};

TEST_F(WhileLoopInstructionTest, OpensARegion) {
  const Register condition = b.NewRegister();
  const auto loop = MakeInstruction(name, {{"condition", condition}});
  const std::optional<Flow> flow = loop->ControlFlow();
  ASSERT_TRUE(flow.has_value());
  EXPECT_EQ(flow->kind, Flow::Kind::kWhile);
  EXPECT_EQ(flow->reg, condition);
  EXPECT_THAT(Problems(name, {{"condition", condition}}), ElementsAre());
}

}  // namespace
}  // namespace nki
