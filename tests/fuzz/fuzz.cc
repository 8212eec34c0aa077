#include "tests/fuzz/fuzz.h"

// The targets come before Highway.
// clang-format off
#include "isa/simd/targets.h"
#include <hwy/highway.h>
// clang-format on

#include <algorithm>
#include <sstream>

#include "interpreter/overlap.h"
#include "interpreter/plan.h"
#include "memory/error.h"
#include "tests/fuzz/case_text.h"
#include "tests/fuzz/chip.h"
#include "tests/fuzz/samplers.h"

namespace nki::fuzz {
namespace {

constexpr uint32_t kAllTraits = (1u << kTraits) - 1;

void ChooseTarget(int64_t target) {
  hwy::SetSupportedTargetsForTest(target);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

enum class Outcome { kIllegal, kSame, kRefused, kDifferent };

struct Result {
  Outcome outcome;
  std::string text;
};

// What device_print printed last.
std::vector<std::pair<std::string, std::vector<uint8_t>>> printed;
void TakePrint(const std::string& prefix, const View&, std::span<const std::byte> elements) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(elements.data());
  printed.push_back({prefix, {bytes, bytes + elements.size()}});
}

class Case {
 public:
  Case(Chip& chip, const std::string& name, uint64_t seed, uint32_t traits)
      : chip_(chip),
        name_(name),
        gens_(AllGenerations()),
        choices_(seed, traits),
        world_(choices_.Next(), traits, *gens_[choices_.Below(static_cast<int64_t>(gens_.size()))]),
        arguments_(AllSamplers().at(name)(world_)) {
    destination_ = choices_.Chance(50) ? WriteState::kWritten : WriteState::kUnwritten;
    portable_ = choices_.Chance(60);
    // A CPU's own bfloat16 product takes the smallest numbers for 0 and knows no order of infinities.
    if (name == "nc_matmul" && !portable_) {
      for (const char* operand : {"stationary", "moving", "dst"})
        world_.FillCalm(std::get<View>(arguments_.at(operand).value));
    }
  }

  Result RunAndCompare() {
    if (!IsLegal()) return {Outcome::kIllegal, ""};
    reference::Model expected = world_.model;
    bool refused = false;
    try {
      reference::AllMeanings().at(name_)({arguments_, world_.gen, destination_, portable_}, expected);
    } catch (const reference::Refused&) {
      refused = true;
    }
    std::vector<std::vector<uint8_t>> seen;
    for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
      ChooseTarget(target);
      for (const bool split : {false, true}) {
        if (split && !instruction_->Splits()) continue;
        const std::string difference = RunOnce(split, refused, expected, seen);
        if (difference.empty()) continue;
        ChooseTarget(0);
        return {Outcome::kDifferent, std::string(hwy::TargetName(target)) +
                                         (split ? ", two workers: " : ", one worker: ") + difference};
      }
    }
    ChooseTarget(0);
    return {refused ? Outcome::kRefused : Outcome::kSame, ""};
  }

  // Breaks the call. It can be planned or is refused; what is still legal must run within its tensors.
  Result Spoiled() {
    Spoil(world_, arguments_);
    try {
      if (HasGraph()) MakePlan(Graph());
    } catch (const VerifyError&) {
    } catch (const std::exception& error) {
      return {Outcome::kDifferent, std::string("as a kernel: ") + error.what()};
    }
    if (!IsLegal()) return {Outcome::kIllegal, ""};
    chip_.Load(world_);
    try {
      RunBlocks({});
    } catch (const RunError&) {
    } catch (const std::exception& error) {
      return {Outcome::kDifferent, error.what()};
    }
    if (!chip_.IsIntactBeside(world_)) return {Outcome::kDifferent, "bytes beside the tensors changed"};
    return {Outcome::kSame, ""};
  }

  std::string Text() const {
    return std::string(world_.gen.name) + (portable_ ? "" : ", fast") +
           (destination_ == WriteState::kWritten ? ", dst was written\n" : "\n") + ToText(name_, arguments_);
  }

 private:
  // A kernel of this call alone. One that opens or closes a loop has none.
  bool HasGraph() const { return !MakeInstruction(name_, arguments_)->ControlFlow(); }
  std::shared_ptr<const KernelGraph> Graph() const {
    auto graph = std::make_shared<KernelGraph>();
    graph->generation = &world_.gen;
    graph->tensors = world_.tensors;
    graph->dynamic_offsets = world_.offsets;
    graph->registers = 4;
    graph->programs = {0};
    graph->Append({MakeInstruction(name_, arguments_), -1, ""});
    return graph;
  }

  bool IsLegal() {
    if (world_.Fits() != nullptr) return false;
    instruction_ = MakeInstruction(name_, arguments_);
    std::vector<Diagnostic> found;
    Checker checker(*instruction_, world_.gen, -1, &found);
    instruction_->Check(checker);
    CheckOverlap({MakeInstruction(name_, arguments_), -1, ""}, &found);
    return std::ranges::none_of(found,
                                [](const Diagnostic& one) { return one.severity == Severity::kError; });
  }

  void RunBlocks(BlockRange blocks) {
    RunContext context = chip_.Context(world_, blocks, destination_, portable_);
    context.print = TakePrint;
    instruction_->Run(context);
  }

  std::string RunOnce(bool split, bool refused, const reference::Model& expected,
                      std::vector<std::vector<uint8_t>>& seen) {
    chip_.Load(world_);
    printed.clear();
    bool threw = false;
    for (const BlockRange blocks :
         split ? std::vector<BlockRange>{{3, 8}, {0, 3}} : std::vector<BlockRange>{{}}) {
      try {
        RunBlocks(blocks);
      } catch (const RunError&) {
        threw = true;
      } catch (const std::exception& error) {
        ChooseTarget(0);
        return error.what();
      }
    }
    std::string difference;
    if (threw != refused) {
      difference = threw ? "ended with an error" : "should have ended with an error";
    } else if (!refused) {
      difference = chip_.Difference(world_, expected, seen, !portable_);
      if (difference.empty() && printed != expected.printed) difference = "printed something else";
    }
    const bool intact = chip_.IsIntactBeside(world_);
    return difference.empty() && !intact ? "bytes beside the tensors changed" : difference;
  }

  Chip& chip_;
  const std::string name_;
  const std::span<const Generation* const> gens_;
  Draw choices_;
  World world_;
  Arguments arguments_;
  std::unique_ptr<Instruction> instruction_;
  WriteState destination_;
  bool portable_;
};

// The same case without the traits that the mismatch does not need.
std::string Explain(Chip& chip, const std::string& name, uint64_t seed) {
  uint32_t traits = kAllTraits;
  std::string text;
  for (int trait = -1; trait < kTraits; ++trait) {
    const uint32_t fewer = trait < 0 ? traits : traits & ~(1u << trait);
    Case one(chip, name, seed, fewer);
    const Result result = one.RunAndCompare();
    if (result.outcome != Outcome::kDifferent) continue;
    chip.Clear();
    traits = fewer;
    text = result.text + "\n" + one.Text();
  }
  std::string needed;
  for (int trait = 0; trait < kTraits; ++trait) {
    if (traits >> trait & 1) needed += (needed.empty() ? "" : ", ") + std::string(kTraitNames[trait]);
  }
  return text + "\nneeds: " + needed;
}

}  // namespace

Report Run(uint64_t seed, int64_t cases, const std::string& instruction, size_t most) {
  Report report;
  Chip chip;
  std::vector<std::string> names;
  for (const InstructionDef* def : AllInstructions()) {
    if (instruction.empty() || def->name == instruction) names.emplace_back(def->name);
  }
  for (int64_t i = 0; i < cases && !names.empty(); ++i) {
    const uint64_t case_seed = seed + static_cast<uint64_t>(i);
    const std::string& name =
        names[static_cast<size_t>(Draw(case_seed, 0).Below(static_cast<int64_t>(names.size())))];
    Count& count = report.counts[name];
    const bool spoils = Draw(case_seed ^ 0x5deece66d, 0).Chance(20);
    Case one(chip, name, case_seed, kAllTraits);
    const Result result = spoils ? one.Spoiled() : one.RunAndCompare();
    ++(spoils ? count.spoiled : count.drawn);
    if (result.outcome != Outcome::kIllegal) ++(spoils ? count.harmless : count.legal);
    if (result.outcome == Outcome::kRefused) ++count.refused;
    if (result.outcome != Outcome::kDifferent) continue;
    chip.Clear();
    const std::string repeat =
        "\nrepeat: --instruction " + name + " --seed " + std::to_string(case_seed) + " --cases 1";
    report.mismatches.push_back(
        (spoils ? "spoiled: " + result.text + "\n" + one.Text() : Explain(chip, name, case_seed)) + repeat);
    if (report.mismatches.size() >= most) break;
  }
  return report;
}

std::string ToString(const Report& report) {
  std::ostringstream text;
  text << "instruction                 drawn    legal  refused  spoiled  harmless\n";
  Count sum;
  const auto line = [&](const std::string& name, const Count& count) {
    char buffer[128];
    std::snprintf(buffer, sizeof(buffer), "%-24s %8ld %8ld %8ld %8ld %9ld\n", name.c_str(), count.drawn,
                  count.legal, count.refused, count.spoiled, count.harmless);
    text << buffer;
  };
  for (const auto& [name, count] : report.counts) {
    line(name, count);
    sum.drawn += count.drawn;
    sum.legal += count.legal;
    sum.refused += count.refused;
    sum.spoiled += count.spoiled;
    sum.harmless += count.harmless;
  }
  line("all", sum);
  for (const std::string& mismatch : report.mismatches) text << "\nMISMATCH " << mismatch << "\n";
  return text.str();
}

}  // namespace nki::fuzz
