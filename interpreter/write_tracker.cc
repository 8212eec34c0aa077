#include "interpreter/write_tracker.h"

#include <algorithm>

namespace nki {

namespace {

// As bytes of neighbouring partitions, in a storage whose partitions take `row` bytes each.
std::vector<BytesOfPartitions> ByPartitions(const std::vector<WrittenMap::Run>& missing, int64_t row) {
  std::vector<BytesOfPartitions> runs, above, here;  // the latter are those of two neighbouring partitions
  const auto take = [&] {
    const bool continues =
        !above.empty() && std::ranges::equal(above, here, [](const auto& a, const auto& b) {
          return a.byte == b.byte && a.bytes == b.bytes && a.partition + a.partitions == b.partition;
        });
    if (continues) {
      for (BytesOfPartitions& run : above) ++run.partitions;
    } else {
      runs.insert(runs.end(), above.begin(), above.end());
      above = here;
    }
    here.clear();
  };
  for (const WrittenMap::Run& run : missing) {
    for (int64_t start = run.start, end = run.start + run.bytes; start < end;) {
      const int64_t bytes = std::min(end - start, row - start % row);
      const int partition = static_cast<int>(start / row);
      if (!here.empty() && here.back().partition != partition) take();
      here.push_back({partition, 1, start % row, bytes});
      start += bytes;
    }
  }
  take();
  runs.insert(runs.end(), above.begin(), above.end());
  return runs;
}

}  // namespace

UnwrittenPart UnwrittenOf(const View& view, const WrittenMap& map) {
  const Tensor& tensor = *view.tensor;
  const int64_t row = OnChip(tensor.space) ? tensor.bytes_per_partition() : tensor.bytes();
  return {tensor.id, ByPartitions(map.Missing(ByteRuns::Of(view)), row)};
}

UnwrittenPart WriteTracker::UnwrittenOf(const View& view) {
  const Tensor& tensor = *view.tensor;
  const WrittenMap& map = MapOf(tensor);
  if (!Pinned(tensor)) return nki::UnwrittenOf(view, map);
  UnwrittenPart part{tensor.id, ByPartitions(map.Missing(RunsOf(view)), Capacity(tensor))};
  for (BytesOfPartitions& run : part.runs) {
    run.partition -= tensor.address->partition;
    run.byte -= tensor.address->byte - Shift(tensor);
  }
  return part;
}

void WriteTracker::MarkFilled(const View& view, const UnwrittenPart& part) {
  const Tensor& tensor = *view.tensor;
  MapOf(tensor).Mark(RunsOf(view));
  if (!Pinned(tensor)) return;
  // Not what other tensors left there.
  for (const BytesOfPartitions& run : part.runs) {
    const int64_t row = tensor.bytes_per_partition();
    ByteRuns bytes{.start = run.partition * row + run.byte, .run = run.bytes, .rank = 1, .dims = {}};
    bytes.dims[0] = {row, run.partitions};
    OwnMapOf(tensor).Mark(bytes);
  }
}

}  // namespace nki
