// What the engines' registers hold while a kernel is walked.
#ifndef NKI_INTERPRETER_REGISTER_WALK_H_
#define NKI_INTERPRETER_REGISTER_WALK_H_

#include <array>
#include <bitset>
#include <map>
#include <vector>

#include "interpreter/graph.h"

namespace nki {

// Registers are undefined when a program starts, until an instruction resets them: [uninitialised-register].
class RegisterWalk {
 public:
  RegisterWalk(const KernelGraph& graph, std::vector<Diagnostic>* found) : graph_(graph), found_(found) {}
  void Visit(size_t node);

 private:
  void Warn(const Node& node, int64_t partition, bool spoiled);

  const KernelGraph& graph_;
  std::vector<Diagnostic>* found_;
  struct Facts {
    std::array<std::bitset<128>, kEngineStates> defined, spoiled;  // by partition; spoiled by reduce_cmd.idle
  };
  std::map<int64_t, Facts> programs_;  // each has a core to itself
};

}  // namespace nki

#endif  // NKI_INTERPRETER_REGISTER_WALK_H_
