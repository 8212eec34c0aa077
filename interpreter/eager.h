// Runs each instruction of a kernel as soon as it is issued, so that its tensors have values: nki.simulate.
#ifndef NKI_INTERPRETER_EAGER_H_
#define NKI_INTERPRETER_EAGER_H_

#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "interpreter/eager_meetings.h"
#include "interpreter/graph.h"
#include "interpreter/verifier.h"
#include "memory/machine_state.h"

namespace nki {

struct EagerOptions {
  bool portable_math = false;
  PrintHook print = nullptr;
  // The lines that nodes and tensors refer to; asked for when there is something to say.
  std::function<std::vector<SourceLocation>()> sources;
  // Gets each warning once, before its instruction runs; what it throws keeps that from running.
  std::function<void(const Diagnostic&)> warn;
  // Gets a line per executed instruction, as RunOptions::log.
  std::function<void(const std::string&)> log;
};

// The checks are those of a plan and so are the bodies of the instructions and their results, bit by bit. Two
// things differ, as they do in AWS's simulator (nki.simulate, NKI 0.6). Tensors live as long as Python holds
// them, which is longer than on the device: each has memory of its own and only its own size is checked,
// except that tensors with an address share the memory's image. Reading what nothing has written is a
// warning, and gives what fresh memory holds.
class EagerMachine {
 public:
  EagerMachine(std::shared_ptr<KernelGraph> graph, EagerOptions options);
  ~EagerMachine();
  EagerMachine(const EagerMachine&) = delete;
  EagerMachine& operator=(const EagerMachine&) = delete;

  const std::shared_ptr<KernelGraph>& graph() const { return graph_; }

  // Makes the memory of a tensor of the graph. Throws VerifyError if it is larger than the target's.
  void AddTensor(const Tensor& tensor);
  // An argument; its values are copied before they are written.
  void AddInput(const Tensor& tensor, std::shared_ptr<const void> values);
  // Nothing refers to the tensor any more: its id may be given to another.
  void DropTensor(int id);
  // The id of a tensor that is gone, for the next one, or -1.
  int TakeFreeId();

  // The two programs of the grid run side by side, each on a core of its own. `yield` lets the other one go
  // on and returns when it is this one's turn again, or false if the other has ended.
  void SetCores(std::function<bool()> yield);
  void BeginProgram();
  // Returns when the program waits for no other core.
  void EndProgram();
  // Checks and runs an instruction, which becomes the graph's only node. Throws VerifyError or RunError.
  void Run(Node node);
  // True if the innermost loop, at its head or at the end of a pass, has a next pass; sets its register.
  bool NextPass();
  // True if the innermost open loop is a `while` on this register.
  bool InWhile(Register condition) const;
  // Throws VerifyError if nothing has set it.
  double ValueOf(Register reg) const;
  bool IsSet(Register reg) const;
  // Checks what the kernel returns, graph()->outputs, and adds the run to the totals (run_table.h).
  void Finish();

  bool WasWritten(int input) const { return inputs_written_.contains(input); }
  // What the kernel has not written of an input of which it has written something.
  std::vector<WrittenMap::Run> Unwritten(int input) const;
  // The elements of a view in the order of its axes, side by side.
  void CopyOut(const View& view, std::byte* to) const;

 private:
  struct Loop {
    Flow flow;
    int region;
    bool entered = false;
    int64_t value = 0, stop = 0;
  };

  struct Free {
    void operator()(std::byte* memory) const;
  };
  using Memory = std::unique_ptr<std::byte[], Free>;
  static Memory NewMemory(int64_t bytes);

  RunContext Context(int program) const;
  RunContext Context() const { return Context(graph_->open_program); }
  std::vector<Loop>& loops() { return loops_[graph_->open_program]; }
  void MakeRoom();
  void MakeChipMemory(const Tensor& tensor);
  void FillPinned(const Tensor& tensor);
  void CheckCapacity(const Tensor& tensor) const;
  const WriteFacts& Check(const Node& node);
  template <typename Action>
  void AtLineOf(const Node& node, const Action& action);
  void Report();
  void KnowSource(int source) const;
  void Meet();
  void Enter(const Flow& flow, const Node& node);
  void RunBody(const Node& node, const WriteFacts& facts);
  void Count(const Node& node);
  void OwnWrittenInputs(const Node& node, const RunContext& context);

  std::shared_ptr<KernelGraph> graph_;
  EagerOptions options_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  int64_t executed_ = 0;           // instructions
  std::vector<Diagnostic> found_;  // of the present instruction
  WriteCheck writes_;
  std::set<std::string> said_;                                        // warnings, which are said once a line
  mutable std::array<std::optional<MachineState>, kCores> machines_;  // the second for a second core
  std::optional<EagerMeetings> meetings_;                             // of two cores
  std::vector<std::byte*> hbm_;                                       // by tensor id
  std::vector<Placement> placements_;                                 // by tensor id
  std::vector<Memory> memories_;                                      // by tensor id
  std::vector<int> free_ids_;
  std::vector<std::shared_ptr<const void>> inputs_;  // the callers' values
  std::map<int, WrittenMap> inputs_written_;         // by tensor id
  std::vector<bool> set_;                            // by register
  mutable std::vector<double> registers_;
  std::map<int, std::vector<Loop>> loops_;  // by program; the innermost last
};

}  // namespace nki

#endif  // NKI_INTERPRETER_EAGER_H_
