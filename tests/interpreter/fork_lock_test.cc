#include "interpreter/fork_lock.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "interpreter/run_table.h"
#include "tests/interpreter/graph_builder.h"

namespace nki {
namespace {

constexpr unsigned kPatience = 20;  // seconds after which a child counts as hung

// out = in + in, worth two workers if it is wide.
GraphBuilder Doubling(int64_t columns) {
  GraphBuilder b;
  const View in = b.Input({128, columns}), out = b.Hbm({128, columns}), x = b.Sbuf({128, columns});
  b.Load(x, in);
  b.Add("tensor_tensor", {{"dst", x}, {"data1", x}, {"data2", x}, {"op", AluOp::kAdd}});
  b.Load(out, x);
  b.Return(out);
  return b;
}

bool DoublesRight(const std::string& key, int64_t columns) {
  std::vector<float> in(128 * columns, 1.5f), out(in.size());
  void* inputs[] = {in.data()};
  void* outputs[] = {out.data()};
  RunCompiled(key, inputs, outputs);
  return out == std::vector<float>(in.size(), 3.0f);
}

// The exit status of a child that does `work`; -1 if a signal (the alarm) ended it.
template <typename Work>
int InAChild(const Work& work) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(kPatience);
    _exit(work() ? 0 : 1);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) return -2;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(ForkLock, AChildNeverInheritsItLocked) {
  std::atomic<bool> stop = false;
  std::thread holder([&] {
    while (!stop) const ForkLock lock;
  });
  int wrong = 0;
  for (int i = 0; i < 200; ++i) {
    wrong += InAChild([] {
               const ForkLock lock;
               return true;
             }) != 0;
    if (wrong > 0) break;  // one hung child has taken long enough
  }
  stop = true;
  holder.join();
  EXPECT_EQ(wrong, 0);
}

TEST(ForkLock, ChildrenRunKernelsWhileTheParentDoes) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP()
      << "a child may inherit the allocator of GCC 12's AddressSanitizer locked, and hangs in malloc";
#elif defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "ThreadSanitizer ends children that make threads (\"dup thread with used id\")";
#endif
  AddCompiled("fork_lock_test.small", Doubling(16).Make());
  AddCompiled("fork_lock_test.wide", Doubling(1024).Make());
  const auto run = [] {
    return DoublesRight("fork_lock_test.small", 16) && DoublesRight("fork_lock_test.wide", 1024);
  };
  std::atomic<bool> stop = false;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (!stop) wrong += !run();
    });
  }
  for (int i = 0; i < 100 && wrong == 0; ++i) wrong += InAChild(run) != 0;
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  RemoveCompiled("fork_lock_test.small");
  RemoveCompiled("fork_lock_test.wide");
}

}  // namespace
}  // namespace nki
