#include "frontend/interrupt_watch.h"

#include <signal.h>

#include <atomic>

#include "interpreter/fork_lock.h"

namespace nki {
namespace {

std::atomic<int> g_arrived{0};
int g_watches = 0;          // under the ForkLock
struct sigaction g_passed;  // the handler that ours passes signals on to; written while ours is not installed

void OnInterrupt(int signal, siginfo_t* info, void* context) {
  g_arrived.fetch_add(1, std::memory_order_relaxed);
  if ((g_passed.sa_flags & SA_SIGINFO) != 0) {
    g_passed.sa_sigaction(signal, info, context);
  } else {
    g_passed.sa_handler(signal);
  }
}

bool IsOurs(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) != 0 && action.sa_sigaction == OnInterrupt;
}

bool CallsAFunction(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) != 0 ||
         (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN);
}

void Install() {
  struct sigaction present;
  if (sigaction(SIGINT, nullptr, &present) != 0 || IsOurs(present) || !CallsAFunction(present)) return;
  g_passed = present;
  struct sigaction ours = present;
  ours.sa_flags |= SA_SIGINFO;
  ours.sa_sigaction = OnInterrupt;
  sigaction(SIGINT, &ours, nullptr);
}

// Leaves alone what somebody has installed meanwhile.
void Uninstall() {
  struct sigaction present;
  if (sigaction(SIGINT, nullptr, &present) == 0 && IsOurs(present)) sigaction(SIGINT, &g_passed, nullptr);
}

}  // namespace

bool InterruptWatch::Arrived() {
  if (!watching_) {
    const ForkLock lock;
    if (g_watches++ == 0) Install();
    watching_ = true;
    seen_ = g_arrived.load(std::memory_order_relaxed);
  }
  return g_arrived.load(std::memory_order_relaxed) != seen_;
}

InterruptWatch::~InterruptWatch() {
  if (!watching_) return;
  const ForkLock lock;
  if (--g_watches == 0) Uninstall();
}

}  // namespace nki
