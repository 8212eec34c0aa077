// Threads that run one plan together.
#ifndef NKI_INTERPRETER_WORKER_POOL_H_
#define NKI_INTERPRETER_WORKER_POOL_H_

#include <atomic>
#include <functional>

namespace nki {

// Lets `count` workers wait for each other: a spin, since steps between two barriers take microseconds.
class Barrier {
 public:
  explicit Barrier(int count) : count_(count) {}
  // False if the run was abandoned: the caller must stop.
  bool Wait();
  void Abandon() { abandoned_.store(true, std::memory_order_release); }
  bool abandoned() const { return abandoned_.load(std::memory_order_acquire); }

 private:
  const int count_;
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<unsigned> round_{0};
  alignas(64) std::atomic<bool> abandoned_{false};
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
