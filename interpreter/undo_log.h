// What a kernel's arguments hold where it writes them, so that a run that fails can put it back.
#ifndef NKI_INTERPRETER_UNDO_LOG_H_
#define NKI_INTERPRETER_UNDO_LOG_H_

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "interpreter/plan.h"
#include "isa/run_context.h"

namespace nki {

// An entry for each input that a kernel writes.
std::vector<InputWrites> FindInputWrites(const KernelGraph& graph);
// True if only a run knows which bytes of an input the instruction writes.
bool WritesInputAnywhere(const Instruction& instruction);

// Calls visit(start, bytes) for each run that lies in a storage of `limit` bytes, cut off at its ends.
template <typename Visit>
void ForEachRun(const ByteRuns& runs, int64_t limit, const Visit& visit, int axis = 0, int64_t at = 0) {
  if (axis < runs.rank) {
    const Dim& dim = runs.dims[axis];
    const int64_t count = dim.step == 0 ? 1 : dim.count;  // the same bytes again
    for (int64_t i = 0; i < count; ++i) ForEachRun(runs, limit, visit, axis + 1, at + i * dim.step);
    return;
  }
  const int64_t first = std::max<int64_t>(runs.start + at, 0),
                end = std::min(runs.start + at + runs.run, limit);
  if (first < end) visit(first, end - first);
}

// Calls visit(runs) for the bytes that an instruction is about to write of the tensor of its operand `view`.
using RunsVisitor = std::function<void(const ByteRuns&)>;
void ForEachWrite(const Instruction& instruction, const View& view, const RunContext& context,
                  const RunsVisitor& visit);

// Of one run of a plan.
class UndoLog {
 public:
  // Saves what is certain to be written of `inputs`, which must outlive the log.
  UndoLog(const Plan& plan, std::span<void* const> inputs);
  // Saves what an instruction will write at addresses that only the run knows. From one thread at a time.
  void Save(const Instruction& instruction, const RunContext& context);
  // Makes the inputs what they were.
  void Restore() const;

  // Calls visit(start, bytes) for what was saved of input `index`: at least the bytes that the run has
  // written.
  template <typename Visit>
  void ForEachSaved(size_t index, const Visit& visit) const {
    for (const Part& part : parts_) {
      if (part.input == index) ForEachRun(part.runs, bytes_[index], visit);
    }
  }

 private:
  struct Part {
    size_t input;
    ByteRuns runs;
    std::unique_ptr<std::byte[]> before;  // run after run
  };
  class DynamicWrites;

  void Keep(size_t input, const ByteRuns& runs);
  void KeepNew(size_t input, const ByteRuns& runs);

  const KernelGraph& graph_;
  std::vector<std::byte*> inputs_;
  std::vector<int64_t> bytes_;  // of each input
  std::vector<Part> parts_;
  std::vector<std::optional<WrittenMap>> dynamic_;  // what Save has saved, by input
};

}  // namespace nki

#endif  // NKI_INTERPRETER_UNDO_LOG_H_
