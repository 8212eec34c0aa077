// Threads that run one plan together.
#ifndef NKI_INTERPRETER_WORKER_POOL_H_
#define NKI_INTERPRETER_WORKER_POOL_H_

#include <array>
#include <atomic>
#include <functional>

#include "memory/tile.h"

namespace nki {

// Lets `count` workers wait for each other: a spin, since steps between two barriers take microseconds; but
// not on a processor that another of them needs to get here.
class Barrier {
 public:
  explicit Barrier(int count);  // at most kBlocks
  // False if the run was abandoned: the caller must stop.
  bool Wait(int worker);
  void Abandon() { abandoned_.store(true, std::memory_order_release); }
  bool abandoned() const { return abandoned_.load(std::memory_order_acquire); }

 private:
  bool SharesProcessor(int worker) const;

  const int count_;
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<unsigned> round_{0};
  alignas(64) std::atomic<bool> abandoned_{false};
  alignas(64) std::array<std::atomic<int>, kBlocks> processors_;  // where each worker was seen last
};

// How many workers a run may use: NKI_NUM_THREADS, else the number of processors, at most one per block of
// partitions.
int MaxWorkers();

// Calls work(0) here and work(1) … work(count - 1) on other threads, and returns when all have. The threads
// are kept for the next call; a process that forks gets new ones. Returns false, having done nothing, while
// another call is under way.
bool RunWorkers(int count, const std::function<void(int)>& work);

// Round to nearest, denormals kept: what a kernel computes with, whatever the caller (XLA flushes denormals)
// has set.
class FloatingPointScope {
 public:
  FloatingPointScope();
  ~FloatingPointScope();
  FloatingPointScope(const FloatingPointScope&) = delete;
  FloatingPointScope& operator=(const FloatingPointScope&) = delete;

 private:
  unsigned long long saved_;
};

}  // namespace nki

#endif  // NKI_INTERPRETER_WORKER_POOL_H_
