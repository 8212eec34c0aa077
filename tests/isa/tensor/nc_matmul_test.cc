#include <cmath>

#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

class NcMatmulInstructionTest : public InstructionTest {
 protected:
  const std::string name = "nc_matmul";
  Arguments Legal() {
    return {{"dst", b.Psum({32, 64})}, {"stationary", b.Sbuf({32, 32})}, {"moving", b.Sbuf({32, 64})}};
  }
  Arguments OfDtypes(Dtype stationary, Dtype moving, Dtype dst = Dtype::kFloat32) {
    return {{"dst", b.Psum({8, 8}, dst)},
            {"stationary", b.Sbuf({8, 8}, stationary)},
            {"moving", b.Sbuf({8, 8}, moving)}};
  }

  // Σ_k s[k, m] m[k, n] in double, added to `sums`.
  static void AddProduct(const std::vector<double>& s, const std::vector<double>& x, int64_t k_count,
                         std::vector<double>& sums) {
    const int64_t m_count = static_cast<int64_t>(s.size()) / k_count,
                  n_count = static_cast<int64_t>(x.size()) / k_count;
    sums.resize(m_count * n_count);
    for (int64_t k = 0; k < k_count; ++k)
      for (int64_t m = 0; m < m_count; ++m)
        for (int64_t n = 0; n < n_count; ++n)
          sums[m * n_count + n] += s[k * m_count + m] * x[k * n_count + n];
  }
};

TEST_F(NcMatmulInstructionTest, MultipliesExactlyRepresentableValues) {
  for (Dtype dtype :
       {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kFloat16, Dtype::kFloat8E5m2, Dtype::kFloat8E4m3}) {
    SCOPED_TRACE(Name(dtype));
    const View s = FillSmall(b.Sbuf({90, 77}, dtype)), x = FillSmall(b.Sbuf({90, 45}, dtype)),
               dst = b.Psum({77, 45});
    Run(name, {{"dst", dst}, {"stationary", s}, {"moving", x}});
    std::vector<double> wanted;
    AddProduct(Values(s), Values(x), 90, wanted);
    EXPECT_EQ(Values(dst), wanted);
  }
}

TEST_F(NcMatmulInstructionTest, AccumulateDecidesBetweenStoringAndAdding) {
  const View s = FillSmall(b.Sbuf({16, 8})), x = FillSmall(b.Sbuf({16, 24})), dst = b.Psum({8, 24});
  std::vector<double> once, twice;
  AddProduct(Values(s), Values(x), 16, once);
  twice = once;
  AddProduct(Values(s), Values(x), 16, twice);
  const auto run = [&](Argument accumulate, WriteState destination) {
    Fill(dst, [&](int64_t i) { return once[i]; });
    Run(name, {{"dst", dst}, {"stationary", s}, {"moving", x}, {"accumulate", accumulate}}, Trn1(),
        destination);
    return Values(dst);
  };
  EXPECT_EQ(run(false, WriteState::kWritten), once);
  EXPECT_EQ(run(true, WriteState::kWritten), twice);
  EXPECT_EQ(run(kNone, WriteState::kUnwritten), once);
  EXPECT_EQ(run(kNone, WriteState::kWritten), twice);
}

// R16: what adds reads its destination, so that the planner can refuse PSUM that nothing has written.
TEST_F(NcMatmulInstructionTest, R16ReadsItsDestinationOnlyIfItMustAdd) {
  EXPECT_TRUE(MakeInstruction(name, With(Legal(), {{"accumulate", true}}))->ReadsDestination());
  EXPECT_FALSE(MakeInstruction(name, With(Legal(), {{"accumulate", false}}))->ReadsDestination());
  EXPECT_FALSE(MakeInstruction(name, Legal())->ReadsDestination());
}

// R06, R13: operands of more than two axes keep every free element, also in the overlapping windows of a
// convolution.
TEST_F(NcMatmulInstructionTest, R06R13KeepsAllFreeAxes) {
  const View s = FillSmall(b.Sbuf({20, 2, 3, 4})), image = FillSmall(b.Sbuf({20, 12})),
             dst = b.Psum({24, 5, 4});
  const Dim windows[] = {{12, 20}, {2, 5}, {1, 4}};  // five windows of four elements, two apart
  const View x = image.AccessPattern(windows, 0, Dtype::kFloat32);
  Run(name, {{"dst", dst}, {"stationary", s}, {"moving", x}});
  std::vector<double> wanted;
  AddProduct(Values(s), Values(x), 20, wanted);
  EXPECT_EQ(Values(dst), wanted);
}

// R23: an accumulation into a part of what an earlier matmul wrote leaves the rest alone.
TEST_F(NcMatmulInstructionTest, R23AddsToASubview) {
  const View s = FillSmall(b.Sbuf({8, 8})), x = FillSmall(b.Sbuf({8, 6})), whole = FillSmall(b.Psum({8, 10}));
  std::vector<double> wanted = Values(whole), product;
  AddProduct(Values(s), Values(x), 8, product);
  for (int64_t i = 0; i < 48; ++i) wanted[i / 6 * 10 + 2 + i % 6] += product[i];
  Run(name, {{"dst", whole.Slice(1, 2, 8, 1)}, {"stationary", s}, {"moving", x}, {"accumulate", true}});
  EXPECT_EQ(Values(whole), wanted);
}

// R22: double_row contracts over the partitions and the pairs; the result has the shape [M, N].
TEST_F(NcMatmulInstructionTest, R22DoubleRow) {
  const View s = FillSmall(b.Sbuf({30, 2, 12}, Dtype::kFloat8E4m3)),
             x = FillSmall(b.Sbuf({30, 2, 9}, Dtype::kFloat8E5m2));
  const View dst = b.Psum({12, 9});
  Run(name, {{"dst", dst}, {"stationary", s}, {"moving", x}, {"perf_mode", PerfMode::kDoubleRow}}, Trn2());
  std::vector<double> wanted;
  AddProduct(Values(s), Values(x), 60, wanted);  // [30, 2, M] lies in memory order as [60, M]
  EXPECT_EQ(Values(dst), wanted);
}

// trainium3_arch, "BF16 Matmul Results in PSUM": the sum over k is float32; each matmul rounds once, after it
// was added to what PSUM holds.
TEST_F(NcMatmulInstructionTest, Bfloat16PsumRoundsEachAddition) {
  const Dtype fp8 = Dtype::kFloat8E5m2, bf16 = Dtype::kBfloat16;
  for (bool double_row : {false, true}) {
    SCOPED_TRACE(double_row);
    const Shape shape = double_row ? Shape{16, 2, 8} : Shape{16, 8};
    const View dst = b.Psum({8, 8}, bf16);
    std::vector<double> wanted(64);
    for (int call = 0; call < 5; ++call) {
      const View s = FillSmall(b.Sbuf(shape, fp8)), x = FillSmall(b.Sbuf(shape, fp8));
      std::vector<double> sum;  // exact in float32
      AddProduct(Values(s), Values(x), double_row ? 32 : 16, sum);
      for (size_t i = 0; i < wanted.size(); ++i) wanted[i] = Rounded(bf16, wanted[i] + sum[i]);
      const Arguments arguments = {{"dst", dst},
                                   {"stationary", s},
                                   {"moving", x},
                                   {"accumulate", call > 0},
                                   {"perf_mode", double_row ? PerfMode::kDoubleRow : PerfMode::kNone}};
      Run(name, arguments, Trn3());
      ASSERT_EQ(Values(dst), wanted) << call;
    }
  }
}

// 1 + 2^24 - 2^24: with the two rows summed up before PSUM sees them the small number is lost, whichever
// comes first; added one by one to PSUM's -2^24 it would not be.
TEST_F(NcMatmulInstructionTest, DoubleRowAddsToPsumOnce) {
  const Dtype fp8 = Dtype::kFloat8E5m2;
  const View s = b.Sbuf({1, 2, 1}, fp8), x = b.Sbuf({1, 2, 1}, fp8), dst = b.Psum({1, 1});
  Fill(s, [](int64_t i) { return i == 0 ? 0x1p12 : 1; });
  Fill(x, [](int64_t i) { return i == 0 ? 0x1p12 : 1; });
  Fill(dst, [](int64_t) { return -0x1p24; });
  Run(name,
      {{"dst", dst},
       {"stationary", s},
       {"moving", x},
       {"accumulate", true},
       {"perf_mode", PerfMode::kDoubleRow}},
      Trn2());
  EXPECT_THAT(Values(dst), ElementsAre(0));
}

TEST_F(NcMatmulInstructionTest, Trn3WritesAllOfPsum) {
  const View s = FillSmall(b.Sbuf({8, 4})), x = FillSmall(b.Sbuf({8, 4096})), dst = b.Psum({4, 4096});
  Run(name, {{"dst", dst}, {"stationary", s}, {"moving", x}}, Trn3());
  std::vector<double> wanted;
  AddProduct(Values(s), Values(x), 8, wanted);
  EXPECT_EQ(Values(dst), wanted);
  EXPECT_THAT(
      Problems(
          name,
          {{"dst", b.Psum({4, 8192}, Dtype::kBfloat16)}, {"stationary", s}, {"moving", b.Sbuf({8, 8192})}},
          Trn3()),
      ElementsAre());
}

TEST_F(NcMatmulInstructionTest, TransposeModeKeepsBits) {
  const Dtype bf16 = Dtype::kBfloat16;
  const View s = b.Sbuf({32, 20}, bf16), identity = b.Sbuf({32, 32}, bf16), dst = b.Psum({20, 32}, bf16);
  std::vector<uint32_t> bits;
  for (uint32_t i = 0; i < 640; ++i) bits.push_back((0x7f60 + i) & 0xffff);  // infinities and NaNs among them
  SetBits(s, bits);
  Fill(identity, [](int64_t i) { return i / 32 == i % 32; });
  Run(name, {{"dst", dst}, {"stationary", s}, {"moving", identity}, {"is_transpose", true}}, Trn2());
  const std::vector<uint32_t> got = Bits(dst);
  for (int64_t i = 0; i < 640; ++i) ASSERT_EQ(got[i % 20 * 32 + i / 20], bits[i]) << i;
}

TEST_F(NcMatmulInstructionTest, ShapeRules) {
  ExpectOperandRules(name, Legal(), "dst", "PSUM");
  ExpectOperandRules(name, Legal(), "stationary", "SBUF");
  ExpectOperandRules(name, Legal(), "moving", "SBUF");
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"moving", b.Sbuf({16, 64})}})),
      ElementsAre("nc_matmul: stationary has 32 partitions and moving has 16; they must have the same number "
                  "[same-partitions]"));
  EXPECT_THAT(
      Problems(name,
               {{"dst", b.Psum({32, 640})}, {"stationary", b.Sbuf({32, 32})}, {"moving", b.Sbuf({32, 640})}}),
      ElementsAre("nc_matmul: moving has 640 free elements; trn1 allows at most 512 [free-at-most]",
                  "nc_matmul: dst spans 2560 bytes per partition; trn1 writes at most 2048 (1 PSUM bank) "
                  "[dst-bank]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Psum({64, 32})}})),
      ElementsAre("nc_matmul: stationary (32, 32) and moving (32, 64) give [32, 64]; dst has shape (64, 32) "
                  "[dst-shape]"));
}

TEST_F(NcMatmulInstructionTest, DtypeRules) {
  EXPECT_THAT(
      Problems(name, OfDtypes(Dtype::kInt8, Dtype::kBfloat16)),
      ElementsAre(
          "nc_matmul: stationary is int8; allowed are float8_e4m3, float8_e5m2, float8_e4m3fn, bfloat16, "
          "float16, tfloat32, float32 [dtype]"));
  EXPECT_THAT(
      Problems(name, OfDtypes(Dtype::kFloat32, Dtype::kBfloat16)),
      ElementsAre(
          "nc_matmul: stationary is float32 and moving is bfloat16; float32 and tfloat32 go with float32 "
          "or tfloat32 only [matmul-dtypes]"));
  EXPECT_THAT(
      Problems(name, OfDtypes(Dtype::kFloat8E4m3, Dtype::kFloat8E4m3fn), Trn3()),
      ElementsAre(
          "nc_matmul: stationary is float8_e4m3 and moving is float8_e4m3fn; the two float8_e4m3 formats "
          "can't be mixed [matmul-dtypes]"));
  EXPECT_THAT(
      Problems(name, OfDtypes(Dtype::kFloat8E4m3fn, Dtype::kBfloat16)),
      ElementsAre(
          "nc_matmul: trn1 does not have float8_e4m3fn operands of nc_matmul; targets that have it: trn3 "
          "[e4m3fn-matmul]"));
  const Arguments bf16 = OfDtypes(Dtype::kFloat16, Dtype::kBfloat16, Dtype::kBfloat16);
  EXPECT_THAT(Problems(name, bf16),
              ElementsAre("nc_matmul: trn1 does not have a bfloat16 nc_matmul destination; targets "
                          "that have it: trn3 [bf16-psum]"));
  EXPECT_THAT(Problems(name, bf16, Trn3()), ElementsAre());
  EXPECT_THAT(Problems(name, OfDtypes(Dtype::kFloat16, Dtype::kFloat16, Dtype::kInt32)),
              ElementsAre("nc_matmul: dst is int32; allowed are float32, bfloat16 [dtype]"));
}

TEST_F(NcMatmulInstructionTest, TransposeRules) {
  const Arguments legal =
      With(OfDtypes(Dtype::kFloat16, Dtype::kFloat16, Dtype::kFloat16), {{"is_transpose", true}});
  EXPECT_THAT(Problems(name, legal, Trn2()), ElementsAre());
  EXPECT_THAT(
      Problems(name, With(legal, {{"dst", b.Psum({8, 8})}}), Trn2()),
      ElementsAre(
          "nc_matmul: stationary is float16 and dst is float32; they must have the same dtype [same-dtype]"));
  const std::string only =
      "nc_matmul: is_transpose moves bits; it can neither accumulate nor go with perf_mode=double_row "
      "[transpose-only]";
  EXPECT_THAT(Problems(name, With(legal, {{"accumulate", true}}), Trn2()), ElementsAre(only));
  const Arguments rows = {{"dst", b.Psum({4, 8}, Dtype::kFloat8E5m2)},
                          {"stationary", b.Sbuf({8, 2, 4}, Dtype::kFloat8E5m2)},
                          {"moving", b.Sbuf({8, 2, 8}, Dtype::kFloat8E5m2)},
                          {"perf_mode", PerfMode::kDoubleRow},
                          {"is_transpose", true}};
  EXPECT_THAT(Problems(name, rows, Trn2()), Contains(only));
  EXPECT_THAT(Problems(name,
                       With(legal, {{"dst", b.Psum({8, 9}, Dtype::kFloat16)},
                                    {"moving", b.Sbuf({8, 9}, Dtype::kFloat16)}}),
                       Trn2()),
              ElementsAre("nc_matmul: is_transpose needs a square identity as moving; it has shape (8, 9) "
                          "[transpose-identity]"));
}

TEST_F(NcMatmulInstructionTest, TileRules) {
  const auto tiled = [&](IntList position, IntList size) {
    return With(Legal(), {{"tile_position", std::move(position)}, {"tile_size", std::move(size)}});
  };
  EXPECT_THAT(Problems(name, tiled({64, 0}, {64, 128})), ElementsAre());
  EXPECT_THAT(
      Problems(name, tiled({0, 0}, {})),
      ElementsAre(
          "nc_matmul: tile_position has 2 numbers and tile_size has 0; both must have 2, or neither be "
          "given [tile-pair]"));
  EXPECT_THAT(
      Problems(name, tiled({0, 0}, {48, 128})),
      ElementsAre("nc_matmul: tile_size is (48, 128); rows and columns must be 32, 64 or 128 [tile-size]"));
  EXPECT_THAT(
      Problems(name, tiled({32, 0}, {64, 128})),
      ElementsAre(
          "nc_matmul: tile_position is (32, 0); it must be a multiple of tile_size (64, 128) inside 128 "
          "rows and columns [tile-position]"));
  EXPECT_THAT(
      Problems(name, tiled({32, 0}, {32, 128})),
      ElementsAre(
          "nc_matmul: trn1 does not have nc_matmul tiles of 32 rows, or of 32 by 32; targets that have "
          "it: trn2, trn3 [small-pe-tiles]"));
  EXPECT_THAT(Problems(name, tiled({32, 0}, {32, 128}), Trn2()), ElementsAre());
  EXPECT_THAT(
      Problems(name, {{"dst", b.Psum({64, 8})},
                      {"stationary", b.Sbuf({128, 64})},
                      {"moving", b.Sbuf({128, 8})},
                      {"tile_position", IntList{0, 0}},
                      {"tile_size", IntList{64, 128}}}),
      ElementsAre(
          "nc_matmul: stationary takes (128, 64) rows and columns; tile_size is (64, 128) [tile-fit]"));
}

TEST_F(NcMatmulInstructionTest, DoubleRowRules) {
  const Dtype fp8 = Dtype::kFloat8E5m2;
  const Arguments legal = {{"dst", b.Psum({8, 16})},
                           {"stationary", b.Sbuf({32, 2, 8}, fp8)},
                           {"moving", b.Sbuf({32, 2, 16}, fp8)},
                           {"perf_mode", PerfMode::kDoubleRow}};
  EXPECT_THAT(Problems(name, legal, Trn3()), ElementsAre());
  EXPECT_THAT(Problems(name, legal),
              ElementsAre("nc_matmul: trn1 does not have perf_mode=double_row; targets that have "
                          "it: trn2, trn3 [double-row]"));
  EXPECT_THAT(
      Problems(name, With(legal, {{"moving", b.Sbuf({32, 32}, fp8)}}), Trn2()),
      ElementsAre(
          "nc_matmul: perf_mode=double_row needs stationary [K, 2, M] and moving [K, 2, N]; they have "
          "shapes (32, 2, 8) and (32, 32) [double-row-shape]"));
  EXPECT_THAT(
      Problems(name, With(legal, {{"tile_position", IntList{0, 0}}, {"tile_size", IntList{128, 64}}}),
               Trn2()),
      ElementsAre("nc_matmul: perf_mode=double_row can't be combined with tiles of less than 128 columns "
                  "[double-row-tiling]"));
  EXPECT_THAT(
      Problems(name, With(legal, {{"moving", b.Sbuf({32, 2, 16}, Dtype::kFloat16)}}), Trn2()),
      ElementsAre(
          "nc_matmul: moving is float16; allowed are float8_e4m3, float8_e5m2, float8_e4m3fn [dtype]"));
}

}  // namespace
}  // namespace nki
