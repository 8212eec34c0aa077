// Views against an array of element numbers that is really sliced, permuted and copied.
#include "memory/view.h"

#include <functional>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "memory/error.h"

namespace nki {
namespace {

using ::testing::HasSubstr;

// A dense array that holds, for every element, the element's place in the storage.
struct Numbers {
  Shape shape;
  std::vector<int64_t> values;

  // The array of another shape whose element at `index` is this array's element at from(index).
  Numbers Gather(const Shape& to, const std::function<Shape(const Shape&)>& from) const {
    Numbers result{to, {}};
    Shape index(to.size(), 0);
    int64_t elements = 1;
    for (int64_t size : to) elements *= size;
    for (int64_t i = 0; i < elements; ++i) {
      int64_t rest = i;
      for (size_t axis = to.size(); axis-- > 0;) {
        index[axis] = rest % to[axis];
        rest /= to[axis];
      }
      const Shape source = from(index);
      int64_t flat = 0;
      for (size_t axis = 0; axis < shape.size(); ++axis) flat = flat * shape[axis] + source[axis];
      result.values.push_back(values[flat]);
    }
    return result;
  }
};

Numbers Of(const View& view) {
  Numbers numbers{view.shape(), {}};
  for (int64_t i = 0; i < view.elements(); ++i) {
    int64_t element = view.offset, rest = i;
    for (int axis = view.rank - 1; axis >= 0; --axis) {
      element += rest % view.dims[axis].count * view.dims[axis].step;
      rest /= view.dims[axis].count;
    }
    numbers.values.push_back(element);
  }
  return numbers;
}

#define EXPECT_SAME(view, numbers)             \
  do {                                         \
    const Numbers wanted = (numbers);          \
    EXPECT_EQ(Of(view).shape, wanted.shape);   \
    EXPECT_EQ(Of(view).values, wanted.values); \
  } while (false)

class ViewTest : public ::testing::Test {
 protected:
  ViewTest() {
    hbm_.name = "h";
    hbm_.space = Space::kSharedHbm;
    hbm_.shape = {4, 6, 5};
    tile_.name = "t";
    tile_.shape = {8, 6, 4};
  }
  View Hbm() const { return View::Of(hbm_); }
  View Tile() const { return View::Of(tile_); }
  Numbers All() const {
    Numbers numbers{hbm_.shape, {}};
    for (int64_t i = 0; i < 120; ++i) numbers.values.push_back(i);
    return numbers;
  }

  template <typename Call>
  std::string Message(Call call) {
    try {
      call();
    } catch (const ArgumentError& error) {
      return error.what();
    }
    return "nothing was thrown";
  }

  Tensor hbm_, tile_;
};

TEST_F(ViewTest, SliceSelectPermute) {
  EXPECT_SAME(Hbm(), All());
  EXPECT_SAME(Hbm().Slice(1, 1, 6, 2), All().Gather({4, 3, 5}, [](const Shape& i) {
    return Shape{i[0], 1 + 2 * i[1], i[2]};
  }));
  EXPECT_SAME(Hbm().Select(1, -2, false), All().Gather({4, 5}, [](const Shape& i) {
    return Shape{i[0], 4, i[1]};
  }));
  EXPECT_SAME(Hbm().Select(0, 3, true), All().Gather({1, 6, 5}, [](const Shape& i) {
    return Shape{3, i[1], i[2]};
  }));
  const int order[] = {2, 0, 1};
  EXPECT_SAME(Hbm().Permute(order), All().Gather({5, 4, 6}, [](const Shape& i) {
    return Shape{i[1], i[2], i[0]};
  }));
}

TEST_F(ViewTest, ChangesOfShape) {
  const View part = Hbm().Slice(0, 1, 3, 1);
  const auto from_flat = [](int64_t flat) { return Shape{1 + flat / 30, flat / 5 % 6, flat % 5}; };
  EXPECT_SAME(part.Reshape({5, -1}),
              All().Gather({5, 12}, [&](const Shape& i) { return from_flat(i[0] * 12 + i[1]); }));
  EXPECT_SAME(part.ReshapeDim(1, {2, -1}), All().Gather({2, 2, 3, 5}, [&](const Shape& i) {
    return Shape{1 + i[0], i[1] * 3 + i[2], i[3]};
  }));
  EXPECT_SAME(part.FlattenDims(1, 2),
              All().Gather({2, 30}, [&](const Shape& i) { return from_flat(i[0] * 30 + i[1]); }));
  EXPECT_SAME(part.ExpandDim(1).SqueezeDim(1), Of(part));
  EXPECT_SAME(part.Slice(2, 1, 2, 1).BroadcastTo({2, 6, 3}), All().Gather({2, 6, 3}, [](const Shape& i) {
    return Shape{1 + i[0], i[1], 1};
  }));
}

TEST_F(ViewTest, ReshapeOfAStridedViewJoinsOnlyWhatLiesTogether) {
  const View strided = Hbm().Slice(2, 0, 4, 1);
  EXPECT_SAME(strided.Reshape({24, 2, 2}), All().Gather({24, 2, 2}, [](const Shape& i) {
    return Shape{i[0] / 6, i[0] % 6, i[1] * 2 + i[2]};
  }));
  EXPECT_THAT(Message([&] { strided.Reshape({96}); }), HasSubstr("can't become (96,) without moving data"));
}

TEST_F(ViewTest, AccessPatternReplacesShapeAndSteps) {
  const Dim pattern[] = {{30, 3}, {0, 2}, {2, 4}};
  EXPECT_SAME(Hbm().AccessPattern(pattern, 7, Dtype::kFloat32), All().Gather({3, 2, 4}, [](const Shape& i) {
    const int64_t flat = 7 + i[0] * 30 + i[2] * 2;
    return Shape{flat / 30, flat / 5 % 6, flat % 5};
  }));
  const Dim on_chip[] = {{24, 7}, {3, 2}};
  const View chip = Tile().AccessPattern(on_chip, 24 + 5, Dtype::kFloat32);
  EXPECT_EQ(chip.first_partition(), 1);
  EXPECT_EQ(chip.free_offset(), 5);
}

TEST_F(ViewTest, ReinterpretScalesTheLastAxis) {
  const View bytes = Tile().Reinterpret(Dtype::kUint8);
  EXPECT_EQ(bytes.shape(), (Shape{8, 6, 16}));
  EXPECT_EQ(bytes.storage_row(), 96);
  EXPECT_EQ(bytes.Slice(0, 3, 4, 1).first_partition(), 3);
  EXPECT_SAME(bytes.Reinterpret(Dtype::kFloat32), Of(Tile()));
  EXPECT_THAT(Message([&] { bytes.Slice(2, 0, 3, 1).Reinterpret(Dtype::kFloat32); }),
              HasSubstr("is not a multiple of"));
}

TEST_F(ViewTest, PlacesOnChip) {
  const View view = Tile().Slice(0, 2, 8, 2).Slice(1, 3, 6, 1);
  EXPECT_EQ(view.partitions(), 3);
  EXPECT_EQ(view.first_partition(), 2);
  EXPECT_EQ(view.partition_step(), 2);
  EXPECT_EQ(view.free_offset(), 12);
  EXPECT_EQ(view.free_elements(), 12);
  EXPECT_TRUE(view.IsContiguous());
  EXPECT_FALSE(view.Slice(2, 0, 2, 1).IsContiguous());
  EXPECT_EQ(view.ToString(), "t[3, 3, 4] float32 sbuf");
}

TEST_F(ViewTest, ErrorsNameTheAxisTheValueAndTheLimit) {
  EXPECT_EQ(
      Message([&] { Hbm().Slice(1, 2, 7, 1); }),
      "slice: [2:7] of axis 1 is out of bounds; the axis of h[4, 6, 5] float32 shared_hbm has 6 elements");
  EXPECT_THAT(Message([&] { Hbm().Slice(1, 3, 3, 1); }), HasSubstr("is empty"));
  EXPECT_EQ(Message([&] { Hbm().Slice(0, 0, 4, 0); }), "slice: step must be positive, got 0");
  EXPECT_EQ(Message([&] { Hbm().Select(2, 5, false); }),
            "index: 5 is out of bounds for axis 2 of h[4, 6, 5] float32 shared_hbm with 5 elements");
  EXPECT_EQ(Message([&] { Hbm().Slice(3, 0, 1, 1); }),
            "slice: axis 3 is out of range for a tensor with 3 axes");
  EXPECT_THAT(Message([&] { Hbm().Reshape({7, -1}); }), HasSubstr("does not hold 120 elements"));
  EXPECT_THAT(Message([&] { Hbm().Broadcast(1, 12); }),
              HasSubstr("only an axis of one element can become 12"));
}

TEST_F(ViewTest, ThePartitionAxisStays) {
  const int order[] = {1, 0, 2};
  for (const std::string& message :
       {Message([&] { Tile().Permute(order); }), Message([&] { Tile().ExpandDim(0); }),
        Message([&] { Tile().FlattenDims(0, 1); }), Message([&] {
          Tile().ReshapeDim(0, {2, 4});
        })}) {
    EXPECT_THAT(message, HasSubstr("axis 0 of an on-chip tensor is the partition axis"));
  }
  EXPECT_THAT(Message([&] { Tile().Reshape({4, 48}); }), HasSubstr("changes the partition axis"));
}

}  // namespace
}  // namespace nki
