// Selection between two values, element by element.
#ifndef NKI_ISA_SIMD_SELECT_H_
#define NKI_ISA_SIMD_SELECT_H_

#include "isa/simd/accumulate.h"

namespace nki::simd {

// dst = predicate ? on_true : on_false as float32 values, or the other way round if `reverse`; reduced.
void SelectTile(const Tile& predicate, bool reverse, const Tile& on_true, const ScalarOperand& on_false,
                const Tile& dst, const RowReduction& reduction, BlockRange blocks);

// The elements of dst where the predicate holds (or does not, if `reverse`) become those of src, an operand
// of dst's dtype, or the element whose bits are `bits` if src is null; bit for bit. The others keep what they
// hold.
void CopyPredicatedTile(const Tile* src, uint32_t bits, const Tile& predicate, bool reverse, const Tile& dst,
                        BlockRange blocks);

// Whether the index of an element among the free ones, plus `start`, compares with a value per partition.
struct RangeBound {
  AluOp op;
  ScalarOperand value;
};
// dst = both bounds hold ? data : on_false, as float32 values; reduced.
void SelectRangeTile(const Tile& data, const RangeBound (&bounds)[2], int64_t start, float on_false,
                     const Tile& dst, const RowReduction& reduction, BlockRange blocks);

// dst = (the pattern's value <op> 0) ? on_true : on_false. Bit-exact if the dtypes are equal, through float32
// otherwise.
void SelectAffineTile(const AffinePattern& pattern, AluOp op, const Tile& on_true, float on_false,
                      const Tile& dst, BlockRange blocks);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_SELECT_H_
