// A verified kernel, placed and flat: what the executor runs. A plan that exists is legal.
#ifndef NKI_INTERPRETER_PLAN_H_
#define NKI_INTERPRETER_PLAN_H_

#include <algorithm>
#include <memory>
#include <vector>

#include "interpreter/graph.h"
#include "interpreter/written_map.h"

namespace nki {

struct Step {
  const Instruction* instruction;
  WriteState destination = WriteState::kUnwritten;
  bool shared = true;    // workers share it by blocks of partitions; otherwise the first worker runs it alone
  bool barrier = false;  // all workers must have finished the steps before
  bool elided = false;   // a copy that the step below makes superfluous (copy_elision.h)
  int in_hbm = -1;       // index into Plan::in_hbm: the step works on rows of HBM
  int fill_first = -1;   // index into Plan::filled, -1 if nothing needs it
  bool resets_registers = false;  // the engines' registers become 0 first: a program begins to use them
  bool everywhere = false;        // every worker runs it: it sets registers, of which each worker has its own
  bool indirect = false;          // it has operands to gather and scatter (isa/indirection.h)
  bool may_overlap = false;       // where its operands meet only the run knows (overlap.h)
  int turn = -1;                  // index into Plan::turns: control may pass to another step
  int region = -1;                // the innermost that the step belongs to
  bool saves = false;             // first what it will write goes into the run's UndoLog
  bool watched = false;           // only the run knows whether what it reads is written, or others ask so of
                                  // what it writes (write_watch.h)
  bool destination_of_run = false;  // so it does of `destination`
  bool fills_of_run = false;        // and of what it fills of the masked tensors that it reads
  int adds_again = -1;              // the outermost region in which a second run finds `destination` written
};

// A loop's head or end.
struct Turn {
  Flow flow;
  int region;
  size_t other;  // the step at the other end of the region
};

// What a kernel writes of one of its inputs.
struct InputWrites {
  size_t input;
  std::vector<ByteRuns> runs;  // at addresses that are known before a run
};

struct Plan {
  std::shared_ptr<const KernelGraph> graph;
  std::vector<Step> steps;            // one per node of the graph
  std::vector<Placement> placements;  // by tensor id
  std::vector<std::vector<UnwrittenPart>> filled;
  std::vector<std::vector<HbmRows>> in_hbm;
  std::vector<Turn> turns;
  std::vector<bool> watched;  // by tensor id; empty if nothing is
  bool cores_meet = false;    // the kernel's two programs run side by side, each on a core of its own
  std::vector<size_t> partly_written;     // results that must be filled before the run
  std::vector<InputWrites> input_writes;  // an entry for each input that it writes
  std::vector<Diagnostic> warnings;
  int64_t sbuf_peak = 0;  // bytes per partition
  int64_t psum_peak = 0;
  // Of the memories that it runs in, which are larger than the target's if the graph spills.
  int64_t sbuf_bytes() const { return std::max(graph->generation->sbuf_bytes, sbuf_peak); }
  int64_t psum_bytes() const { return std::max(graph->generation->psum_bytes, psum_peak); }
  bool worth_sharing = false;  // several workers are faster than one: they win more than waiting costs
};

// Whether the step gives unwritten parts of `tensor`, which it reads, what fresh memory holds first.
bool FillsFirst(const Plan& plan, const Step& step, const Tensor& tensor);

// Gives diagnostics the files and lines of their sources.
void AddPlaces(const KernelGraph& graph, std::vector<Diagnostic>& found);

// Verifies and plans. Throws VerifyError with everything that is wrong.
std::shared_ptr<const Plan> MakePlan(std::shared_ptr<const KernelGraph> graph);

}  // namespace nki

#endif  // NKI_INTERPRETER_PLAN_H_
