#include "interpreter/eager_meetings.h"

#include <iterator>

#include "interpreter/exchange.h"
#include "interpreter/plan.h"

namespace nki {

void EagerMeetings::Come(int core, Node node, bool in_loop) {
  if (coming_ == 0 && !meetings_.waits(0) && !meetings_.waits(1)) nodes_.nodes.clear();
  const size_t at = nodes_.nodes.size();
  const bool barrier = node.instruction->MeetsCore()->kind == Meeting::Kind::kBarrier;
  const int source = node.source;
  if (source >= std::ssize(nodes_.sources)) nodes_.sources = cores_.sources();
  nodes_.nodes.push_back(std::move(node));
  ++coming_;
  if (!meetings_.CanCome(core, at)) Await(core);
  --coming_;
  Moved();
  source_ = source;
  in_loop_ |= in_loop;
  meetings_.Come(core, at);
  while (const auto pair = meetings_.Match()) Meet(*pair);
  if (!meetings_.waits(core)) return;
  if (barrier) return Await(core);
  cores_.yield();
}

void EagerMeetings::Await(int core) {
  while (meetings_.waits(core)) {
    const size_t before = moves_;
    const bool other_goes_on = cores_.yield();
    if (!meetings_.waits(core)) return;
    if (other_goes_on && moves_ != before) continue;
    Throw("core-deadlock", meetings_.Deadlock(), source_);
  }
}

void EagerMeetings::Meet(const std::array<size_t, kCores>& pair) {
  const std::string wrong = meetings_.Mismatch(pair);
  if (!wrong.empty()) Throw("core-meeting", wrong, nodes_.nodes[pair[0]].source);
  const Meeting first = *nodes_.nodes[pair[0]].instruction->MeetsCore();
  const Meeting second = *nodes_.nodes[pair[1]].instruction->MeetsCore();
  if (first.kind == Meeting::Kind::kExchange) Exchange(first, cores_.context(0), second, cores_.context(1));
}

// How often a loop brings the cores together is a matter of data, as it is in a plan.
void EagerMeetings::Throw(const char* rule, const std::string& message, int source) {
  if (in_loop_) throw RunError(message);
  std::vector<Diagnostic> found{Problem(rule, source, message)};
  AddPlaces(nodes_, found);
  throw VerifyError(std::move(found));
}

}  // namespace nki
