// The registers of the Vector and Scalar engines, one float32 per partition, as instructions use them.
#ifndef NKI_ISA_ACCUMULATOR_H_
#define NKI_ISA_ACCUMULATOR_H_

#include <initializer_list>
#include <optional>

#include "isa/instruction.h"
#include "isa/simd/accumulate.h"

namespace nki {

// reduce_cmd, and where the registers go afterwards.
struct Accumulator {
  EngineState state;
  ReduceCmd cmd;
  const std::optional<View>* result = nullptr;

  bool Reduces() const {
    return cmd == ReduceCmd::kReduce || cmd == ReduceCmd::kResetReduce || cmd == ReduceCmd::kLoadReduce;
  }
  // Whether the registers start anew.
  bool Starts() const {
    return cmd == ReduceCmd::kReset || cmd == ReduceCmd::kResetReduce || cmd == ReduceCmd::kLoadReduce;
  }
  StateUse Use() const;

  // [reduce-cmd]: which commands the instruction has.
  void CheckCmd(Checker& c, std::initializer_list<ReduceCmd> allowed) const;
  // What it takes to move the registers into the column on top: 64 cycles (nki.isa.activation_reduce and
  // tensor_scalar_reduce, v2.26).
  Cost CostAfter(Cost cost) const {
    if (result != nullptr && *result) cost.cycles += 64;
    return cost;
  }
  // The rules of the column that receives the registers.
  void CheckResult(Checker& c, const View& data) const;
  // [idle-result], on the Vector engine.
  void WarnOfIdle(Checker& c) const;

  // What becomes of the results of `to`: sets its registers first, if the command says so, to `start`.
  simd::RowReduction Begin(RunContext& ctx, AluOp op, const Tile& to, const Operand& start) const;
  // Stores the registers of `to`, once it is written. The worker that owns a block of it also writes the
  // registers of its partitions.
  void End(RunContext& ctx, const Tile& to, bool negate = false) const;

 private:
  float* Registers(RunContext& ctx) const;
};

// Reducing onto it changes nothing: 0, 1, -inf or +inf.
Operand IdentityOf(AluOp op);

}  // namespace nki

#endif  // NKI_ISA_ACCUMULATOR_H_
