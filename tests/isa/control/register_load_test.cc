#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;

class RegisterLoadInstructionTest : public InstructionTest {
 protected:
  static constexpr const char* name = "register_load";
};

TEST_F(RegisterLoadInstructionTest, LoadsEveryDtypeExactly) {
  const Register reg = b.NewRegister();
  const struct {
    Dtype dtype;
    double value;
  } cases[] = {{Dtype::kInt32, -2147483647}, {Dtype::kUint32, 4294967295}, {Dtype::kInt16, -300},
               {Dtype::kUint16, 65535},      {Dtype::kInt8, -7},           {Dtype::kUint8, 200},
               {Dtype::kFloat32, 0.15625}};
  for (const auto& [dtype, value] : cases) {
    const View chip = b.Sbuf({64, 8}, dtype), hbm = b.Hbm({3, 4}, dtype);
    for (const View& view :
         {chip.Slice(0, 37, 38, 1).Slice(1, 5, 6, 1), hbm.Slice(0, 2, 3, 1).Slice(1, 1, 2, 1)}) {
      Fill(view, [&](int64_t) { return value; });
      Run(name, {{"dst", reg}, {"src", view}});
      EXPECT_EQ(RegisterValue(reg), value) << Name(dtype);
    }
  }
}

TEST_F(RegisterLoadInstructionTest, Rules) {
  const Arguments legal = {{"dst", b.NewRegister()}, {"src", b.Sbuf({1, 1}, Dtype::kInt32)}};
  EXPECT_THAT(Problems(name, legal), ElementsAre());
  EXPECT_THAT(Problems(name, With(legal, {{"src", b.Psum({1, 1}, Dtype::kInt32)}})),
              ElementsAre("register_load: src is in psum; it must be in SBUF or HBM; copy it to SBUF first "
                          "with nisa.tensor_copy [space]"));
  EXPECT_THAT(Problems(name, With(legal, {{"src", b.Sbuf({1, 2}, Dtype::kInt32)}})),
              ElementsAre("register_load: src has shape (1, 2); it must have one element [one-element]"));
  EXPECT_THAT(
      Problems(name, With(legal, {{"src", b.Sbuf({1, 1}, Dtype::kBfloat16)}})),
      ElementsAre("register_load: src is bfloat16; allowed are int32, uint32, int16, uint16, int8, uint8, "
                  "float32 [dtype]"));
  View outside = b.Hbm({1}, Dtype::kInt32);
  outside.offset = 1;
  EXPECT_THAT(Problems(name, With(legal, {{"src", outside}})),
              ElementsAre("register_load: src reaches element 1; the storage of " + outside.tensor->name +
                          " holds 1 [in-bounds]"));
}

}  // namespace
}  // namespace nki
