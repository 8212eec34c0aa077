// Where the elements of an operand may lie.
#ifndef NKI_ISA_REACH_H_
#define NKI_ISA_REACH_H_

#include "memory/view.h"

namespace nki {

// Whether all elements of a view that nothing moves lie in its storage; on chip, each in the partition where
// its row begins.
bool StaysInside(const View& view);

// As many partitions may start at multiples of this: 128, 64 or 32, which leaves 0, 0/64 or 0/32/64/96.
// Source: nki.isa (NKI 0.6), nc_stream_shuffle and the allocation API of v2.26.
inline int64_t StartPartitionStep(int64_t partitions) {
  return partitions > 64 ? 128 : partitions > 32 ? 64 : 32;
}

}  // namespace nki

#endif  // NKI_ISA_REACH_H_
