#include "interpreter/worker_pool.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "interpreter/fork_lock.h"
#include "memory/error.h"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace nki {
namespace {

// A wait between two steps is shorter than this; after it another process may well have this processor.
constexpr int kSpins = 1000;
constexpr int kNowhere = -1;  // a processor's number

void Pause() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

// A thread that sleeps until it is given work.
class Worker {
 public:
  Worker() : thread_([this] { Loop(); }) { thread_.detach(); }

  void Start(const std::function<void(int)>* work, int index) {
    index_ = index;
    processor_.store(kNowhere, std::memory_order_relaxed);
    work_.store(work, std::memory_order_release);
    work_.notify_one();
  }
  void AwaitEnd() {
    const int mine = sched_getcpu();
    for (int spin = 0; work_.load(std::memory_order_acquire) != nullptr; ++spin) {
      const int processor = processor_.load(std::memory_order_relaxed);
      // One that has not begun may be waiting for this processor.
      const bool elsewhere = processor != kNowhere && processor != mine;
      elsewhere&& spin < kSpins ? Pause() : std::this_thread::yield();
    }
  }

 private:
  void Loop() {
    FloatingPointScope floating_point;
    while (true) {
      work_.wait(nullptr, std::memory_order_acquire);
      processor_.store(sched_getcpu(), std::memory_order_relaxed);
      (*work_.load(std::memory_order_acquire))(index_);
      work_.store(nullptr, std::memory_order_release);
    }
  }
  std::atomic<const std::function<void(int)>*> work_{nullptr};
  std::atomic<int> processor_{kNowhere};
  int index_ = 0;
  std::thread thread_;
};

struct Pool {
  pid_t process = getpid();
  std::mutex busy;
  std::vector<std::unique_ptr<Worker>> workers;
};

// The pool of this process. After a fork the parent's threads do not exist: the child leaves that pool alone
// and makes its own. Never destroyed: its threads may outlive static objects.
Pool& ThePool() {
  const ForkLock lock;
  static Pool* pool = nullptr;
  if (pool == nullptr || pool->process != getpid()) pool = new Pool;
  return *pool;
}

}  // namespace

Barrier::Barrier(int count) : count_(count) {
  for (std::atomic<int>& processor : processors_) processor.store(kNowhere, std::memory_order_relaxed);
}

bool Barrier::SharesProcessor(int worker) const {
  const int mine = processors_[worker].load(std::memory_order_relaxed);
  for (int other = 0; other < count_; ++other) {
    if (other != worker && processors_[other].load(std::memory_order_relaxed) == mine) return true;
  }
  return false;
}

bool Barrier::Wait(int worker) {
  processors_[worker].store(sched_getcpu(), std::memory_order_relaxed);
  const unsigned round = round_.load(std::memory_order_acquire);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == count_) {
    arrived_.store(0, std::memory_order_relaxed);
    round_.store(round + 1, std::memory_order_release);
    return !abandoned();
  }
  const int spins = SharesProcessor(worker) ? 0 : kSpins;
  for (int spin = 0; round_.load(std::memory_order_acquire) == round; ++spin) {
    if (abandoned()) return false;
    spin < spins ? Pause() : std::this_thread::yield();  // others may need this processor
  }
  return !abandoned();
}

int MaxWorkers() {
  const ForkLock lock;
  static const int count = [] {
    const char* text = std::getenv("NKI_NUM_THREADS");
    int wanted = 0;
    if (text != nullptr && *text != 0) {
      const char* const end = text + std::strlen(text);
      const auto read = std::from_chars(text, end, wanted);
      if (read.ec != std::errc() || read.ptr != end || wanted < 1)
        throw Error("NKI_NUM_THREADS is '" + std::string(text) + "'; it must be a positive integer");
    }
    const int processors = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    return std::clamp(wanted > 0 ? wanted : processors, 1, kBlocks);
  }();
  return count;
}

bool RunWorkers(int count, const std::function<void(int)>& work) {
  Pool& pool = ThePool();
  std::unique_lock lock(pool.busy, std::try_to_lock);
  if (!lock) return false;
  while (static_cast<int>(pool.workers.size()) < count - 1)
    pool.workers.push_back(std::make_unique<Worker>());
  for (int i = 1; i < count; ++i) pool.workers[i - 1]->Start(&work, i);
  work(0);
  for (int i = 1; i < count; ++i) pool.workers[i - 1]->AwaitEnd();
  return true;
}

#if defined(__x86_64__)
FloatingPointScope::FloatingPointScope() : saved_(_mm_getcsr()) { _mm_setcsr(0x1f80); }
FloatingPointScope::~FloatingPointScope() { _mm_setcsr(static_cast<unsigned>(saved_)); }
#elif defined(__aarch64__)
FloatingPointScope::FloatingPointScope() {
  asm volatile("mrs %0, fpcr" : "=r"(saved_));
  asm volatile("msr fpcr, %0" : : "r"(0ull));
}
FloatingPointScope::~FloatingPointScope() { asm volatile("msr fpcr, %0" : : "r"(saved_)); }
#else
FloatingPointScope::FloatingPointScope() : saved_(0) {}
FloatingPointScope::~FloatingPointScope() = default;
#endif

}  // namespace nki
