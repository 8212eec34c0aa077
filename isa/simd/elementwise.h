// Elementwise loops over tiles: one element of the result from the elements at the same place in the
// operands. Operands have equal partition and free element counts (ranks may differ) and start on a block of
// 16 partitions. Arithmetic: load as float32, compute in float32, store as dst.dtype (round to nearest even;
// integers saturate, NaN becomes 0; bool_ stores "is not zero"). A destination may alias an operand element
// by element.
#ifndef NKI_ISA_SIMD_ELEMENTWISE_H_
#define NKI_ISA_SIMD_ELEMENTWISE_H_

#include "isa/alu_op.h"
#include "memory/tile.h"

namespace nki::simd {

// A second operand that is the same for all elements of a partition: a constant, or a column [P, 1] of any
// dtype.
struct ScalarOperand {
  bool is_column = false;
  bool negated = false;  // stands for -operand; not beside bitwise operators
  float value = 0;
  uint32_t bits = 0;  // the constant of a bitwise operator
  Tile column;
};

// dst = a op b. 32-bit integers go through float32 unless `exact_integers` (GpSimd): then int32/uint32
// arithmetic.
void BinaryTile(AluOp op, const Tile& a, const Tile& b, const Tile& dst, bool exact_integers,
                BlockRange blocks);

// One step of tensor_scalar: x = x op operand, or operand op x if reversed. Unary operators ignore the
// operand.
struct ScalarStep {
  AluOp op;
  ScalarOperand operand;
  bool reverse = false;
};

// dst = step1(step0(data)); `count` is 1 or 2. Both steps arithmetic or both bitwise.
void ScalarStepsTile(const Tile& data, const ScalarStep* steps, int count, const Tile& dst,
                     BlockRange blocks);

// dst = (data op0 operand0) op1 b, each reversible.
void ScalarTensorTensorTile(const Tile& data, const ScalarStep& first, AluOp op1, bool reverse1,
                            const Tile& b, const Tile& dst, BlockRange blocks);

// Bit-exact if the dtypes are equal, through float32 otherwise. Partition starts may be on different blocks.
void CopyTile(const Tile& src, const Tile& dst, BlockRange blocks);

// Every element becomes the element whose bits are the low ItemBytes(dst.dtype) bytes of `bits`.
void FillTile(uint32_t bits, const Tile& dst, BlockRange blocks);

// offset + p * channel_multiplier + Σ dims[k].step * i_k, in int32 with wrap-around. p counts from the tile's
// own first partition.
struct AffinePattern {
  int32_t offset;
  int32_t channel_multiplier;
  const Dim* dims;
  int rank;
};
// dst[p, i] = the pattern's value, converted.
void IotaTile(const AffinePattern& pattern, const Tile& dst, BlockRange blocks);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_ELEMENTWISE_H_
