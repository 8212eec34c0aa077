#include "interpreter/worker_pool.h"

#include <sys/wait.h>
#include <unistd.h>

#include <numeric>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "memory/tile.h"

namespace nki {
namespace {

TEST(WorkerPool, CallsEveryWorkerOnce) {
  for (int count = 1; count <= 8; ++count) {
    std::vector<int> calls(count, 0);
    ASSERT_TRUE(RunWorkers(count, [&](int worker) { ++calls[worker]; }));
    EXPECT_EQ(calls, std::vector<int>(count, 1));
  }
}

TEST(WorkerPool, RefusesASecondCallWhileOneIsUnderWay) {
  bool inner = true;
  RunWorkers(2, [&](int worker) {
    if (worker == 0) std::thread([&] { inner = RunWorkers(2, [](int) {}); }).join();
  });
  EXPECT_FALSE(inner);
  EXPECT_TRUE(RunWorkers(2, [](int) {}));
}

TEST(WorkerPool, AForkedProcessGetsItsOwnThreads) {
  std::atomic<int> calls = 0;
  ASSERT_TRUE(RunWorkers(3, [&](int) { ++calls; }));
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    alarm(20);  // a pool whose threads are gone would wait for ever
    std::atomic<int> mine = 0;
    const bool ran = RunWorkers(3, [&](int) { ++mine; });
    _exit(ran && mine == 3 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_TRUE(RunWorkers(3, [&](int) { ++calls; }));
  EXPECT_EQ(calls, 6);
}

TEST(WorkerPool, BarrierKeepsWorkersTogether) {
  constexpr int kWorkers = 4, kRounds = 100;
  Barrier barrier(kWorkers);
  std::array<int, kWorkers> rounds{};
  std::atomic<int> wrong = 0;
  ASSERT_TRUE(RunWorkers(kWorkers, [&](int worker) {
    for (int round = 1; round <= kRounds; ++round) {
      rounds[worker] = round;
      if (!barrier.Wait(worker)) ++wrong;
      for (int seen : rounds) wrong += seen != round;
      if (!barrier.Wait(worker)) ++wrong;
    }
  }));
  EXPECT_EQ(wrong, 0);
}

TEST(WorkerPool, AnAbandonedBarrierLetsEveryoneGo) {
  Barrier barrier(3);
  std::atomic<int> released = 0;
  ASSERT_TRUE(RunWorkers(3, [&](int worker) {
    if (worker == 2) return barrier.Abandon();
    released += !barrier.Wait(worker);
  }));
  EXPECT_EQ(released, 2);
  EXPECT_FALSE(barrier.Wait(0));
}

TEST(WorkerPool, UsesAtMostOneWorkerPerBlock) {
  EXPECT_GE(MaxWorkers(), 1);
  EXPECT_LE(MaxWorkers(), kBlocks);
}

#if defined(__x86_64__)
TEST(WorkerPool, DenormalsSurviveInWorkersWhateverTheCallerHasSet) {
  const auto halve = [] {
    volatile float small = 0x1p-126f;
    return small * 0.5f;
  };
  const unsigned saved = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(saved | 0x8040);  // flush denormals, as XLA does
  EXPECT_EQ(halve(), 0);
  {
    FloatingPointScope scope;
    EXPECT_GT(halve(), 0);
  }
  EXPECT_EQ(halve(), 0) << "the caller's state comes back";
  float in_worker = 0;
  RunWorkers(2, [&](int worker) {
    if (worker == 1) in_worker = halve();
  });
  __builtin_ia32_ldmxcsr(saved);
  EXPECT_GT(in_worker, 0);
}
#endif

}  // namespace
}  // namespace nki
