#include "interpreter/written_map.h"

#include <algorithm>
#include <bit>

#include "memory/tile.h"

namespace nki {
namespace {

// Calls visit(start, bytes) for each run that lies in the storage of `limit` bytes, until it returns false.
// What lies outside (a DMA that skips it) is neither read nor written.
template <typename Visit>
bool ForEachRun(const ByteRuns& runs, int64_t limit, int axis, int64_t start, const Visit& visit) {
  if (axis == runs.rank) return start >= limit || visit(start, std::min(runs.run, limit - start));
  for (int64_t i = 0; i < runs.dims[axis].count; ++i) {
    if (!ForEachRun(runs, limit, axis + 1, start + i * runs.dims[axis].step, visit)) return false;
    if (runs.dims[axis].step == 0) break;  // the same bytes again
  }
  return true;
}

// Calls visit(word, mask) for the words that hold bits [first, first + count).
template <typename Visit>
bool ForEachWord(int64_t first, int64_t count, const Visit& visit) {
  for (int64_t bit = first, end = first + count; bit < end;) {
    const int64_t word = bit / 64, low = bit % 64, n = std::min<int64_t>(64 - low, end - bit);
    const uint64_t mask = (n == 64 ? ~uint64_t{0} : ((uint64_t{1} << n) - 1)) << low;
    if (!visit(word, mask)) return false;
    bit += n;
  }
  return true;
}

}  // namespace

ByteRuns ByteRuns::Of(const View& view) {
  const int64_t item = ItemBytes(view.dtype);
  ByteRuns runs;
  runs.start = view.offset * item;
  runs.run = item;
  runs.dims = view.dims;
  for (int i = 0; i < view.rank; ++i) runs.dims[i].step *= item;
  // The order of the axes does not matter for a set of bytes; with the smallest step last the runs are
  // longest.
  std::stable_sort(runs.dims.begin(), runs.dims.begin() + view.rank,
                   [](const Dim& a, const Dim& b) { return a.step > b.step; });
  runs.rank = Coalesce(runs.dims, view.rank);
  if (runs.rank > 0 && runs.dims[runs.rank - 1].step == item) runs.run = item * runs.dims[--runs.rank].count;
  return runs;
}

bool WrittenMap::CoversAll(const ByteRuns& runs) const {
  return runs.rank == 0 && runs.start == 0 && runs.run == bytes_;
}

// Makes every bit stand for fewer bytes if the runs do not lie on the present granules.
void WrittenMap::Refine(const ByteRuns& runs) {
  const auto fits = [&](int64_t granule) {
    if (runs.start % granule || runs.run % granule || bytes_ % granule) return false;
    return std::ranges::all_of(runs.dims.begin(), runs.dims.begin() + runs.rank,
                               [&](const Dim& dim) { return dim.step % granule == 0; });
  };
  int64_t granule = granule_;
  while (granule > 1 && !fits(granule)) granule /= 2;
  if (bits_.empty()) {
    granule_ = granule;
    bits_.resize((bytes_ / granule + 63) / 64, 0);
  }
  if (granule == granule_) return;
  const int64_t factor = granule_ / granule, old_count = bytes_ / granule_;
  std::vector<uint64_t> finer((bytes_ / granule + 63) / 64, 0);
  for (int64_t bit = 0; bit < old_count; ++bit) {
    if (!(bits_[bit / 64] >> (bit % 64) & 1)) continue;
    ForEachWord(bit * factor, factor, [&](int64_t word, uint64_t mask) { return finer[word] |= mask, true; });
  }
  bits_ = std::move(finer);
  granule_ = granule;
}

WrittenMap::State WrittenMap::Of(const ByteRuns& runs) const {
  if (state_ != State::kSome) return state_;
  WrittenMap* self = const_cast<WrittenMap*>(this);  // refining changes the representation, not what it says
  self->Refine(runs);
  bool any = false, all = true;
  ForEachRun(runs, bytes_, 0, runs.start, [&](int64_t start, int64_t run) {
    return ForEachWord(start / granule_, run / granule_, [&](int64_t word, uint64_t mask) {
      any |= (bits_[word] & mask) != 0;
      all &= (bits_[word] & mask) == mask;
      return !any || all;  // once "some" is certain, look no further
    });
  });
  return all ? State::kAll : any ? State::kSome : State::kNone;
}

WrittenMap::State WrittenMap::Mark(const ByteRuns& runs) {
  const State before = Of(runs);
  if (state_ == State::kAll) return before;
  if (CoversAll(runs)) {
    const State was = whole();
    state_ = State::kAll;
    bits_ = {};
    return was;
  }
  state_ = State::kSome;
  Refine(runs);
  ForEachRun(runs, bytes_, 0, runs.start, [&](int64_t start, int64_t run) {
    return ForEachWord(start / granule_, run / granule_,
                       [&](int64_t word, uint64_t mask) { return bits_[word] |= mask, true; });
  });
  return before;
}

std::optional<int64_t> WrittenMap::FirstMissing(const ByteRuns& runs) const {
  if (state_ == State::kAll) return std::nullopt;
  if (state_ == State::kNone) return runs.start;
  if (Of(runs) == State::kAll) return std::nullopt;
  std::optional<int64_t> missing;
  ForEachRun(runs, bytes_, 0, runs.start, [&](int64_t start, int64_t run) {
    return ForEachWord(start / granule_, run / granule_, [&](int64_t word, uint64_t mask) {
      const uint64_t absent = mask & ~bits_[word];
      if (absent) missing = (word * 64 + std::countr_zero(absent)) * granule_;
      return !absent;
    });
  });
  return missing;
}

WrittenMap::State WrittenMap::whole() const {
  if (state_ != State::kSome) return state_;
  ByteRuns all;
  all.run = bytes_;
  return Of(all);
}

}  // namespace nki
