#include "interpreter/plan.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "interpreter/allocator.h"
#include "interpreter/banks.h"
#include "interpreter/barriers.h"
#include "interpreter/copy_elision.h"
#include "interpreter/meetings.h"
#include "interpreter/overlap.h"
#include "interpreter/regions.h"
#include "interpreter/sharing.h"
#include "interpreter/undo_log.h"
#include "interpreter/verifier.h"
#include "interpreter/write_watch.h"
#include "isa/indirection.h"

namespace nki {
namespace {

// An unrolled loop repeats a mistake once per iteration: one diagnostic per line, rule and field is kept,
// with a count.
void MergeRepeated(std::vector<Diagnostic>& found) {
  std::map<std::tuple<int, std::string, std::string>, size_t> seen;
  std::vector<Diagnostic> kept;
  std::vector<int> more;
  for (Diagnostic& diagnostic : found) {
    const size_t colon = diagnostic.message.find(": ");  // none in what concerns the whole kernel
    const size_t field_end = colon == std::string::npos ? colon : diagnostic.message.find(' ', colon + 2);
    const auto [at, is_new] = seen.try_emplace(
        {diagnostic.source, diagnostic.rule, diagnostic.message.substr(0, field_end)}, kept.size());
    if (is_new) {
      kept.push_back(std::move(diagnostic));
      more.push_back(0);
    } else {
      ++more[at->second];
    }
  }
  for (size_t i = 0; i < kept.size(); ++i) {
    if (more[i] > 0) kept[i].message += " (and " + std::to_string(more[i]) + " more like it at this line)";
  }
  found = std::move(kept);
}

// Lines that are met twice in a row are said once: a comprehension is a function of its own.
std::vector<CallSite> CallersOf(const KernelGraph& graph, const SourceLocation& source) {
  std::vector<CallSite> callers;
  const SourceLocation* inner = &source;
  for (int at = source.caller; at >= 0; at = inner->caller) {
    const SourceLocation& caller = graph.sources[at];
    if (caller.file != inner->file || caller.line != inner->line)
      callers.push_back({caller.file, caller.line, caller.text});
    inner = &caller;
  }
  return callers;
}

void ThrowIfErrors(std::vector<Diagnostic>& found) {
  const bool wrong =
      std::ranges::any_of(found, [](const Diagnostic& d) { return d.severity == Severity::kError; });
  if (!wrong) return;
  std::ranges::stable_sort(found, {},
                           &Diagnostic::source);  // in the order in which the kernel's lines were met
  throw VerifyError(std::move(found));
}

// HBM of the largest device, trn3: 4 stacks of 36 GiB (Trainium3 in AWS's Neuron hardware pages).
constexpr int64_t kLargestHbm = int64_t{144} << 30;

// Comes before the checks that keep bits for every few bytes of a tensor.
void CheckHbm(const KernelGraph& graph, std::vector<Diagnostic>* found) {
  for (const Tensor& tensor : graph.tensors) {
    if (OnChip(tensor.space) || tensor.role != TensorRole::kLocal || tensor.bytes() <= kLargestHbm) continue;
    found->push_back(Problem("hbm-capacity", tensor.source,
                             tensor.name + " " + ToString(tensor.shape) + " takes " +
                                 std::to_string(tensor.bytes()) + " bytes of " +
                                 std::string(Name(tensor.space)) + "; no device has more than " +
                                 std::to_string(kLargestHbm)));
  }
}

// The head of the outermost loop around a step; the step itself if there is none.
size_t OutermostHead(const Plan& plan, size_t step) {
  for (int region = plan.steps[step].region; region >= 0; region = plan.graph->regions[region].parent)
    step = plan.graph->regions[region].first;
  return step;
}

// Each program of a grid has a core to itself on the device, so none may see what another left in registers;
// nor what the kernel before this one left.
void MarkRegisterResets(Plan& plan) {
  const std::vector<size_t>& programs = plan.graph->programs;
  auto next = programs.begin();
  bool starts = true;
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    for (; next != programs.end() && *next <= i; ++next) starts = true;
    if (!starts || !plan.steps[i].instruction->State().any()) continue;
    plan.steps[OutermostHead(plan, i)].resets_registers = true;
    starts = false;
  }
}

// What the loops of the kernel add to its steps.
void PlaceTurns(Plan& plan) {
  const KernelGraph& graph = *plan.graph;
  const std::vector<int> regions = RegionsOfNodes(graph);
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    Step& step = plan.steps[i];
    step.everywhere = SetsRegister(*graph.nodes[i].instruction);
    if (regions.empty()) continue;
    step.region = regions[i];
    const std::optional<Flow> flow = step.instruction->ControlFlow();
    if (!flow) continue;
    const Region& region = graph.regions[step.region];
    step.turn = static_cast<int>(plan.turns.size());
    plan.turns.push_back({*flow, step.region, flow->kind == Flow::Kind::kEnd ? region.first : region.last});
  }
}

// One step per node.
void MakeSteps(Plan& plan, WriteFacts& facts) {
  const KernelGraph& graph = *plan.graph;
  plan.steps.reserve(graph.nodes.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    Instruction& instruction = *graph.nodes[i].instruction;
    Step step{
        .instruction = &instruction, .destination = facts.destinations[i], .shared = instruction.Splits()};
    step.indirect = !graph.dynamic_offsets.empty() && HasIndirection(instruction);
    // What one worker saves must not have been written by another.
    step.saves = !graph.dynamic_offsets.empty() && WritesInputAnywhere(instruction);
    step.shared &= !step.indirect && !step.saves;
    step.may_overlap = !graph.dynamic_offsets.empty() && MayOverlap(instruction);
    if (auto fill = facts.fill_first.find(i); fill != facts.fill_first.end()) {
      step.fill_first = static_cast<int>(plan.filled.size());
      plan.filled.push_back(std::move(fill->second));
    }
    step.adds_again = facts.adds_again.empty() ? -1 : facts.adds_again[i];
    plan.steps.push_back(step);
  }
}

}  // namespace

bool FillsFirst(const Plan& plan, const Step& step, const Tensor& tensor) {
  if (step.fills_of_run && plan.graph->IsMasked(tensor)) return true;
  return step.fill_first >= 0 &&
         std::ranges::any_of(plan.filled[step.fill_first], [&](const UnwrittenPart& part) {
           return part.fresh && part.tensor == tensor.id;
         });
}

void AddPlaces(const KernelGraph& graph, std::vector<Diagnostic>& found) {
  for (Diagnostic& diagnostic : found) {
    if (diagnostic.source < 0) continue;
    const SourceLocation& source = graph.sources[diagnostic.source];
    diagnostic.file = source.file;
    diagnostic.line = source.line;
    diagnostic.text = source.text;
    diagnostic.callers = CallersOf(graph, source);
  }
}

std::shared_ptr<const Plan> MakePlan(std::shared_ptr<const KernelGraph> graph) {
  std::vector<Diagnostic> found;
  CheckHbm(*graph, &found);
  AddPlaces(*graph, found);
  ThrowIfErrors(found);
  CheckInstructions(*graph, &found);
  CheckOverlaps(*graph, &found);
  CheckRegions(*graph, &found);
  const std::vector<size_t> order = ExecutionOrder(*graph, &found);
  WriteFacts facts = CheckWrites(*graph, order, &found);
  Allocation allocation = Allocate(*graph, LiveRanges(*graph), &found);
  const bool legal =
      std::ranges::none_of(found, [](const Diagnostic& d) { return d.severity == Severity::kError; });
  if (legal) CheckBanks(*graph, allocation.placements, &found);  // else there may be no addresses
  MergeRepeated(found);
  AddPlaces(*graph, found);
  ThrowIfErrors(found);

  auto plan = std::make_shared<Plan>();
  plan->placements = std::move(allocation.placements);
  plan->sbuf_peak = allocation.sbuf_peak;
  plan->psum_peak = allocation.psum_peak;
  plan->partly_written = std::move(facts.partly_written);
  plan->warnings = std::move(found);
  plan->input_writes = FindInputWrites(*graph);
  plan->graph = std::move(graph);
  MakeSteps(*plan, facts);
  const bool loops = !plan->graph->regions.empty();
  if (loops || plan->graph->registers > 0) PlaceTurns(*plan);
  PlaceWatches(*plan, facts);
  // A tile that lives through several passes of a loop is no chain of copies.
  if (!loops) ElideCopies(*plan, facts.overwrites_hbm);
  MarkRegisterResets(*plan);
  plan->cores_meet = HasMeetings(*plan->graph);
  PlaceBarriers(*plan, order, facts.overwrites_hbm);
  plan->worth_sharing = WorthSharing(*plan);
  return plan;
}

}  // namespace nki
