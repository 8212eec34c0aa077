#include <algorithm>
#include <cmath>

#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;

class DmaCopyInstructionTest : public InstructionTest {
 protected:
  const std::string name = "dma_copy";
  Arguments Legal() { return {{"dst", b.Sbuf({32, 8})}, {"src", b.Hbm({32, 8})}}; }

  void ExpectCopies(const View& dst, const View& src, bool splits) {
    FillSmall(View::Of(*src.tensor));
    SetBits(View::Of(*dst.tensor), std::vector<uint32_t>(dst.tensor->elements(), 0x55));
    const Arguments call = {{"dst", dst}, {"src", src}};
    EXPECT_EQ(MakeInstruction(name, call)->Splits(), splits) << dst.ToString() << " " << src.ToString();
    Run(name, call);
    EXPECT_EQ(Bits(dst), Bits(src)) << dst.ToString() << " " << src.ToString();
    const std::vector<uint32_t> all = Bits(View::Of(*dst.tensor));
    EXPECT_GE(std::ranges::count(all, 0x55u), dst.tensor->elements() - dst.elements())
        << "wrote outside of dst";
  }
};

TEST_F(DmaCopyInstructionTest, RowsOfHbmArePartitions) {
  const auto part = [](View view, int64_t row, int64_t rows, int64_t column, int64_t columns) {
    return view.Slice(0, row, row + rows, 1).Slice(1, column, column + columns, 1);
  };
  ExpectCopies(b.Sbuf({100, 40}), part(b.Hbm({200, 90}), 50, 100, 7, 40), true);
  ExpectCopies(part(b.Hbm({200, 90}, Dtype::kBfloat16), 50, 100, 7, 40), b.Sbuf({100, 40}, Dtype::kBfloat16),
               true);
  ExpectCopies(part(b.Sbuf({128, 40}), 5, 36, 1, 30), b.Hbm({36, 5, 6}), true);
  ExpectCopies(b.Sbuf({128, 4}), b.Hbm({512}), true);
  ExpectCopies(b.Hbm({1, 512}), b.Sbuf({128, 4}), true);
  ExpectCopies(b.Sbuf({1, 60}), b.Hbm({3, 20}), true);
}

TEST_F(DmaCopyInstructionTest, RowsMayLieInGroups) {
  const View batch = b.Hbm({2, 30, 10}).Slice(1, 3, 23, 1);
  ExpectCopies(b.Sbuf({40, 10}), batch, true);
  ExpectCopies(b.Hbm({2, 30, 10}).Slice(1, 3, 23, 1), b.Sbuf({40, 2, 5}), true);
}

TEST_F(DmaCopyInstructionTest, PartitionStepsAndShifts) {
  ExpectCopies(b.Sbuf({128, 6}).Slice(0, 1, 128, 3), b.Hbm({43, 6}), true);
  ExpectCopies(b.Sbuf({64, 6}).Slice(0, 17, 50, 1), b.Sbuf({128, 6}).Slice(0, 3, 36, 1), true);
}

TEST_F(DmaCopyInstructionTest, OtherShapesGoElementByElement) {
  ExpectCopies(b.Sbuf({4, 6}), b.Sbuf({6, 4}), false);
  ExpectCopies(b.Hbm({6, 100}), b.Hbm({600}), false);
  ExpectCopies(b.Sbuf({2, 6}), b.Hbm({3, 9}).Slice(1, 2, 6, 1), false);
}

TEST_F(DmaCopyInstructionTest, TransposedRowsOfHbm) {
  const int order[] = {1, 0};
  ExpectCopies(b.Sbuf({20, 30}), b.Hbm({30, 20}).Permute(order), true);
  ExpectCopies(b.Hbm({30, 20}).Permute(order), b.Sbuf({20, 30}), true);
}

TEST_F(DmaCopyInstructionTest, BroadcastSourcesButOverlappingDestinationsStayWithOneWorker) {
  ExpectCopies(b.Sbuf({128, 8}), b.Hbm({1, 8}).Broadcast(0, 128), true);
  const View overlapping = b.Hbm({1, 8}).Broadcast(0, 64);
  EXPECT_FALSE(MakeInstruction(name, {{"dst", overlapping}, {"src", b.Sbuf({64, 8})}})->Splits());
}

TEST_F(DmaCopyInstructionTest, ConvertsThroughFloat32) {
  const View src = b.Hbm({20, 9}), dst = b.Sbuf({20, 9}, Dtype::kInt8);
  Fill(src, [](int64_t i) { return static_cast<double>(i) * 1.5 - 140; });
  Run(name, {{"dst", dst}, {"src", src}});
  const std::vector<double> from = Values(src), to = Values(dst);
  for (size_t i = 0; i < to.size(); ++i)
    ASSERT_EQ(to[i], std::clamp(std::nearbyint(from[i]), -128.0, 127.0)) << from[i];
}

// R03, R12: skipped elements keep what their destination holds, and no bits are converted.
TEST_F(DmaCopyInstructionTest, R03R12SkipsElementsOutsideTheStorage) {
  for (Dtype dtype : {Dtype::kInt32, Dtype::kFloat8E4m3fnX4}) {
    SCOPED_TRACE(Name(dtype));
    const View source = b.Hbm({3, 4}, dtype), dst = b.Sbuf({4, 4}, dtype);
    std::vector<uint32_t> bits;
    for (uint32_t i = 0; i < 12; ++i)
      bits.push_back(0x01000001u + i * 0x10203u);  // beyond 2^24: not float32 values
    SetBits(source, bits);
    SetBits(dst, std::vector<uint32_t>(16, 0x77));
    View src = source;
    src.dims[0].count = 4;
    const Arguments call = {{"dst", dst}, {"src", src}, {"oob_mode", OobMode::kSkip}};
    Run(name, call, Trn3());
    bits.insert(bits.end(), 4, 0x77);
    EXPECT_EQ(Bits(dst), bits);
    EXPECT_THAT(Problems(name, With(call, {{"oob_mode", OobMode::kError}})),
                ElementsAre("dma_copy: src reaches element 15; the storage of " + source.tensor->name +
                            " holds 12 [in-bounds]"));
  }
}

TEST_F(DmaCopyInstructionTest, SkipsDestinationsOutsideTheStorage) {
  const View target = b.Hbm({3, 4}), src = FillSmall(b.Sbuf({4, 4}));
  View dst = target;
  dst.dims[0].count = 4;
  Run(name, {{"dst", dst}, {"src", src}, {"oob_mode", OobMode::kSkip}});
  EXPECT_EQ(Values(target), Values(src.Slice(0, 0, 3, 1)));
}

TEST_F(DmaCopyInstructionTest, Rules) {
  ASSERT_THAT(Problems(name, Legal()), ElementsAre());
  EXPECT_THAT(Problems(name, With(Legal(), {{"src", b.Psum({32, 8})}})),
              ElementsAre("dma_copy: src is in psum; it must be in SBUF or HBM [space]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst", b.Sbuf({256, 1})}})),
              ElementsAre("dma_copy: dst has 256 partitions; trn1 allows at most 128 [partitions-at-most]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"src", b.Hbm({32, 9})}})),
      ElementsAre(
          "dma_copy: src has shape (32, 9) and dst has shape (32, 8); they must hold the same number of "
          "elements [same-elements]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"src", b.Hbm({32, 8}, Dtype::kFloat8E5m2X4)}})),
      ElementsAre(
          "dma_copy: src is float8_e5m2_x4, which this instruction can't compute with [packed-dtype]"));
}

TEST_F(DmaCopyInstructionTest, ModeRules) {
  const Arguments hwdge = With(Legal(), {{"dge_mode", DgeMode::kHwdge}, {"engine", Engine::kSync}});
  EXPECT_THAT(Problems(name, hwdge),
              ElementsAre("dma_copy: trn1 does not have dge_mode.hwdge; targets that have it: trn2, "
                          "trn3 [hwdge]"));
  EXPECT_THAT(Problems(name, hwdge, Trn2()), ElementsAre());
  EXPECT_THAT(
      Problems(name, With(hwdge, {{"src", b.Hbm({32, 8}, Dtype::kInt32)}}), Trn2()),
      ElementsAre("dma_copy: src is int32 and dst is float32; they must have the same dtype [same-dtype]"));
  EXPECT_THAT(Problems(name, With(hwdge, {{"engine", Engine::kVector}}), Trn2()),
              ElementsAre("dma_copy: engine 'vector' can't run it; allowed are sync, scalar [engine]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"engine", Engine::kSync}})),
              ElementsAre("dma_copy: engine is used with dge_mode.hwdge only [engine-hwdge]"));
  const Arguments urgent = With(Legal(), {{"priority", 0}});
  EXPECT_THAT(Problems(name, urgent),
              ElementsAre("dma_copy: trn1 does not have DMA priorities; targets that have it: trn3 "
                          "[dma-priority]"));
  EXPECT_THAT(Problems(name, urgent, Trn3()), ElementsAre());
  EXPECT_THAT(Problems(name, With(Legal(), {{"priority", 4}}), Trn3()),
              ElementsAre("dma_copy: priority is 4; it must lie between 0 and 3 [priority]"));
}

}  // namespace
}  // namespace nki
