// Arrays that a kernel writes: in place where they lie as kernels need it, and otherwise through a copy.
#ifndef NKI_FRONTEND_WRITE_BACK_H_
#define NKI_FRONTEND_WRITE_BACK_H_

#include <cstdint>
#include <span>
#include <vector>

#include "interpreter/executor.h"

namespace nki {

// The caller's array behind an input that is a dense copy of it.
struct CopiedArray {
  size_t input = 0;
  std::byte* address = nullptr;
  std::vector<int64_t> steps;  // in bytes, one per axis
  bool swapped = false;        // it has the other byte order
};

// Runs a plan that writes its inputs. Afterwards the callers' arrays hold all that it wrote, and bytes that
// it did not write were not touched: another thread may change them meanwhile. If the run fails, they are
// what they were.
RunReport RunAndWriteBack(const Plan& plan, std::span<void* const> inputs, std::span<void* const> outputs,
                          std::span<const CopiedArray> copied, RunOptions options);

}  // namespace nki

#endif  // NKI_FRONTEND_WRITE_BACK_H_
