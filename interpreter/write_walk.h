// One walk through a kernel's instructions that follows what is written and what is read.
#ifndef NKI_INTERPRETER_WRITE_WALK_H_
#define NKI_INTERPRETER_WRITE_WALK_H_

#include <optional>
#include <string>
#include <vector>

#include "interpreter/certain_writes.h"
#include "interpreter/register_walk.h"
#include "interpreter/verifier.h"
#include "interpreter/write_tracker.h"

namespace nki {

class WriteWalk {
 public:
  // Problems are added to `found`.
  WriteWalk(const KernelGraph& graph, std::vector<Diagnostic>* found);
  // Follows these tensors only (by id), node by node with VisitAt, and finds no warnings.
  WriteWalk(const KernelGraph& graph, const std::vector<bool>& tensors, std::vector<Diagnostic>* found);

  // All nodes in this order, without running them.
  WriteFacts Run(const std::vector<size_t>& order);
  // A node that runs now, in `context`. The facts hold until the next call.
  const WriteFacts& VisitAt(size_t node, const RunContext& context);

  void CheckResults();
  void Forget(int tensor);
  WriteTracker& tracker() { return tracker_; }
  // What was read before it was written does not count as written from then on, so that a run can show it.
  void KeepUnwritten() { keeps_unwritten_ = true; }

 private:
  struct Reader;
  struct Writer;
  void Clear();
  void Visit(Instruction& instruction);
  template <typename Each>
  void ForEachPart(const Instruction& instruction, const View& view, const Each& each) const;
  void Read(const Field& field, const View& view);
  void ReadMasked(const View& view);
  void Write(const Instruction& instruction, const View& to);
  void Note(WrittenMap& map, const ByteRuns& runs, const Tensor& tensor, bool all);
  std::string HintOfImages(const Tensor& tensor) const;
  void LeaveToTheRun(const Tensor& tensor);
  bool Follows(const View& view) const { return follows_ == nullptr || (*follows_)[view.tensor->id]; }
  bool MayComeAgain(const Tensor& tensor) const;
  int OutermostAround(const Tensor& tensor) const;
  int LoopThatMayNotRun(const Tensor& tensor) const;
  void NoteWhoWrites(const Instruction& instruction, const View& to);
  void Warn(const char* rule, const std::string& sentence);
  void CheckResult(size_t index);

  const KernelGraph& graph_;
  const std::vector<bool>* follows_ = nullptr;  // by tensor id; null: all
  const RunContext* at_ = nullptr;              // while VisitAt visits
  WriteTracker tracker_;
  std::optional<WriteTracker> foreign_;  // what of PSUM another engine than the Tensor engine wrote last
  CertainWrites certain_;
  RegisterWalk registers_;
  std::vector<Diagnostic>* found_;
  WriteFacts facts_;
  std::vector<int> regions_;       // by node; empty without loops
  std::vector<bool> may_not_run_;  // by region
  size_t node_ = 0;
  bool keeps_unwritten_ = false;
};

}  // namespace nki

#endif  // NKI_INTERPRETER_WRITE_WALK_H_
