// Which parts of a tensor have been written, byte by byte: what the planner proves reads against.
#ifndef NKI_INTERPRETER_WRITTEN_MAP_H_
#define NKI_INTERPRETER_WRITTEN_MAP_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "memory/view.h"

namespace nki {

// Bytes of a storage: start + Σ step_k · i_k for all index tuples, each the start of a run of `run` bytes.
struct ByteRuns {
  int64_t start = 0;
  int64_t run = 0;
  int rank = 0;
  std::array<Dim, kMaxRank> dims;

  // The bytes of `view` inside its tensor (on chip: partition after partition).
  static ByteRuns Of(const View& view);
};

// The same bytes of some neighbouring partitions, counted inside a tensor. One in HBM is one partition.
struct BytesOfPartitions {
  int partition;
  int partitions;
  int64_t byte;
  int64_t bytes;
};

struct UnwrittenPart {
  int tensor = 0;
  std::vector<BytesOfPartitions> runs;
  bool fresh = false;  // it becomes what fresh memory holds, not 0 (fresh_memory.h)
};

class WrittenMap {
 public:
  enum class State : uint8_t { kNone, kSome, kAll };

  explicit WrittenMap(int64_t bytes, bool written = false)
      : bytes_(bytes), state_(written ? State::kAll : State::kNone) {}

  // Marks the runs and returns what was written of them before.
  State Mark(const ByteRuns& runs);
  void Unmark(const ByteRuns& runs);
  State Of(const ByteRuns& runs) const;
  // A byte of the runs that is not written: the first one in the first run that has any.
  std::optional<int64_t> FirstMissing(const ByteRuns& runs) const;
  // All bytes of the runs that are not written, in the order in which the runs meet them.
  struct Run {
    int64_t start, bytes;
  };
  std::vector<Run> Missing(const ByteRuns& runs) const;
  State whole() const { return state_; }

 private:
  bool CoversAll(const ByteRuns& runs) const;
  void Refine(const ByteRuns& runs);
  template <typename Visit>
  void ForEachMask(const ByteRuns& runs, const Visit& visit) const;

  int64_t bytes_;
  State state_;             // kSome: look at bits_
  int64_t granule_ = 4096;  // bytes per bit; refined when an access needs it
  int64_t missing_ = 0;     // bits that are 0
  std::vector<uint64_t> bits_;
};

}  // namespace nki

#endif  // NKI_INTERPRETER_WRITTEN_MAP_H_
