// Selections by index expressions against arrays that are indexed element by element.
#include "memory/index_selection.h"

#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "memory/error.h"

namespace nki {
namespace {

using ::testing::HasSubstr;

Tensor Made(Space space, Shape shape) {
  Tensor tensor;
  tensor.name = "t";
  tensor.space = space;
  tensor.shape = std::move(shape);
  tensor.dtype = Dtype::kFloat32;
  return tensor;
}

// The places of the elements of a view, in order.
std::vector<int64_t> Places(const View& view) {
  std::vector<int64_t> places;
  ForEachIndex(view.shape(), [&](const Shape& at) {
    int64_t place = view.offset;
    for (size_t d = 0; d < at.size(); ++d) place += view.dims[d].step * at[d];
    places.push_back(place);
  });
  return places;
}

// What the subscript selects of a view, index by index.
std::vector<int64_t> Wanted(const View& base, const std::vector<IndexGrid>& grids, const Shape& begins,
                            const Shape& ends) {
  std::vector<int64_t> places;
  const Shape whole = GridShape(grids);
  ForEachIndex(whole, [&](const Shape& at) {
    for (size_t d = 0; d < at.size(); ++d) {
      if (at[d] < begins[d] || at[d] >= ends[d]) return;
    }
    int64_t place = base.offset;
    for (size_t axis = 0; axis < grids.size(); ++axis) place += base.dims[axis].step * grids[axis].At(at);
    places.push_back(place);
  });
  return places;
}

class Drawn {
 public:
  explicit Drawn(uint32_t seed) : random_(seed) {}
  int64_t Draw(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }
  // Of `rank` axes, along axis `along`: with // and % now and then.
  IndexGrid Along(int along, int rank, int64_t count) {
    IndexGrid grid = IndexGrid::Range(Draw(0, 2), count, Draw(1, 2));
    for (int behind = along + 1; behind < rank; ++behind) grid = grid.ExpandDim(grid.rank);
    const IndexGrid number = IndexGrid::Constant(Draw(2, 4));
    const int64_t kind = Draw(0, 5);
    if (kind == 0) return Combined(IndexOp::kFloorDivide, grid, number);
    if (kind == 1) return Combined(IndexOp::kModulo, grid, number);
    if (kind == 2) return Combined(IndexOp::kMultiply, grid, number);
    return grid;
  }

 private:
  std::mt19937 random_;
};

TEST(IndexSelection, TakesTheElementsOfTheSubscript) {
  const Tensor tensor = Made(Space::kSharedHbm, {9, 8, 10});
  int selected = 0;
  for (uint32_t seed = 0; seed < 3000; ++seed) {
    Drawn drawn(seed);
    View base = View::Of(tensor);
    if (drawn.Draw(0, 1) == 0) base = base.Slice(1, 1, 8, 1);
    const Shape counts = {drawn.Draw(1, 5), drawn.Draw(1, 6)};
    std::vector<IndexGrid> grids;
    for (int axis = 0; axis < 3; ++axis) {
      const int along = static_cast<int>(drawn.Draw(0, 1));
      grids.push_back(drawn.Along(along, 2, counts[along]));
    }
    const Shape whole = GridShape(grids);
    Shape begins(whole.size(), 0), ends = whole;
    IndexBox box{begins, ends};
    const bool cut = drawn.Draw(0, 1) == 0;
    for (size_t d = 0; cut && d < whole.size(); ++d) {
      box.begins[d] = drawn.Draw(0, whole[d] - 1);
      box.ends[d] = drawn.Draw(box.begins[d] + 1, whole[d]);
    }
    try {
      const IndexSelection got = SelectGrid(base, grids, cut ? &box : nullptr);
      EXPECT_EQ(got.shape, box.shape()) << "seed " << seed;
      EXPECT_EQ(Places(got.view), Wanted(base, grids, box.begins, box.ends)) << "seed " << seed;
      ++selected;
    } catch (const ArgumentError& error) {
      const bool outside = error.kind == ArgumentError::Kind::kIndex;
      if (outside && !cut) {
        EXPECT_FALSE(Inside(base, grids)) << "seed " << seed;
      }
      if (!outside) {
        EXPECT_THAT(std::string(error.what()), HasSubstr("access pattern")) << "seed " << seed;
      }
    }
  }
  EXPECT_GT(selected, 1000);
}

TEST(IndexSelection, NestsStepsInsideSteps) {
  const Tensor tensor = Made(Space::kSbuf, {128, 512});
  const View base = View::Of(tensor);
  const IndexGrid rows = IndexGrid::Range(0, 128, 1).ExpandDim(1), columns = IndexGrid::Range(0, 512, 1);
  const IndexGrid four = IndexGrid::Constant(4);
  const IndexGrid repeated = Combined(IndexOp::kFloorDivide, columns, four);
  const IndexSelection got = SelectGrid(base, std::vector<IndexGrid>{rows, repeated}, nullptr);
  EXPECT_EQ(got.shape, (Shape{128, 512}));
  EXPECT_EQ(got.view.shape(), (Shape{128, 128, 4}));
  EXPECT_EQ(got.view.dims[1], (Dim{1, 128}));
  EXPECT_EQ(got.view.dims[2], (Dim{0, 4}));
  // (i % 4) * 128 + i // 4: a transpose of [4, 128].
  const IndexGrid turned = Combined(
      IndexOp::kAdd,
      Combined(IndexOp::kMultiply, Combined(IndexOp::kModulo, columns, four), IndexGrid::Constant(128)),
      repeated);
  const IndexSelection both = SelectGrid(base, std::vector<IndexGrid>{rows, turned}, nullptr);
  EXPECT_EQ(both.view.dims[1], (Dim{1, 128}));
  EXPECT_EQ(both.view.dims[2], (Dim{128, 4}));
}

#define EXPECT_REFUSED(call, words)                           \
  try {                                                       \
    call;                                                     \
    ADD_FAILURE() << "accepted";                              \
  } catch (const ArgumentError& error) {                      \
    EXPECT_THAT(std::string(error.what()), HasSubstr(words)); \
  }

TEST(IndexSelection, SaysWhichIndexIsOutside) {
  const Tensor tensor = Made(Space::kSharedHbm, {100, 8});
  const View base = View::Of(tensor);
  const IndexGrid rows = IndexGrid::Range(0, 128, 1).ExpandDim(1), columns = IndexGrid::Range(0, 8, 1);
  const std::vector<IndexGrid> grids = {rows, columns};
  EXPECT_FALSE(Inside(base, grids));
  EXPECT_REFUSED(SelectGrid(base, grids, nullptr), "index: 127 on axis 0 of t[100, 8]");
  const IndexBox box{{0, 0}, {100, 8}}, more{{0, 0}, {101, 8}};
  EXPECT_EQ(SelectGrid(base, grids, &box).shape, (Shape{100, 8}));
  EXPECT_REFUSED(SelectGrid(base, grids, &more), "index: 100 on axis 0");
  const std::vector<IndexGrid> below = {rows, Combined(IndexOp::kSubtract, columns, IndexGrid::Constant(2))};
  EXPECT_REFUSED(SelectGrid(base, below, &box), "index: -2 on axis 1");
}

TEST(IndexSelection, RefusesWhatIsNoPattern) {
  const Tensor tensor = Made(Space::kSharedHbm, {64, 64});
  const View base = View::Of(tensor);
  const IndexGrid i = IndexGrid::Range(0, 8, 1), rows = i.ExpandDim(1);
  const IndexGrid squares = Combined(IndexOp::kMultiply, i, i);
  EXPECT_REFUSED(SelectGrid(base, std::vector<IndexGrid>{rows, squares}, nullptr), "access pattern");
  const IndexGrid products = Combined(IndexOp::kMultiply, i, rows);
  EXPECT_REFUSED(SelectGrid(base, std::vector<IndexGrid>{rows, products}, nullptr), "access pattern");
}

TEST(IndexSelection, PartitionsLieAlongTheFirstAxis) {
  const Tensor tensor = Made(Space::kSbuf, {64, 64});
  const View base = View::Of(tensor);
  const IndexGrid i = IndexGrid::Range(0, 8, 1), rows = i.ExpandDim(1);
  EXPECT_REFUSED(SelectGrid(base, std::vector<IndexGrid>{i, rows}, nullptr), "partition");
  EXPECT_REFUSED(SelectGrid(base, std::vector<IndexGrid>{rows, rows}, nullptr), "partition");
  const IndexGrid pairs = Combined(IndexOp::kFloorDivide, rows, IndexGrid::Constant(2));
  EXPECT_REFUSED(SelectGrid(base, std::vector<IndexGrid>{pairs, i}, nullptr), "access pattern");
  EXPECT_EQ(SelectGrid(base, std::vector<IndexGrid>{rows, i}, nullptr).view.partitions(), 8);
}

}  // namespace
}  // namespace nki
