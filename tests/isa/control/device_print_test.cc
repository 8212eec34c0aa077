#include <cstring>

#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;

// What the latest call printed.
struct Printed {
  std::string prefix;
  Shape shape;
  std::vector<float> values;
};
Printed printed;

void Note(const std::string& prefix, const View& tensor, std::span<const std::byte> elements) {
  printed = {prefix, tensor.shape(), std::vector<float>(elements.size() / sizeof(float))};
  std::memcpy(printed.values.data(), elements.data(), elements.size());
}

class DevicePrintInstructionTest : public InstructionTest {
 protected:
  static constexpr const char* name = "device_print";
  void SetUp() override { SetPrint(Note); }
};

TEST_F(DevicePrintInstructionTest, PrintsTheElementsInTheOrderOfTheAxes) {
  const auto count = [](int64_t i) { return static_cast<double>(i); };
  const View chip = Fill(b.Sbuf({40, 6}), count), hbm = Fill(b.Hbm({4, 6}), count);
  for (const View& view :
       {chip.Slice(0, 32, 34, 1).Slice(1, 1, 6, 2), hbm.Slice(0, 1, 3, 1).Slice(1, 1, 6, 2)}) {
    Run(name, {{"print_prefix", std::string("part")}, {"tensor", view}});
    const float first = view.on_chip() ? 32 * 6 : 6;
    EXPECT_EQ(printed.prefix, "part");
    EXPECT_THAT(printed.shape, ElementsAre(2, 3));
    EXPECT_THAT(printed.values,
                ElementsAre(first + 1, first + 3, first + 5, first + 7, first + 9, first + 11));
  }
}

TEST_F(DevicePrintInstructionTest, Rules) {
  const Arguments legal = {{"print_prefix", std::string("x")}, {"tensor", b.Sbuf({4, 2})}};
  EXPECT_THAT(Problems(name, legal), ElementsAre());
  EXPECT_THAT(Problems(name, With(legal, {{"tensor", b.Psum({4, 2})}})),
              ElementsAre("device_print: tensor is in psum; it must be in SBUF or HBM; copy it to SBUF first "
                          "with nisa.tensor_copy [space]"));
  View outside = b.Hbm({4});
  outside.offset = 1;
  EXPECT_THAT(Problems(name, With(legal, {{"tensor", outside}})),
              ElementsAre("device_print: tensor reaches element 4; the storage of " + outside.tensor->name +
                          " holds 4 [in-bounds]"));
}

}  // namespace
}  // namespace nki
