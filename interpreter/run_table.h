// The process's compiled kernels by key: how frameworks that only carry a string (XLA, torch operators) find them.
#ifndef NKI_INTERPRETER_RUN_TABLE_H_
#define NKI_INTERPRETER_RUN_TABLE_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "interpreter/executor.h"

namespace nki {

// No kernel with this key was traced in this process.
struct UnknownKernelError : Error {
  using Error::Error;
};

// Keys are content hashes, so an entry never changes; adding it again is harmless.
void AddCompiled(const std::string& key, std::shared_ptr<const Plan> plan);
std::shared_ptr<const Plan> FindCompiled(std::string_view key);  // null if there is none
// Throws UnknownKernelError if there is none.
std::shared_ptr<const Plan> GetCompiled(std::string_view key);
// Runs the kernel `key`; pointers as for RunPlan.
void RunCompiled(std::string_view key, std::span<void* const> inputs, std::span<void* const> outputs);

}  // namespace nki

#endif  // NKI_INTERPRETER_RUN_TABLE_H_
