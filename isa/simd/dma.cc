#include "isa/simd/dma.h"

#include "hwy/cache_control.h"
#include "isa/simd/convert.h"
#include "isa/simd/dma_cast.h"
#include "isa/simd/dma_rows.h"
#include "isa/simd/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "isa/simd/dma.cc"
#include "hwy/foreach_target.h"
// After foreach_target:
#include "hwy/highway.h"
#include "isa/simd/dma-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Run = FreeCursor::Run;

inline std::byte* LineOf(std::byte* block, int64_t byte) { return block + (byte >> 2) * kLineBytes; }

// Element by element, for every pattern that is not rows of whole words.
template <int kBytes, bool kLoad>
void MoveElements(const BlockRows& rows, Run linear, std::byte* block, Run chip) {
  for (int64_t i = 0; i < chip.count; ++i) {
    const int64_t byte = (chip.offset + i * chip.step) * kBytes;
    std::byte* line = LineOf(block, byte) + (byte & 3);
    const int64_t linear_byte = (linear.offset + i * linear.step) * kBytes;
    for (int lane = 0; lane < kLanes; ++lane) {
      if (rows.lanes.words[lane] == 0) continue;
      std::byte* element = rows.row[lane] + linear_byte;
      std::memcpy(kLoad ? line + lane * 4 : element, kLoad ? element : line + lane * 4, kBytes);
    }
  }
}

template <bool kLoad>
void MoveElements(int bytes, const BlockRows& rows, Run linear, std::byte* block, Run chip) {
  if (chip.count == 0) return;
  if (bytes == 4) return MoveElements<4, kLoad>(rows, linear, block, chip);
  if (bytes == 2) return MoveElements<2, kLoad>(rows, linear, block, chip);
  MoveElements<1, kLoad>(rows, linear, block, chip);
}

struct Load {
  static constexpr bool kIsLoad = true;
  static void Words(const BlockRows& rows, int64_t byte, int words, std::byte* line, int64_t line_step) {
    const auto load = rows.lanes.full ? LoadWords<true> : LoadWords<false>;
    load(rows, byte, words, line, line_step);
  }
  static void Adjacent(std::byte* row0, int64_t step, int count, std::byte* line, int64_t line_step) {
    LoadAdjacent(row0, step, count, line, line_step);
  }
};

struct Store {
  static constexpr bool kIsLoad = false;
  static void Words(const BlockRows& rows, int64_t byte, int words, std::byte* line, int64_t line_step) {
    const bool stream = rows.streams && rows.lanes.full && words >= kFewWords && rows.AgreeOnWords(byte);
    const auto store = stream            ? StoreWords<true, true>
                       : rows.lanes.full ? StoreWords<true, false>
                                         : StoreWords<false, false>;
    store(line, line_step, words, rows, byte);
  }
  static void Adjacent(std::byte* row0, int64_t step, int count, std::byte* line, int64_t line_step) {
    StoreAdjacent(line, line_step, count, row0, step);
  }
};

template <class Direction>
void MoveRun(int bytes, const BlockRows& rows, Run linear, std::byte* block, Run chip) {
  constexpr bool kLoad = Direction::kIsLoad;
  const int per_word = 4 / bytes;
  const auto part = [](const Run& run, int64_t first, int64_t count) {
    return Run{run.offset + first * run.step, run.step, count};
  };
  if (bytes == 4 && rows.adjacent) {
    Direction::Adjacent(rows.row[0] + linear.offset * 4, linear.step * 4, static_cast<int>(chip.count),
                        LineOf(block, chip.offset * 4), chip.step * kLineBytes);
    return;
  }
  if ((linear.step != 1 && chip.count > 1) || (bytes < 4 && chip.step != 1)) {
    return MoveElements<kLoad>(bytes, rows, linear, block, chip);
  }
  const int64_t head = std::min<int64_t>(chip.count, (per_word - chip.offset % per_word) % per_word);
  const int64_t words = (chip.count - head) / per_word;
  const int64_t tail = head + words * per_word;
  MoveElements<kLoad>(bytes, rows, part(linear, 0, head), block, part(chip, 0, head));
  if (words > 0) {
    Direction::Words(rows, (linear.offset + head) * bytes, static_cast<int>(words),
                     LineOf(block, (chip.offset + head) * bytes),
                     bytes == 4 ? chip.step * kLineBytes : kLineBytes);
  }
  MoveElements<kLoad>(bytes, rows, part(linear, tail, chip.count - tail), block,
                      part(chip, tail, chip.count - tail));
}

template <class Direction>
void MoveRows(const LinearTile& linear, RowPlaces places, const Tile& chip, BlockRange blocks) {
  const Tile linear_axes = FreeAxes(linear);
  const int64_t total = chip.free_elements();
  const int last = chip.partition + (chip.partitions - 1) * chip.partition_step;
  const int end = std::min(blocks.end, last / kLanes + 1);
  for (int index = std::max(blocks.begin, chip.first_block()); index < end; ++index) {
    BlockRows rows;
    if (!RowsOfBlock(linear, places, chip, index, rows)) continue;
    FreeCursor chip_cursor(chip), linear_cursor(linear_axes);
    for (int64_t done = 0; done < total;) {
      const Run outer = chip_cursor.Next(total - done);
      for (int64_t i = 0; i < outer.count;) {
        const Run inner = linear_cursor.Next(outer.count - i);
        MoveRun<Direction>(ItemBytes(chip.dtype), rows, inner, chip.base + index * chip.block_bytes,
                           {outer.offset + i * outer.step, outer.step, inner.count});
        i += inner.count;
      }
      done += outer.count;
    }
  }
}

void LoadBits(const LinearTile& src, RowPlaces places, const Tile& dst, BlockRange blocks) {
  MoveRows<Load>(src, places, dst, blocks);
}
void StoreBits(const Tile& src, const LinearTile& dst, RowPlaces places, BlockRange blocks) {
  MoveRows<Store>(dst, places, src, blocks);
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nki::simd {
HWY_EXPORT(LoadBits);
HWY_EXPORT(StoreBits);

void LoadRowsAt(const LinearTile& src, RowPlaces places, const Tile& dst, BlockRange blocks) {
  HWY_DYNAMIC_DISPATCH(LoadBits)(src, places, dst, blocks);
}

void StoreRowsAt(const Tile& src, const LinearTile& dst, RowPlaces places, BlockRange blocks) {
  HWY_DYNAMIC_DISPATCH(StoreBits)(src, dst, places, blocks);
}

void LoadRows(const LinearTile& src, const Tile& dst, BlockRange blocks) {
  if (src.dtype != dst.dtype) return LoadRowsCast(src, dst, blocks);
  LoadRowsAt(src, nullptr, dst, blocks);
}

void StoreRows(const Tile& src, const LinearTile& dst, BlockRange blocks) {
  if (src.dtype != dst.dtype) return StoreRowsCast(src, dst, blocks);
  StoreRowsAt(src, dst, nullptr, blocks);
}

}  // namespace nki::simd
#endif
