#include <deque>

#include "memory/error.h"
#include "tests/isa/instruction_fixture.h"

namespace nki {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

class DmaTransposeInstructionTest : public InstructionTest {
 protected:
  const std::string name = "dma_transpose";
  Arguments Legal() { return {{"dst", b.Sbuf({8, 32})}, {"src", b.Hbm({32, 8})}}; }

  // Every element by its index tuple: the first and last index change places.
  static std::vector<uint32_t> Transposed(const Shape& shape, const std::vector<uint32_t>& bits) {
    const int64_t first = shape.front(), last = shape.back();
    const int64_t between = static_cast<int64_t>(bits.size()) / first / last;
    std::vector<uint32_t> result(bits.size());
    for (int64_t i = 0; i < first; ++i)
      for (int64_t j = 0; j < between; ++j)
        for (int64_t k = 0; k < last; ++k)
          result[(k * between + j) * first + i] = bits[(i * between + j) * last + k];
    return result;
  }

  void ExpectTransposes(const View& dst, const View& src, const Arguments& more = {}) {
    SCOPED_TRACE(dst.ToString() + " " + src.ToString());
    const View whole = View::Of(*src.tensor);
    std::vector<uint32_t> bits;
    for (uint32_t i = 0; i < whole.elements(); ++i) bits.push_back(i * 2654435761u);  // NaNs among them
    SetBits(whole, bits);
    const std::vector<uint32_t> wanted = Transposed(src.shape(), Bits(src));
    Run(name, With({{"dst", dst}, {"src", src}}, more), Trn2());
    EXPECT_EQ(Bits(dst), wanted);
  }
};

TEST_F(DmaTransposeInstructionTest, TwoAxesOfAnyDtype) {
  for (Dtype dtype : {Dtype::kFloat32, Dtype::kBfloat16, Dtype::kInt8, Dtype::kFloat8E5m2X4,
                      Dtype::kFloat4E2m1fnX4, Dtype::kInt32}) {
    ExpectTransposes(b.Sbuf({70, 300}, dtype), b.Hbm({300, 70}, dtype));
    ExpectTransposes(b.Sbuf({70, 100}, dtype), b.Sbuf({100, 70}, dtype), {{"axes", IntList{1, 0}}});
  }
  ExpectTransposes(b.Sbuf({1, 5}), b.Hbm({5, 1}));
  ExpectTransposes(b.Sbuf({5, 1}), b.Sbuf({1, 5}));
}

TEST_F(DmaTransposeInstructionTest, ThreeAndFourAxesKeepThoseBetween) {
  for (Dtype dtype : {Dtype::kFloat32, Dtype::kFloat16}) {
    ExpectTransposes(b.Sbuf({20, 3, 40}, dtype), b.Hbm({40, 3, 20}, dtype));
    ExpectTransposes(b.Sbuf({20, 3, 40}, dtype), b.Sbuf({40, 3, 20}, dtype), {{"axes", IntList{2, 1, 0}}});
    ExpectTransposes(b.Sbuf({20, 3, 2, 40}, dtype), b.Hbm({40, 3, 2, 20}, dtype));
    ExpectTransposes(b.Sbuf({20, 3, 2, 40}, dtype), b.Sbuf({40, 3, 2, 20}, dtype));
    ExpectTransposes(b.Sbuf({20, 1, 1, 130}, dtype), b.Hbm({130, 1, 1, 20}, dtype),
                     {{"axes", IntList{3, 1, 2, 0}}});
  }
}

TEST_F(DmaTransposeInstructionTest, AnyPartitionsAndSteps) {
  const View rows = b.Sbuf({128, 30}).Slice(0, 3, 43, 1).Slice(1, 1, 30, 2);
  ExpectTransposes(b.Sbuf({64, 50}).Slice(0, 17, 32, 1).Slice(1, 5, 45, 1), rows);
  ExpectTransposes(b.Sbuf({64, 40}).Slice(0, 1, 60, 4),
                   b.Hbm({80, 40}).Slice(0, 0, 80, 2).Slice(1, 9, 24, 1));
  ExpectTransposes(b.Sbuf({8, 40}), b.Hbm({1, 8}).Broadcast(0, 40));
}

TEST_F(DmaTransposeInstructionTest, WorksInPlace) {
  const View square = b.Sbuf({48, 48}), apart = b.Sbuf({128, 20});
  ExpectTransposes(square, square);
  ExpectTransposes(apart.Slice(0, 10, 30, 1), apart.Slice(0, 20, 40, 1));
}

TEST_F(DmaTransposeInstructionTest, ShapeRules) {
  ASSERT_THAT(Problems(name, Legal()), ElementsAre());
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst", b.Hbm({8, 32})}})),
              ElementsAre("dma_transpose: dst is in shared_hbm; it must be in SBUF; write to a tile and "
                          "store that with nisa.dma_copy [space]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"src", b.Psum({32, 8})}})),
              ElementsAre("dma_transpose: src is in psum; it must be in SBUF or HBM; copy it to SBUF first "
                          "with nisa.tensor_copy [space]"));
  EXPECT_THAT(
      Problems(name, {{"dst", b.Sbuf({129, 4})}, {"src", b.Hbm({4, 129})}}),
      ElementsAre("dma_transpose: dst has 129 partitions; trn1 allows at most 128 [partitions-at-most]"));
  View outside = b.Hbm({32, 8});
  outside.offset = 1;
  EXPECT_THAT(Problems(name, With(Legal(), {{"src", outside}})),
              ElementsAre("dma_transpose: src reaches element 256; the storage of " + outside.tensor->name +
                          " holds 256 [in-bounds]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"dst", b.Sbuf({8, 1, 32})}})),
              ElementsAre("dma_transpose: src has shape (32, 8); dst must have shape (8, 32), not (8, 1, 32) "
                          "[transposed-shape]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"axes", IntList{0, 1}}})),
              ElementsAre("dma_transpose: src has shape (32, 8) and axes is (0, 1); axes must be (1, 0), "
                          "(2, 1, 0) or (3, 1, 2, 0), by the number of axes of src [transpose-axes]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"src", b.Hbm({256})}})),
              ElementsAre("dma_transpose: src has shape (256,); axes must be (1, 0), (2, 1, 0) or "
                          "(3, 1, 2, 0), by the number of axes of src [transpose-axes]"));
  EXPECT_THAT(
      Problems(name, With(Legal(), {{"src", b.Hbm({32, 8}, Dtype::kFloat8E4m3fnX4)}})),
      ElementsAre("dma_transpose: src is float8_e4m3fn_x4 and dst is float32; they must have the same dtype "
                  "[same-dtype]"));
}

TEST_F(DmaTransposeInstructionTest, ModeRules) {
  EXPECT_THAT(Problems(name, With(Legal(), {{"dge_mode", DgeMode::kSwdge}})),
              ElementsAre("dma_transpose: dge_mode must be unknown, none or hwdge without a vector_offset "
                          "[dge-mode]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"oob_mode", OobMode::kSkip}})),
              ElementsAre("dma_transpose: oob_mode.skip is for a src with a dynamic offset only "
                          "[oob-skip]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"priority", 1}})),
              ElementsAre("dma_transpose: trn1 does not have DMA priorities; targets that have it: trn3 "
                          "[dma-priority]"));
  EXPECT_THAT(Problems(name, With(Legal(), {{"priority", 3}}), Trn3()), ElementsAre());
  EXPECT_THAT(Problems(name, With(Legal(), {{"priority", -1}}), Trn3()),
              ElementsAre("dma_transpose: priority is -1; it must lie between 0 and 3 [priority]"));
}

TEST_F(DmaTransposeInstructionTest, HardwareDescriptorRules) {
  const Dtype bf16 = Dtype::kBfloat16;
  const auto call = [&](Shape shape, Dtype dtype) {
    Shape transposed = shape;
    std::swap(transposed.front(), transposed.back());
    return Arguments{
        {"dst", b.Sbuf(transposed, dtype)}, {"src", b.Hbm(shape, dtype)}, {"dge_mode", DgeMode::kHwdge}};
  };
  EXPECT_THAT(
      Problems(name, call({16, 128}, bf16)),
      ElementsAre("dma_transpose: trn1 does not have dge_mode.hwdge; targets that have it: trn2, trn3 "
                  "[hwdge]"));
  for (const Shape& shape : std::vector<Shape>{{16, 128}, {16, 5}, {16, 3, 7}, {2, 8, 100}, {1, 3, 16, 9}}) {
    EXPECT_THAT(Problems(name, call(shape, bf16), Trn2()), ElementsAre()) << ToString(shape);
  }
  EXPECT_THAT(
      Problems(name, call({16, 128}, Dtype::kFloat32), Trn2()),
      ElementsAre(
          "dma_transpose: src is float32 of shape (16, 128); dge_mode.hwdge needs 2 bytes per element, "
          "at most 128 in the last axis and 16 in the first (with 3 or 4 axes 1, 2, 4, 8 or 16, times "
          "the last axis but one a multiple of 16) [hwdge-transpose]"));
  for (const Shape& shape : std::vector<Shape>{{8, 128}, {32, 5}, {2, 9, 16}, {3, 16, 4}, {1, 16, 3, 9}}) {
    EXPECT_THAT(Problems(name, call(shape, bf16), Trn2()), Contains(::testing::EndsWith("[hwdge-transpose]")))
        << ToString(shape);
  }
}

// Rows of an HBM tensor, of which row i has the index flat[i] of the transposed, flattened indices.
struct Gather {
  View rows;
  DynamicOffset offset;
};

class DmaGatherTransposeInstructionTest : public DmaTransposeInstructionTest {
 protected:
  Gather& RowsOf(const View& table, int64_t count, const View& index) {
    const int64_t row = table.elements() / table.dims[0].count;
    Gather& gather = gathers_.emplace_back(
        Gather{table, {DynamicOffset::Kind::kRows, {}, index, row * ItemBytes(table.dtype)}});
    gather.rows.dims[0] = {0, count};
    gather.rows.dynamic = &gather.offset;
    return gather;
  }

 private:
  std::deque<Gather> gathers_;
};

TEST_F(DmaGatherTransposeInstructionTest, R15LeavesOutRowsOutsideAndKeepsWhatIsThere) {
  const Dtype bf16 = Dtype::kBfloat16;
  struct Case {
    Shape indices, table, dst;
  };
  for (const Case& c : std::vector<Case>{{{16, 1}, {40, 20}, {20, 16}},
                                         {{128, 2}, {300, 9}, {9, 240}},
                                         {{32, 1}, {50, 3, 10}, {10, 3, 32}},
                                         {{128, 3}, {70, 1, 4, 10}, {10, 1, 4, 384}}}) {
    SCOPED_TRACE(ToString(c.table));
    const View index = b.Sbuf(c.indices, Dtype::kUint32), table = b.Hbm(c.table, bf16),
               dst = b.Sbuf(c.dst, bf16);
    const int64_t count = c.dst.back(), size = c.table[0], row = table.elements() / size;
    FillSmall(table);
    for (bool skips : {false, true}) {
      std::vector<uint32_t> flat(index.elements());  // column after column
      for (size_t i = 0; i < flat.size(); ++i) {
        flat[i] = static_cast<uint32_t>((i * 37 + 11) % (skips ? size + 5 : size));
      }
      std::vector<uint32_t> indices(flat.size());
      for (int64_t i = 0; i < index.elements(); ++i) {
        indices[i] = flat[i % c.indices[1] * c.indices[0] + i / c.indices[1]];
      }
      SetBits(index, indices);
      SetBits(dst, std::vector<uint32_t>(dst.elements(), 0x1234));
      const std::vector<uint32_t> source = Bits(table);
      std::vector<uint32_t> gathered;
      for (int64_t i = 0; i < count; ++i) {
        for (int64_t k = 0; k < row; ++k)
          gathered.push_back(flat[i] < size ? source[flat[i] * row + k] : 0x1234);
      }
      Shape shape = c.dst;
      std::swap(shape.front(), shape.back());
      Run(name,
          {{"dst", dst},
           {"src", RowsOf(table, count, index).rows},
           {"oob_mode", skips ? OobMode::kSkip : OobMode::kError}},
          Trn2());
      EXPECT_EQ(Bits(dst), Transposed(shape, gathered));
    }
  }
}

TEST_F(DmaGatherTransposeInstructionTest, FollowsScalarOffsets) {
  const View table = FillSmall(b.Hbm({10, 6})), dst = b.Sbuf({6, 4});
  const Register reg = b.NewRegister();
  const DynamicOffset offset = {DynamicOffset::Kind::kScalar, reg, {}, 6 * 4};
  View moved = table.Slice(0, 0, 4, 1);
  moved.dynamic = &offset;
  RegisterValue(reg) = 5;
  Run(name, {{"dst", dst}, {"src", moved}});
  EXPECT_EQ(Bits(dst), Transposed({4, 6}, Bits(table.Slice(0, 5, 9, 1))));
  RegisterValue(reg) = 8;
  Run(name, {{"dst", dst}, {"src", moved}, {"oob_mode", OobMode::kSkip}});
  EXPECT_EQ(Bits(dst.Slice(1, 0, 2, 1)), Transposed({2, 6}, Bits(table.Slice(0, 8, 10, 1))));
  EXPECT_EQ(Bits(dst.Slice(1, 2, 4, 1)), Transposed({2, 6}, Bits(table.Slice(0, 7, 9, 1))));
}

TEST_F(DmaGatherTransposeInstructionTest, Rules) {
  const Dtype bf16 = Dtype::kBfloat16, u32 = Dtype::kUint32;
  const View table = b.Hbm({64, 8}, bf16);
  const auto call = [&](const View& index, const View& from, int64_t rows) {
    Shape shape = from.shape();
    shape[0] = rows;
    std::swap(shape.front(), shape.back());
    return Arguments{{"dst", b.Sbuf(shape, from.dtype)}, {"src", RowsOf(from, rows, index).rows}};
  };
  const Arguments legal = call(b.Sbuf({32, 1}, u32), table, 32);
  ASSERT_THAT(Problems(name, legal, Trn2()), ElementsAre());
  EXPECT_THAT(Problems(name, With(legal, {{"dge_mode", DgeMode::kSwdge}}), Trn2()), ElementsAre());
  EXPECT_THAT(
      Problems(name, legal),
      ElementsAre("dma_transpose: trn1 does not have dma_transpose of rows with a vector_offset; targets "
                  "that have it: trn2, trn3 [gather-transpose]"));
  EXPECT_THAT(
      Problems(name, With(legal, {{"dge_mode", DgeMode::kHwdge}}), Trn2()),
      ElementsAre("dma_transpose: dge_mode must be unknown or swdge with a vector_offset [dge-mode]"));
  for (const View& index : {b.Sbuf({32, 1}, Dtype::kInt32), b.Sbuf({16, 2}, u32), b.Sbuf({24, 2}, u32),
                            b.Sbuf({16, 1}, u32), b.Sbuf({32}, u32), b.Hbm({32, 1}, u32)}) {
    EXPECT_THAT(
        Problems(name, call(index, table, 32), Trn2()),
        ElementsAre("dma_transpose: src has the vector_offset " + index.ToString() +
                    "; it must be [P, N] uint32 in SBUF with P 16, 32, ... or 128 (128 if N is not 1) and "
                    "P * N of 32 or more [vector-offset]"));
  }
  const View index = b.Sbuf({128, 1}, u32);
  const auto shaped =
      Contains(::testing::EndsWith("; with a vector_offset it must be in HBM, of 2 bytes per element, with a "
                                   "multiple of 16 rows, at most 128 in "
                                   "the last axis and of 4 axes 1 in the second or third [gather-shape]"));
  EXPECT_THAT(Problems(name, call(index, b.Hbm({64, 8}), 32), Trn2()), shaped);
  EXPECT_THAT(Problems(name, call(index, table, 24), Trn2()), shaped);
  EXPECT_THAT(Problems(name, call(index, b.Hbm({64, 2, 3, 8}, bf16), 32), Trn2()), shaped);
}

}  // namespace
}  // namespace nki
