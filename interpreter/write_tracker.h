// What of a kernel's tensors has been written so far.
#ifndef NKI_INTERPRETER_WRITE_TRACKER_H_
#define NKI_INTERPRETER_WRITE_TRACKER_H_

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "interpreter/graph.h"
#include "interpreter/written_map.h"

namespace nki {

// What has been written of every tensor. Tensors that the kernel placed itself share one map per memory,
// since they may overlap on purpose; the others have one each.
class WriteTracker {
 public:
  explicit WriteTracker(const KernelGraph& graph) : gen_(*graph.generation), maps_(graph.tensors.size()) {}

  // What was written through this tensor, whatever others left at its address: a tile that is declared anew
  // in every iteration starts anew.
  WrittenMap& OwnMapOf(const Tensor& tensor) {
    if (static_cast<size_t>(tensor.id) >= maps_.size()) maps_.resize(tensor.id + 1);
    std::optional<WrittenMap>& map = maps_[tensor.id];
    if (!map) map.emplace(tensor.bytes(), tensor.role != TensorRole::kLocal);
    return *map;
  }
  // A tensor that is gone: its id may come again.
  void Forget(int id) {
    if (static_cast<size_t>(id) < maps_.size()) maps_[id].reset();
  }

  WrittenMap& MapOf(const Tensor& tensor) {
    if (!Pinned(tensor)) return OwnMapOf(tensor);
    return memories_
        .try_emplace({tensor.program, tensor.space, Shift(tensor)}, gen_.partitions * Capacity(tensor))
        .first->second;
  }

  // A write to bytes of the memory of a tensor that the kernel placed: tensors of another image
  // (MachineState) would not see it, so that what they hold there is lost.
  void LoseInOtherImages(const Tensor& tensor, const ByteRuns& runs) {
    for (auto& [key, map] : memories_) {
      const auto& [program, space, shift] = key;
      if (program != tensor.program || space != tensor.space || shift == Shift(tensor)) continue;
      ByteRuns there = runs;
      there.start += Shift(tensor) - shift;
      if (there.start < 0) {  // bytes that the other image does not have
        there.run += there.start;
        there.start = 0;
      }
      if (there.run > 0) map.Unmark(there);
    }
  }
  // Whether there is another image of the memory of a tensor.
  bool HasOtherImages(const Tensor& tensor) const {
    return Pinned(tensor) && std::ranges::any_of(memories_, [&](const auto& memory) {
             const auto& [program, space, shift] = memory.first;
             return program == tensor.program && space == tensor.space && shift != Shift(tensor);
           });
  }

  ByteRuns RunsOf(const View& view) const {
    if (!Pinned(*view.tensor)) return ByteRuns::Of(view);
    // The same elements in a storage whose rows are the whole memory's.
    const Tensor& tensor = *view.tensor;
    const int64_t item = ItemBytes(view.dtype), row = Capacity(tensor) / item;
    View absolute = view;
    absolute.offset = (tensor.address->partition + view.first_partition()) * row +
                      (tensor.address->byte - Shift(tensor)) / item + view.free_offset();
    absolute.dims[0].step = view.partition_step() * row;
    return ByteRuns::Of(absolute);
  }

  // What nothing has written of a tensor that the kernel placed, counted from the start of the memory.
  std::vector<BytesOfPartitions> Unwritten(const Tensor& tensor) {
    std::vector<BytesOfPartitions> parts;
    WrittenMap& map = MapOf(tensor);
    if (map.whole() == WrittenMap::State::kAll) return parts;
    const int64_t row = Capacity(tensor);
    for (const WrittenMap::Run& run : map.Missing(RunsOf(View::Of(tensor)))) {
      for (int64_t start = run.start, end = run.start + run.bytes; start < end;) {
        const int64_t bytes = std::min(end - start, row - start % row);
        parts.push_back({static_cast<int>(start / row), 1, start % row, bytes});
        start += bytes;
      }
    }
    return parts;
  }

  // The part of a view that nothing has written, through its tensor or, where the kernel placed that, at all.
  UnwrittenPart UnwrittenOf(const View& view);
  // `part`, all that UnwrittenOf found, was filled: it counts as written.
  void MarkFilled(const View& view, const UnwrittenPart& part);

  // "partition 3, byte 128" of `tensor`, for a byte of its map; in HBM "row 3, byte 128".
  std::string Where(const Tensor& tensor, int64_t byte) const {
    if (!OnChip(tensor.space) && tensor.shape.size() < 2) return "byte " + std::to_string(byte);
    if (!Pinned(tensor)) {
      const int64_t row = tensor.bytes_per_partition();
      return (OnChip(tensor.space) ? "partition " : "row ") + std::to_string(byte / row) + ", byte " +
             std::to_string(byte % row);
    }
    const int64_t row = Capacity(tensor);
    return "partition " + std::to_string(byte / row - tensor.address->partition) + ", byte " +
           std::to_string(byte % row - tensor.address->byte + Shift(tensor));
  }

 private:
  static int64_t Shift(const Tensor& tensor) { return tensor.address->byte % kWordBytes; }
  static bool Pinned(const Tensor& tensor) { return tensor.address.has_value() && OnChip(tensor.space); }
  int64_t Capacity(const Tensor& tensor) const {
    return tensor.space == Space::kSbuf ? gen_.sbuf_bytes : gen_.psum_bytes;
  }

  const Generation& gen_;
  std::vector<std::optional<WrittenMap>> maps_;  // made when they are asked for
  // Of each program, for each has a core to itself, and of each image (MachineState).
  std::map<std::tuple<int, Space, int64_t>, WrittenMap> memories_;
};

// The part of an on-chip view that is not written through its tensor yet; `map` is the tensor's own.
UnwrittenPart UnwrittenOf(const View& view, const WrittenMap& map);

}  // namespace nki

#endif  // NKI_INTERPRETER_WRITE_TRACKER_H_
