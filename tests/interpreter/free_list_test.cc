#include "interpreter/free_list.h"

#include <algorithm>
#include <random>

#include "gtest/gtest.h"

namespace nki {
namespace {

// The same with a flag per byte.
class Flags {
 public:
  explicit Flags(int64_t capacity) : taken_(capacity, false) {}
  void Set(int64_t begin, int64_t end, bool taken) {
    std::fill(taken_.begin() + begin, taken_.begin() + end, taken);
  }
  bool IsFree(int64_t begin, int64_t end) const {
    return end <= std::ssize(taken_) &&
           std::none_of(taken_.begin() + begin, taken_.begin() + end, [](bool t) { return t; });
  }
  // Like FreeList::Next: a gap that begins before `from` counts from there on.
  std::optional<FreeList::Gap> Next(int64_t from, int64_t bytes) const {
    for (int64_t at = from; at + bytes <= std::ssize(taken_); ++at) {
      if (!IsFree(at, at + bytes)) continue;
      int64_t end = at;
      while (end < std::ssize(taken_) && !taken_[end]) ++end;
      return FreeList::Gap{at, end};
    }
    return std::nullopt;
  }
  int64_t taken() const { return std::ranges::count(taken_, true); }

 private:
  std::vector<bool> taken_;
};

TEST(FreeList, AgreesWithAFlagPerByte) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const auto pick = [&](int64_t first, int64_t last) {
      return std::uniform_int_distribution<int64_t>(first, last)(random);
    };
    const int64_t capacity = pick(1, 300) * 4, most = pick(0, 1) ? 12 : 200;
    FreeList list(capacity);
    Flags flags(capacity);
    std::vector<FreeList::Gap> taken;
    for (int step = 0; step < 300; ++step) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", step " + std::to_string(step));
      const int64_t from = pick(0, capacity), bytes = pick(1, most);
      ASSERT_EQ(list.IsFree(from, from + bytes), flags.IsFree(from, from + bytes));
      const auto found = list.Next(from, bytes), expected = flags.Next(from, bytes);
      ASSERT_EQ(found.has_value(), expected.has_value());
      ASSERT_EQ(list.taken(), flags.taken());
      if (found) {
        ASSERT_EQ(found->begin, expected->begin);
        ASSERT_EQ(found->end, expected->end);
      }
      if (found && pick(0, 2) > 0) {
        const int64_t begin = pick(found->begin, found->end - bytes);
        taken.push_back({begin, begin + bytes});
        list.Take(begin, begin + bytes);
        flags.Set(begin, begin + bytes, true);
      } else if (!taken.empty()) {
        std::swap(taken[pick(0, std::ssize(taken) - 1)], taken.back());
        list.Give(taken.back().begin, taken.back().end);
        flags.Set(taken.back().begin, taken.back().end, false);
        taken.pop_back();
      }
    }
  }
}

}  // namespace
}  // namespace nki
