// How a DMA takes its operands: as rows that are partitions, or element by element.
#ifndef NKI_ISA_DMA_TRANSFER_H_
#define NKI_ISA_DMA_TRANSFER_H_

#include <vector>

#include "isa/rules.h"
#include "isa/run_context.h"
#include "isa/simd/dma.h"

namespace nki {

// The elements at the end of the axes that lie side by side in one descriptor. On chip a run ends with its
// partition.
int64_t ContiguousRun(const View& view);

// Whether a view may name an element twice. Such a destination is written by one worker, in one order.
bool Overlaps(const View& view);

// Whether every partition of the tile (of both tiles) is one row of the other side, so that blocks of
// partitions can be moved independently.
bool MovesRows(const View& dst, const View& src);
void MoveRows(RunContext& ctx, const View& dst, const View& src);

// Whether two views name the same elements in the same order, wherever a dynamic offset takes them.
bool IsSameView(const View& a, const View& b);

// Whether each row of the view (index of axis 0) has an index of its own.
bool IsIndexed(const View& view);
// The rules of a view with a vector_offset beside the operand `other`: [vector-offset], [same-rows]. The
// other kinds of views pass.
void CheckIndexed(Checker& c, const View& view, const View& other);
// Descriptors made by hardware convert nothing: [same-dtype].
void CheckHwdge(Checker& c, const View& dst, const View& src);
// Throws RunError if an index takes a row outside the storage: before the first row is moved.
void CheckRows(const RunContext& ctx, const View& view);
// One row of a view, where it is now.
View RowAt(const RunContext& ctx, const View& view, bool may_leave, int64_t row);

simd::DmaOperand DmaOperandOf(const RunContext& ctx, const View& view);

// The rows of `operand`, which is one of them, that dst and all of srcs have inside their storage.
std::vector<View> InsideRows(const RunContext& ctx, const View& dst, const ViewList& srcs,
                             const View& operand);

// The elements of `operand`, which is dst or src, that CopyInsideElements reads or writes.
void AddInsideElements(const View& dst, const View& src, const View& operand, std::vector<View>& parts);

// Copies the elements that lie inside the storage on both sides; the other destinations keep their bits.
void CopyInsideElements(const RunContext& ctx, const View& dst, const View& src);

}  // namespace nki

#endif  // NKI_ISA_DMA_TRANSFER_H_
