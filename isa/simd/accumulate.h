// Operations that carry a value along the free axis: running values and scans; and reductions beside a
// result.
#ifndef NKI_ISA_SIMD_ACCUMULATE_H_
#define NKI_ISA_SIMD_ACCUMULATE_H_

#include "isa/simd/elementwise.h"

namespace nki::simd {

// What else becomes of a tile's float32 results, before their conversion: in the order of the free axes each
// one is taken onto the register of its partition, register = register <op> result.
struct RowReduction {
  AluOp op = AluOp::kAdd;      // arithmetic, and one that can reduce
  float* registers = nullptr;  // 128, by absolute dst partition; null reduces nothing
};

// dst = data <op> operand, reduced.
void ScalarReduceTile(const Tile& data, const ScalarStep& step, const Tile& dst,
                      const RowReduction& reduction, BlockRange blocks);

// Element after element: register = (data <op> operand) <reduction op> register, dst = register. The
// reduction is add, subtract, multiply, maximum or minimum.
void CumulativeTile(const Tile& data, const ScalarStep& step, const Tile& dst, const RowReduction& reduction,
                    BlockRange blocks);

// Element after element: state = (data0 <op0> state) <op1> data1, dst = state; reversed steps swap their
// operands. The state is float32, is not rounded to dst.dtype, and starts as `initial`.
struct ScanSteps {
  AluOp op0, op1;
  bool reverse0 = false, reverse1 = false;
};
void ScanTile(const Tile& data0, const Tile& data1, const ScalarOperand& initial, const ScanSteps& steps,
              const Tile& dst, BlockRange blocks);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_ACCUMULATE_H_
