// Addresses on chip for the tensors that the kernel did not place itself.
#ifndef NKI_INTERPRETER_ALLOCATOR_H_
#define NKI_INTERPRETER_ALLOCATOR_H_

#include <vector>

#include "interpreter/graph.h"

namespace nki {

// The nodes between which a tensor holds something: from its first to its last use. Unused tensors have first
// > last.
struct LiveRange {
  size_t first = SIZE_MAX;
  size_t last = 0;
  bool used() const { return first <= last; }
};

std::vector<LiveRange> LiveRanges(const KernelGraph& graph);  // by tensor id

struct Allocation {
  std::vector<Placement> placements;  // by tensor id
  int64_t sbuf_peak = 0;              // bytes per partition
  int64_t psum_peak = 0;
};

// Places by liveness, reusing the most recently freed address first, so that a chain of tiles stays in the
// host's cache. A tensor takes its bytes in all partitions. PSUM tensors do not cross a bank unless they are
// larger than one. What does not fit is reported with needed and available bytes per partition.
Allocation Allocate(const KernelGraph& graph, const std::vector<LiveRange>& live,
                    std::vector<Diagnostic>* found);

}  // namespace nki

#endif  // NKI_INTERPRETER_ALLOCATOR_H_
