// The second operand that is one value per partition, as a line of each block.
#ifndef NKI_ISA_SIMD_SCALAR_LINE_H_
#define NKI_ISA_SIMD_SCALAR_LINE_H_

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "isa/simd/convert.h"
#include "isa/simd/elementwise.h"

namespace nki::simd {

class ScalarLine {
 public:
  ScalarLine(const ScalarOperand& operand, LineForm form) : negated_(operand.negated) {
    if (operand.is_column) {
      column_.emplace(operand.column, form);
    } else {
      const float word = form == LineForm::kBits ? std::bit_cast<float>(operand.bits) : operand.value;
      std::fill(words_, words_ + kLanes, operand.negated ? -word : word);
    }
  }

  // Takes the values of `block`, counted from the tile's first. A copy: the destination may overwrite the
  // column.
  void Load(int block) {
    if (!column_) return;
    alignas(64) float buffer[kLanes];
    std::memcpy(words_, column_->Next(block, 1, buffer).first, kLineBytes);
    for (int lane = 0; negated_ && lane < kLanes; ++lane) words_[lane] = -words_[lane];
  }
  Lines lines() const { return {words_, 0}; }

 private:
  alignas(64) float words_[kLanes];
  std::optional<LineSource> column_;
  bool negated_;
};

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_SCALAR_LINE_H_
