#include <cmath>
#include <limits>

#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

class NcTransposeInstructionTest : public InstructionTest {
 protected:
  const std::string name = "nc_transpose";
  Arguments Legal() { return {{"dst", b.Psum({64, 32})}, {"data", b.Sbuf({32, 64})}}; }
  Arguments OnVector() {
    return {{"dst", b.Sbuf({16, 32})}, {"data", b.Sbuf({32, 16})}, {"engine", Engine::kVector}};
  }

  void ExpectTransposed(const View& dst, const View& data) {
    const std::vector<uint32_t> from = Bits(data), to = Bits(dst);
    const int64_t rows = data.partitions(), columns = data.free_elements();
    for (int64_t p = 0; p < rows; ++p) {
      for (int64_t f = 0; f < columns; ++f)
        ASSERT_EQ(to[f * rows + p], from[p * columns + f]) << p << " " << f;
    }
  }
};

TEST_F(NcTransposeInstructionTest, MovesAllDtypesBitForBit) {
  for (Dtype dtype : {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kUint8, Dtype::kInt32}) {
    SCOPED_TRACE(Name(dtype));
    const View data = FillSmall(b.Sbuf({70, 3, 31}, dtype)), dst = b.Psum({93, 70}, dtype);
    Run(name, {{"dst", dst}, {"data", data}});
    ExpectTransposed(dst, data);
  }
}

TEST_F(NcTransposeInstructionTest, VectorEngineWorksInSbuf) {
  const View data = FillSmall(b.Sbuf({32, 17}, Dtype::kFloat16)), dst = b.Sbuf({17, 32}, Dtype::kFloat16);
  Run(name, {{"dst", dst}, {"data", data}, {"engine", Engine::kVector}});
  ExpectTransposed(dst, data);
}

TEST_F(NcTransposeInstructionTest, VectorEngineWorksInPlace) {
  for (Dtype dtype : {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kUint8}) {
    for (int64_t size : {8, 20, 32}) {
      const View tile = FillSmall(b.Sbuf({size, size}, dtype));
      const std::vector<uint32_t> from = Bits(tile);
      Run(name, {{"dst", tile}, {"data", tile}, {"engine", Engine::kVector}});
      const std::vector<uint32_t> to = Bits(tile);
      for (int64_t i = 0; i < size * size; ++i) {
        ASSERT_EQ(to[i % size * size + i / size], from[i]) << Name(dtype) << " " << size << " " << i;
      }
    }
  }
}

TEST_F(NcTransposeInstructionTest, NansSpoilTheirRowOnTrn1Only) {
  const View data = FillSmall(b.Sbuf({40, 50}, Dtype::kBfloat16)), dst = b.Psum({50, 40}, Dtype::kBfloat16);
  Fill(data.Slice(0, 7, 8, 1).Slice(1, 20, 21, 1),
       [](int64_t) { return std::numeric_limits<double>::infinity(); });
  Run(name, {{"dst", dst}, {"data", data}}, Trn2());
  ExpectTransposed(dst, data);
  Run(name, {{"dst", dst}, {"data", data}});
  const std::vector<double> from = Values(data), to = Values(dst);
  for (int64_t f = 0; f < 50; ++f) {
    for (int64_t p = 0; p < 40; ++p) {
      if (f == 20) {
        ASSERT_TRUE(std::isnan(to[f * 40 + p]));
      } else {
        ASSERT_EQ(to[f * 40 + p], from[p * 50 + f]);
      }
    }
  }
}

TEST_F(NcTransposeInstructionTest, Rules) {
  const Arguments on_tensor = With(Legal(), {{"engine", Engine::kTensor}});
  ExpectOperandRules(name, on_tensor, "dst", "PSUM");
  ExpectOperandRules(name, on_tensor, "data", "SBUF");
  ExpectOperandRules(name, OnVector(), "dst", "SBUF or PSUM");
  EXPECT_THAT(Problems(name, With(OnVector(), {{"data", b.Sbuf({32, 33})}})),
              Contains("nc_transpose: data has 33 free elements; trn1 allows at most 32 [free-at-most]"));
  EXPECT_THAT(Problems(name, With(OnVector(), {{"data", b.Sbuf({33, 16})}})),
              Contains("nc_transpose: data has 33 partitions; trn1 allows at most 32 [partitions-at-most]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Psum({64, 32}, Dtype::kBfloat16)}})),
      ElementsAre(
          "nc_transpose: data is float32 and dst is bfloat16; they must have the same dtype [same-dtype]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"dst", b.Psum({32, 64})}})),
      ElementsAre(
          "nc_transpose: data has shape (32, 64); dst must be [64, 32], not (32, 64) [transposed-shape]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"engine", Engine::kGpSimd}})),
              ElementsAre("nc_transpose: engine 'gpsimd' can't run it; allowed are tensor, vector [engine]"));
}

}  // namespace
}  // namespace nki
