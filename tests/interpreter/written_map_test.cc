#include "interpreter/written_map.h"

#include <algorithm>
#include <random>

#include "gtest/gtest.h"

namespace nki {
namespace {

// The bytes of `view` inside its tensor, one by one in no special order.
std::vector<int64_t> BytesOf(const View& view) {
  std::vector<int64_t> bytes;
  for (int64_t i = 0; i < view.elements(); ++i) {
    int64_t element = view.offset, rest = i;
    for (int axis = view.rank - 1; axis >= 0; --axis) {
      element += rest % view.dims[axis].count * view.dims[axis].step;
      rest /= view.dims[axis].count;
    }
    for (int byte = 0; byte < ItemBytes(view.dtype); ++byte)
      bytes.push_back(element * ItemBytes(view.dtype) + byte);
  }
  return bytes;
}

WrittenMap::State Expected(const std::vector<bool>& written, const std::vector<int64_t>& bytes) {
  const auto count = std::ranges::count_if(bytes, [&](int64_t byte) { return written[byte]; });
  return count == 0                   ? WrittenMap::State::kNone
         : count == std::ssize(bytes) ? WrittenMap::State::kAll
                                      : WrittenMap::State::kSome;
}

class RandomViews {
 public:
  explicit RandomViews(uint32_t seed) : random_(seed) {
    tensor_.space = Pick(0, 1) ? Space::kSbuf : Space::kSharedHbm;
    tensor_.dtype = kDtypes[Pick(0, 2)];
    tensor_.shape = {Pick(1, 6), Pick(1, 5), Pick(1, 4) * 4};
    // Long enough for patterns of bits that repeat themselves over words.
    if (Pick(0, 1)) tensor_.shape = {Pick(1, 3) * 8, Pick(1, 2), Pick(1, 3) * 64 + Pick(0, 1)};
  }
  const Tensor& tensor() const { return tensor_; }

  View Next() {
    View view = View::Of(tensor_);
    const bool as_bytes = Pick(0, 3) == 0;
    if (as_bytes) view = view.Reinterpret(Dtype::kInt8);
    for (int axis = 0; axis < view.rank; ++axis) {
      const int64_t size = view.dims[axis].count, start = Pick(0, 1) ? 0 : Pick(0, size - 1);
      const int64_t stop = Pick(0, 1) ? size : Pick(start + 1, size);
      view = view.Slice(axis, start, stop, Pick(1, 3));
    }
    if (Pick(0, 1)) {
      const std::array<int, 3> order = {0, 2, 1};
      view = view.Permute(order);
    }
    if (view.dims[2].count == 1 && Pick(0, 1)) view = view.Broadcast(2, 3);
    return view;
  }

 private:
  static constexpr Dtype kDtypes[] = {Dtype::kInt8, Dtype::kBfloat16, Dtype::kFloat32};
  int64_t Pick(int64_t first, int64_t last) {
    return std::uniform_int_distribution<int64_t>(first, last)(random_);
  }
  std::mt19937 random_;
  Tensor tensor_;
};

TEST(WrittenMap, AgreesWithAFlagPerByte) {
  for (uint32_t seed = 0; seed < 500; ++seed) {
    RandomViews views(seed);
    const int64_t size = views.tensor().bytes();
    WrittenMap map(size);
    std::vector<bool> written(size, false);
    for (int step = 0; step < 20; ++step) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", step " + std::to_string(step));
      const View view = views.Next();
      const std::vector<int64_t> bytes = BytesOf(view);
      const ByteRuns runs = ByteRuns::Of(view);
      const WrittenMap::State expected = Expected(written, bytes);
      ASSERT_EQ(map.Of(runs), expected);
      const std::optional<int64_t> missing = map.FirstMissing(runs);
      ASSERT_EQ(missing.has_value(), expected != WrittenMap::State::kAll);
      if (missing) {
        ASSERT_FALSE(written[*missing]);
        ASSERT_NE(std::ranges::find(bytes, *missing), bytes.end());
      }
      std::vector<bool> absent(size, false), expected_absent(size, false);
      for (const WrittenMap::Run& run : map.Missing(runs)) {
        std::fill_n(absent.begin() + run.start, run.bytes, true);
      }
      for (int64_t byte : bytes) expected_absent[byte] = !written[byte];
      ASSERT_EQ(absent, expected_absent);
      if (step % 2 == 0) continue;
      if (step % 5 == 0) {
        map.Unmark(runs);
        for (int64_t byte : bytes) written[byte] = false;
        continue;
      }
      ASSERT_EQ(map.Mark(runs), expected);
      for (int64_t byte : bytes) written[byte] = true;
      const auto set = std::ranges::count(written, true);
      ASSERT_EQ(map.whole(), set == size ? WrittenMap::State::kAll : WrittenMap::State::kSome);
    }
  }
}

TEST(WrittenMap, BytesOutsideTheStorageCountForNothing) {
  WrittenMap map(64);
  ByteRuns runs;
  runs.start = 48;
  runs.run = 32;
  map.Mark(runs);
  EXPECT_EQ(map.Of(runs), WrittenMap::State::kAll);
  runs.start = 0;
  runs.run = 48;
  EXPECT_EQ(map.Of(runs), WrittenMap::State::kNone);
}

TEST(WrittenMap, InputsAreWrittenFromTheStart) {
  WrittenMap map(64, true);
  ByteRuns runs;
  runs.run = 16;
  EXPECT_EQ(map.whole(), WrittenMap::State::kAll);
  EXPECT_EQ(map.Mark(runs), WrittenMap::State::kAll);
  EXPECT_FALSE(map.FirstMissing(runs).has_value());
}

}  // namespace
}  // namespace nki
