#include "interpreter/fork_lock.h"

#include <pthread.h>

#include <mutex>

namespace nki {
namespace {

constinit std::mutex g_mutex;

void Lock() { g_mutex.lock(); }
void Unlock() { g_mutex.unlock(); }

// Set when the library is loaded: no thread can hold the lock before.
[[maybe_unused]] const int g_registered = pthread_atfork(Lock, Unlock, Unlock);

}  // namespace

ForkLock::ForkLock() { Lock(); }
ForkLock::~ForkLock() { Unlock(); }

}  // namespace nki
