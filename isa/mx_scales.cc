#include "isa/mx_scales.h"

namespace nki {
namespace {

using std::to_string;

constexpr int64_t kQuadrant = 32, kRows = 4;

// From the first row to the last one.
int64_t RowsNeeded(const View& data) { return (data.partitions() - 1) / kQuadrant * kQuadrant + kRows; }

}  // namespace

bool CheckMxScales(Checker& c, const View& scales, const View& data) {
  if (!c.InSpaces(scales, kSbuf) || !c.PartitionsAtMost(scales, c.gen().partitions)) return false;
  if (!(c.PartitionStep(scales) & c.InBounds(scales))) return false;
  c.DtypeIn(scales, {Dtype::kFloat8E8m0fnu, Dtype::kUint8});
  const std::optional<Address>& address = scales.tensor->address;
  const int64_t start = scales.first_partition() + (address ? address->partition : 0);
  c.Rule(start % kQuadrant % kRows == 0 && start % kQuadrant <= 12, "scale-start", [&] {
    return c.NameOf(&scales) + " starts at partition " + to_string(start) +
           "; scales start 0, 4, 8 or 12 partitions into a quadrant of 32";
  });
  c.Rule(scales.free_elements() == data.free_elements(), "scale-columns", [&] {
    return c.NameOf(&scales) + " has " + to_string(scales.free_elements()) + " elements per partition and " +
           c.NameOf(&data) + " has " + to_string(data.free_elements()) + "; they must have the same number";
  });
  return c.Rule(scales.partitions() >= RowsNeeded(data), "scale-rows", [&] {
    return c.NameOf(&scales) + " has " + to_string(scales.partitions()) + " partitions; for the " +
           to_string(data.partitions()) + " of " + c.NameOf(&data) + " it must have " +
           to_string(RowsNeeded(data)) + " or more: 4 at the start of each quadrant";
  });
}

Parts MxScaleRows(const View& scales, const View& data) {
  if (!scales.on_chip() || scales.indirect() || scales.partitions() < RowsNeeded(data)) return std::nullopt;
  std::vector<View> rows;
  for (int64_t first = 0; first < data.partitions(); first += kQuadrant) {
    rows.push_back(scales.Slice(0, first, first + kRows, 1));
  }
  return rows;
}

}  // namespace nki
