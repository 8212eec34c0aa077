#include "interpreter/exchange.h"

#include "isa/simd/dma.h"

namespace nki {

void Exchange(const Meeting& first, const RunContext& first_core, const Meeting& second,
              const RunContext& second_core) {
  const Tile given = first_core.tile(*first.src);
  const int64_t bytes = given.free_elements() * ItemBytes(given.dtype);
  const PartitionedMemory memory(kLanes * kBlocks, (bytes + 3) / 4 * 4);
  Tile kept;  // what the first core gives, as its dst may be its src
  kept.base = memory.base();
  kept.block_bytes = memory.block_bytes();
  kept.dtype = given.dtype;
  kept.partitions = given.partitions;
  kept.rank = 1;
  kept.dims[0] = {1, given.free_elements()};
  simd::CopyRows(given, kept, {});
  simd::CopyRows(second_core.tile(*second.src), first_core.tile(*first.dst), {});
  simd::CopyRows(kept, second_core.tile(*second.dst), {});
}

}  // namespace nki
