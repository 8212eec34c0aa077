// CopyRows: between two places on chip.
#include <cstring>

#include "isa/simd/convert.h"
#include "isa/simd/dma.h"
#include "isa/simd/dma_cast.h"
#include "isa/simd/dma_rows.h"
#include "isa/simd/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "isa/simd/dma_chip.cc"
#include "hwy/foreach_target.h"
// After foreach_target:
#include "hwy/highway.h"
#include "isa/simd/dma-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Run = FreeCursor::Run;

// The 16 source partitions of a destination block lie in two blocks: lanes [shift, 16) of `low` become the
// first ones, lanes [0, shift) of `high` the last ones.
struct ShiftedBlocks {
  const std::byte* low;
  const std::byte* high;
  int shift;
  LaneSet from_low, from_high, lanes;
};

// Masked loads touch only the lanes asked for, so the neighbouring lines need not exist.
HWY_INLINE WordVec LoadShifted(const ShiftedBlocks& src, int64_t line_byte, int first_lane) {
  const WordTag d;
  const auto* low = reinterpret_cast<const uint32_t*>(src.low + line_byte) + src.shift + first_lane;
  if (src.shift == 0) return hn::Load(d, low);
  const auto* high =
      reinterpret_cast<const uint32_t*>(src.high + line_byte) + src.shift - kLanes + first_lane;
  return hn::Or(hn::MaskedLoad(LaneMask(src.from_low, first_lane), d, low),
                hn::MaskedLoad(LaneMask(src.from_high, first_lane), d, high));
}

void CopyWords(const ShiftedBlocks& src, int64_t src_byte, int64_t src_step, std::byte* line, int64_t step,
               int count) {
  for (int i = 0; i < count; ++i) {
    for (int lane = 0; lane < kLanes; lane += kWordLanes) {
      const WordVec words = LoadShifted(src, src_byte + i * src_step, lane);
      StoreLanes<false>(words, src.lanes, lane, reinterpret_cast<uint32_t*>(line + i * step));
    }
  }
}

// Elements narrower than a word, in any pattern: the rest of the destination's word stays.
void CopyNarrow(int bytes, const ShiftedBlocks& src, const Run& from, std::byte* block, const Run& to) {
  const WordTag d;
  const auto ones = hn::Set(d, bytes == 2 ? 0xffffu : 0xffu);
  for (int64_t i = 0; i < to.count; ++i) {
    const int64_t src_byte = (from.offset + i * from.step) * bytes, byte = (to.offset + i * to.step) * bytes;
    const int src_shift = static_cast<int>(src_byte & 3) * 8, shift = static_cast<int>(byte & 3) * 8;
    auto* line = reinterpret_cast<uint32_t*>(block + (byte >> 2) * kLineBytes);
    for (int lane = 0; lane < kLanes; lane += kWordLanes) {
      const auto value =
          hn::And(hn::ShiftRightSame(LoadShifted(src, (src_byte >> 2) * kLineBytes, lane), src_shift), ones);
      const auto kept = hn::AndNot(hn::ShiftLeftSame(ones, shift), hn::Load(d, line + lane));
      StoreLanes<false>(hn::Or(kept, hn::ShiftLeftSame(value, shift)), src.lanes, lane, line);
    }
  }
}

void CopyRun(int bytes, const ShiftedBlocks& src, Run from, std::byte* block, Run to) {
  if (bytes == 4) {
    return CopyWords(src, from.offset * kLineBytes, from.step * kLineBytes, block + to.offset * kLineBytes,
                     to.step * kLineBytes, static_cast<int>(to.count));
  }
  const int per_word = 4 / bytes;
  const bool whole =
      from.step == 1 && to.step == 1 && from.offset % per_word == 0 && to.offset % per_word == 0;
  const int64_t words = whole ? to.count / per_word : 0;
  CopyWords(src, from.offset / per_word * kLineBytes, kLineBytes, block + to.offset / per_word * kLineBytes,
            kLineBytes, static_cast<int>(words));
  const int64_t done = words * per_word;
  CopyNarrow(bytes, src, {from.offset + done * from.step, from.step, from.count - done}, block,
             {to.offset + done * to.step, to.step, to.count - done});
}

// Partitions that are not neighbours: element by element.
void CopyScattered(const Tile& src, const Tile& dst, int block, const LaneSet& lanes, Run from, Run to) {
  const int bytes = ItemBytes(dst.dtype);
  for (int lane = 0; lane < kLanes; ++lane) {
    if (lanes.words[lane] == 0) continue;
    const int p = block * kLanes + lane;
    const int q = src.partition + (p - dst.partition) / dst.partition_step * src.partition_step;
    for (int64_t i = 0; i < to.count; ++i) {
      std::memcpy(dst.Address(p, (to.offset + i * to.step) * bytes),
                  src.Address(q, (from.offset + i * from.step) * bytes), static_cast<size_t>(bytes));
    }
  }
}

ShiftedBlocks SourceOf(const Tile& src, const Tile& dst, int block, const LaneSet& lanes) {
  ShiftedBlocks shifted;
  const int partition =
      block * kLanes - dst.partition + src.partition;  // of lane 0; below 0 only if that lane is absent
  shifted.shift = ((partition % kLanes) + kLanes) % kLanes;
  shifted.low = src.base + (partition - shifted.shift) / kLanes * src.block_bytes;
  shifted.high = shifted.low + src.block_bytes;
  shifted.lanes = shifted.from_low = shifted.from_high = lanes;
  for (int lane = 0; lane < kLanes; ++lane) {
    (lane < kLanes - shifted.shift ? shifted.from_high : shifted.from_low).words[lane] = 0;
  }
  return shifted;
}

void CopyBits(const Tile& src, const Tile& dst, BlockRange blocks) {
  const bool neighbours = src.partition_step == 1 && dst.partition_step == 1;
  const int64_t total = dst.free_elements();
  const int last = dst.partition + (dst.partitions - 1) * dst.partition_step;
  const int end = std::min(blocks.end, last / kLanes + 1);
  for (int block = std::max(blocks.begin, dst.first_block()); block < end; ++block) {
    LaneSet lanes;
    if (!LanesInBlock(dst, block, lanes)) continue;
    const ShiftedBlocks shifted = SourceOf(src, dst, block, lanes);
    FreeCursor from_cursor(src), to_cursor(dst);
    for (int64_t done = 0; done < total;) {
      const Run outer = to_cursor.Next(total - done);
      for (int64_t i = 0; i < outer.count;) {
        const Run from = from_cursor.Next(outer.count - i);
        const Run to{outer.offset + i * outer.step, outer.step, from.count};
        if (neighbours) {
          CopyRun(ItemBytes(dst.dtype), shifted, from, dst.base + block * dst.block_bytes, to);
        } else {
          CopyScattered(src, dst, block, lanes, from, to);
        }
        i += from.count;
      }
      done += outer.count;
    }
  }
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nki::simd {
HWY_EXPORT(CopyBits);

void CopyRows(const Tile& src, const Tile& dst, BlockRange blocks) {
  if (src.dtype != dst.dtype) return CopyRowsCast(src, dst, blocks);
  HWY_DYNAMIC_DISPATCH(CopyBits)(src, dst, blocks);
}

}  // namespace nki::simd
#endif
