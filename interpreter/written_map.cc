#include "interpreter/written_map.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "memory/ascending.h"
#include "memory/tile.h"

namespace nki {
namespace {

struct WordMask {
  int64_t word;
  uint64_t mask;
};

// After so many steps of `step` bits the same bits of a later word are met again.
int64_t Period(int64_t step) { return 64 / std::gcd(step, int64_t{64}); }

// Bits of a map as masks of its words. Bits that follow each other into one word share a mask.
class Masks {
 public:
  void Clear() {
    masks_.clear();
    joined_from_ = 0;
  }
  std::span<const WordMask> all() const { return masks_; }

  void Add(int64_t first, int64_t count) {
    for (int64_t bit = first, end = first + count; bit < end;) {
      const int64_t word = bit / 64, low = bit % 64, n = std::min<int64_t>(64 - low, end - bit);
      const uint64_t mask = (n == 64 ? ~uint64_t{0} : ((uint64_t{1} << n) - 1)) << low;
      if (masks_.size() == joined_from_ || masks_.back().word != word) masks_.push_back({word, 0});
      masks_.back().mask |= mask;
      bit += n;
    }
  }

  // The axes from `axis` on, from byte `start`. What lies outside the storage of `limit` bytes (a DMA that
  // skips it) is neither read nor written.
  void Add(const ByteRuns& runs, int axis, int64_t start, int64_t granule, int64_t limit) {
    if (axis == runs.rank) {
      if (start < limit) Add(start / granule, std::min(runs.run, limit - start) / granule);
      return;
    }
    const Dim& dim = runs.dims[axis];
    const int64_t count = dim.step == 0 ? 1 : dim.count;  // the same bytes again
    int64_t done = 0;
    if (axis + 1 == runs.rank && dim.step > 0 && start + (count - 1) * dim.step + runs.run <= limit)
      done = AddPeriods(start / granule, dim.step / granule, count, runs.run / granule);
    for (int64_t i = done; i < count; ++i) Add(runs, axis + 1, start + i * dim.step, granule, limit);
  }

 private:
  // Makes the masks of one period and repeats them for every whole one. Returns how many of the `count` steps
  // that were.
  int64_t AddPeriods(int64_t first, int64_t step, int64_t count, int64_t run) {
    const int64_t period = Period(step), periods = count / period;
    if (periods < 2) return 0;
    const size_t begin = joined_from_ = masks_.size();
    for (int64_t i = 0; i < period; ++i) Add(first + i * step, run);
    const size_t end = masks_.size();
    for (int64_t k = 1; k < periods; ++k) {
      for (size_t i = begin; i < end; ++i)
        masks_.push_back({masks_[i].word + k * (period * step / 64), masks_[i].mask});
    }
    joined_from_ = masks_.size();
    return periods * period;
  }

  std::vector<WordMask> masks_;
  size_t joined_from_ = 0;  // masks before this one are not added to
};

// The same runs with a first axis whose steps are whole words, if there is a way.
ByteRuns InWholeWords(const ByteRuns& runs, int64_t granule) {
  if (runs.rank == 0 || runs.rank == kMaxRank || runs.dims[0].step <= 0) return runs;
  const Dim axis = runs.dims[0];
  int64_t part = Period(axis.step / granule);
  if (axis.count % part != 0) return runs;
  constexpr int64_t kMostWords = 16;  // longer rows mean fewer of them, until their masks leave the cache
  while (runs.rank == 1 && axis.count % (2 * part) == 0 && part * axis.step / granule < 64 * kMostWords)
    part *= 2;
  if (part == 1 || part == axis.count) return runs;
  ByteRuns split = runs;
  std::shift_right(split.dims.begin(), split.dims.end(), 1);
  split.dims[0] = {axis.step * part, axis.count / part};
  split.dims[1] = {axis.step, part};
  ++split.rank;
  return split;
}

}  // namespace

ByteRuns ByteRuns::Of(const View& given) {
  const View view = Ascending(given);
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

// Calls visit(word, mask) for the bits of the runs until it returns false. Partitions whose rows begin at a
// word have the same masks, which are made once.
template <typename Visit>
void WrittenMap::ForEachMask(const ByteRuns& of, const Visit& visit) const {
  static thread_local Masks masks;
  const ByteRuns runs = InWholeWords(of, granule_);
  masks.Clear();
  const int outer = runs.rank > 1 ? 1 : 0;  // a single axis is one list
  const Dim rows = outer ? runs.dims[0] : Dim{};
  const int64_t count = rows.step == 0 ? 1 : rows.count, last = runs.start + (count - 1) * rows.step;
  int64_t reach = runs.run;
  for (int i = outer; i < runs.rank; ++i) reach += (runs.dims[i].count - 1) * runs.dims[i].step;
  const bool alike = rows.step / granule_ % 64 == 0 && last + reach <= bytes_;
  for (int64_t i = 0; i < count; ++i) {
    if (i == 0 || !alike) {
      masks.Clear();
      masks.Add(runs, outer, runs.start + i * rows.step, granule_, bytes_);
    }
    const int64_t shift = alike ? i * (rows.step / granule_ / 64) : 0;
    for (const WordMask& mask : masks.all()) {
      if (!visit(mask.word + shift, mask.mask)) return;
    }
  }
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
    missing_ = bytes_ / granule;
    bits_.resize((missing_ + 63) / 64, 0);
  }
  if (granule == granule_) return;
  const int64_t factor = granule_ / granule, old_count = bytes_ / granule_;
  Masks finer;
  for (int64_t bit = 0; bit < old_count; ++bit) {
    if (bits_[bit / 64] >> (bit % 64) & 1) finer.Add(bit * factor, factor);
  }
  bits_.assign((bytes_ / granule + 63) / 64, 0);
  for (const WordMask& mask : finer.all()) bits_[mask.word] |= mask.mask;
  missing_ *= factor;
  granule_ = granule;
}

WrittenMap::State WrittenMap::Of(const ByteRuns& runs) const {
  if (state_ != State::kSome) return state_;
  WrittenMap* self = const_cast<WrittenMap*>(this);  // refining changes the representation, not what it says
  self->Refine(runs);
  bool any = false, all = true;
  ForEachMask(runs, [&](int64_t word, uint64_t mask) {
    any |= (bits_[word] & mask) != 0;
    all &= (bits_[word] & mask) == mask;
    return !any || all;  // once "some" is certain, look no further
  });
  return all ? State::kAll : any ? State::kSome : State::kNone;
}

WrittenMap::State WrittenMap::Mark(const ByteRuns& runs) {
  const State before = Of(runs);
  if (before == State::kAll) return before;
  if (!CoversAll(runs)) {
    Refine(runs);
    ForEachMask(runs, [&](int64_t word, uint64_t mask) {
      missing_ -= std::popcount(mask & ~bits_[word]);
      bits_[word] |= mask;
      return true;
    });
    state_ = missing_ > 0 ? State::kSome : State::kAll;
  } else {
    state_ = State::kAll;
  }
  if (state_ == State::kAll) bits_ = {};
  return before;
}

void WrittenMap::Unmark(const ByteRuns& runs) {
  if (state_ == State::kNone) return;
  Refine(runs);
  if (state_ == State::kAll) {
    Masks all;
    all.Add(0, missing_);
    for (const WordMask& mask : all.all()) bits_[mask.word] = mask.mask;
    missing_ = 0;
  }
  ForEachMask(runs, [&](int64_t word, uint64_t mask) {
    missing_ += std::popcount(mask & bits_[word]);
    bits_[word] &= ~mask;
    return true;
  });
  state_ = missing_ == 0 ? State::kAll : missing_ < bytes_ / granule_ ? State::kSome : State::kNone;
  if (state_ != State::kSome) bits_ = {};
}

std::optional<int64_t> WrittenMap::FirstMissing(const ByteRuns& runs) const {
  if (state_ == State::kAll) return std::nullopt;
  if (state_ == State::kNone) return runs.start;
  const_cast<WrittenMap*>(this)->Refine(runs);
  std::optional<int64_t> missing;
  ForEachMask(runs, [&](int64_t word, uint64_t mask) {
    const uint64_t absent = mask & ~bits_[word];
    if (absent) missing = (word * 64 + std::countr_zero(absent)) * granule_;
    return !absent;
  });
  return missing;
}

std::vector<WrittenMap::Run> WrittenMap::Missing(const ByteRuns& runs) const {
  std::vector<Run> found;
  const_cast<WrittenMap*>(this)->Refine(runs);
  ForEachMask(runs, [&](int64_t word, uint64_t mask) {
    for (uint64_t absent = state_ == State::kAll ? 0 : mask & ~bits_[word]; absent != 0;) {
      const int first = std::countr_zero(absent), count = std::countr_one(absent >> first);
      const int64_t start = (word * 64 + first) * granule_;
      if (!found.empty() && found.back().start + found.back().bytes == start) {
        found.back().bytes += count * granule_;
      } else {
        found.push_back({start, count * granule_});
      }
      absent &= first + count == 64 ? 0 : ~uint64_t{0} << (first + count);
    }
    return true;
  });
  return found;
}

}  // namespace nki
