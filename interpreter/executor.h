// Runs a plan.
#ifndef NKI_INTERPRETER_EXECUTOR_H_
#define NKI_INTERPRETER_EXECUTOR_H_

#include <functional>
#include <span>
#include <string>

#include "interpreter/plan.h"
#include "interpreter/undo_log.h"
#include "interpreter/write_watch.h"

namespace nki {

struct RunOptions {
  int max_workers = 0;  // 0: MaxWorkers()
  // NKI_PORTABLE_MATH=1 of the environment, unless set here: the same bits on every CPU in low-precision
  // matmul too.
  bool portable_math = false;
  // Called now and then from the calling thread; true abandons the run. For Ctrl-C.
  std::function<bool()> interrupted;
  PrintHook print = nullptr;
  UndoLog* undo = nullptr;  // gets what steps write of the inputs at addresses that only the run knows
  // Called after each executed step with its line of the log; the run then has one worker.
  std::function<void(const std::string&)> log;
};

struct RunReport {
  int64_t steps = 0;
  int workers = 0;
  double seconds = 0;
};

// Thrown when `interrupted` said so. The results are not complete.
struct Interrupted : RunError {
  using RunError::RunError;
};

// NKI_PORTABLE_MATH=1 of the environment.
bool PortableMathWanted();

// A message about a node as a diagnostic says it: "kernel.py:7: error: dma_copy: message", with the text of
// that line and of those that called its function.
std::string WithPlace(const KernelGraph& graph, const Node& node, const std::string& message);

// Throws RunError for a tensor that there is no memory for.
[[noreturn]] void ThrowTooLarge(const KernelGraph& graph, const Tensor& tensor);

// The line of a log for instruction `number` of a kernel: "nki add 3 vector tensor_tensor … @ add.py:7".
std::string LogLine(const KernelGraph& graph, int64_t number, const Node& node);

// Does one worker's part of one step after the other. Waits for nobody.
class StepRunner {
 public:
  // `context` is what the run's memory is; which blocks a step may touch is decided here.
  // `watch` follows the watched steps; one of the workers has it.
  StepRunner(const Plan& plan, const RunContext& context, int worker, int workers, UndoLog* undo = nullptr,
             WriteWatch* watch = nullptr)
      : plan_(plan),
        context_(context),
        undo_(undo),
        registers_(plan.graph->registers),
        passes_(plan.graph->regions.size()),
        ran_in_(plan.graph->regions.empty() ? 0 : plan.steps.size()),
        worker_(worker),
        workers_(workers),
        watch_(watch) {
    context_.registers = registers_.data();
  }
  StepRunner(StepRunner&&) = delete;  // the context points to the registers
  // As the plan says, which may be nothing at all.
  void Run(const Step& step);
  // The step after a loop's head or end.
  size_t After(const Turn& turn, size_t at);
  // As the kernel says: through the copies that the plan leaves out. For one worker.
  void RunAsWritten(const Step& step);
  // Comes before a step that RunPlan does itself.
  void PrepareMeeting(const Step& step);
  const RunContext& context() const { return context_; }

 private:
  // A loop on its way.
  struct Pass {
    int64_t value = 0, stop = 0;
    int64_t entries = 0;  // how often the loop was begun
  };
  void RunInHbm(const Step& step);
  bool RanInThisLoop(const Step& step);
  void FillFirst(const Step& step);
  void Watch(const Step& step);
  size_t NumberOf(const Step& step) const { return &step - plan_.steps.data(); }

  const Plan& plan_;
  RunContext context_;
  UndoLog* undo_;
  std::vector<double> registers_;
  std::vector<Pass> passes_;     // by region
  std::vector<int64_t> ran_in_;  // by step: in which of the entries of its adds_again it ran last
  int worker_, workers_;
  WriteWatch* watch_;
};

// Runs the plan on `inputs` (the kernel's tensor arguments in order) into `outputs` (its results in order),
// all of the sizes that the graph says and contiguous. A result that is an input's tensor has the same
// pointer as that input. Any number of threads may run plans, also the same one, at once.
RunReport RunPlan(const Plan& plan, std::span<void* const> inputs, std::span<void* const> outputs,
                  const RunOptions& options = {});

}  // namespace nki

#endif  // NKI_INTERPRETER_EXECUTOR_H_
