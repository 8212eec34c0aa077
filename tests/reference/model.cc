#include "tests/reference/model.h"

#include <cmath>

#include "tests/reference/reference.h"

namespace nki::reference {

int64_t Model::Storage(const View& view) const {
  return static_cast<int64_t>(bytes.at(view.tensor->id).size()) / ItemBytes(view.dtype);
}

// On chip a view stays in its tensor's bytes of each partition, and in its partitions unless it moves by
// whole ones.
void Model::RefuseOtherRows(const View& view, const std::vector<int64_t>& places) const {
  if (!view.on_chip()) return;
  const int64_t row = view.storage_row(), moved = places[0] - view.offset;
  const bool by_partitions = view.dynamic->step_bytes / ItemBytes(view.dtype) % row == 0;
  for (const int64_t place : places) {
    const bool inside = place >= 0 && place < Storage(view);
    const bool same_partition = inside && place / row == (place - moved) / row;
    if (!inside || (!by_partitions && !same_partition)) throw Refused("an offset leaves the tensor");
  }
}

std::vector<int64_t> Model::Places(const View& view) const {
  std::vector<int64_t> places{view.offset};
  if (view.dynamic != nullptr && view.dynamic->kind == DynamicOffset::Kind::kScalar) {
    const DynamicOffset& dynamic = *view.dynamic;
    const double steps = dynamic.reg.given() ? registers.at(dynamic.reg.number)
                                             : Number(dynamic.index, Places(dynamic.index).at(0));
    places[0] += static_cast<int64_t>(steps) * (dynamic.step_bytes / ItemBytes(view.dtype));
  }
  for (int axis = 0; axis < view.rank; ++axis) {
    std::vector<int64_t> next;
    next.reserve(places.size() * view.dims[axis].count);
    for (const int64_t place : places) {
      for (int64_t i = 0; i < view.dims[axis].count; ++i) next.push_back(place + i * view.dims[axis].step);
    }
    places = std::move(next);
  }
  if (view.dynamic == nullptr) return places;
  if (view.dynamic->kind == DynamicOffset::Kind::kScalar) {
    RefuseOtherRows(view, places);
    return places;
  }
  // Row i lies index[i] steps further, indices counted along the columns of the index tile one by one.
  const View& index = view.dynamic->index;
  const std::vector<int64_t> indices = Places(index);
  const int64_t rows = view.dims[0].count, partitions = index.dims[0].count;
  const int64_t columns = static_cast<int64_t>(indices.size()) / partitions;
  for (size_t k = 0; k < places.size(); ++k) {
    const int64_t row = static_cast<int64_t>(k) * rows / static_cast<int64_t>(places.size());
    const int64_t at = indices.at(row % partitions * columns + row / partitions);
    places[k] += static_cast<int64_t>(Number(index, at)) * (view.dynamic->step_bytes / ItemBytes(view.dtype));
  }
  return places;
}

uint32_t Model::Bits(const View& view, int64_t place) const {
  uint32_t bits = 0;
  const int item = ItemBytes(view.dtype);
  for (int k = 0; k < item; ++k) {
    bits |= static_cast<uint32_t>(bytes.at(view.tensor->id).at(place * item + k)) << (8 * k);
  }
  return bits;
}

double Model::Number(const View& view, int64_t place) const { return Decode(view.dtype, Bits(view, place)); }

uint8_t& Model::MarkAt(const View& view, int64_t byte) { return marks.at(view.tensor->id).at(byte); }

void Model::Put(const View& view, int64_t place, uint32_t bits, Mark mark) {
  const int item = ItemBytes(view.dtype);
  for (int k = 0; k < item; ++k) {
    bytes.at(view.tensor->id).at(place * item + k) = static_cast<uint8_t>(bits >> (8 * k));
    MarkAt(view, place * item + k) = 0;
  }
  if (mark == Mark::kNumber) MarkAt(view, place * item) = static_cast<uint8_t>(view.dtype) + 1;
}

void Model::PutValue(const View& view, int64_t place, float value) {
  Put(view, place, Encode(view.dtype, value), IsFloat(view.dtype) ? Mark::kNumber : Mark::kBits);
}

void Model::PutInterval(const View& view, int64_t place, Interval value) {
  if (std::isnan(value.low) || value.low == value.high) return PutValue(view, place, value.low);
  PutRange(view, place, value);
}

void Model::PutRange(const View& view, int64_t place, Interval value) {
  Put(view, place, Encode(view.dtype, value.low));
  const int64_t byte = place * ItemBytes(view.dtype);
  MarkAt(view, byte) = kRangeMark;
  ranges[{view.tensor->id, byte}] = {view.dtype, value};
}

void Model::PutMember(const View& view, int64_t place, int member_index, Dtype member, uint32_t bits) {
  const int64_t byte = place * ItemBytes(view.dtype) + member_index;
  bytes.at(view.tensor->id).at(byte) = static_cast<uint8_t>(bits);
  MarkAt(view, byte) = static_cast<uint8_t>(member) + 1;
}

int Model::FirstPartition(const View& view) {
  const int start = view.tensor->address ? view.tensor->address->partition : 0;
  return start + static_cast<int>(view.first_partition());
}

Reader::Reader(const Model& model, const View& view)
    : view(view), partitions(view.rank == 0 ? 1 : view.dims[0].count), places(model.Places(view)) {
  for (const int64_t place : places) {
    bits.push_back(model.Bits(view, place));
    values.push_back(IsPacked(view.dtype) ? 0 : static_cast<float>(Decode(view.dtype, bits.back())));
  }
}

int64_t Reader::Integer(int64_t p, int64_t i) const {
  return static_cast<int64_t>(Decode(view.dtype, Bits(p, i)));
}

}  // namespace nki::reference
