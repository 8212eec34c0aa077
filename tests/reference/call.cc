#include "tests/reference/call.h"

#include <cmath>

#include "tests/reference/reference.h"

namespace nki::reference {

PerPartition::PerPartition(const Model& model, const Call& call, const std::string& name, double absent) {
  const Operand operand = call.Get<Operand>(name, Operand::Constant(absent));
  if (operand.is_column()) {
    const Reader column(model, operand.column);
    values_ = column.values;
    bits_ = column.bits;
    return;
  }
  const double value = operand.given() ? operand.constant : absent;
  constant_ = static_cast<float>(value);
  if (std::fabs(value) < 0x1p62) constant_bits_ = static_cast<uint32_t>(static_cast<int64_t>(value));
}

const Meanings& AllMeanings() {
  static const Meanings all = [] {
    Meanings table;
    AddElementwise(table);
    AddSelection(table);
    AddCarrying(table);
    AddActivation(table);
    AddSearch(table);
    AddGathering(table);
    AddRandom(table);
    AddMatrix(table);
    AddMovement(table);
    AddControl(table);
    return table;
  }();
  return all;
}

float AluValue(AluOp op, float a, float b) { return static_cast<float>(Alu(op, a, b)); }

float AluStep(AluOp op, bool reverse, float x, float operand) {
  return reverse && !IsUnary(op) ? AluValue(op, operand, x) : AluValue(op, x, operand);
}

Interval PowerInterval(float base, float exponent) {
  const float nearest =
      static_cast<float>(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
  if (std::isnan(nearest) || std::isinf(nearest)) return Interval::Of(nearest);
  return {std::nextafter(nearest, -HUGE_VALF), std::nextafter(nearest, HUGE_VALF)};
}

}  // namespace nki::reference
