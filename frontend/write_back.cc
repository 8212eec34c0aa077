#include "frontend/write_back.h"

#include <algorithm>
#include <cstring>

#include "interpreter/run_table.h"
#include "interpreter/undo_log.h"

namespace nki {
namespace {

// Copies bytes of a dense tensor to their places in the caller's array.
class Scatter {
 public:
  Scatter(const Tensor& tensor, const std::byte* dense, const CopiedArray& array)
      : shape_(tensor.shape), item_(ItemBytes(tensor.dtype)), dense_(dense), array_(array) {}

  // Bytes [start, start + bytes), which may begin and end inside an element.
  void operator()(int64_t start, int64_t bytes) const {
    for (const int64_t end = start + bytes; start < end;) {
      const int64_t element = start / item_, last = shape_.back();
      const int64_t column = element % last, columns = std::min(last - column, (end - start) / item_);
      if (start % item_ != 0 || columns == 0) {
        const int64_t count = std::min(end, (element + 1) * item_) - start;
        Copy(start, AddressOf(element), start % item_, count);
        start += count;
        continue;
      }
      CopyRow(start, AddressOf(element), columns);
      start += columns * item_;
    }
  }

 private:
  std::byte* AddressOf(int64_t element) const {
    std::byte* address = array_.address;
    for (size_t axis = shape_.size(); axis-- > 0; element /= shape_[axis])
      address += element % shape_[axis] * array_.steps[axis];
    return address;
  }

  // Bytes [first, first + count) of one element.
  void Copy(int64_t from, std::byte* element, int64_t first, int64_t count) const {
    if (!array_.swapped) {
      std::memcpy(element + first, dense_ + from, static_cast<size_t>(count));
    } else {
      std::reverse_copy(dense_ + from, dense_ + from + count, element + item_ - first - count);
    }
  }

  void CopyRow(int64_t from, std::byte* to, int64_t columns) const {
    if (array_.steps.back() == item_ && !array_.swapped) {
      std::memcpy(to, dense_ + from, static_cast<size_t>(columns * item_));
      return;
    }
    for (int64_t i = 0; i < columns; ++i) Copy(from + i * item_, to + i * array_.steps.back(), 0, item_);
  }

  const Shape& shape_;
  const int64_t item_;
  const std::byte* dense_;
  const CopiedArray& array_;
};

}  // namespace

RunReport RunAndWriteBack(const Plan& plan, std::span<void* const> inputs, std::span<void* const> outputs,
                          std::span<const CopiedArray> copied, RunOptions options) {
  UndoLog undo(plan, inputs);
  options.undo = &undo;
  RunReport report;
  try {
    report = RunHooked(plan, inputs, outputs, options);
  } catch (...) {
    undo.Restore();
    throw;
  }
  // No signal and no error can come between one array and the next.
  for (const CopiedArray& array : copied) {
    const Tensor& tensor = plan.graph->tensors[plan.graph->inputs[array.input]];
    undo.ForEachSaved(array.input,
                      Scatter(tensor, static_cast<const std::byte*>(inputs[array.input]), array));
  }
  return report;
}

}  // namespace nki
