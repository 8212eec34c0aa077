// Records what a kernel function does while Python runs it.
#ifndef NKI_FRONTEND_TRACER_H_
#define NKI_FRONTEND_TRACER_H_

#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "frontend/instruction_sink.h"
#include "frontend/source_sites.h"
#include "interpreter/graph.h"

namespace nki {

// One kernel being traced, program by program of its grid.
class Tracer {
 public:
  // Instructions go into the graph.
  Tracer(std::string name, const Generation& generation, std::vector<int64_t> grid);
  // From now on they go here. `sink` may refer to the graph.
  void SetSink(std::unique_ptr<InstructionSink> sink) { sink_ = std::move(sink); }

  // The tracer of this thread, or null outside a kernel.
  static Tracer*& Current();
  // Throws with the name of what was called if there is none.
  static Tracer& Require(const char* called);

  const Tensor& AddInput(std::string name, Shape shape, Dtype dtype, Space space = Space::kSharedHbm);
  // `name` may be empty. Tensors in shared HBM are one tensor for all programs: one with a name is that of
  // the same name, one without is the n-th such of the program that made it first.
  const Tensor& AddTensor(std::string name, Space space, Shape shape, Dtype dtype,
                          std::optional<Address> address);
  const Tensor& AddConstant(Shape shape, Dtype dtype, const void* bytes);
  void Record(std::unique_ptr<Instruction> instruction, std::string name);
  // Makes the last instruction, whose result is all of `result`, a tensor made for it and that no other has,
  // write to `to` instead; a matmul may then add to what is there. False, and nothing changes, where that
  // can't be.
  bool Redirect(const View& result, const View& to, bool accumulates);
  Register NewRegister() { return {graph_->registers++}; }
  void RecordMove(Register dst, IntOrRegister src);

  // Loops that run while the kernel runs. What is recorded between the two calls is the loop's region.
  Register BeginLoop(IntOrRegister start, IntOrRegister stop, int64_t step);
  void BeginWhile(Register condition);
  // Between nl.no_reorder()'s begin and end no such loop may begin.
  void BeginInOrder() { ++in_order_; }
  void EndInOrder() { --in_order_; }
  // Whether the innermost loop, which has begun or is at the end of its body, goes on (again); if not, ends
  // it.
  bool NextPass();
  // What `while condition:` asks before every pass. The first question opens the loop; one after its body,
  // where it is recorded the second, closes it.
  bool Truth(Register condition);
  // Of open `while condition:` loops what looks at their bodies (nki._carried), innermost last.
  std::vector<pybind11::object>& watches() { return watches_; }
  // The value of a register, if it is known before the kernel runs.
  std::optional<double> ValueOf(Register reg) const {
    return sink_->HasValue(reg) ? sink_->ValueOf(reg) : std::nullopt;
  }
  // A loop was left before its end (break, return): said at the next record or at the end, because Python
  // swallows what is raised while it closes a generator. `called` names the loop.
  void AbandonLoop(const std::string& called);

  // A loop of a Beta 1 kernel, which is unrolled: tiles that are made between the two calls must not be used
  // behind them (nki.errors, NKI 2.26).
  int BeginBlock();
  void EndBlock(int block);
  // Whether a tile's loop, if it was made in one, has not ended; and makes it one of those in front of a
  // loop.
  bool InOpenBlock(const Tensor& tensor) const;
  void LiftOutOf(const Tensor& tensor, int block);
  // Throws if the tile was made in a loop that has ended. `place` begins the message.
  void CheckBlock(const Tensor& tensor, const std::string& place) const;

  void BeginProgram(std::vector<int64_t> ids);
  // Where two programs run side by side: the present one stops, to go on later, and another goes on.
  void Suspend();
  void Resume(int program);
  // Programs that start in this thread start here.
  void EnterThread() { sites_.EnterThread(); }
  // Where threads trace one program: what is a thread's own, while another goes on.
  struct Thread {
    int block;
    const void* entry;
  };
  Thread PauseThread() { return {std::exchange(block_, -1), sites_.entry_of_thread()}; }
  void ResumeThread(const Thread& thread) {
    block_ = thread.block;
    sites_.ReenterThread(thread.entry);
  }
  void EndProgram() { sink_->EndProgram(); }
  // Ends the trace; the graph then does not change any more.
  std::shared_ptr<const KernelGraph> Finish(std::vector<View> outputs);

  const std::shared_ptr<KernelGraph>& graph() const { return graph_; }
  // What a Python object of the tensor holds.
  std::shared_ptr<KernelGraph> Hold(const Tensor& tensor) { return sink_->Hold(tensor); }
  std::vector<SourceLocation> Sources() const { return sites_.Locations(); }
  const Generation& generation() const { return *graph_->generation; }
  const std::vector<int64_t>& program() const { return program_; }
  size_t recorded() const { return recorded_; }
  // No other tracer of the process has it.
  uint64_t number() const { return number_; }
  // Where a loop was begun: " at kernel.py:7".
  std::string PlaceOfLoop(int region) const;

 private:
  void EndLoop();
  void CheckLoops() const;  // throws if one was abandoned
  std::string PlaceOfOpenLoop() const { return PlaceOfLoop(graph_->open_region); }
  void RefuseLoopInOrder() const;
  bool AddAgain(const View& result, const View& to);
  Tensor& NewTensor(std::string name, const char* prefix, Space space, Shape shape, Dtype dtype);

  std::shared_ptr<KernelGraph> graph_;
  std::unique_ptr<InstructionSink> sink_;
  SourceSites sites_;
  const uint64_t number_;
  size_t recorded_ = 0;           // instructions
  size_t at_last_tensor_ = 0;     // how many there were when the last tensor was made
  std::vector<int64_t> program_;  // ids of the present program, one per axis of the grid
  // Tensors in shared HBM by the name that the kernel gave them, or by "#n" for the n-th without one.
  std::unordered_map<std::string, int> shared_;
  std::vector<pybind11::object> watches_;
  std::string abandoned_;  // what is wrong with a loop that was left
  struct Suspended {
    std::vector<int64_t> ids;
    int unnamed_shared;
    std::unordered_map<std::string, int> named_here;
    int open_region, in_order;
  };
  std::unordered_map<int, Suspended> suspended_;  // by program
  struct Block {
    int around, source;
    bool open = true;
  };
  std::vector<Block> blocks_;
  int block_ = -1;                                   // the innermost open one
  std::unordered_map<int, int> block_of_;            // by tensor id; of those that were made in one
  int in_order_ = 0;                                 // open blocks of no_reorder
  int unnamed_shared_ = 0;                           // of the present program
  std::unordered_map<std::string, int> named_here_;  // how often the present program used a shared name
  int counters_[3] = {};                             // for the names of unnamed tensors in SBUF, PSUM and HBM
  std::unordered_map<std::string, int>
      names_;  // of all tensors, and how many were called so: names are unique
};

}  // namespace nki

#endif  // NKI_FRONTEND_TRACER_H_
