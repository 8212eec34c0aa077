// The process's compiled kernels by key: how frameworks that only carry a string (XLA, torch operators) find
// them.
#ifndef NKI_INTERPRETER_RUN_TABLE_H_
#define NKI_INTERPRETER_RUN_TABLE_H_

#include <functional>
#include <map>
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

// Keys are content hashes, so an entry never changes; it goes when it was removed as often as it was added.
void AddCompiled(const std::string& key, std::shared_ptr<const Plan> plan);
void RemoveCompiled(const std::string& key);                     // runs under way keep their plan
std::shared_ptr<const Plan> FindCompiled(std::string_view key);  // null if there is none
// Throws UnknownKernelError if there is none.
std::shared_ptr<const Plan> GetCompiled(std::string_view key);

// What happens around every run of this process, whichever door it came through (nki-py's --log, --stats,
// --check).
struct RunHooks {
  bool check_only = false;                      // don't run: results are zeros
  std::function<void(const std::string&)> log;  // gets a line per executed instruction
};
void SetRunHooks(RunHooks hooks);
RunHooks TheRunHooks();
void SetPrintHook(PrintHook hook);
PrintHook ThePrintHook();

// What runs have been made of each kernel name, for --stats.
struct RunTotals {
  int64_t calls = 0;
  int64_t steps = 0;
  double seconds = 0;
};
std::map<std::string, RunTotals> Totals();
void CountRun(const std::string& kernel, const RunReport& report);

// RunPlan with the hooks. Every door uses this.
RunReport RunHooked(const Plan& plan, std::span<void* const> inputs, std::span<void* const> outputs,
                    RunOptions options = {});

// Runs the kernel `key`; pointers as for RunPlan.
void RunCompiled(std::string_view key, std::span<void* const> inputs, std::span<void* const> outputs);

}  // namespace nki

#endif  // NKI_INTERPRETER_RUN_TABLE_H_
