#include "interpreter/executor.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "interpreter/exchange.h"
#include "interpreter/fork_lock.h"
#include "interpreter/fresh_memory.h"
#include "interpreter/meetings.h"
#include "interpreter/overlap.h"
#include "interpreter/worker_pool.h"
#include "isa/indirection.h"

namespace nki {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPollInterval(50);

// On-chip memory that no run uses now. One is kept: a second is only made while two runs overlap.
struct IdleMachine {
  std::unique_ptr<MachineState> machine;
  const Generation* generation = nullptr;
};

// Under ForkLock, and never destroyed: a run may outlive static objects.
IdleMachine& TheIdleMachine() {
  static IdleMachine* idle = new IdleMachine;
  return *idle;
}

// Its memories are larger than those of other kernels.
bool Spills(const Plan& plan) {
  const Generation& gen = *plan.graph->generation;
  return plan.sbuf_bytes() > gen.sbuf_bytes || plan.psum_bytes() > gen.psum_bytes;
}

std::unique_ptr<MachineState> TakeMachine(const Plan& plan) {
  const Generation& gen = *plan.graph->generation;
  if (!Spills(plan)) {
    const ForkLock lock;
    IdleMachine& idle = TheIdleMachine();
    if (idle.machine && idle.generation == &gen) return std::move(idle.machine);
  }
  return std::make_unique<MachineState>(gen.partitions, plan.sbuf_bytes(), plan.psum_bytes());
}

void ReturnMachine(const Plan& plan, std::unique_ptr<MachineState> machine) {
  if (Spills(plan)) return;
  const Generation& gen = *plan.graph->generation;
  const ForkLock lock;
  IdleMachine& idle = TheIdleMachine();
  idle.machine.swap(machine);  // an old one is destroyed after the lock is released
  idle.generation = &gen;
}

class Run {
 public:
  Run(const Plan& plan, std::span<void* const> inputs, std::span<void* const> outputs,
      const RunOptions& options)
      : plan_(plan), options_(options), hbm_(plan.graph->tensors.size(), nullptr), barrier_(Workers()) {
    const KernelGraph& graph = *plan.graph;
    NKI_CHECK(inputs.size() == graph.inputs.size() && outputs.size() == graph.outputs.size());
    for (size_t i = 0; i < inputs.size(); ++i) hbm_[graph.inputs[i]] = static_cast<std::byte*>(inputs[i]);
    for (size_t i = 0; i < outputs.size(); ++i) {
      hbm_[graph.outputs[i].tensor->id] = static_cast<std::byte*>(outputs[i]);
    }
    size_t constant = 0;
    for (const Tensor& tensor : graph.tensors) {
      if (tensor.role == TensorRole::kConstant) {
        hbm_[tensor.id] = const_cast<std::byte*>(graph.constants[constant++].data());
      } else if (!OnChip(tensor.space) && hbm_[tensor.id] == nullptr) {
        temporaries_.emplace_back(NewMemory(tensor));
        hbm_[tensor.id] = temporaries_.back().get();
      }
    }
    if (!plan.watched.empty()) watch_.emplace(plan);
    for (size_t output : plan.partly_written) {
      const Tensor& tensor = *graph.outputs[output].tensor;
      FillFresh(tensor.dtype, hbm_[tensor.id], tensor.bytes());
    }
  }

  std::byte* NewMemory(const Tensor& tensor) const {
    try {
      return new std::byte[tensor.bytes()];
    } catch (const std::bad_alloc&) {
      ThrowTooLarge(*plan_.graph, tensor);
    }
  }

  RunReport Execute() {
    const auto start = Clock::now();
    for (int core = 0; core < (plan_.cores_meet ? kCores : 1); ++core) machines_[core] = TakeMachine(plan_);
    int workers = Workers();
    if (workers == 1 || !RunWorkers(workers, [this, workers](int worker) { Work(worker, workers); })) {
      workers = 1;
      Work(0, 1);
    }
    for (std::unique_ptr<MachineState>& machine : machines_) {
      if (machine) ReturnMachine(plan_, std::move(machine));
    }
    if (failure_) std::rethrow_exception(failure_);
    const std::chrono::duration<double> elapsed = Clock::now() - start;
    return {executed_, workers, elapsed.count()};
  }

 private:
  int Workers() const {
    if (options_.log || !plan_.worth_sharing) return 1;
    return options_.max_workers > 0 ? std::min(options_.max_workers, kBlocks) : MaxWorkers();
  }

  void Work(int worker, int workers) {
    FloatingPointScope floating_point;
    try {
      if (options_.log) {
        Steps<true>(worker, workers);
      } else {
        Steps<false>(worker, workers);
      }
    } catch (...) {
      if (!failed_.test_and_set()) failure_ = std::current_exception();
      barrier_.Abandon();
    }
  }

  // One worker on its way through the steps.
  struct Walk {
    int worker, workers;
    Clock::time_point polled = Clock::now();
  };

  template <bool kLogged>
  void Steps(int worker, int workers) {
    Walk walk{worker, workers};
    if (plan_.cores_meet) return BothCores<kLogged>(walk);
    StepRunner runner(plan_, ContextOf(0), worker, workers, options_.undo, WatchOf(worker));
    for (size_t at = 0; at < plan_.steps.size();) {
      if (!RunStep<kLogged>(walk, runner, at)) return;
    }
  }

  // The first worker has a part in every step that reads or writes.
  WriteWatch* WatchOf(int worker) { return worker == 0 && watch_ ? &*watch_ : nullptr; }

  RunContext ContextOf(int core) const {
    return {.machine = *machines_[core],
            .hbm = hbm_.data(),
            .placements = plan_.placements.data(),
            .blocks = {},
            .portable_math = options_.portable_math,
            .gen = plan_.graph->generation,
            .print = options_.print};
  }

  // Runs the step `at` and makes `at` the one to run next. False if the run was abandoned.
  template <bool kLogged>
  bool RunStep(Walk& walk, StepRunner& runner, size_t& at) {
    const Step& step = plan_.steps[at];
    if (walk.workers > 1 && step.barrier && !barrier_.Wait(walk.worker)) return false;
    // A log shows what the kernel says, so with one nothing is elided.
    kLogged ? runner.RunAsWritten(step) : runner.Run(step);
    if constexpr (kLogged) options_.log(LogLine(step));
    at = step.turn < 0 ? at + 1 : runner.After(plan_.turns[step.turn], at);
    if (walk.worker == 0) ++executed_;
    if (walk.worker == 0 && options_.interrupted && Clock::now() - walk.polled > kPollInterval) {
      if (options_.interrupted()) throw Interrupted("the run was interrupted");
      walk.polled = Clock::now();
    }
    return walk.workers == 1 || !barrier_.abandoned();
  }

  // What RunCores asks for: every worker plays both cores in turn.
  template <bool kLogged>
  struct Cores {
    Run& run;
    Walk& walk;
    const Meetings& meetings;
    std::array<StepRunner, kCores> runners;
    std::array<size_t, kCores> next;

    std::optional<size_t> at(int core) const {
      const size_t end = core == 0 ? run.plan_.graph->programs[1] : run.plan_.steps.size();
      return next[core] < end ? std::optional(next[core]) : std::nullopt;
    }
    void Pass(int core) { ++next[core]; }
    bool Step(int core) { return run.RunStep<kLogged>(walk, runners[core], next[core]); }
    bool Meet(const std::array<size_t, kCores>& nodes) {
      if (walk.workers > 1 && !run.barrier_.Wait(walk.worker)) return false;
      if (walk.worker == 0) {
        const std::string wrong = meetings.Mismatch(nodes);
        if (!wrong.empty()) throw RunError(wrong);
        for (int core = 0; core < kCores; ++core) runners[core].PrepareMeeting(run.plan_.steps[nodes[core]]);
        const Meeting first = *run.plan_.steps[nodes[0]].instruction->MeetsCore();
        const Meeting second = *run.plan_.steps[nodes[1]].instruction->MeetsCore();
        if (first.kind == Meeting::Kind::kExchange)
          Exchange(first, runners[0].context(), second, runners[1].context());
        for (size_t node : nodes) {
          if constexpr (kLogged) run.options_.log(run.LogLine(run.plan_.steps[node]));
        }
        run.executed_ += kCores;
      }
      return walk.workers == 1 || run.barrier_.Wait(walk.worker);
    }
  };

  template <bool kLogged>
  void BothCores(Walk& walk) {
    Meetings meetings(*plan_.graph);
    const auto runner = [&](int core) {
      return StepRunner(plan_, ContextOf(core), walk.worker, walk.workers, options_.undo,
                        WatchOf(walk.worker));
    };
    Cores<kLogged> cores{*this, walk, meetings, {runner(0), runner(1)}, {0, plan_.graph->programs[1]}};
    if (!RunCores(*plan_.graph, meetings, cores)) throw RunError(meetings.Deadlock());
  }

  std::string LogLine(const Step& step) const {
    const size_t index = &step - plan_.steps.data();
    return nki::LogLine(*plan_.graph, static_cast<int64_t>(index), plan_.graph->nodes[index]);
  }

  const Plan& plan_;
  const RunOptions& options_;
  std::vector<std::byte*> hbm_;
  std::vector<std::unique_ptr<std::byte[]>> temporaries_;
  std::array<std::unique_ptr<MachineState>, kCores> machines_;
  std::optional<WriteWatch> watch_;
  Barrier barrier_;
  std::atomic_flag failed_;
  std::exception_ptr failure_;
  int64_t executed_ = 0;  // by the first worker
};

std::string WithPlaces(const KernelGraph& graph, Diagnostic problem) {
  std::vector<Diagnostic> found{std::move(problem)};
  AddPlaces(graph, found);
  return ToString(found[0]);
}

}  // namespace

std::string WithPlace(const KernelGraph& graph, const Node& node, const std::string& message) {
  return WithPlaces(graph, ProblemOf(node, "", message));
}

void ThrowTooLarge(const KernelGraph& graph, const Tensor& tensor) {
  throw RunError(WithPlaces(
      graph, Problem("", tensor.source,
                     tensor.name + " " + ToString(tensor.shape) + " in " + std::string(Name(tensor.space)) +
                         " takes " + std::to_string(tensor.bytes()) +
                         " bytes, more memory than this process can get")));
}

std::string LogLine(const KernelGraph& graph, int64_t number, const Node& node) {
  std::string line = "nki " + graph.name + " " + std::to_string(number) + " " +
                     std::string(Name(node.instruction->CostOn(*graph.generation).engine)) + " " +
                     ToText(*node.instruction);
  if (node.source < 0) return line;
  const SourceLocation& at = graph.sources[node.source];
  return line + " @ " + at.file + ":" + std::to_string(at.line);
}

bool PortableMathWanted() {
  const ForkLock lock;
  static const bool wanted = [] {
    const char* text = std::getenv("NKI_PORTABLE_MATH");
    return text != nullptr && std::string_view(text) == "1";
  }();
  return wanted;
}

void StepRunner::Run(const Step& step) {
  if (step.elided) return;
  if (step.in_hbm >= 0) return RunInHbm(step);
  RunAsWritten(step);
}

size_t StepRunner::After(const Turn& turn, size_t at) {
  const Turn& head = turn.flow.kind == Flow::Kind::kEnd ? plan_.turns[plan_.steps[turn.other].turn] : turn;
  const bool enters = &head == &turn;
  Pass& pass = passes_[turn.region];
  pass.entries += enters;
  bool goes_on;
  if (head.flow.kind == Flow::Kind::kLoop) {
    if (enters) pass.stop = context_.value(head.flow.stop);
    pass.value = enters ? context_.value(head.flow.start) : pass.value + head.flow.step;
    goes_on = pass.value < pass.stop;
    if (goes_on) registers_[head.flow.reg.number] = static_cast<double>(pass.value);
  } else {
    goes_on = registers_[head.flow.reg.number] != 0;
  }
  if (goes_on && watch_ != nullptr) watch_->BeginPass(turn.region);
  if (enters) return goes_on ? at + 1 : turn.other + 1;
  return goes_on ? turn.other + 1 : at + 1;
}

// Whether the step has run since the loop that it adds again in was begun.
bool StepRunner::RanInThisLoop(const Step& step) {
  const int64_t now = passes_[step.adds_again].entries;
  return std::exchange(ran_in_[NumberOf(step)], now) == now;
}

void StepRunner::RunAsWritten(const Step& step) {
  if (!step.shared && !step.everywhere && worker_ != 0) return;
  context_.blocks = {};
  if (step.shared && workers_ > 1) {
    context_.blocks = {worker_ * kBlocks / workers_, (worker_ + 1) * kBlocks / workers_};
  }
  if (step.resets_registers) context_.machine.ResetRegisters(context_.blocks);
  FillFirst(step);
  Watch(step);
  try {
    if (step.may_overlap) CheckOverlapNow(*step.instruction, context_);
    if (step.saves && undo_ != nullptr) undo_->Save(*step.instruction, context_);
    step.indirect ? RunIndirect(*step.instruction, context_) : step.instruction->Run(context_);
  } catch (const RunError& error) {
    throw RunError(WithPlace(*plan_.graph, plan_.graph->nodes[NumberOf(step)], error.what()));
  }
}

void StepRunner::PrepareMeeting(const Step& step) {
  context_.blocks = {};
  FillFirst(step);
  Watch(step);
}

void StepRunner::FillFirst(const Step& step) {
  context_.destination = step.destination;
  const bool later = step.adds_again >= 0 && RanInThisLoop(step);
  if (later) context_.destination = WriteState::kWritten;
  if (step.fill_first < 0) return;
  const bool zeroes = !later && !step.destination_of_run;
  for (const UnwrittenPart& part : plan_.filled[step.fill_first]) {
    if (part.fresh || zeroes) Fill(part, *plan_.graph, context_);
  }
}

void StepRunner::Watch(const Step& step) {
  if (!step.watched || watch_ == nullptr) return;
  const size_t number = NumberOf(step);
  try {
    const WriteFacts& facts = watch_->Visit(number, context_);
    if (!step.destination_of_run) return;
    context_.destination = facts.destinations[number];
    for (const auto& [node, parts] : facts.fill_first) {
      for (const UnwrittenPart& part : parts) Fill(part, *plan_.graph, context_);
    }
  } catch (const RunError& error) {
    throw RunError(WithPlace(*plan_.graph, plan_.graph->nodes[number], error.what()));
  }
}

// Workers share the rows.
void StepRunner::RunInHbm(const Step& step) {
  const std::vector<HbmRows>& tiles = plan_.in_hbm[step.in_hbm];
  const int rows = static_cast<int>(tiles[0].rows.dims[0].count);
  context_.blocks = {rows * worker_ / workers_, rows * (worker_ + 1) / workers_};
  context_.in_hbm = tiles;
  step.instruction->Run(context_);
  context_.in_hbm = {};
}

RunReport RunPlan(const Plan& plan, std::span<void* const> inputs, std::span<void* const> outputs,
                  const RunOptions& options) {
  RunOptions used = options;
  used.portable_math |= PortableMathWanted();
  return Run(plan, inputs, outputs, used).Execute();
}

}  // namespace nki
