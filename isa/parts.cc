#include "isa/parts.h"

#include <algorithm>

#include "memory/tile.h"

namespace nki {

Parts PartitionsOf(const View& view, const std::vector<bool>& touched) {
  const int64_t partitions = std::min(view.partitions(), static_cast<int64_t>(touched.size()));
  std::vector<View> parts;
  for (int64_t p = 0; p < partitions;) {
    int64_t end = p;
    while (end < partitions && touched[end]) ++end;
    if (end > p) parts.push_back(view.Slice(0, p, end, 1));
    p = std::max(end, p + 1);
  }
  return parts;
}

Parts FirstElements(const View& view, int64_t count) {
  if (count >= view.free_elements()) return std::nullopt;
  std::vector<View> parts;
  View rest = view;  // what the leading axes have not settled yet
  int64_t inner = view.free_elements();
  for (int axis = 1; axis < view.rank && count > 0; ++axis) {
    inner /= view.dims[axis].count;
    const int64_t whole = count / inner;
    if (whole > 0) parts.push_back(rest.Slice(axis, 0, whole, 1));
    count -= whole * inner;
    if (count > 0) rest = rest.Slice(axis, whole, whole + 1, 1);
  }
  return parts;
}

View ElementOf(const View& view, int64_t index) {
  View element = view;
  for (int axis = view.rank - 1; axis >= 1; --axis) {
    const int64_t at = index % view.dims[axis].count;
    element = element.Slice(axis, at, at + 1, 1);
    index /= view.dims[axis].count;
  }
  return element;
}

Parts SnakeElements(const View& view, int64_t count) {
  const int64_t whole = count / kLanes, rest = count % kLanes;
  Parts parts = FirstElements(view, whole);
  for (int64_t first = 0; parts && rest > 0 && first + kLanes <= view.partitions(); first += kLanes) {
    parts->push_back(ElementOf(view, whole).Slice(0, first, first + rest, 1));
  }
  return parts;
}

}  // namespace nki
