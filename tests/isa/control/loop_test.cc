#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;

class LoopInstructionTest : public InstructionTest {
 protected:
  static constexpr const char* name = "loop";
};

TEST_F(LoopInstructionTest, OpensARegion) {
  const Register index = b.NewRegister(), stop = b.NewRegister();
  const auto loop = MakeInstruction(name, {{"index", index}, {"start", 3}, {"stop", stop}, {"step", 2}});
  const std::optional<Flow> flow = loop->ControlFlow();
  ASSERT_TRUE(flow.has_value());
  EXPECT_EQ(flow->kind, Flow::Kind::kLoop);
  EXPECT_EQ(flow->reg, index);
  EXPECT_EQ(flow->start.value, 3);
  EXPECT_EQ(flow->stop.reg, stop);
  EXPECT_EQ(flow->step, 2);
}

TEST_F(LoopInstructionTest, Rules) {
  const Arguments legal = {{"index", b.NewRegister()}, {"start", 0}, {"stop", 8}, {"step", 1}};
  EXPECT_THAT(Problems(name, legal), ElementsAre());
  EXPECT_THAT(Problems(name, With(legal, {{"step", 0}})),
              ElementsAre("loop: step is 0; it must be a positive integer [loop-step]"));
}

}  // namespace
}  // namespace nki
