// View::AccessPattern: the view of `.ap`.
#include <algorithm>
#include <string>

#include "memory/error.h"
#include "memory/view.h"
#include "memory/view_limits.h"

namespace nki {

using std::to_string;

namespace {

// The first pair of an on-chip pattern goes from partition to partition: by the free size of the storage,
// `row`, or by that of the part of it that the pattern is taken of, as in AWS's kernel library.
void StepOverPartitions(View& view, int64_t& at, int64_t row, int64_t part) {
  const Dim& first = view.dims[0];
  if (first.step != row && first.count != 1) {
    if (first.step != part || part == 0) {
      ThrowValue("ap: the first pair steps over partitions and must have the step " + to_string(row) +
                 ", the free size of the storage; got " + to_string(first.step));
    }
    at = at / part * row + at % part;
  }
  view.dims[0].step = row;
}

void CheckPairs(std::span<const Dim> pattern) {
  for (size_t i = 0; i < pattern.size(); ++i) {
    const Dim& dim = pattern[i];
    if (dim.count < 1 || dim.step < 0) {
      ThrowValue("ap: pair " + to_string(i) + " is [" + to_string(dim.step) + ", " + to_string(dim.count) +
                 "]; steps must not be negative and counts must be positive");
    }
  }
}

}  // namespace

View View::AccessPattern(std::span<const Dim> pattern, int64_t at, Dtype as) const {
  CheckRank(static_cast<int>(pattern.size()));
  if (pattern.empty()) ThrowValue("ap: the pattern has no [step, count] pair");
  View view;
  view.tensor = tensor;
  view.dtype = as;
  view.rank = static_cast<uint8_t>(pattern.size());
  const int64_t row = on_chip() ? view.storage_row() : tensor->bytes() / ItemBytes(as);
  if (row == 0)
    ThrowValue("ap: a partition of " + tensor->name + " is smaller than one " + std::string(Name(as)));
  CheckPairs(pattern);
  std::ranges::copy(pattern, view.dims.begin());
  CheckCount(view.axes(), "ap");
  if (at < 0) ThrowIndex("ap: offset " + to_string(at) + " is negative");
  if (on_chip()) StepOverPartitions(view, at, row, free_elements() * ItemBytes(dtype) / ItemBytes(as));
  const int64_t bytes = offset * ItemBytes(dtype);
  if (bytes % ItemBytes(as) != 0) {
    ThrowValue("ap: the view begins at byte " + to_string(bytes) +
               ", which is no multiple of an element of " + std::string(Name(as)));
  }
  view.offset = bytes / ItemBytes(as) + at;
  if (view.LastElement() >= kMostElements) ThrowValue("ap: the pattern reaches past element 2^47");
  // It may leave the storage: kernels make such views at their edges without using them. What uses one is
  // refused, or skips the elements if it can.
  return view;
}

}  // namespace nki
