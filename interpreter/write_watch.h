// Reads that only a run can prove, and the proof.
#ifndef NKI_INTERPRETER_WRITE_WATCH_H_
#define NKI_INTERPRETER_WRITE_WATCH_H_

#include <map>
#include <vector>

#include "interpreter/plan.h"
#include "interpreter/write_walk.h"

namespace nki {

// Marks the steps that a run has to watch: those that read what may not be written then, and all that write
// it. The others cost nothing.
void PlaceWatches(Plan& plan, WriteFacts& facts);

// What is written of the watched tensors, while a run goes on.
class WriteWatch {
 public:
  explicit WriteWatch(const Plan& plan);
  // Follows a watched step, which runs next in `context`. Throws RunError if it reads what nothing has
  // written. The facts hold until the next call.
  const WriteFacts& Visit(size_t step, const RunContext& context);
  // A pass of a loop begins, which makes the tensors inside it anew.
  void BeginPass(int region);

 private:
  std::vector<Diagnostic> found_;
  WriteWalk walk_;
  std::map<int, std::vector<int>> made_inside_;  // watched tensors, by region
};

}  // namespace nki

#endif  // NKI_INTERPRETER_WRITE_WATCH_H_
