#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;

class RegisterStoreInstructionTest : public InstructionTest {
 protected:
  static constexpr const char* name = "register_store";
};

TEST_F(RegisterStoreInstructionTest, StoresAndWrapsAround) {
  const Register reg = b.NewRegister();
  const struct {
    Dtype dtype;
    double value, stored;
  } cases[] = {{Dtype::kInt32, -7, -7}, {Dtype::kUint32, -1, 4294967295}, {Dtype::kInt16, 65537, 1},
               {Dtype::kUint8, 257, 1}, {Dtype::kInt8, -129, 127},        {Dtype::kFloat32, 0.5, 0.5},
               {Dtype::kUint16, 3, 3}};
  for (const auto& [dtype, value, stored] : cases) {
    const View chip = FillSmall(b.Sbuf({64, 8}, dtype)), hbm = b.Hbm({3}, dtype);
    for (const View& view : {chip.Slice(0, 37, 38, 1).Slice(1, 5, 6, 1), hbm.Slice(0, 2, 3, 1)}) {
      RegisterValue(reg) = value;
      Run(name, {{"dst", view}, {"src", reg}});
      EXPECT_EQ(Values(view)[0], stored) << Name(dtype);
    }
  }
}

TEST_F(RegisterStoreInstructionTest, Rules) {
  const Arguments legal = {{"dst", b.Sbuf({1, 1}, Dtype::kInt32)}, {"src", b.NewRegister()}};
  EXPECT_THAT(Problems(name, legal), ElementsAre());
  EXPECT_THAT(Problems(name, With(legal, {{"dst", b.Psum({1, 1}, Dtype::kInt32)}})),
              ElementsAre("register_store: dst is in psum; it must be in SBUF or HBM; write to a tile there "
                          "and copy that with nisa.tensor_copy [space]"));
  EXPECT_THAT(Problems(name, With(legal, {{"dst", b.Sbuf({1, 2}, Dtype::kInt32)}})),
              ElementsAre("register_store: dst has shape (1, 2); it must have one element [one-element]"));
  EXPECT_THAT(
      Problems(name, With(legal, {{"dst", b.Sbuf({1, 1}, Dtype::kBfloat16)}})),
      ElementsAre("register_store: dst is bfloat16; allowed are int32, uint32, int16, uint16, int8, uint8, "
                  "float32 [dtype]"));
  View outside = b.Hbm({1}, Dtype::kInt32);
  outside.offset = 1;
  EXPECT_THAT(Problems(name, With(legal, {{"dst", outside}})),
              ElementsAre("register_store: dst reaches element 1; the storage of " + outside.tensor->name +
                          " holds 1 [in-bounds]"));
}

}  // namespace
}  // namespace nki
