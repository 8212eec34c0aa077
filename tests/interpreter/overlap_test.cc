#include "interpreter/overlap.h"

#include "tests/interpreter/graph_builder.h"

namespace nki {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Overlap : public ::testing::Test {
 protected:
  void SetUp() override {
    tile_ = b_.Sbuf({32, 64});
    b_.Fill(tile_, 1);
  }
  View Columns(int64_t first, int64_t end, int64_t step = 1) { return tile_.Slice(1, first, end, step); }

  GraphBuilder b_;
  View tile_;
};

TEST_F(Overlap, AShiftedSourceIsReported) {
  b_.Add("tensor_tensor",
         {{"dst", Columns(1, 64)}, {"data1", Columns(0, 63)}, {"data2", Columns(1, 64)}, {"op", AluOp::kAdd}},
         1);
  b_.Add("tensor_copy", {{"dst", Columns(0, 32)}, {"src", Columns(16, 48)}}, 2);
  b_.Add(
      "tensor_copy",
      {{"dst", tile_.Slice(0, 0, 32, 1)}, {"src", tile_.ReshapeDim(1, {8, 8}).Permute(std::array{0, 2, 1})}},
      3);
  EXPECT_THAT(b_.Problems(),
              ElementsAre(HasSubstr("tensor_tensor: dst overlaps data1, shifted, in t0"),
                          HasSubstr("tensor_copy: dst overlaps src, shifted"), HasSubstr("[overlap]")));
}

TEST_F(Overlap, AnotherDtypeAtTheSamePlaceIsLegal) {
  b_.Add("tensor_copy", {{"dst", tile_.Reinterpret(Dtype::kInt32)}, {"src", tile_}});
  EXPECT_THAT(b_.Problems(), IsEmpty());
  b_.Add("tensor_copy", {{"dst", tile_.Reinterpret(Dtype::kFloat16).Slice(1, 0, 64, 1)}, {"src", tile_}}, 2);
  b_.Add("tensor_copy", {{"dst", Columns(1, 64).Reinterpret(Dtype::kInt32)}, {"src", Columns(0, 63)}}, 3);
  EXPECT_THAT(b_.Problems(), ElementsAre(HasSubstr("[overlap]"), HasSubstr("[overlap]")));
}

TEST_F(Overlap, AReductionOntoWhatItHasStillToReadIsReported) {
  const View pairs = tile_.ReshapeDim(1, {32, 2});
  b_.Add("tensor_reduce",
         {{"dst", Columns(32, 64)}, {"op", AluOp::kAdd}, {"data", pairs}, {"axis", IntList{2}}});
  b_.Add("tensor_partition_reduce",
         {{"dst", Columns(8, 64).Slice(0, 0, 1, 1)}, {"op", PartitionOp::kAdd}, {"data", Columns(0, 56)}});
  b_.Add(
      "nc_stream_shuffle",
      {{"dst", Columns(8, 64)}, {"src", Columns(0, 56).Slice(0, 0, 1, 1)}, {"shuffle_mask", IntList(32, 0)}});
  EXPECT_THAT(b_.Problems(), ElementsAre(HasSubstr("tensor_reduce: dst overlaps data, shifted"),
                                         HasSubstr("tensor_partition_reduce: dst overlaps data, shifted"),
                                         HasSubstr("nc_stream_shuffle: dst overlaps src, shifted")));
}

TEST_F(Overlap, AReductionOntoWhatItHasReadIsLegal) {
  const View pairs = tile_.ReshapeDim(1, {32, 2});
  const View first = tile_.Slice(0, 0, 1, 1);
  b_.Add("tensor_reduce",
         {{"dst", Columns(0, 32)}, {"op", AluOp::kAdd}, {"data", pairs}, {"axis", IntList{2}}});
  b_.Add("tensor_reduce",
         {{"dst", Columns(63, 64)}, {"op", AluOp::kAdd}, {"data", tile_}, {"axis", IntList{1}}});
  b_.Add("tensor_partition_reduce", {{"dst", first}, {"op", PartitionOp::kAdd}, {"data", tile_}});
  b_.Add("nc_stream_shuffle", {{"dst", tile_}, {"src", first}, {"shuffle_mask", IntList(32, 0)}});
  b_.Add("max8", {{"dst", Columns(4, 12)}, {"src", tile_}});
  b_.Add("tensor_scalar",
         {{"dst", tile_}, {"data", tile_}, {"op0", AluOp::kAdd}, {"operand0", Columns(5, 6)}});
  EXPECT_THAT(b_.Problems(), IsEmpty());
}

TEST_F(Overlap, ADestinationThatNamesAnElementTwiceIsWarnedOf) {
  const View source = b_.Sbuf({32, 8});
  b_.Fill(source, 2);
  b_.Add("tensor_copy", {{"dst", Columns(3, 4).Broadcast(1, 8)}, {"src", source}}, 1);
  const View windows = tile_.AccessPattern(std::array{Dim{64, 32}, Dim{2, 4}, Dim{1, 2}}, 0, Dtype::kFloat32);
  b_.Add("tensor_copy", {{"dst", windows}, {"src", source}}, 2);  // neighbours, each element once
  const View steps = tile_.AccessPattern(std::array{Dim{64, 32}, Dim{3, 2}, Dim{2, 2}}, 0, Dtype::kFloat32);
  b_.Add("tensor_copy", {{"dst", steps}, {"src", source.Slice(1, 0, 4, 1)}}, 3);  // 0 2 3 5
  const View apart = tile_.AccessPattern(std::array{Dim{64, 32}, Dim{3, 2}, Dim{2, 3}}, 0, Dtype::kFloat32);
  b_.Add("tensor_copy", {{"dst", apart}, {"src", source.Slice(1, 0, 6, 1)}}, 4);  // 0 2 4 3 5 7
  const View twice = tile_.AccessPattern(std::array{Dim{64, 32}, Dim{1, 2}, Dim{1, 4}}, 0, Dtype::kFloat32);
  b_.Add("max8", {{"dst", twice}, {"src", source}}, 5);
  EXPECT_THAT(b_.Problems(),
              ElementsAre("tensor_copy: dst names elements of t0 more than once: which of the values stays "
                          "there is not defined [overlap]",
                          HasSubstr("max8: dst names elements of t0 more than once")));
}

TEST_F(Overlap, OutOfBoundsIsSaidAlone) {
  const View beyond = tile_.AccessPattern(std::array{Dim{64, 32}, Dim{1000, 64}}, 0, Dtype::kFloat32);
  b_.Add("tensor_reduce",
         {{"dst", Columns(0, 1)}, {"op", AluOp::kAdd}, {"data", beyond}, {"axis", IntList{1}}}, 1);
  b_.Add("tensor_copy", {{"dst", tile_}, {"src", beyond}}, 2);
  b_.Add("max8", {{"dst", beyond.Slice(1, 0, 8, 1)}, {"src", tile_}}, 3);
  EXPECT_THAT(b_.Problems(), ElementsAre(HasSubstr("data reaches element 64984; the storage of t0"),
                                         HasSubstr("src reaches element"), HasSubstr("dst reaches element")));
}

TEST_F(Overlap, InPlaceAndBesideEachOtherIsLegal) {
  b_.Add("tensor_tensor", {{"dst", tile_}, {"data1", tile_}, {"data2", tile_}, {"op", AluOp::kAdd}});
  b_.Add("tensor_copy", {{"dst", tile_.ReshapeDim(1, {8, 8})}, {"src", tile_}});
  b_.Add("tensor_copy", {{"dst", Columns(0, 64, 2)}, {"src", Columns(1, 64, 2)}});
  b_.Add("tensor_copy", {{"dst", Columns(0, 32)}, {"src", Columns(32, 64)}});
  b_.Add("tensor_reduce",
         {{"dst", Columns(0, 1)}, {"op", AluOp::kAdd}, {"data", tile_}, {"axis", IntList{1}}});
  b_.Add("nc_transpose", {{"dst", Columns(0, 32)}, {"data", Columns(16, 48)}, {"engine", Engine::kVector}});
  EXPECT_THAT(b_.Problems(), IsEmpty());
}

}  // namespace
}  // namespace nki
