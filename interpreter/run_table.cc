#include "interpreter/run_table.h"

#include <atomic>
#include <cstring>

#include "interpreter/fork_lock.h"

namespace nki {
namespace {

struct Entry {
  std::shared_ptr<const Plan> plan;
  int holders = 0;
};

// All under ForkLock, and never destroyed: a framework's thread may still look a kernel up at exit.
struct Shared {
  std::map<std::string, Entry, std::less<>> plans;
  RunHooks hooks;
  std::map<std::string, RunTotals> totals;
};

Shared& TheShared() {
  static Shared* shared = new Shared;
  return *shared;
}

}  // namespace

void AddCompiled(const std::string& key, std::shared_ptr<const Plan> plan) {
  const ForkLock lock;
  Entry& entry = TheShared().plans[key];
  if (entry.holders++ == 0) entry.plan = std::move(plan);
}

void RemoveCompiled(const std::string& key) {
  std::shared_ptr<const Plan> last;  // destroyed after the lock is released
  const ForkLock lock;
  auto& plans = TheShared().plans;
  const auto found = plans.find(key);
  if (found == plans.end() || --found->second.holders > 0) return;
  last = std::move(found->second.plan);
  plans.erase(found);
}

std::shared_ptr<const Plan> FindCompiled(std::string_view key) {
  const ForkLock lock;
  const auto& plans = TheShared().plans;
  const auto found = plans.find(key);
  return found == plans.end() ? nullptr : found->second.plan;
}

std::shared_ptr<const Plan> GetCompiled(std::string_view key) {
  std::shared_ptr<const Plan> plan = FindCompiled(key);
  if (!plan) {
    throw UnknownKernelError(
        "NKI kernel " + std::string(key) +
        " is not in this process: call the kernel here once with these shapes, dtypes and arguments, "
        "so that it is traced, before running a program that was compiled or exported elsewhere");
  }
  return plan;
}

void SetRunHooks(RunHooks hooks) {
  const ForkLock lock;
  std::swap(TheShared().hooks, hooks);  // the old ones are destroyed after the lock is released
}

RunHooks TheRunHooks() {
  const ForkLock lock;
  return TheShared().hooks;
}

namespace {
std::atomic<PrintHook> print_hook = nullptr;
}  // namespace

void SetPrintHook(PrintHook hook) { print_hook.store(hook); }
PrintHook ThePrintHook() { return print_hook.load(); }

std::map<std::string, RunTotals> Totals() {
  const ForkLock lock;
  return TheShared().totals;
}

void CountRun(const std::string& kernel, const RunReport& report) {
  const ForkLock lock;
  RunTotals& totals = TheShared().totals[kernel];
  ++totals.calls;
  totals.steps += report.steps;
  totals.seconds += report.seconds;
}

RunReport RunHooked(const Plan& plan, std::span<void* const> inputs, std::span<void* const> outputs,
                    RunOptions options) {
  RunHooks hooks = TheRunHooks();
  options.log = std::move(hooks.log);
  options.print = ThePrintHook();
  RunReport report;
  if (hooks.check_only) {
    const std::vector<View>& results = plan.graph->outputs;
    for (size_t i = 0; i < results.size(); ++i) {
      if (plan.graph->AliasedInput(i) < 0) std::memset(outputs[i], 0, results[i].tensor->bytes());
    }
  } else {
    report = RunPlan(plan, inputs, outputs, options);
  }
  CountRun(plan.graph->name, report);
  return report;
}

void RunCompiled(std::string_view key, std::span<void* const> inputs, std::span<void* const> outputs) {
  RunHooked(*GetCompiled(key), inputs, outputs);
}

}  // namespace nki
