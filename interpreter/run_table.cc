#include "interpreter/run_table.h"

#include <cstring>
#include <mutex>
#include <shared_mutex>

namespace nki {
namespace {

struct Entry {
  std::shared_ptr<const Plan> plan;
  int holders = 0;
};

struct Table {
  std::shared_mutex mutex;
  std::map<std::string, Entry, std::less<>> plans;
};

struct Observed {
  std::mutex mutex;
  RunHooks hooks;
  std::map<std::string, RunTotals> totals;
};

Observed& TheObserved() {
  static Observed* observed = new Observed;
  return *observed;
}

Table& TheTable() {
  static Table* table =
      new Table;  // never destroyed: a framework's thread may still look a kernel up at exit
  return *table;
}

}  // namespace

void AddCompiled(const std::string& key, std::shared_ptr<const Plan> plan) {
  Table& table = TheTable();
  std::unique_lock lock(table.mutex);
  Entry& entry = table.plans[key];
  if (entry.holders++ == 0) entry.plan = std::move(plan);
}

void RemoveCompiled(const std::string& key) {
  Table& table = TheTable();
  std::shared_ptr<const Plan> last;  // destroyed after the lock is released
  std::unique_lock lock(table.mutex);
  const auto found = table.plans.find(key);
  if (found == table.plans.end() || --found->second.holders > 0) return;
  last = std::move(found->second.plan);
  table.plans.erase(found);
}

std::shared_ptr<const Plan> FindCompiled(std::string_view key) {
  Table& table = TheTable();
  std::shared_lock lock(table.mutex);
  const auto found = table.plans.find(key);
  return found == table.plans.end() ? nullptr : found->second.plan;
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
  std::lock_guard lock(TheObserved().mutex);
  TheObserved().hooks = std::move(hooks);
}

std::map<std::string, RunTotals> Totals() {
  std::lock_guard lock(TheObserved().mutex);
  return TheObserved().totals;
}

RunReport RunHooked(const Plan& plan, std::span<void* const> inputs, std::span<void* const> outputs,
                    RunOptions options) {
  Observed& observed = TheObserved();
  bool check_only;
  {
    std::lock_guard lock(observed.mutex);
    check_only = observed.hooks.check_only;
    options.log = observed.hooks.log;
  }
  RunReport report;
  if (check_only) {
    const std::vector<View>& results = plan.graph->outputs;
    for (size_t i = 0; i < results.size(); ++i) {
      if (plan.graph->AliasedInput(i) < 0) std::memset(outputs[i], 0, results[i].tensor->bytes());
    }
  } else {
    report = RunPlan(plan, inputs, outputs, options);
  }
  std::lock_guard lock(observed.mutex);
  RunTotals& totals = observed.totals[plan.graph->name];
  ++totals.calls;
  totals.steps += report.steps;
  totals.seconds += report.seconds;
  return report;
}

void RunCompiled(std::string_view key, std::span<void* const> inputs, std::span<void* const> outputs) {
  RunHooked(*GetCompiled(key), inputs, outputs);
}

}  // namespace nki
