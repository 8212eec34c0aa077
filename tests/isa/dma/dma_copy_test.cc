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

// Rows of HBM by an index each, in every order and twice, and one offset for the whole.
TEST_F(DmaCopyInstructionTest, FollowsDynamicOffsets) {
  for (Dtype dtype : {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kInt8}) {
    const View table = FillSmall(b.Hbm({6, 5}, dtype)), index = b.Sbuf({4, 1}, Dtype::kInt32);
    const std::vector<int64_t> rows = {5, 0, 5, 2};
    Fill(index, [&](int64_t i) { return static_cast<double>(rows[i]); });
    const DynamicOffset by_row = {DynamicOffset::Kind::kRows, {}, index, 5 * ItemBytes(dtype)};
    View gathered = table;
    gathered.dims[0] = {0, 4};
    gathered.dynamic = &by_row;
    const View dst = b.Sbuf({4, 5}, dtype);
    Run(name, {{"dst", dst}, {"src", gathered}});
    for (int64_t row = 0; row < 4; ++row) {
      EXPECT_EQ(Values(dst.Row(row)), Values(table.Row(rows[row])));
    }
    const Register reg = b.NewRegister();
    RegisterValue(reg) = 2;
    const DynamicOffset by_register = {DynamicOffset::Kind::kScalar, reg, {}, 5 * ItemBytes(dtype)};
    View moved = table.Slice(0, 0, 4, 1);
    moved.dynamic = &by_register;
    Run(name, {{"dst", dst}, {"src", moved}});
    EXPECT_EQ(Values(dst), Values(table.Slice(0, 2, 6, 1)));
    RegisterValue(reg) = 3;
    EXPECT_THAT(
        [&] {
          Run(name, {{"dst", dst}, {"src", moved}});
        },
        ::testing::ThrowsMessage<RunError>("scalar_offset is 3: the access reaches element 34 of " +
                                           table.tensor->name + ", which holds 30"));
    Run(name, {{"dst", dst}, {"src", moved}, {"oob_mode", OobMode::kSkip}});
    EXPECT_EQ(Values(dst.Slice(0, 0, 3, 1)), Values(table.Slice(0, 3, 6, 1)));
    EXPECT_EQ(Values(dst.Row(3)), Values(table.Row(5))) << "the row that is skipped keeps what it held";
  }
}

TEST_F(DmaCopyInstructionTest, VectorOffsetRules) {
  DynamicOffset offset = {DynamicOffset::Kind::kRows, {}, b.Sbuf({32, 1}, Dtype::kInt32), 32};
  View rows = b.Hbm({64, 8});
  rows.dims[0] = {0, 32};
  rows.dynamic = &offset;
  const Arguments legal = With(Legal(), {{"src", rows}});
  ASSERT_THAT(Problems(name, legal), ElementsAre());
  const Arguments hwdge = With(legal, {{"dge_mode", DgeMode::kHwdge}});
  EXPECT_THAT(Problems(name, hwdge, Trn2()),
              ElementsAre("dma_copy: a vector_offset needs dge_mode.swdge or .unknown; hwdge can't follow "
                          "one [vector-offset]"));
  EXPECT_THAT(Problems(name, With(legal, {{"dge_mode", DgeMode::kNone}})),
              ElementsAre("dma_copy: a vector_offset needs dge_mode.swdge or .unknown; none can't follow one "
                          "[vector-offset]"));
  EXPECT_THAT(Problems(name, With(legal, {{"dst", b.Sbuf({16, 16})}})),
              ElementsAre("dma_copy: src has 32 rows with an index each and dst has shape (16, 16); it must "
                          "have as many rows [same-rows]"));
  const View floats = b.Sbuf({32, 1});
  offset.index = floats;
  EXPECT_THAT(Problems(name, legal),
              ElementsAre("dma_copy: src has the vector_offset " + floats.ToString() +
                          "; it must be (32, 1) int32 or uint32 in SBUF, an index for each row "
                          "[vector-offset]"));
  offset.index = b.Sbuf({32, 1}, Dtype::kUint32);
  View on_chip = b.Sbuf({32, 8});
  on_chip.dynamic = &offset;
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst", on_chip}})),
              ElementsAre("dma_copy: dst is in SBUF; only rows of HBM can have an index each "
                          "[vector-offset]"));
}

TEST_F(DmaCopyInstructionTest, Rules) {
  ASSERT_THAT(Problems(name, Legal()), ElementsAre());
  EXPECT_THAT(Problems(name, With(Legal(), {{"src", b.Psum({32, 8})}})),
              ElementsAre("dma_copy: src is in psum; it must be in SBUF or HBM; copy it to SBUF first with "
                          "nisa.tensor_copy [space]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst", b.Sbuf({256, 1})}})),
              ElementsAre("dma_copy: dst has 256 partitions; trn1 allows at most 128 [partitions-at-most]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"src", b.Hbm({32, 9})}})),
      ElementsAre(
          "dma_copy: src has shape (32, 9) and dst has shape (32, 8); they must hold the same number of "
          "elements [same-elements]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"src", b.Hbm({32, 8}, Dtype::kFloat8E5m2X4)}})),
              ElementsAre("dma_copy: src is float8_e5m2_x4 and dst is float32; packed dtypes are copied to "
                          "the same dtype only [packed-dtype]"));
}

TEST_F(DmaCopyInstructionTest, ModeRules) {
  const Arguments hwdge = With(Legal(), {{"dge_mode", DgeMode::kHwdge}, {"engine", Engine::kSync}});
  EXPECT_THAT(Problems(name, hwdge),
              ElementsAre("dma_copy: trn1 does not have dge_mode.hwdge; targets that have it: trn2, "
                          "trn3 [hwdge]"));
  EXPECT_THAT(Problems(name, hwdge, Trn2()), ElementsAre());
  EXPECT_THAT(Problems(name, With(hwdge, {{"src", b.Hbm({32, 8}, Dtype::kInt32)}}), Trn2()),
              ElementsAre("dma_copy: src is int32 and dst is float32; dge_mode.hwdge can't convert dtypes: "
                          "take dge_mode.swdge or .unknown [same-dtype]"));
  EXPECT_THAT(Problems(name, With(hwdge, {{"engine", Engine::kVector}}), Trn2()),
              ElementsAre("dma_copy: engine 'vector' can't run it; allowed are sync, scalar [engine]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"engine", Engine::kSync}})),
      ElementsAre("dma_copy: engine is 'sync'; it is chosen with dge_mode.hwdge only [engine-hwdge]"));
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
