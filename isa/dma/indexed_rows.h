// Rows of HBM that have an index each, and a tile whose partitions are these rows.
#ifndef NKI_ISA_DMA_INDEXED_ROWS_H_
#define NKI_ISA_DMA_INDEXED_ROWS_H_

#include "isa/run_context.h"

namespace nki {

// Gathers or scatters 16 rows at once. Rows outside the storage are left out if `skips`, else RunError is
// thrown before anything is moved. False, and nothing is moved, if the operands are others: then it goes row
// by row.
bool MoveIndexedRows(const RunContext& ctx, const View& dst, const View& src, bool skips);

}  // namespace nki

#endif  // NKI_ISA_DMA_INDEXED_ROWS_H_
