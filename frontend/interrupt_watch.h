// Ctrl-C for runs in threads that Python's signal handlers do not reach.
#ifndef NKI_FRONTEND_INTERRUPT_WATCH_H_
#define NKI_FRONTEND_INTERRUPT_WATCH_H_

namespace nki {

// From the first question on, until it ends, it sees the interrupts (SIGINT) that come to the process.
// Python's own handler still gets each of them; where the process ignores them, or has Python's handler no
// more, none is seen.
class InterruptWatch {
 public:
  InterruptWatch() = default;
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  bool Arrived();

 private:
  bool watching_ = false;
  int seen_ = 0;
};

}  // namespace nki

#endif  // NKI_FRONTEND_INTERRUPT_WATCH_H_
