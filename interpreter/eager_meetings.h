// The two cores of a launch in nki.simulate: who waits for whom, while one of them runs at a time.
#ifndef NKI_INTERPRETER_EAGER_MEETINGS_H_
#define NKI_INTERPRETER_EAGER_MEETINGS_H_

#include <functional>

#include "interpreter/meetings.h"

namespace nki {

class EagerMeetings {
 public:
  struct Cores {
    // Lets the other core go on, and returns when it is this one's turn again; false if the other has ended.
    std::function<bool()> yield;
    std::function<RunContext(int core)> context;
    std::function<std::vector<SourceLocation>()> sources;
  };
  explicit EagerMeetings(Cores cores) : cores_(std::move(cores)), meetings_(nodes_) {}

  // A core comes to the meeting `node`. The other core runs at once, so that the exchange is done when this
  // returns, unless the other one must first go past here. Throws if the cores can't meet.
  void Come(int core, Node node, bool in_loop);
  // Returns when the core waits no more. Throws if it would wait for ever.
  void Await(int core);
  // A core has done something.
  void Moved() { ++moves_; }

 private:
  void Meet(const std::array<size_t, kCores>& pair);
  [[noreturn]] void Throw(const char* rule, const std::string& message, int source);

  Cores cores_;
  KernelGraph nodes_;  // the meetings of late
  Meetings meetings_;
  size_t moves_ = 0;
  int coming_ = 0;  // cores that wait to come
  bool in_loop_ = false;
  int source_ = -1;  // of the latest meeting
};

}  // namespace nki

#endif  // NKI_INTERPRETER_EAGER_MEETINGS_H_
