// What an instruction is to the rest of the program, and how a plain struct becomes one.
//
// An instruction is one file, isa/<engine>/<name>.cc: doc, fields, Check, CostOn, Run, Samples, and one line
// in isa/instructions.def. isa/README.md says how to add one.
#ifndef NKI_ISA_INSTRUCTION_H_
#define NKI_ISA_INSTRUCTION_H_

#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "isa/cost.h"
#include "isa/engine_state.h"
#include "isa/fields.h"
#include "isa/flow.h"
#include "isa/meeting.h"
#include "isa/parts.h"
#include "isa/rules.h"
#include "isa/run_context.h"
#include "isa/samples.h"

namespace nki {

class Instruction;

struct InstructionDef {
  std::string_view name;
  std::string_view doc;
  std::unique_ptr<Instruction> (*create)();
  std::vector<std::unique_ptr<Instruction>> (*samples)(SampleBuilder&);
};

class Instruction {
 public:
  virtual ~Instruction() = default;
  virtual const InstructionDef& def() const = 0;
  virtual void VisitFields(FieldVisitor& visitor) = 0;
  // Reports every broken rule; changes nothing.
  virtual void Check(Checker& checker) const = 0;
  virtual Cost CostOn(const Generation& gen) const = 0;
  // Checks nothing: whoever runs an instruction has checked it.
  virtual void Run(RunContext& context) const = 0;

  // False if elements of one partition of the result depend on other partitions of an operand of the same
  // shape.
  virtual bool LaneLocal() const = 0;
  // False if workers can't share the instruction by blocks of partitions.
  virtual bool Splits() const = 0;
  // True if an element of the only result depends on nothing but the elements at the same place in the
  // operands.
  virtual bool Elementwise() const = 0;
  // True if the instruction copies elements as they are from one view to another of the same dtype.
  virtual bool MovesBits() const = 0;
  // True if the instruction reads all of its operands before it writes, so that its destination may overlap
  // them.
  virtual bool ReadsAllFirst() const = 0;
  // True if the instruction adds to what its destination holds, so that this must be initialised.
  virtual bool ReadsDestination() const = 0;
  // True if the instruction adds to those elements of its destination that were written before and overwrites
  // the others.
  virtual bool AddsWhereWritten() const = 0;
  // True if elements of the destination may keep what they hold, as the data decide.
  virtual bool KeepsDestination() const = 0;
  virtual StateUse State() const = 0;
  // True if rows of an operand in HBM may have an index each.
  virtual bool FollowsVectorOffset() const = 0;
  // Why `operand`, a field of this instruction, can't be an indirect view; empty if it can.
  virtual std::string_view RefusesIndirect(const View& operand) const = 0;
  // False if a kernel can't give the instruction a name (name=…).
  virtual bool TakesName() const = 0;
  // What waits for the other core of a logical NeuronCore; nothing for all others.
  virtual std::optional<Meeting> MeetsCore() const = 0;
  // What opens or closes a region; nothing for all others.
  virtual std::optional<Flow> ControlFlow() const = 0;
  // The parts of `operand`, a field of this instruction, that are read or written. Asked of instructions that
  // break rules too.
  virtual Parts PartsTouched(const View& operand) const = 0;
  // True if it depends on the data which elements are left out: those outside their storage (oob_mode.skip).
  virtual bool SkipsByData() const = 0;
  // PartsTouched while the kernel runs, with every address as it is at that moment; nothing if no more than
  // the addresses of `operand` and of the parts above need to be known.
  virtual Parts PartsMoved(const View& operand, const RunContext& context) const = 0;
};

// Turns a plain struct into an Instruction. The questions from `LaneLocal` on are optional members.
template <typename T, const InstructionDef& kDef>
class InstructionAdaptor final : public Instruction {
 public:
  InstructionAdaptor() = default;
  explicit InstructionAdaptor(T fields) : fields_(std::move(fields)) {}
  const InstructionDef& def() const override { return kDef; }
  void VisitFields(FieldVisitor& visitor) override { fields_.VisitFields(visitor); }
  void Check(Checker& checker) const override { fields_.Check(checker); }
  Cost CostOn(const Generation& gen) const override { return fields_.CostOn(gen); }
  void Run(RunContext& context) const override { fields_.Run(context); }
  bool LaneLocal() const override {
    if constexpr (requires { fields_.LaneLocal(); }) return fields_.LaneLocal();
    return true;
  }
  bool Splits() const override {
    if constexpr (requires { fields_.Splits(); }) return fields_.Splits();
    return true;
  }
  bool Elementwise() const override {
    if constexpr (requires { fields_.Elementwise(); }) return fields_.Elementwise();
    return false;
  }
  bool MovesBits() const override {
    if constexpr (requires { fields_.MovesBits(); }) return fields_.MovesBits();
    return false;
  }
  bool ReadsAllFirst() const override {
    if constexpr (requires { fields_.ReadsAllFirst(); }) return fields_.ReadsAllFirst();
    return false;
  }
  bool ReadsDestination() const override {
    if constexpr (requires { fields_.ReadsDestination(); }) return fields_.ReadsDestination();
    return false;
  }
  bool AddsWhereWritten() const override {
    if constexpr (requires { fields_.AddsWhereWritten(); }) return fields_.AddsWhereWritten();
    return false;
  }
  bool KeepsDestination() const override {
    if constexpr (requires { fields_.KeepsDestination(); }) return fields_.KeepsDestination();
    return false;
  }
  StateUse State() const override {
    if constexpr (requires { fields_.State(); }) return fields_.State();
    return {};
  }
  bool FollowsVectorOffset() const override {
    if constexpr (requires { fields_.FollowsVectorOffset(); }) return fields_.FollowsVectorOffset();
    return false;
  }
  std::string_view RefusesIndirect(const View& operand) const override {
    if constexpr (requires { fields_.RefusesIndirect(operand); }) return fields_.RefusesIndirect(operand);
    return "it must be a plain view";
  }
  bool TakesName() const override {
    if constexpr (requires { fields_.TakesName(); }) return fields_.TakesName();
    return true;
  }
  std::optional<Meeting> MeetsCore() const override {
    if constexpr (requires { fields_.MeetsCore(); }) return fields_.MeetsCore();
    return std::nullopt;
  }
  std::optional<Flow> ControlFlow() const override {
    if constexpr (requires { fields_.ControlFlow(); }) return fields_.ControlFlow();
    return std::nullopt;
  }
  Parts PartsTouched(const View& operand) const override {
    if constexpr (requires { fields_.PartsTouched(operand); }) return fields_.PartsTouched(operand);
    return std::nullopt;
  }
  bool SkipsByData() const override {
    if constexpr (requires { fields_.SkipsByData(); }) return fields_.SkipsByData();
    return false;
  }
  Parts PartsMoved(const View& operand, const RunContext& context) const override {
    if constexpr (requires { fields_.PartsMoved(operand, context); })
      return fields_.PartsMoved(operand, context);
    return std::nullopt;
  }

 private:
  T fields_;
};

// Defines the table row of an instruction. Outside the anonymous namespace, once per file.
#define NKI_DEFINE_INSTRUCTION(Struct, row, doc)                                                       \
  extern const InstructionDef k_##row;                                                                 \
  const InstructionDef k_##row = {                                                                     \
      #row, doc,                                                                                       \
      []() -> std::unique_ptr<Instruction> {                                                           \
        return std::make_unique<InstructionAdaptor<Struct, k_##row>>();                                \
      },                                                                                               \
      [](SampleBuilder& builder) {                                                                     \
        std::vector<std::unique_ptr<Instruction>> samples;                                             \
        for (Struct & sample : Struct::Samples(builder)) {                                             \
          samples.push_back(std::make_unique<InstructionAdaptor<Struct, k_##row>>(std::move(sample))); \
        }                                                                                              \
        return samples;                                                                                \
      }}

std::span<const InstructionDef* const> AllInstructions();  // sorted by name
const InstructionDef* FindInstruction(std::string_view name);

}  // namespace nki

#endif  // NKI_ISA_INSTRUCTION_H_
