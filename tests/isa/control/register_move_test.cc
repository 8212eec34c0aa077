#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;

class RegisterMoveInstructionTest : public InstructionTest {
 protected:
  static constexpr const char* name = "register_move";
};

TEST_F(RegisterMoveInstructionTest, TakesConstantsAndRegisters) {
  const Register a = b.NewRegister(), c = b.NewRegister();
  for (int64_t value : {int64_t{0}, int64_t{-5}, int64_t{-2147483648}, int64_t{4294967295}}) {
    Run(name, {{"dst", a}, {"src", value}});
    Run(name, {{"dst", c}, {"src", a}});
    EXPECT_EQ(RegisterValue(c), static_cast<double>(value));
  }
}

TEST_F(RegisterMoveInstructionTest, Rules) {
  const Register a = b.NewRegister();
  EXPECT_THAT(Problems(name, {{"dst", a}, {"src", int64_t{1} << 32}}),
              ElementsAre("register_move: src is 4294967296; a register holds 32 bits [register-range]"));
}

}  // namespace
}  // namespace nki
