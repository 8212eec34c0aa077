#include "memory/error.h"
#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

class LocalGatherInstructionTest : public InstructionTest {
 protected:
  const std::string name = "local_gather";
  Arguments Legal() {
    return {{"dst", b.Sbuf({32, 32})},
            {"src_buffer", b.Sbuf({32, 20})},
            {"index", b.Sbuf({32, 2}, Dtype::kUint16)}};
  }
  void FillBits(const View& view, uint32_t factor) {
    std::vector<uint32_t> bits;
    for (uint32_t i = 0; i < view.elements(); ++i)
      bits.push_back((i + 1) * factor >> (32 - 8 * ItemBytes(view.dtype)));
    SetBits(view, bits);
  }

  // Fills the operands, gathers `count` indices of each core and compares with the definition.
  void ExpectGathered(const View& dst, const View& src, const View& index, int64_t width, int64_t count) {
    FillBits(dst, 2246822519u);
    FillBits(src, 2654435761u);
    const int64_t n = dst.free_elements(), m = src.free_elements(), columns = index.free_elements();
    std::vector<uint32_t> list;
    for (int64_t i = 0; i < index.elements(); ++i)
      list.push_back(static_cast<uint32_t>(i * i * 31 % (m - width + 1)));
    SetBits(index, list);
    std::vector<uint32_t> expected = Bits(dst);
    const std::vector<uint32_t> from = Bits(src);
    for (int64_t p = 0; p < dst.partitions(); ++p) {
      for (int64_t j = 0; j < count; ++j) {
        const int64_t core = p / 16 * 16;
        const int64_t first = list[(core + j % 16) * columns + j / 16];
        for (int64_t e = 0; e < width; ++e) expected[p * n + j * width + e] = from[p * m + first + e];
      }
    }
    Arguments call = {{"dst", dst}, {"src_buffer", src}, {"index", index}, {"num_elem_per_idx", width}};
    if (count != columns * 16) call.insert_or_assign("num_valid_indices", count);
    Run(name, call);
    ASSERT_EQ(Bits(dst), expected) << dst.ToString() << " " << width << " " << count;
  }
};

TEST_F(LocalGatherInstructionTest, EveryDtypeAndWidth) {
  for (const Dtype dtype : {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kUint8, Dtype::kFloat8E5m2X4}) {
    for (const int64_t width : {1, 2, 4, 8, 16, 32}) {
      ExpectGathered(b.Sbuf({32, 48 * width}, dtype), b.Sbuf({32, 101}, dtype),
                     b.Sbuf({32, 3}, Dtype::kUint16), width, 48);
    }
  }
}

// The published example: index values count elements, also with num_elem_per_idx 4.
TEST_F(LocalGatherInstructionTest, DocumentedShapes) {
  ExpectGathered(b.Sbuf({128, 4, 16, 4}), b.Sbuf({128, 512, 4}), b.Sbuf({128, 4}, Dtype::kUint16), 4, 64);
}

TEST_F(LocalGatherInstructionTest, FewerValidIndicesThanThereAre) {
  for (const int64_t count : {1, 15, 16, 17, 50}) {
    ExpectGathered(b.Sbuf({64, count * 2}), b.Sbuf({64, 30}), b.Sbuf({64, 4}, Dtype::kUint16), 2, count);
    ExpectGathered(b.Sbuf({64, 130}, Dtype::kFloat16), b.Sbuf({64, 30}, Dtype::kFloat16),
                   b.Sbuf({64, 4}, Dtype::kUint16), 2, count);
  }
}

// R05: sub-views and access patterns on every side.
TEST_F(LocalGatherInstructionTest, R05SubViews) {
  for (const Dtype dtype : {Dtype::kInt32, Dtype::kBfloat16, Dtype::kInt8}) {
    const View dst = b.Sbuf({128, 5, 60}, dtype), src = b.Sbuf({128, 6, 40}, dtype);
    const View index = b.Sbuf({128, 3, 8}, Dtype::kUint16);
    ExpectGathered(dst.Slice(0, 32, 64, 1).Slice(1, 1, 4, 2).Slice(2, 3, 51, 3),
                   src.Slice(0, 96, 128, 1).Slice(1, 0, 5, 2).Slice(2, 1, 40, 4),
                   index.Slice(0, 0, 32, 1).Slice(2, 1, 8, 6).Slice(1, 0, 1, 1), 1, 32);
    ExpectGathered(dst.Slice(1, 2, 3, 1).Slice(2, 5, 53, 1), src.Slice(2, 7, 29, 2), index.Slice(2, 3, 4, 1),
                   1, 48);
    ExpectGathered(dst.Slice(1, 0, 2, 1), src.Slice(1, 3, 4, 1), index.Slice(2, 0, 2, 1).Slice(1, 0, 2, 1), 2,
                   60);
  }
}

TEST_F(LocalGatherInstructionTest, DestinationsMayOverlapWhatIsRead) {
  const View tile = b.Sbuf({128, 100}), index = b.Sbuf({128, 5}, Dtype::kUint16);
  const auto gather = [&](const View& dst, const View& src) {
    FillBits(tile, 2654435761u);
    Fill(index, [](int64_t i) { return static_cast<double>(i * 13 % 60); });
    const std::vector<uint32_t> from = Bits(src), list = Bits(index);
    Run(name, {{"dst", dst}, {"src_buffer", src}, {"index", index}});
    const std::vector<uint32_t> got = Bits(dst);
    for (int64_t i = 0; i < std::ssize(got); ++i) {
      const int64_t p = i / 80, j = i % 80;
      ASSERT_EQ(got[i], from[p * src.free_elements() + list[(p / 16 * 16 + j % 16) * 5 + j / 16]]) << i;
    }
  };
  gather(tile.Slice(1, 0, 80, 1), tile);
  gather(tile.Slice(1, 20, 100, 1), tile.Slice(1, 0, 64, 1));
}

TEST_F(LocalGatherInstructionTest, AnIndexThatNamesNoElement) {
  const Arguments call = With(Legal(), {{"num_elem_per_idx", 4}, {"dst", b.Sbuf({32, 128})}});
  const View index = std::get<View>(call.at("index").value);
  Fill(index, [](int64_t i) { return i == 39 ? 17 : 16; });
  try {
    Run(name, call);
    FAIL();
  } catch (const RunError& error) {
    EXPECT_STREQ(
        error.what(),
        "element 1 of partition 19 of index is 17; with num_elem_per_idx 4 it must name one of the 20 "
        "elements of src_buffer [index-range]");
  }
  Fill(index, [](int64_t) { return 16; });
  Run(name, call);
  Fill(index, [](int64_t i) { return i % 2 == 0 ? 3 : 65535; });  // beyond the valid ones anything may be
  Run(name, With(call, {{"num_valid_indices", 16}}));
}

TEST_F(LocalGatherInstructionTest, TouchesTheValidIndicesOnly) {
  const View dst = b.Sbuf({32, 2, 30}), index = b.Sbuf({32, 2, 3}, Dtype::kUint16);
  const std::unique_ptr<Instruction> instruction = MakeInstruction(
      name, {{"dst", dst}, {"src_buffer", b.Sbuf({32, 9})}, {"index", index}, {"num_valid_indices", 52}});
  struct Visitor : OperandVisitor {
    explicit Visitor(const Instruction& i) : instruction(i) {}
    const Instruction& instruction;
    std::vector<std::pair<std::string, std::string>> parts;
    void OnView(const Field& field, const View& view) override {
      const Parts touched = instruction.PartsTouched(view);
      for (const View& part : touched.value_or(std::vector<View>{})) {
        parts.push_back({field.name, std::to_string(part.first_partition()) + "+" +
                                         std::to_string(part.free_offset()) + " " + ToString(part.shape())});
      }
    }
  } visitor(*instruction);
  instruction->VisitFields(visitor);
  EXPECT_THAT(visitor.parts, ElementsAre(Pair("dst", "0+0 (32, 1, 30)"), Pair("dst", "0+30 (32, 1, 22)"),
                                         Pair("index", "0+0 (32, 1, 3)"), Pair("index", "0+3 (4, 1, 1)"),
                                         Pair("index", "16+3 (4, 1, 1)")));
}

TEST_F(LocalGatherInstructionTest, Rules) {
  for (const char* field : {"dst", "src_buffer", "index"}) ExpectOperandRules(name, Legal(), field, "SBUF");
  const auto problems = [&](const Arguments& changes) { return Problems(name, With(Legal(), changes)); };
  EXPECT_THAT(
      Problems(name, {{"dst", b.Sbuf({24, 32})},
                      {"src_buffer", b.Sbuf({24, 20})},
                      {"index", b.Sbuf({24, 2}, Dtype::kUint16)}}),
      ElementsAre("local_gather: dst has 24 partitions; they must be a multiple of 16 [whole-cores]"));
  EXPECT_THAT(
      problems({{"index", b.Sbuf({16, 2}, Dtype::kUint16)}}),
      ElementsAre("local_gather: index has 16 partitions and dst has 32; they must have the same number "
                  "[same-partitions]"));
  EXPECT_THAT(
      problems({{"src_buffer", b.Sbuf({32, 20}, Dtype::kInt32)}}),
      ElementsAre("local_gather: src_buffer is int32 and dst is float32; they must have the same dtype "
                  "[same-dtype]"));
  EXPECT_THAT(problems({{"index", b.Sbuf({32, 2}, Dtype::kUint32)}}),
              ElementsAre("local_gather: index is uint32; allowed are uint16 [dtype]"));
  for (const int64_t width : {0, 3, 64, -4}) {
    EXPECT_THAT(problems({{"num_elem_per_idx", width}}),
                ElementsAre("local_gather: num_elem_per_idx is " + std::to_string(width) +
                            "; it must be 1, 2, 4, 8, 16 or 32 [elements-per-index]"));
  }
  for (const int64_t count : {0, 33}) {
    EXPECT_THAT(problems({{"num_valid_indices", count}}),
                ElementsAre("local_gather: num_valid_indices is " + std::to_string(count) +
                            "; 1 to 32 may be used [valid-indices]"));
  }
  EXPECT_THAT(
      problems({{"index", b.Sbuf({32, 257}, Dtype::kUint16)}}),
      ElementsAre(
          "local_gather: index holds 4112 for each 16 partitions; 1 to 4096 may be used [valid-indices]"));
  EXPECT_THAT(
      problems({{"num_elem_per_idx", 2}}),
      ElementsAre("local_gather: 32 indices with 2 elements each give 64 elements per partition; dst has 32 "
                  "[gathered-size]"));
}

}  // namespace
}  // namespace nki
