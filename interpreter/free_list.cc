#include "interpreter/free_list.h"

#include <algorithm>
#include <bit>

namespace nki {

FreeList::FreeList(int64_t capacity)
    : lines_(std::bit_ceil(static_cast<size_t>((capacity + kLine - 1) / kLine))), longest_(2 * lines_, 0) {
  if (capacity > 0) Insert(0, capacity);
}

void FreeList::Insert(int64_t begin, int64_t end) {
  gaps_[begin] = end;
  Update(begin / kLine);
}

void FreeList::Erase(int64_t begin) {
  gaps_.erase(begin);
  Update(begin / kLine);
}

void FreeList::Update(int64_t line) {
  int64_t longest = 0;
  for (auto gap = gaps_.lower_bound(line * kLine); gap != gaps_.end() && gap->first < (line + 1) * kLine;
       ++gap)
    longest = std::max(longest, gap->second - gap->first);
  size_t at = lines_ + static_cast<size_t>(line);
  longest_[at] = longest;
  while (at > 1) {
    at /= 2;
    longest_[at] = std::max(longest_[2 * at], longest_[2 * at + 1]);
  }
}

void FreeList::Take(int64_t begin, int64_t end) {
  const auto gap = std::prev(gaps_.upper_bound(begin));
  const Gap around = {gap->first, gap->second};
  Erase(around.begin);
  if (around.begin < begin) Insert(around.begin, begin);
  if (end < around.end) Insert(end, around.end);
  taken_ += end - begin;
}

void FreeList::Give(int64_t begin, int64_t end) {
  taken_ -= end - begin;
  const auto next = gaps_.lower_bound(begin);
  if (next != gaps_.begin() && std::prev(next)->second == begin) begin = std::prev(next)->first;
  if (next != gaps_.end() && next->first == end) {
    const int64_t old = next->first;
    end = next->second;
    Erase(old);
  }
  Insert(begin, end);
}

bool FreeList::IsFree(int64_t begin, int64_t end) const {
  const auto next = gaps_.upper_bound(begin);
  return next != gaps_.begin() && std::prev(next)->second >= end;
}

// The first line from `from` on in which a gap of at least `bytes` begins; lines_ if there is none.
size_t FreeList::FirstLine(size_t from, int64_t bytes) const {
  if (from >= lines_) return lines_;
  size_t at = lines_ + from;
  while (longest_[at] < bytes) {
    while (at % 2 == 1) {  // all to the left of the next subtree to the right has been seen
      at /= 2;
      if (at <= 1) return lines_;
    }
    ++at;
  }
  while (at < lines_) at = 2 * at + (longest_[2 * at] < bytes ? 1 : 0);
  return at - lines_;
}

std::optional<FreeList::Gap> FreeList::Next(int64_t from, int64_t bytes) const {
  if (IsFree(from, from + bytes)) return Gap{from, std::prev(gaps_.upper_bound(from))->second};
  // What is left of the line of `from`, then whole lines.
  const int64_t line = from / kLine;
  for (auto gap = gaps_.lower_bound(from); gap != gaps_.end() && gap->first < (line + 1) * kLine; ++gap) {
    if (gap->second - gap->first >= bytes) return Gap{gap->first, gap->second};
  }
  const size_t found = FirstLine(static_cast<size_t>(line + 1), bytes);
  if (found == lines_) return std::nullopt;
  auto gap = gaps_.lower_bound(static_cast<int64_t>(found) * kLine);
  while (gap->second - gap->first < bytes) ++gap;
  return Gap{gap->first, gap->second};
}

}  // namespace nki
