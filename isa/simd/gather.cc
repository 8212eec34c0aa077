#include "isa/simd/gather.h"

#include <cstring>
#include <vector>

#include "isa/simd/convert.h"
#include "isa/simd/free_offsets.h"
#include "isa/simd/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "isa/simd/gather.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "isa/simd/vectors-inl.h"

#ifndef NKI_ISA_SIMD_GATHER_ONCE
#define NKI_ISA_SIMD_GATHER_ONCE
namespace nki::simd {

// One block of the tile that elements are taken from.
struct GatherSource {
  const uint32_t* words;
  const int32_t* offsets;  // of each element inside the partition; null if they are offset + index * step
  int32_t offset, step;
  uint32_t count;
  int item_bytes;
};

}  // namespace nki::simd
#endif  // NKI_ISA_SIMD_GATHER_ONCE

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

// The elements with these free offsets, zero-extended; lane k of the vector is lane `first` + k of the block.
template <int kBytes>
HWY_INLINE WordVec GatherWords(const uint32_t* words, IntVec element, size_t first) {
  const WordTag dw;
  const IntTag di;
  constexpr int kShift = kBytes == 4 ? 0 : kBytes == 2 ? 1 : 2;  // elements per word, as a power of two
  const IntVec line = hn::ShiftLeft<4>(hn::ShiftRight<kShift>(element));
  const WordVec word = hn::GatherIndex(dw, words, hn::Add(line, hn::Iota(di, static_cast<int32_t>(first))));
  if constexpr (kBytes == 4) {
    return word;
  } else {
    const WordVec place = hn::And(AsWord(element), Word((1u << kShift) - 1));
    return hn::And(hn::Shr(word, hn::ShiftLeft < kBytes == 2 ? 4 : 3 > (place)),
                   Word((1u << 8 * kBytes) - 1));
  }
}

// Returns the first line with an index out of range, or n. Lanes from `lanes` on are not looked at.
template <int kBytes>
int64_t GatherLinesOf(const GatherSource& from, Lines indices, MutableLines to, int64_t n, int lanes) {
  const FloatTag df;
  const WordTag dw;
  const IntTag di;
  const WordVec count = Word(from.count);
  const IntVec offset = hn::Set(di, from.offset), step = hn::Set(di, from.step);
  for (int64_t i = 0; i < n; ++i) {
    for (size_t lane = 0; lane < static_cast<size_t>(lanes); lane += hn::Lanes(dw)) {
      const auto active = hn::FirstN(dw, static_cast<size_t>(lanes) - lane);
      const WordVec named = AsWord(hn::LoadU(df, indices.first + i * indices.stride + lane));
      const WordVec index = hn::IfThenElseZero(active, named);
      if (!hn::AllTrue(dw, hn::Gt(count, index))) return i;
      const IntVec element = from.offsets != nullptr ? hn::GatherIndex(di, from.offsets, AsInt(index))
                                                     : hn::Add(offset, hn::Mul(AsInt(index), step));
      hn::StoreU(AsFloat(GatherWords<kBytes>(from.words, element, lane)), df,
                 to.first + i * to.stride + lane);
    }
  }
  return n;
}

int64_t GatherLines(const GatherSource& from, Lines indices, MutableLines to, int64_t n, int lanes) {
  switch (from.item_bytes) {
    case 1:
      return GatherLinesOf<1>(from, indices, to, n, lanes);
    case 2:
      return GatherLinesOf<2>(from, indices, to, n, lanes);
    default:
      return GatherLinesOf<4>(from, indices, to, n, lanes);
  }
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nki::simd {
namespace {

HWY_EXPORT(GatherLines);

// The free offsets of a tile's elements.
class Offsets {
 public:
  explicit Offsets(const Tile& tile) : count(tile.free_elements()) {
    FreeCursor cursor(tile);
    one_run_ = cursor.one_run();
    step_ = cursor.inner().step;
    offset_ = tile.offset;
    if (one_run_) return;
    std::vector<int64_t> all(count);
    TakeOffsets(cursor, count, all.data());
    table_.assign(all.begin(), all.end());
  }
  int64_t At(int64_t index) const { return one_run_ ? offset_ + index * step_ : table_[index]; }

  GatherSource SourceOf(const Tile& tile, int block) const {
    const std::byte* words = tile.base + (tile.first_block() + block) * tile.block_bytes;
    return {reinterpret_cast<const uint32_t*>(words),
            one_run_ ? nullptr : table_.data(),
            static_cast<int32_t>(offset_),
            static_cast<int32_t>(step_),
            static_cast<uint32_t>(count),
            ItemBytes(tile.dtype)};
  }
  // `n` elements from `first` on as lines.
  void Load(const Tile& tile, const std::byte* block, int64_t first, int64_t n, float* lines) const {
    if (one_run_ && ItemBytes(tile.dtype) == 4 && step_ == 1) {
      std::memcpy(lines, block + At(first) * kLineBytes, n * kLineBytes);
    } else if (one_run_) {
      LoadRun(tile.dtype, LineForm::kBits, block, {At(first), step_, n}, lines);
    } else {
      for (int64_t i = 0; i < n; ++i)
        LoadRun(tile.dtype, LineForm::kBits, block, {At(first + i), 1, 1}, lines + i * kLanes);
    }
  }

  const int64_t count;

 private:
  bool one_run_;
  int64_t step_, offset_;
  std::vector<int32_t> table_;
};

// Whether the tiles may share bytes, judged by their first and last partitions and elements.
bool MayOverlap(const Tile& a, const Tile& b) {
  const auto last_byte = [](const Tile& tile) {
    int64_t element = tile.offset;
    for (int k = 0; k < tile.rank; ++k) element += (tile.dims[k].count - 1) * tile.dims[k].step;
    return (element + 1) * ItemBytes(tile.dtype);
  };
  return a.base == b.base && a.partition < b.partition + b.partitions &&
         b.partition < a.partition + a.partitions && a.offset * ItemBytes(a.dtype) < last_byte(b) &&
         b.offset * ItemBytes(b.dtype) < last_byte(a);
}

// The gathered lines on their way to the destination: straight there, or all together once everything is
// read.
class GatherSink {
 public:
  GatherSink(const Tile& dst, int64_t elements, BlockSpan span, bool waits)
      : dst_(dst), elements_(elements), span_(span), waits_(waits) {
    if (waits) waiting_.resize(std::max(span.end - span.begin, 0) * elements * kLanes);
  }
  // Where the lines of elements [done, done + n) of `block` may be put, before Store or Finish.
  float* Place(int block, int64_t done) {
    return waits_ ? waiting_.data() + ((block - span_.begin) * elements_ + done) * kLanes : buffer_.words;
  }
  void Store(int block, int64_t n) {
    if (!waits_) Send(block, n, buffer_.words);
  }
  void Finish() {
    for (int block = span_.begin; waits_ && block < span_.end; ++block)
      Send(block, elements_, Place(block, 0));
  }
  void StartBlock() { sink_.emplace(dst_, LineForm::kBits); }

 private:
  void Send(int block, int64_t n, float* lines) {
    if (waits_) StartBlock();
    const MutableLines to = sink_->Next(block, n, lines);
    for (int64_t i = 0; sink_->direct(block) && i < n; ++i)
      std::memcpy(to.first + i * to.stride, lines + i * kLanes, kLineBytes);
    sink_->Store(block, n, {lines, kLanes});
  }

  const Tile& dst_;
  const int64_t elements_;
  const BlockSpan span_;
  const bool waits_;
  std::optional<LineSink> sink_;
  std::vector<float> waiting_;
  LineBuffer buffer_ = {};
};

}  // namespace

std::optional<BadIndex> GatherTile(const Tile& data, const Tile& indices, const Tile& dst,
                                   BlockRange blocks) {
  const Offsets offsets(data);
  const int64_t elements = dst.free_elements();
  const BlockSpan span = OwnedBlocks(dst, blocks);
  GatherSink sink(dst, elements, span, MayOverlap(dst, data) || MayOverlap(dst, indices));
  LineSource named(indices, LineForm::kBits);
  LineBuffer buffer;
  for (int block = span.begin; block < span.end; ++block) {
    const GatherSource from = offsets.SourceOf(data, block);
    const int lanes = std::min(kLanes, dst.partitions - block * kLanes);
    sink.StartBlock();
    for (int64_t done = 0, n; done < elements; done += n) {
      n = std::min<int64_t>(kChunk, elements - done);
      const Lines lines = named.Next(block, n, buffer.words);
      const MutableLines to = {sink.Place(block, done), kLanes};
      const int64_t good = HWY_DYNAMIC_DISPATCH(GatherLines)(from, lines, to, n, lanes);
      for (int lane = 0; good < n && lane < lanes; ++lane) {
        uint32_t index;
        std::memcpy(&index, lines.first + good * lines.stride + lane, sizeof(index));
        if (index >= offsets.count) return BadIndex{block * kLanes + lane, done + good, index};
      }
      sink.Store(block, n);
    }
  }
  sink.Finish();
  return std::nullopt;
}

std::optional<BadIndex> LocalGatherTile(const Tile& data, const Tile& index, int64_t count, int64_t width,
                                        const Tile& dst, BlockRange blocks) {
  const Offsets offsets(data);
  const BlockSpan span = OwnedBlocks(dst, blocks);
  GatherSink sink(dst, count * width, span, MayOverlap(dst, data) || MayOverlap(dst, index));
  std::vector<float> list((count + kLanes - 1) / kLanes * kLanes);
  for (int block = span.begin; block < span.end; ++block) {
    const std::byte* from = data.base + (data.first_block() + block) * data.block_bytes;
    LineSource indices(index, LineForm::kBits);
    for (int64_t line = 0; line < std::ssize(list); line += kLanes)
      indices.Next(block, 1, list.data() + line);
    sink.StartBlock();
    for (int64_t j = 0, n; j < count; j += n) {
      n = std::min(kChunk / width, count - j);
      float* to = sink.Place(block, j * width);
      for (int64_t k = 0; k < n; ++k, to += width * kLanes) {
        uint32_t first;
        std::memcpy(&first, &list[j + k], sizeof(first));
        if (first + width > offsets.count) {
          const int64_t at = j + k;
          return BadIndex{static_cast<int>(block * kLanes + at % kLanes), at / kLanes, first};
        }
        offsets.Load(data, from, first, width, to);
      }
      sink.Store(block, n * width);
    }
  }
  sink.Finish();
  return std::nullopt;
}

}  // namespace nki::simd
#endif  // HWY_ONCE
