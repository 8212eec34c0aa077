#include "memory/error.h"
#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;

class NcNGatherInstructionTest : public InstructionTest {
 protected:
  const std::string name = "nc_n_gather";
  Arguments Legal() {
    return {
        {"dst", b.Sbuf({32, 8})}, {"data", b.Sbuf({32, 5})}, {"indices", b.Sbuf({32, 8}, Dtype::kUint32)}};
  }
  void FillBits(const View& view) {
    std::vector<uint32_t> bits;
    for (uint32_t i = 0; i < view.elements(); ++i)
      bits.push_back((i + 1) * 2654435761u >> (32 - 8 * ItemBytes(view.dtype)));
    SetBits(view, bits);
  }
  void FillIndices(const View& indices, int64_t elements) {
    std::vector<uint32_t> bits;
    for (int64_t i = 0; i < indices.elements(); ++i)
      bits.push_back(static_cast<uint32_t>(i * i * 7919 % elements));
    SetBits(indices, bits);
  }
  void ExpectGathered(const View& dst, const View& data, const View& indices) {
    FillBits(data);
    FillIndices(indices, data.free_elements());
    const std::vector<uint32_t> from = Bits(data), named = Bits(indices);
    Run(name, {{"dst", dst}, {"data", data}, {"indices", indices}});
    const std::vector<uint32_t> got = Bits(dst);
    const int64_t n = dst.free_elements(), m = data.free_elements();
    for (int64_t i = 0; i < std::ssize(got); ++i) {
      ASSERT_EQ(got[i], from[i / n * m + named[i]]) << dst.ToString() << " " << i;
    }
  }
};

TEST_F(NcNGatherInstructionTest, EveryDtypeSize) {
  for (const Dtype dtype : {Dtype::kFloat32, Dtype::kInt32, Dtype::kBfloat16, Dtype::kUint8,
                            Dtype::kFloat8E4m3fnX4, Dtype::kFloat4E2m1fnX4}) {
    for (const auto& [partitions, n, m] :
         std::vector<std::array<int64_t, 3>>{{128, 70, 33}, {1, 1, 1}, {37, 5, 600}, {16, 130, 2}}) {
      ExpectGathered(b.Sbuf({partitions, n}, dtype), b.Sbuf({partitions, m}, dtype),
                     b.Sbuf({partitions, n}, Dtype::kUint32));
    }
  }
}

TEST_F(NcNGatherInstructionTest, AnyFreePatternAndPartition) {
  for (const Dtype dtype : {Dtype::kFloat32, Dtype::kFloat16, Dtype::kInt8}) {
    const View wide = b.Sbuf({128, 4, 50}, dtype), indices = b.Sbuf({128, 3, 24}, Dtype::kUint32);
    ExpectGathered(b.Sbuf({64, 4, 6}, dtype), wide.Slice(0, 64, 128, 1).Slice(1, 1, 4, 2).Slice(2, 3, 50, 3),
                   indices.Slice(0, 0, 64, 1).Slice(1, 1, 2, 1));
    ExpectGathered(wide.Slice(0, 32, 64, 1).Slice(1, 0, 3, 1).Slice(2, 2, 50, 4), b.Sbuf({32, 9}, dtype),
                   indices.Slice(0, 96, 128, 1).Slice(2, 0, 24, 2));
    ExpectGathered(b.Sbuf({32, 7}, dtype), wide.Slice(0, 0, 32, 1).Slice(1, 0, 1, 1).Slice(2, 5, 50, 5),
                   indices.Slice(0, 32, 64, 1).Slice(1, 2, 3, 1).Slice(2, 0, 1, 1).Broadcast(2, 7));
  }
}

TEST_F(NcNGatherInstructionTest, DestinationsMayOverlapWhatIsRead) {
  const View tile = b.Sbuf({128, 200}), indices = b.Sbuf({128, 150}, Dtype::kUint32);
  ExpectGathered(tile.Slice(1, 0, 150, 1), tile, indices);
  ExpectGathered(tile.Slice(1, 50, 200, 1), tile.Slice(1, 0, 120, 1), indices);
  const View numbers = b.Sbuf({64, 100}, Dtype::kUint32), data = b.Sbuf({64, 40}, Dtype::kUint32);
  ExpectGathered(numbers, data, numbers);
  ExpectGathered(numbers.Slice(1, 3, 100, 1), data, numbers.Slice(1, 0, 97, 1));
}

TEST_F(NcNGatherInstructionTest, AnIndexBeyondTheData) {
  const View dst = b.Sbuf({40, 3, 30}), data = b.Sbuf({40, 20}), indices = b.Sbuf({40, 90}, Dtype::kUint32);
  FillIndices(indices, 20);
  SetBits(indices.Slice(0, 35, 36, 1).Slice(1, 70, 71, 1), {20});
  try {
    Run(name, {{"dst", dst}, {"data", data}, {"indices", indices}});
    FAIL();
  } catch (const RunError& error) {
    EXPECT_STREQ(
        error.what(),
        "element 70 of partition 35 of indices is 20; data has 20 elements per partition [index-range]");
  }
  SetBits(indices.Slice(0, 35, 36, 1).Slice(1, 70, 71, 1), {0xffffffff});
  EXPECT_THROW(Run(name, {{"dst", dst}, {"data", data}, {"indices", indices}}), RunError);
}

TEST_F(NcNGatherInstructionTest, Rules) {
  for (const char* field : {"dst", "data", "indices"}) ExpectOperandRules(name, Legal(), field, "SBUF");
  const auto problems = [&](const Arguments& changes) { return Problems(name, With(Legal(), changes)); };
  EXPECT_THAT(
      problems({{"data", b.Sbuf({16, 5})}}),
      ElementsAre("nc_n_gather: data has 16 partitions and dst has 32; they must have the same number "
                  "[same-partitions]"));
  EXPECT_THAT(
      problems({{"indices", b.Sbuf({32, 7}, Dtype::kUint32)}}),
      ElementsAre("nc_n_gather: indices has 7 elements per partition and dst has 8; they must have the same "
                  "number [same-free]"));
  EXPECT_THAT(
      problems({{"data", b.Sbuf({32, 5}, Dtype::kInt32)}}),
      ElementsAre(
          "nc_n_gather: data is int32 and dst is float32; they must have the same dtype [same-dtype]"));
  EXPECT_THAT(problems({{"indices", b.Sbuf({32, 8}, Dtype::kInt32)}}),
              ElementsAre("nc_n_gather: indices is int32; allowed are uint32 [dtype]"));
}

}  // namespace
}  // namespace nki
