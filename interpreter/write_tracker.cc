#include "interpreter/write_tracker.h"

#include <algorithm>

namespace nki {

UnwrittenPart UnwrittenOf(const View& view, const WrittenMap& map) {
  UnwrittenPart part;
  part.tensor = view.tensor->id;
  const int64_t row = view.tensor->bytes_per_partition();
  std::vector<BytesOfPartitions> above, here;  // the runs of two neighbouring partitions
  const auto take = [&] {
    const bool continues =
        !above.empty() && std::ranges::equal(above, here, [](const auto& a, const auto& b) {
          return a.byte == b.byte && a.bytes == b.bytes && a.partition + a.partitions == b.partition;
        });
    if (continues) {
      for (BytesOfPartitions& run : above) ++run.partitions;
    } else {
      part.runs.insert(part.runs.end(), above.begin(), above.end());
      above = here;
    }
    here.clear();
  };
  for (const WrittenMap::Run& run : map.Missing(ByteRuns::Of(view))) {
    for (int64_t start = run.start, end = run.start + run.bytes; start < end;) {
      const int64_t bytes = std::min(end - start, row - start % row);
      const int partition = static_cast<int>(start / row);
      if (!here.empty() && here.back().partition != partition) take();
      here.push_back({partition, 1, start % row, bytes});
      start += bytes;
    }
  }
  take();
  part.runs.insert(part.runs.end(), above.begin(), above.end());
  return part;
}

}  // namespace nki
