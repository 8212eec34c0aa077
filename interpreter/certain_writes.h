// What is written on every way that a run can take.
#ifndef NKI_INTERPRETER_CERTAIN_WRITES_H_
#define NKI_INTERPRETER_CERTAIN_WRITES_H_

#include <map>

#include "interpreter/written_map.h"

namespace nki {

// A walk through a kernel takes every loop once, and a write at a dynamic address for a write of the whole
// tensor; its maps hold what may be written. This keeps the maps that differ from those: without what only a
// run can promise. Inside a loop its own writes are certain; behind it they are not, unless it runs at least
// once.
class CertainWrites {
 public:
  // `possible` or the part of it that is certain.
  const WrittenMap& Of(const WrittenMap& possible) const {
    const auto found = maps_.find(&possible);
    return found == maps_.end() ? possible : found->second;
  }
  // A write to some of `runs`, before it is marked in `possible`, which must stay where it is.
  void WriteSome(const WrittenMap& possible) { maps_.try_emplace(&possible, possible); }
  // A write to all of `runs`. `loop` is the region that may not run in which it happens, -1 if there is none.
  void WriteAll(const WrittenMap& possible, const ByteRuns& runs, int loop) {
    if (loop >= 0) {
      WriteSome(possible);
      before_loops_[loop].try_emplace(&possible, maps_.at(&possible));
    }
    if (const auto found = maps_.find(&possible); found != maps_.end()) found->second.Mark(runs);
  }
  // The end of a region.
  void Leave(int loop) {
    const auto before = before_loops_.find(loop);
    if (before == before_loops_.end()) return;
    for (auto& [possible, map] : before->second) maps_.at(possible) = std::move(map);
    before_loops_.erase(before);
  }

 private:
  using Maps = std::map<const WrittenMap*, WrittenMap>;
  Maps maps_;                         // by the map of what is possible
  std::map<int, Maps> before_loops_;  // by region: as they were before it, if it writes them
};

}  // namespace nki

#endif  // NKI_INTERPRETER_CERTAIN_WRITES_H_
