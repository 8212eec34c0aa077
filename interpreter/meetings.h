// The two cores of a launch kernel[2](…), which wait for each other where they meet.
#ifndef NKI_INTERPRETER_MEETINGS_H_
#define NKI_INTERPRETER_MEETINGS_H_

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "interpreter/graph.h"

namespace nki {

inline constexpr int kCores = 2;  // of a logical NeuronCore ("Logical Neuron Cores", NKI 0.6)

// True if some instruction of the kernel meets another core.
bool HasMeetings(const KernelGraph& graph);

// What is wrong if one meets another core and the kernel has one core only.
std::string NoOtherCore(const KernelGraph& graph);

// One past the last of the exchanges that follow each other from `node` on and may be done in another order;
// node + 1 if `node` is none.
size_t EndOfExchanges(const KernelGraph& graph, size_t node);

// Which core waits where. A core waits at one barrier, or at exchanges of different pipes, one after the
// other, that touch different tiles.
class Meetings {
 public:
  explicit Meetings(const KernelGraph& graph) : graph_(graph) {}
  bool waits(int core) const { return !waiting_[core].empty(); }
  // Whether a core, which may wait already, can come to the meeting at `node` as well.
  bool CanCome(int core, size_t node);
  void Come(int core, size_t node);
  // Two nodes, of core 0 and core 1, that meet now; they then wait no more.
  std::optional<std::array<size_t, kCores>> Match();
  // What is wrong with two nodes that meet; empty if nothing is.
  std::string Mismatch(const std::array<size_t, kCores>& nodes) const;
  // Where both cores are, when neither can go on.
  std::string Deadlock() const;

 private:
  std::string PlaceOf(size_t node) const;

  // An exchange that waits for an earlier one of its core, as both use a tile.
  struct Refused {
    size_t node, earlier;
    std::string tile;
  };
  const KernelGraph& graph_;
  std::array<std::vector<size_t>, kCores> waiting_;
  std::map<int, Refused> refused_;  // by core
};

// Runs both cores' nodes, each in its own order: core 0 until it waits, then core 1, and so on. `Cores` says
// what is done: `at(core)` is the core's next node or nothing, `Pass(core)` goes past a meeting without
// running anything, `Step(core)` runs the next node (false: stop everything), `Meet(nodes)` is called with
// two that meet (false: stop). Returns false if neither core can go on though one has not ended.
template <typename Cores>
bool RunCores(const KernelGraph& graph, Meetings& meetings, Cores& cores) {
  for (bool moved = true; moved;) {
    moved = false;
    for (int core = 0; core < kCores; ++core) {
      while (const std::optional<size_t> node = cores.at(core)) {
        if (!graph.nodes[*node].instruction->MeetsCore()) {
          if (meetings.waits(core)) break;
          if (!cores.Step(core)) return true;
        } else {
          if (!meetings.CanCome(core, *node)) break;
          meetings.Come(core, *node);
          cores.Pass(core);
          while (const auto nodes = meetings.Match()) {
            if (!cores.Meet(*nodes)) return true;
          }
        }
        moved = true;
      }
    }
  }
  return !cores.at(0) && !cores.at(1) && !meetings.waits(0) && !meetings.waits(1);
}

// The order in which the kernel's nodes run, every loop taken once. Cores that don't find each other are
// reported [core-deadlock], [core-meeting], and meetings without two cores [lnc2-launch].
std::vector<size_t> ExecutionOrder(const KernelGraph& graph, std::vector<Diagnostic>* found);

}  // namespace nki

#endif  // NKI_INTERPRETER_MEETINGS_H_
