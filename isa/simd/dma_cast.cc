#include "isa/simd/dma_cast.h"

#include "isa/simd/convert.h"
#include "isa/simd/dma_rows.h"
#include "isa/simd/elementwise.h"

namespace nki::simd {
namespace {

using Run = FreeCursor::Run;

constexpr int kScratchElements = 256;  // one block of them takes at most half of a 32 KiB L1 cache

// One block of on-chip memory of our own.
struct ScratchBlock {
  alignas(64) std::byte lines[kScratchElements * kLineBytes];

  Tile Elements(Dtype dtype, int partitions, int64_t first, int64_t count) {
    Tile tile;
    tile.base = lines;
    tile.block_bytes = sizeof(lines);
    tile.dtype = dtype;
    tile.partitions = partitions;
    tile.offset = first;
    tile.rank = 1;
    tile.dims[0] = {1, count};
    return tile;
  }
};

Tile WithRun(Tile tile, const Run& run) {
  tile.offset = run.offset;
  tile.rank = 1;
  tile.dims[0] = {run.step, run.count};
  return tile;
}

LinearTile WithRun(LinearTile rows, const Run& run) {
  rows.offset = run.offset;
  rows.rank = 2;
  rows.dims[1] = {run.step, run.count};
  return rows;
}

// The partitions of a tile that lie in one block, and which of the tile's they are.
struct BlockPart {
  int first_row;
  Tile tile;
};

BlockPart PartInBlock(const Tile& tile, int block) {
  BlockPart part{0, tile};
  const int step = tile.partition_step;
  const int before = std::max(0, block * kLanes - tile.partition);
  part.first_row = (before + step - 1) / step;
  const int end = std::min(tile.partitions, (block * kLanes + kLanes - tile.partition + step - 1) / step);
  part.tile.partition = tile.partition + part.first_row * step;
  part.tile.partitions = std::max(0, end - part.first_row);
  return part;
}

LinearTile RowsFrom(LinearTile rows, int first, int count) {
  rows.base += first * rows.dims[0].step * ItemBytes(rows.dtype);
  rows.dims[0].count = count;
  return rows;
}

Tile PartitionsFrom(Tile tile, int first, int count) {
  tile.partition += first * tile.partition_step;
  tile.partitions = count;
  return tile;
}

template <class Visit>
void ForEachBlock(const Tile& tile, BlockRange blocks, Visit visit) {
  const int last = tile.partition + (tile.partitions - 1) * tile.partition_step;
  const int end = std::min(blocks.end, last / kLanes + 1);
  for (int block = std::max(blocks.begin, tile.first_block()); block < end; ++block) {
    const BlockPart part = PartInBlock(tile, block);
    if (part.tile.partitions > 0) visit(part);
  }
}

// Converts `bits` to dst's dtype and copies it to its partitions, which need not begin a block.
void ConvertInto(const Tile& bits, const Tile& dst) {
  ScratchBlock scratch;
  const Tile converted = scratch.Elements(dst.dtype, bits.partitions, 0, bits.dims[0].count);
  CopyTile(bits, converted, {});
  CopyRows(converted, dst, {});
}

// Fills the destination's block in pieces: fetch(run of the source, tile) brings the bits.
template <class Fetch>
void FillConverted(const Tile& src_axes, Dtype src_dtype, const Tile& dst, Fetch fetch) {
  ScratchBlock scratch;
  FreeCursor src_cursor(src_axes), dst_cursor(dst);
  for (int64_t total = dst.free_elements(); total > 0;) {
    const Run from = src_cursor.Next(std::min<int64_t>(kScratchElements, total));
    fetch(from, scratch.Elements(src_dtype, dst.partitions, 0, from.count));
    for (int64_t i = 0; i < from.count;) {
      const Run to = dst_cursor.Next(from.count - i);
      ConvertInto(scratch.Elements(src_dtype, dst.partitions, i, to.count), WithRun(dst, to));
      i += to.count;
    }
    total -= from.count;
  }
}

}  // namespace

void LoadRowsCast(const LinearTile& src, const Tile& dst, BlockRange blocks) {
  ForEachBlock(dst, blocks, [&](const BlockPart& part) {
    const LinearTile rows = RowsFrom(src, part.first_row, part.tile.partitions);
    FillConverted(FreeAxes(src), src.dtype, part.tile,
                  [&](const Run& from, const Tile& bits) { LoadRows(WithRun(rows, from), bits, {}); });
  });
}

void CopyRowsCast(const Tile& src, const Tile& dst, BlockRange blocks) {
  ForEachBlock(dst, blocks, [&](const BlockPart& part) {
    const Tile rows = PartitionsFrom(src, part.first_row, part.tile.partitions);
    FillConverted(src, src.dtype, part.tile,
                  [&](const Run& from, const Tile& bits) { CopyRows(WithRun(rows, from), bits, {}); });
  });
}

void StoreRowsCast(const Tile& src, const LinearTile& dst, BlockRange blocks) {
  ForEachBlock(src, blocks, [&](const BlockPart& part) {
    ScratchBlock bits_scratch, scratch;
    const LinearTile rows = RowsFrom(dst, part.first_row, part.tile.partitions);
    FreeCursor src_cursor(src), dst_cursor(FreeAxes(dst));
    for (int64_t total = src.free_elements(); total > 0;) {
      const Run from = src_cursor.Next(std::min<int64_t>(kScratchElements, total));
      const Tile bits = bits_scratch.Elements(src.dtype, part.tile.partitions, 0, from.count);
      CopyRows(WithRun(part.tile, from), bits, {});
      CopyTile(bits, scratch.Elements(dst.dtype, part.tile.partitions, 0, from.count), {});
      for (int64_t i = 0; i < from.count;) {
        const Run to = dst_cursor.Next(from.count - i);
        StoreRows(scratch.Elements(dst.dtype, part.tile.partitions, i, to.count), WithRun(rows, to), {});
        i += to.count;
      }
      total -= from.count;
    }
  });
}

}  // namespace nki::simd
