// The lock of what all threads of the process share.
#ifndef NKI_INTERPRETER_FORK_LOCK_H_
#define NKI_INTERPRETER_FORK_LOCK_H_

namespace nki {

// While one exists, no other thread has one, and no thread forks: a child process has only the thread that
// forked, so a lock that another thread held at that moment would stay locked in it for ever. There is one
// lock for the whole process. Hold it for moments only; take no other lock, call no Python and no user's code
// meanwhile. What a function makes once (`static`) is safe from forks too if it is made under this lock.
class ForkLock {
 public:
  ForkLock();
  ~ForkLock();
  ForkLock(const ForkLock&) = delete;
  ForkLock& operator=(const ForkLock&) = delete;
};

}  // namespace nki

#endif  // NKI_INTERPRETER_FORK_LOCK_H_
