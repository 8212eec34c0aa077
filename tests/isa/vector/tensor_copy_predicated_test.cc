#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;

class TensorCopyPredicatedInstructionTest : public InstructionTest {
 protected:
  const std::string name = "tensor_copy_predicated";
  Arguments Legal() {
    return {
        {"dst", b.Sbuf({32, 8})}, {"src", b.Sbuf({32, 8})}, {"predicate", b.Sbuf({32, 8}, Dtype::kUint8)}};
  }
  const View& FillMask(const View& view) {
    return Fill(view, [](int64_t i) { return i * 7 % 5 < 2 ? static_cast<double>(i % 3 + 1) : 0.0; });
  }
  const View& FillNoise(const View& view) {
    std::vector<uint32_t> bits;
    for (int64_t i = 0; i < view.elements(); ++i)
      bits.push_back(static_cast<uint32_t>(i + view.tensor->id * 1000 + 1) * 2654435761u);
    SetBits(view, bits);
    return view;
  }
};

// R02: what is not selected stays as it is. R25: operands may differ in rank.
TEST_F(TensorCopyPredicatedInstructionTest, R02R25KeepsEveryBitOfBoth) {
  for (const Dtype mask : {Dtype::kUint8, Dtype::kUint16, Dtype::kUint32}) {
    for (const Dtype dtype :
         {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kFloat8E4m3, Dtype::kInt32, Dtype::kUint8}) {
      const View predicate = FillMask(b.Sbuf({70, 6, 15}, mask)).Permute(std::vector<int>{0, 2, 1});
      const View src = FillNoise(b.Psum({70, 180}, dtype)).Slice(1, 1, 180, 2);
      const View dst = FillNoise(b.Sbuf({70, 3, 31}, dtype)).Slice(2, 1, 31, 1);
      for (const bool reverse : {false, true}) {
        const std::vector<uint32_t> before = Bits(dst), from = Bits(src);
        Run(name, {{"dst", dst}, {"src", src}, {"predicate", predicate}, {"reverse_pred", reverse}});
        const std::vector<double> p = Values(predicate);
        const std::vector<uint32_t> got = Bits(dst);
        for (size_t i = 0; i < got.size(); ++i)
          ASSERT_EQ(got[i], (p[i] != 0) != reverse ? from[i] : before[i]) << Name(mask) << " " << Name(dtype);
      }
    }
  }
}

TEST_F(TensorCopyPredicatedInstructionTest, Constants) {
  const auto run = [&](Dtype dtype, const Argument& src) {
    const View dst = b.Sbuf({20, 40}, dtype), predicate = FillMask(b.Sbuf({20, 40}, Dtype::kUint16));
    Fill(dst, [](int64_t) { return 9; });
    Run(name, {{"dst", dst}, {"src", src}, {"predicate", predicate}});
    const std::vector<double> p = Values(predicate), got = Values(dst);
    for (size_t i = 0; i < p.size(); ++i) {
      if (p[i] != 0) return got[i];
      EXPECT_EQ(got[i], 9);
    }
    return 0.0;
  };
  EXPECT_EQ(run(Dtype::kFloat32, 0.1), static_cast<double>(0.1f));
  EXPECT_EQ(run(Dtype::kBfloat16, 1.01), Rounded(Dtype::kBfloat16, 1.01));
  EXPECT_EQ(run(Dtype::kInt8, -300), -128);
  EXPECT_EQ(run(Dtype::kUint8, 2.5), 2);
  EXPECT_EQ(run(Dtype::kInt32, 16777217), 16777217);
  EXPECT_EQ(run(Dtype::kUint32, int64_t{4294967295}), 4294967295);
}

TEST_F(TensorCopyPredicatedInstructionTest, OneElementTakesTheLastThatIsSelected) {
  const View one = b.Sbuf({5, 1}, Dtype::kUint8), src = b.Sbuf({5, 70}, Dtype::kUint8),
             predicate = b.Sbuf({5, 70}, Dtype::kUint8);
  Fill(src, [](int64_t i) { return static_cast<double>(i % 70); });
  Fill(predicate, [](int64_t i) { return i % 70 == 3 || i % 70 == 41; });
  Run(name, {{"dst", one.BroadcastTo({5, 70})}, {"src", src}, {"predicate", predicate}});
  EXPECT_THAT(Values(one), ElementsAre(41, 41, 41, 41, 41));
}

TEST_F(TensorCopyPredicatedInstructionTest, DstMayBeThePredicate) {
  const View mask = b.Sbuf({3, 4}, Dtype::kUint8);
  Fill(mask, [](int64_t i) { return static_cast<double>(i % 4); });
  Run(name, {{"dst", mask}, {"src", 77}, {"predicate", mask}});
  EXPECT_THAT(Values(mask.Select(0, 1, false)), ElementsAre(0, 77, 77, 77));
}

TEST_F(TensorCopyPredicatedInstructionTest, Rules) {
  for (const char* field : {"dst", "src", "predicate"})
    ExpectOperandRules(name, Legal(), field, "SBUF or PSUM");
  ExpectNotPacked(name, Legal(), "dst");
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"predicate", b.Sbuf({16, 8}, Dtype::kUint8)}})),
      ElementsAre("tensor_copy_predicated: predicate has 16 partitions and dst has 32; they must have the "
                  "same number [same-partitions]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"src", b.Sbuf({32, 9})}})),
      ElementsAre("tensor_copy_predicated: src has 9 elements per partition and dst has 8; they must have "
                  "the same number [same-free]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"src", b.Sbuf({32, 8}, Dtype::kInt32)}})),
      ElementsAre("tensor_copy_predicated: src is int32 and dst is float32; they must have the same dtype "
                  "[same-dtype]"));
  EXPECT_THAT(
      Problems(name,
               With(Legal(), {{"src", b.Psum({32, 8})}, {"predicate", b.Psum({32, 8}, Dtype::kUint8)}})),
      ElementsAre("tensor_copy_predicated: src and predicate are both in PSUM; one of them must be in SBUF "
                  "[both-psum]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"predicate", b.Sbuf({32, 8}, Dtype::kInt8)}})),
      ElementsAre("tensor_copy_predicated: predicate is int8; allowed are uint8, uint16, uint32 [dtype]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"src", kNone}})),
              ElementsAre("tensor_copy_predicated: src is None; it must be a number or a tile [given]"));
}

}  // namespace
}  // namespace nki
