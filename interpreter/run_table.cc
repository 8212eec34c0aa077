#include "interpreter/run_table.h"

#include <map>
#include <mutex>
#include <shared_mutex>

namespace nki {
namespace {

struct Table {
  std::shared_mutex mutex;
  std::map<std::string, std::shared_ptr<const Plan>, std::less<>> plans;
};

Table& TheTable() {
  static Table* table = new Table;  // never destroyed: a framework's thread may still look a kernel up at exit
  return *table;
}

}  // namespace

void AddCompiled(const std::string& key, std::shared_ptr<const Plan> plan) {
  Table& table = TheTable();
  std::unique_lock lock(table.mutex);
  table.plans.try_emplace(key, std::move(plan));
}

std::shared_ptr<const Plan> FindCompiled(std::string_view key) {
  Table& table = TheTable();
  std::shared_lock lock(table.mutex);
  const auto found = table.plans.find(key);
  return found == table.plans.end() ? nullptr : found->second;
}

std::shared_ptr<const Plan> GetCompiled(std::string_view key) {
  std::shared_ptr<const Plan> plan = FindCompiled(key);
  if (!plan) {
    throw UnknownKernelError("NKI kernel " + std::string(key) +
                             " is not in this process: call the kernel here once with these shapes, dtypes and arguments, "
                             "so that it is traced, before running a program that was compiled or exported elsewhere");
  }
  return plan;
}

void RunCompiled(std::string_view key, std::span<void* const> inputs, std::span<void* const> outputs) {
  RunPlan(*GetCompiled(key), inputs, outputs);
}

}  // namespace nki
