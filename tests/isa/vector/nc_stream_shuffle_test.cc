#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class NcStreamShuffleInstructionTest : public InstructionTest {
 protected:
  const std::string name = "nc_stream_shuffle";
  const IntList same = Mask([](int64_t i) { return i; });

  static IntList Mask(const std::function<int64_t(int64_t)>& entry) {
    IntList mask;
    for (int64_t i = 0; i < 32; ++i) mask.push_back(entry(i));
    return mask;
  }
  Arguments Legal() { return {{"dst", b.Sbuf({32, 8})}, {"src", b.Sbuf({32, 8})}, {"shuffle_mask", same}}; }
  const View& FillBits(const View& view) {
    std::vector<uint32_t> bits;
    for (uint32_t i = 0; i < view.elements(); ++i) bits.push_back((i + 1) * 2654435761u >> (i % 3));
    if (ItemBytes(view.dtype) < 4) {
      for (uint32_t& element : bits) element &= (1u << 8 * ItemBytes(view.dtype)) - 1;
    }
    SetBits(view, bits);
    return view;
  }

  // Fills both, shuffles and compares with the definition, partition by partition.
  void ExpectShuffled(const View& dst, const View& src, const IntList& mask) {
    FillBits(dst);
    const std::vector<uint32_t> before = Bits(dst), from = Bits(FillBits(src));
    Run(name, {{"dst", dst}, {"src", src}, {"shuffle_mask", mask}});
    const std::vector<uint32_t> after = Bits(dst);
    const int64_t elements = dst.free_elements();
    for (int64_t p = 0; p < dst.partitions(); ++p) {
      const int64_t entry = mask[p % 32], source = p / 32 * 32 + entry;
      for (int64_t f = 0; f < elements; ++f) {
        const uint32_t expected = entry == 255               ? before[p * elements + f]
                                  : dst.tensor == src.tensor ? before[source * elements + f]
                                                             : from[source * elements + f];
        ASSERT_EQ(after[p * elements + f], expected) << dst.ToString() << " " << p << " " << f;
      }
    }
  }
};

TEST_F(NcStreamShuffleInstructionTest, EveryDtypeSizeAndMask) {
  const IntList masks[] = {same,
                           Mask([](int64_t i) { return (i + 31) % 32; }),
                           IntList(32, 0),
                           IntList(32, 21),
                           Mask([](int64_t i) { return i * 7 % 32; }),
                           Mask([](int64_t i) { return i < 16 ? 31 - i : 255; }),
                           Mask([](int64_t i) { return i % 3 == 0 ? 255 : i ^ 9; }),
                           IntList(32, 255)};
  for (const Dtype dtype : {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kUint8, Dtype::kFloat4E2m1fnX4}) {
    const View dst = b.Sbuf({128, 70}, dtype), src = b.Sbuf({128, 70}, dtype), psum = b.Psum({64, 70}, dtype);
    for (const IntList& mask : masks) {
      ExpectShuffled(dst.Slice(0, 0, 96, 1), src.Slice(0, 0, 96, 1), mask);
      ExpectShuffled(psum, src.Slice(0, 64, 128, 1), mask);
    }
    ExpectShuffled(dst, src, masks[4]);
  }
}

TEST_F(NcStreamShuffleInstructionTest, AnyFreePattern) {
  const IntList mask = Mask([](int64_t i) { return i % 5 == 4 ? 255 : (i * 11 + 3) % 32; });
  for (const Dtype dtype : {Dtype::kInt32, Dtype::kFloat16, Dtype::kInt8}) {
    const View wide = b.Sbuf({64, 4, 50}, dtype), narrow = b.Sbuf({64, 20}, dtype);
    ExpectShuffled(wide.Slice(2, 3, 48, 9).Slice(0, 0, 64, 1), narrow, mask);
    ExpectShuffled(narrow, wide.Slice(1, 1, 3, 1).Slice(2, 0, 10, 1), mask);
    ExpectShuffled(narrow, wide.Slice(2, 7, 8, 1).Slice(1, 0, 1, 1).Broadcast(2, 20), mask);
  }
}

// R04: entry 255 keeps the destination's value, also in a tile with fewer partitions than a block.
TEST_F(NcStreamShuffleInstructionTest, R04FewerPartitionsThanAQuadrant) {
  const View below = b.Sbuf({128, 9}), src = b.Sbuf({128, 9});
  for (const int64_t partitions : {1, 5, 16, 17, 31, 40, 77}) {
    const IntList mask = Mask([](int64_t i) { return i % 2 == 0 ? 0 : 255; });
    const View dst = FillBits(below).Slice(0, 0, partitions, 1);
    const std::vector<uint32_t> kept = Bits(below.Slice(0, partitions, 128, 1));
    ExpectShuffled(dst, src.Slice(0, 0, partitions, 1), mask);
    EXPECT_EQ(Bits(below.Slice(0, partitions, 128, 1)), kept);
  }
}

TEST_F(NcStreamShuffleInstructionTest, OnePartitionFillsAQuadrant) {
  const View all = b.Sbuf({128, 33}, Dtype::kBfloat16), one = b.Sbuf({128, 33}, Dtype::kBfloat16);
  for (const int64_t start : {0, 32, 96}) {
    ExpectShuffled(all.Slice(0, start, start + 32, 1), one.Slice(0, 64, 65, 1), IntList(32, 0));
  }
}

TEST_F(NcStreamShuffleInstructionTest, InPlace) {
  for (const Dtype dtype : {Dtype::kFloat32, Dtype::kFloat16, Dtype::kUint8}) {
    const View tile = b.Sbuf({128, 65}, dtype);
    ExpectShuffled(tile, tile, Mask([](int64_t i) { return (i + 13) % 32; }));
    ExpectShuffled(tile, tile, Mask([](int64_t i) { return i % 7 == 2 ? 255 : 31 - i; }));
  }
  // From one partition of a tile to all of its quadrant.
  const View tile = FillBits(b.Sbuf({128, 5}));
  const std::vector<uint32_t> first = Bits(tile.Slice(0, 0, 1, 1));
  Run(name,
      {{"dst", tile.Slice(0, 0, 32, 1)}, {"src", tile.Slice(0, 0, 1, 1)}, {"shuffle_mask", IntList(32, 0)}});
  for (int64_t p = 0; p < 32; ++p) EXPECT_EQ(Bits(tile.Slice(0, p, p + 1, 1)), first);
}

TEST_F(NcStreamShuffleInstructionTest, TouchesWhatTheMaskNames) {
  const View dst = b.Sbuf({64, 8}), src = b.Sbuf({64, 8});
  const std::unique_ptr<Instruction> instruction = MakeInstruction(
      name, {{"dst", dst}, {"src", src}, {"shuffle_mask", Mask([](int64_t i) { return i < 4 ? 255 : 2; })}});
  struct Visitor : OperandVisitor {
    explicit Visitor(const Instruction& i) : instruction(i) {}
    const Instruction& instruction;
    std::vector<std::pair<int64_t, int64_t>> parts;  // first partition, count
    void OnView(const Field&, const View& view) override {
      const Parts touched = instruction.PartsTouched(view);
      for (const View& part : *touched) {
        parts.push_back({part.first_partition(), part.partitions()});
      }
    }
  } visitor(*instruction);
  instruction->VisitFields(visitor);
  EXPECT_THAT(visitor.parts,
              ElementsAre(std::pair(4, 28), std::pair(36, 28), std::pair(2, 1), std::pair(34, 1)));
}

TEST_F(NcStreamShuffleInstructionTest, Rules) {
  for (const char* field : {"dst", "src"}) ExpectOperandRules(name, Legal(), field, "SBUF or PSUM");
  EXPECT_THAT(Problems(name, With(Legal(), {{"src", b.Sbuf({32, 8}, Dtype::kInt32)}})),
              ElementsAre("nc_stream_shuffle: src is int32 and dst is float32; they must have the same dtype "
                          "[same-dtype]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"src", b.Sbuf({32, 9})}})),
              ElementsAre("nc_stream_shuffle: src has 9 elements per partition and dst has 8; they must have "
                          "the same number [same-free]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"shuffle_mask", IntList(31, 0)}})),
              ElementsAre("nc_stream_shuffle: shuffle_mask has 31 entries; it must have 32 [shuffle-mask]"));
  for (const int64_t wrong : {32, -1, 256}) {
    IntList mask = same;
    mask[5] = wrong;
    EXPECT_THAT(Problems(name, With(Legal(), {{"shuffle_mask", mask}})),
                ElementsAre("nc_stream_shuffle: shuffle_mask[5] is " + std::to_string(wrong) +
                            "; an entry must be 0 to 31, or 255 [shuffle-mask]"));
  }
  EXPECT_THAT(Problems(name, With(Legal(), {{"src", b.Sbuf({3, 8})}})),
              ElementsAre("nc_stream_shuffle: partition 3 of dst takes partition 3 of src, which has 3 "
                          "[shuffle-source]"));
  const View src = b.Sbuf({128, 8}).Slice(0, 32, 64, 1);
  EXPECT_THAT(Problems(name, With(Legal(), {{"src", src}, {"dst", b.Sbuf({40, 8})}})),
              ::testing::Contains("nc_stream_shuffle: src starts at partition 32 and dst has 40 partitions; "
                                  "beside that many it may start at 0 or 64 [shuffle-start]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"src", src}})), IsEmpty());
}

}  // namespace
}  // namespace nki
