#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;

class SendrecvInstructionTest : public InstructionTest {
 protected:
  static constexpr const char* name = "sendrecv";
  Arguments Legal() {
    return {{"src", b.Sbuf({32, 8})},
            {"dst", b.Sbuf({32, 8})},
            {"send_to_rank", 1},
            {"recv_from_rank", 1},
            {"pipe_id", 2}};
  }
  std::vector<std::string> Change(const Arguments& changes) {
    return Problems(name, With(Legal(), changes), Trn2());
  }
};

TEST_F(SendrecvInstructionTest, MeetsTheOtherCore) {
  const auto exchange = MakeInstruction(name, Legal());
  const std::optional<Meeting> meeting = exchange->MeetsCore();
  ASSERT_TRUE(meeting.has_value());
  EXPECT_EQ(meeting->kind, Meeting::Kind::kExchange);
  EXPECT_EQ(meeting->pipe, 2);
  EXPECT_EQ(meeting->to, 1);
  EXPECT_EQ(meeting->from, 1);
}

TEST_F(SendrecvInstructionTest, Rules) {
  EXPECT_THAT(Change({}), ElementsAre());
  EXPECT_THAT(
      Problems(name, Legal()),
      ElementsAre("sendrecv: trn1 does not have two cores that meet (LNC2); targets that have it: trn2, "
                  "trn3 [lnc2]"));
  EXPECT_THAT(
      Change({{"dst", b.Sbuf({32, 8}, Dtype::kInt32)}}),
      ElementsAre("sendrecv: src is float32 and dst is int32; they must have the same dtype [same-dtype]"));
  EXPECT_THAT(
      Change({{"dst", b.Sbuf({32, 2, 4})}}),
      ElementsAre("sendrecv: src has shape (32, 8) and dst has shape (32, 2, 4); they must have the same "
                  "[same-shape]"));
  EXPECT_THAT(Change({{"recv_from_rank", 2}}),
              ElementsAre("sendrecv: recv_from_rank is 2; it must be 0 or 1 [rank]"));
  EXPECT_THAT(
      Change({{"src", b.Sbuf({32, 257})}, {"dst", b.Sbuf({32, 257})}, {"dma_engine", DmaEngine::kGpsimdDma}}),
      ElementsAre("sendrecv: src has 1028 bytes per partition; gpsimd_dma moves at most 1024 of float32 "
                  "[gpsimd-dma-bytes]"));
  EXPECT_THAT(
      Change({{"src", b.Sbuf({32, 256})}, {"dst", b.Sbuf({32, 256})}, {"dma_engine", DmaEngine::kGpsimdDma}}),
      ElementsAre());
}

TEST_F(SendrecvInstructionTest, OperandRules) {
  for (const char* field : {"src", "dst"}) {
    const auto expect = [&](const View& broken, const std::string& message) {
      EXPECT_THAT(Change({{field, broken}}),
                  ::testing::Contains("sendrecv: " + std::string(field) + message));
    };
    expect(b.Sbuf({129, 8}), " has 129 partitions; trn2 allows at most 128 [partitions-at-most]");
    expect(b.Sbuf({128, 8}).Slice(0, 0, 64, 2),
           " takes partitions in steps of 2; compute instructions need neighbouring partitions "
           "[partition-step]");
    View outside = b.Sbuf({32, 8});
    outside.offset = 8;
    expect(outside,
           " reaches element 263; the storage of " + outside.tensor->name + " holds 256 [in-bounds]");
    View view = b.Sbuf({64, 8}).Slice(0, 8, 40, 1);
    EXPECT_THAT(
        Change({{field, view}}),
        ElementsAre("sendrecv: " + std::string(field) +
                    " starts at partition 8; 32 partitions may start at 0, 32, 64 or 96 [start-partition]"));
    EXPECT_THAT(Change({{field, b.Psum({32, 8})}}),
                ElementsAre("sendrecv: " + std::string(field) + " is in psum; it must be in SBUF; " +
                            (std::string_view(field) == "src"
                                 ? "copy it to SBUF first with nisa.tensor_copy [space]"
                                 : "write to a tile there and copy that with nisa.tensor_copy [space]")));
  }
}

}  // namespace
}  // namespace nki
