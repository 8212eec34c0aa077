#include "isa/accumulator.h"

#include <algorithm>
#include <limits>

#include "memory/scalar_types.h"

namespace nki {

Operand IdentityOf(AluOp op) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  switch (op) {
    case AluOp::kMultiply:
      return Operand::Constant(1);
    case AluOp::kMaximum:
      return Operand::Constant(-kInfinity);
    case AluOp::kMinimum:
    case AluOp::kAbsMin:
      return Operand::Constant(kInfinity);
    default:
      return Operand::Constant(0);
  }
}

StateUse Accumulator::Use() const {
  const uint8_t bit = 1 << static_cast<int>(state);
  const bool stores = result != nullptr && *result;
  StateUse use;
  if ((Reduces() || stores) && !Starts()) use.reads = bit;
  if (Reduces() || Starts()) use.writes = bit;
  // idle leaves the Vector engine's registers undefined (nki.isa.exponential and select_reduce, NKI 0.6).
  if (cmd == ReduceCmd::kIdle && state == EngineState::kVectorAccumulator) use.spoils = bit;
  return use;
}

void Accumulator::CheckCmd(Checker& c, std::initializer_list<ReduceCmd> allowed) const {
  const auto name = [](ReduceCmd one) { return std::string(kReduceCmdNames[static_cast<int>(one)]); };
  c.Rule(std::ranges::count(allowed, cmd) > 0, "reduce-cmd", [&] {
    std::string names;
    for (ReduceCmd one : allowed) names += (names.empty() ? "" : ", ") + name(one);
    return "reduce_cmd is " + name(cmd) + "; allowed are " + names;
  });
}

void Accumulator::WarnOfIdle(Checker& c) const {
  c.Warn(!*result || cmd != ReduceCmd::kIdle, "idle-result",
         "reduce_res is given and reduce_cmd is idle, which leaves the registers undefined on the device");
}

void Accumulator::CheckResult(Checker& c, const View& data) const {
  if (!*result) return;
  const View& column = **result;
  if (c.ComputeOperand(column, kOnChip)) c.Column(column, data) && c.NotPacked(column);
}

float* Accumulator::Registers(RunContext& ctx) const {
  return state == EngineState::kVectorAccumulator ? ctx.machine.vector_accumulators.data()
                                                  : ctx.machine.scalar_accumulators.data();
}

simd::RowReduction Accumulator::Begin(RunContext& ctx, AluOp op, const Tile& to, const Operand& start) const {
  float* registers = Registers(ctx);
  if (Starts()) {
    const Tile column = start.is_column() ? ctx.tile(start.column) : Tile();
    const int64_t byte = column.offset * ItemBytes(column.dtype);
    for (int p = 0; p < to.partitions; ++p) {
      if (!ctx.blocks.Contains((to.partition + p) / kLanes)) continue;
      registers[to.partition + p] = start.is_column()
                                        ? LoadScalar(column.dtype, column.Address(column.partition + p, byte))
                                        : static_cast<float>(start.constant);
    }
  }
  return {op, Reduces() ? registers : nullptr};
}

void Accumulator::End(RunContext& ctx, const Tile& to, bool negate) const {
  if (!*result) return;
  const Tile column = ctx.tile(**result);
  const int64_t byte = column.offset * ItemBytes(column.dtype);
  for (int p = 0; p < to.partitions; ++p) {
    if (!ctx.blocks.Contains((to.partition + p) / kLanes)) continue;
    const float value = Registers(ctx)[to.partition + p];
    StoreScalar(column.dtype, negate ? -value : value, column.Address(column.partition + p, byte));
  }
}

}  // namespace nki
