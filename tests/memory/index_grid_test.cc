// Index expressions against arrays of the same numbers.
#include "memory/index_grid.h"

#include <cmath>
#include <functional>
#include <limits>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "memory/error.h"

namespace nki {
namespace {

using ::testing::HasSubstr;

// An expression, and its value at each place of `shape` by plain arithmetic.
struct Expression {
  IndexGrid grid;
  std::function<int64_t(const Shape&)> value;
};

class Maker {
 public:
  explicit Maker(uint32_t seed) : random_(seed) {}
  const Shape shape = {4, 6, 5};

  int64_t Draw(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }

  Expression Make(int depth) {
    if (depth == 0) return Draw(0, 3) == 0 ? Number(Draw(-7, 7)) : Along(static_cast<int>(Draw(0, 2)));
    const Expression a = Make(depth - 1), b = Make(Draw(0, 1) == 0 ? 0 : depth - 1);
    switch (Draw(0, 4)) {
      case 0:
        return Join(IndexOp::kAdd, a, b, [](int64_t x, int64_t y) { return x + y; });
      case 1:
        return Join(IndexOp::kSubtract, a, b, [](int64_t x, int64_t y) { return x - y; });
      case 2:
        return Join(IndexOp::kMultiply, a, Draw(0, 2) == 0 ? b : Number(Draw(-3, 3)),
                    [](int64_t x, int64_t y) { return x * y; });
      case 3:
        return Join(IndexOp::kFloorDivide, a, Number(Divisor()), [](int64_t x, int64_t y) {
          return static_cast<int64_t>(std::floor(static_cast<double>(x) / static_cast<double>(y)));
        });
      default:
        return Join(IndexOp::kModulo, a, Number(Divisor()), [](int64_t x, int64_t y) {
          int64_t rest = x;
          while (y > 0 ? rest >= y : rest <= y) rest -= y;
          while (y > 0 ? rest < 0 : rest > 0) rest += y;
          return rest;
        });
    }
  }

 private:
  int64_t Divisor() { return Draw(0, 1) == 0 ? Draw(1, 5) : -Draw(1, 5); }

  Expression Number(int64_t number) {
    return {IndexGrid::Constant(number), [number](const Shape&) { return number; }};
  }

  // nl.arange along an axis.
  Expression Along(int axis) {
    const int64_t start = Draw(-4, 4), step = Draw(0, 1) == 0 ? Draw(1, 3) : -Draw(1, 3);
    IndexGrid grid = IndexGrid::Range(start, shape[axis], step);
    for (int behind = axis; behind < 2; ++behind) grid = grid.ExpandDim(grid.rank);
    return {grid, [=](const Shape& at) { return start + step * at[axis]; }};
  }

  template <typename Function>
  Expression Join(IndexOp op, const Expression& a, const Expression& b, Function function) {
    return {Combined(op, a.grid, b.grid),
            [=](const Shape& at) { return function(a.value(at), b.value(at)); }};
  }

  std::mt19937 random_;
};

TEST(IndexGrid, IsWhatArithmeticOnArraysGives) {
  for (uint32_t seed = 0; seed < 2000; ++seed) {
    Maker maker(seed);
    const Expression made = maker.Make(1 + static_cast<int>(seed % 3));
    const std::vector<int64_t> dense = made.grid.Dense(maker.shape);
    size_t next = 0;
    int64_t least = dense[0], greatest = dense[0];
    ForEachIndex(maker.shape, [&](const Shape& at) {
      ASSERT_EQ(dense[next], made.value(at)) << "seed " << seed;
      least = std::min(least, dense[next]);
      greatest = std::max(greatest, dense[next++]);
    });
    EXPECT_EQ(made.grid.Least(), least) << "seed " << seed;
    EXPECT_EQ(made.grid.Greatest(), greatest) << "seed " << seed;
  }
}

TEST(IndexGrid, APartIsThatOfTheArray) {
  for (uint32_t seed = 0; seed < 500; ++seed) {
    Maker maker(seed);
    const Expression made = maker.Make(2);
    Shape begins, ends;
    for (int64_t size : maker.shape) {
      begins.push_back(maker.Draw(0, size - 1));
      ends.push_back(maker.Draw(begins.back() + 1, size));
    }
    const IndexGrid part = made.grid.Part(maker.shape, begins, ends);
    ForEachIndex(part.shape(), [&](const Shape& at) {
      Shape whole = at;
      for (size_t d = 0; d < at.size(); ++d) whole[d] += begins[d];
      ASSERT_EQ(part.At(at), made.value(whole)) << "seed " << seed;
    });
  }
}

TEST(IndexGrid, AffineExpressionsStaySo) {
  const IndexGrid i = IndexGrid::Range(0, 128, 1).ExpandDim(1), j = IndexGrid::Range(3, 512, 2);
  const IndexGrid sum = Combined(IndexOp::kAdd, Combined(IndexOp::kMultiply, i, IndexGrid::Constant(4)), j);
  EXPECT_TRUE(sum.affine());
  EXPECT_EQ(sum.axes[0], (Dim{4, 128}));
  EXPECT_EQ(sum.axes[1], (Dim{2, 512}));
  // All in one step of the division.
  EXPECT_TRUE(Combined(IndexOp::kFloorDivide, IndexGrid::Range(0, 16, 4), IndexGrid::Constant(4)).affine());
  EXPECT_FALSE(Combined(IndexOp::kFloorDivide, IndexGrid::Range(0, 16, 1), IndexGrid::Constant(4)).affine());
}

#define EXPECT_REFUSED(call, words)                           \
  try {                                                       \
    call;                                                     \
    ADD_FAILURE() << "accepted";                              \
  } catch (const ArgumentError& error) {                      \
    EXPECT_THAT(std::string(error.what()), HasSubstr(words)); \
  }

TEST(IndexGrid, WhatFitsNoneIsRefused) {
  const IndexGrid i = IndexGrid::Range(0, 4, 1), j = IndexGrid::Range(0, 5, 1);
  EXPECT_REFUSED(Combined(IndexOp::kAdd, i, j), "shapes (4,) and (5,) do not fit");
  EXPECT_REFUSED(Combined(IndexOp::kModulo, i, IndexGrid::Constant(0)), "division of an index by 0");
  EXPECT_REFUSED(Combined(IndexOp::kFloorDivide, i, i), "division of an index by 0");
}

TEST(IndexGrid, HugeValuesAreRefusedAndNotWrapped) {
  const int64_t most = std::numeric_limits<int64_t>::max();
  const IndexGrid i = IndexGrid::Range(0, 8, 1);
  for (IndexOp op : {IndexOp::kAdd, IndexOp::kSubtract, IndexOp::kMultiply}) {
    for (int64_t number : {most, -most, most / 2, int64_t{1} << 61}) {
      EXPECT_REFUSED(Combined(op, i, IndexGrid::Constant(number)), "too large for any tensor");
    }
  }
  const IndexGrid far = Combined(IndexOp::kMultiply, i, IndexGrid::Constant(int64_t{1} << 45));
  EXPECT_REFUSED(Combined(IndexOp::kMultiply, far, far), "too large for any tensor");
  EXPECT_REFUSED(Combined(IndexOp::kMultiply, IndexGrid::Range(0, int64_t{1} << 30, 1),
                          IndexGrid::Range(0, int64_t{1} << 30, 1).ExpandDim(1)),
                 "too large");
  EXPECT_REFUSED(Combined(IndexOp::kModulo, IndexGrid::Range(0, int64_t{1} << 40, 1), IndexGrid::Constant(3)),
                 "is too large; use slices");
}

}  // namespace
}  // namespace nki
