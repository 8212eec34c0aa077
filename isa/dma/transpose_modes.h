// What the descriptor engines can transpose: by hardware (hwdge), or rows that have an index each.
#ifndef NKI_ISA_DMA_TRANSPOSE_MODES_H_
#define NKI_ISA_DMA_TRANSPOSE_MODES_H_

#include <vector>

#include "isa/rules.h"
#include "isa/run_context.h"

namespace nki {

// [hwdge], [hwdge-transpose]
void CheckHwdgeTranspose(Checker& c, const View& src);
// [gather-transpose], [vector-offset], [gather-shape]
void CheckGatherTranspose(Checker& c, const View& src);

// The rows of src that GatherRows copies; if dst is given, its elements that they become.
std::vector<View> TransposedRows(const RunContext& ctx, const View& src, bool skips, const View* dst);

// Transposes a tile of two axes into another, if both begin where compute instructions' tiles may; else
// false.
bool TransposeTiles(const RunContext& ctx, const View& dst, const View& src);

// Memory at `base` as the elements of a view, side by side in the order of its axes.
LinearTile Dense(const View& view, std::byte* base);

// Copies the rows of src (index of axis 0) to those of `to`: row i has the index
// index[i % partitions, i / partitions]. Rows that leave the storage are left out if `skips`.
void GatherRows(const RunContext& ctx, const View& src, bool skips, const LinearTile& to);

}  // namespace nki

#endif  // NKI_ISA_DMA_TRANSPOSE_MODES_H_
