// Gathers: each element of the result is an element of a tile at a place that an index names.
#ifndef NKI_ISA_SIMD_GATHER_H_
#define NKI_ISA_SIMD_GATHER_H_

#include <optional>

#include "memory/tile.h"

namespace nki::simd {

// An index that names no element.
struct BadIndex {
  int partition;     // of the index, counted from its tile's first
  int64_t position;  // in its partition
  uint32_t value;
  bool operator==(const BadIndex&) const = default;
};

// dst[p, j] = data[p, indices[p, j]] bit for bit: dtypes of dst and data equal, indices uint32 with the free
// elements of dst; free elements are counted in the order of the axes. All is read before anything is
// written. Stops at an index that names no element and returns it.
std::optional<BadIndex> GatherTile(const Tile& data, const Tile& indices, const Tile& dst, BlockRange blocks);

// dst[p, j * width + e] = data[p, i_j + e] for every j < count: i_j is the index at element j / 16 of the
// partition j % 16 in p's block of 16 partitions. Indices are uint16. Elements of dst beyond keep their bits.
std::optional<BadIndex> LocalGatherTile(const Tile& data, const Tile& index, int64_t count, int64_t width,
                                        const Tile& dst, BlockRange blocks);

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_GATHER_H_
