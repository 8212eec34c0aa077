#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;

class CoreBarrierInstructionTest : public InstructionTest {
 protected:
  static constexpr const char* name = "core_barrier";
  Arguments Legal() { return {{"data", b.Hbm({4, 4})}, {"cores", IntList{0, 1}}}; }
};

TEST_F(CoreBarrierInstructionTest, MeetsTheOtherCore) {
  const View data = b.Hbm({4, 4});
  const auto barrier = MakeInstruction(name, With(Legal(), {{"data", data}}));
  const std::optional<Meeting> meeting = barrier->MeetsCore();
  ASSERT_TRUE(meeting.has_value());
  EXPECT_EQ(meeting->kind, Meeting::Kind::kBarrier);
  EXPECT_EQ(meeting->data, data.tensor);
}

TEST_F(CoreBarrierInstructionTest, Rules) {
  EXPECT_THAT(Problems(name, Legal(), Trn2()), ElementsAre());
  EXPECT_THAT(
      Problems(name, Legal()),
      ElementsAre("core_barrier: trn1 does not have two cores that meet (LNC2); targets that have it: "
                  "trn2, trn3 [lnc2]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"data", b.Sbuf({4, 4})}}), Trn2()),
              ElementsAre("core_barrier: data is in sbuf; it must be in HBM [space]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"cores", IntList{0, 1, 2}}}), Trn2()),
              ElementsAre("core_barrier: cores is (0, 1, 2); only (0, 1) is supported [cores]"));
}

}  // namespace
}  // namespace nki
