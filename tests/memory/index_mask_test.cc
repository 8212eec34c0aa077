// Masks against each element's own comparison.
#include "memory/index_mask.h"

#include <algorithm>
#include <functional>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "memory/error.h"

namespace nki {
namespace {

using ::testing::HasSubstr;

// start + Σ steps[d] · i_d >= 0, over a tile; axes of step 0 have one element.
struct Term {
  int64_t start;
  Shape steps;

  IndexGrid Grid(const Shape& tile) const {
    IndexGrid grid = IndexGrid::Constant(start);
    grid.rank = static_cast<int>(tile.size());
    for (size_t d = 0; d < tile.size(); ++d) grid.axes[d] = {steps[d], steps[d] == 0 ? 1 : tile[d]};
    return grid;
  }
  bool Holds(const Shape& at) const {
    int64_t value = start;
    for (size_t d = 0; d < at.size(); ++d) value += steps[d] * at[d];
    return value >= 0;
  }
};

class Drawn {
 public:
  explicit Drawn(uint32_t seed) : random_(seed) {
    for (int64_t size = Draw(1, 3); size > 0; --size) tile.push_back(Draw(1, 7));
    for (int64_t count = Draw(0, 3); count > 0; --count) terms.push_back(Make());
  }
  int64_t Draw(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }
  IndexMask Mask() const {
    IndexMask mask;
    for (const Term& term : terms) mask.Require(term.Grid(tile));
    return mask;
  }
  bool Holds(const Shape& at) const {
    return std::ranges::all_of(terms, [&](const Term& term) { return term.Holds(at); });
  }
  Shape tile;
  std::vector<Term> terms;

 private:
  Term Make() {
    Term term{Draw(-9, 9), Shape(tile.size(), 0)};
    term.steps[Draw(0, static_cast<int64_t>(tile.size()) - 1)] = Draw(-3, 3);
    if (Draw(0, 2) == 0) term.steps[Draw(0, static_cast<int64_t>(tile.size()) - 1)] = Draw(-3, 3);
    return term;
  }
  std::mt19937 random_;
};

bool Inside(const IndexBox& box, const Shape& at) {
  for (size_t d = 0; d < at.size(); ++d) {
    if (at[d] < box.begins[d] || at[d] >= box.ends[d]) return false;
  }
  return true;
}

void Compare(const IndexMask& mask, const Shape& tile, const std::function<bool(const Shape&)>& holds,
             uint32_t seed) {
  const auto [box, exact] = mask.Box(tile);
  const std::vector<bool> dense = mask.Dense(tile);
  size_t i = 0;
  ForEachIndex(tile, [&](const Shape& at) {
    ASSERT_EQ(dense[i++], holds(at)) << "seed " << seed;
    if (!Inside(box, at)) {
      ASSERT_FALSE(holds(at)) << "seed " << seed;
    } else if (exact) {
      ASSERT_TRUE(holds(at)) << "seed " << seed;
    }
  });
}

TEST(IndexMask, HoldsWhereItsComparisonsDo) {
  for (uint32_t seed = 0; seed < 3000; ++seed) {
    const Drawn drawn(seed);
    Compare(
        drawn.Mask(), drawn.tile, [&](const Shape& at) { return drawn.Holds(at); }, seed);
  }
}

TEST(IndexMask, JoinsOthers) {
  for (uint32_t seed = 0; seed < 3000; ++seed) {
    const Drawn a(seed);
    Drawn b(seed + 100000);
    b.tile = a.tile;
    for (Term& term : b.terms) {
      term.steps.assign(a.tile.size(), 0);
      term.steps[seed % a.tile.size()] = b.Draw(-2, 2);
    }
    Compare(
        IndexMask::And(a.Mask(), b.Mask()), a.tile,
        [&](const Shape& at) { return a.Holds(at) && b.Holds(at); }, seed);
    Compare(
        IndexMask::Or(a.Mask(), b.Mask()), a.tile,
        [&](const Shape& at) { return a.Holds(at) || b.Holds(at); }, seed);
  }
}

// One comparison of one axis is a box, whatever its step.
TEST(IndexMask, FindsTheBoxOfOneAxis) {
  for (int64_t start = -20; start <= 20; ++start) {
    for (int64_t step : {-4, -3, -1, 1, 2, 5}) {
      const Term term{start, {0, step}};
      IndexMask mask;
      mask.Require(term.Grid({3, 8}));
      EXPECT_TRUE(mask.Box({3, 8}).second);
      Compare(
          mask, {3, 8}, [&](const Shape& at) { return term.Holds(at); }, 0);
    }
  }
}

TEST(IndexMask, NothingHoldsNowhere) {
  IndexMask mask;
  mask.nothing = true;
  EXPECT_TRUE(mask.Box({4, 4}).first.empty());
  EXPECT_TRUE(IndexMask::And(mask, IndexMask()).Box({4, 4}).first.empty());
  EXPECT_EQ(IndexMask::Or(mask, IndexMask()).Box({4, 4}).first.shape(), (Shape{4, 4}));
}

TEST(IndexMask, OfAnotherShapeIsRefused) {
  IndexMask mask;
  mask.Require(IndexGrid::Range(0, 5, 1).ExpandDim(1));
  for (const Shape& tile : {Shape{4, 8}, Shape{5}, Shape{8, 4, 2}}) {
    try {
      mask.Box(tile);
      ADD_FAILURE() << "accepted";
    } catch (const ArgumentError& error) {
      EXPECT_THAT(std::string(error.what()), HasSubstr("mask: its shape (5, 1) does not fit"));
    }
  }
  EXPECT_EQ(mask.Box({5, 9}).first.shape(), (Shape{5, 9}));
}

TEST(IndexMask, TooManyElementsAreRefused) {
  IndexMask mask;
  const IndexGrid i = IndexGrid::Range(0, int64_t{1} << 20, 1);
  mask.Require(Combined(IndexOp::kSubtract, i.ExpandDim(1), i));
  EXPECT_FALSE(mask.Box({int64_t{1} << 20, int64_t{1} << 20}).second);
  EXPECT_THROW(mask.Dense({int64_t{1} << 20, int64_t{1} << 20}), ArgumentError);
}

}  // namespace
}  // namespace nki
