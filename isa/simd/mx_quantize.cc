#include "isa/simd/mx_quantize.h"

#include "isa/simd/free_offsets.h"
#include "isa/simd/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "isa/simd/mx_quantize.cc"
#include "hwy/foreach_target.h"
// After foreach_target:
#include "hwy/highway.h"
#include "isa/simd/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

constexpr int kGroupLanes = 8;  // partitions that share a scale; a vector has them side by side

// The largest word of each eight lanes, in all of them.
HWY_INLINE WordVec GroupMax(WordVec words) {
  words = hn::Max(words, hn::Shuffle2301(words));
  words = hn::Max(words, hn::Shuffle1032(words));
  return hn::Max(words, hn::SwapAdjacentBlocks(words));
}

// Four lines of values, `stride` words apart, become one line of packed elements. Returns the scale bytes.
template <Dtype kDtype, int kTopExponent>
HWY_INLINE void QuantizeLine(const float* lines, int64_t stride, uint32_t* packed, uint32_t* scale_words) {
  for (int lane = 0; lane < kLanes; lane += static_cast<int>(hn::Lanes(FloatTag()))) {
    FloatVec values[4];
    WordVec exponents = Word(0);
    for (int j = 0; j < 4; ++j) {
      values[j] = hn::LoadU(FloatTag(), lines + j * stride + lane);
      exponents = hn::Max(exponents, hn::And(AsWord(values[j]), Word(0x7f800000u)));
    }
    const IntVec largest = AsInt(hn::ShiftRight<23>(GroupMax(exponents)));
    const IntVec scale = hn::Max(hn::Sub(largest, hn::Set(IntTag(), kTopExponent - 1)), hn::Zero(IntTag()));
    const FloatVec inverse = AsFloat(hn::ShiftLeft<23>(hn::Sub(Word(254), AsWord(scale))));
    const auto code = [&](int j) HWY_ATTR { return Encode<kDtype>(hn::Mul(values[j], inverse)); };
    const WordVec low = hn::Or(code(0), hn::ShiftLeft<8>(code(1)));
    const WordVec high = hn::Or(hn::ShiftLeft<16>(code(2)), hn::ShiftLeft<24>(code(3)));
    hn::StoreU(hn::Or(low, high), WordTag(), packed + lane);
    hn::StoreU(AsWord(scale), WordTag(), scale_words + lane);
  }
}

template <Dtype kDtype, int kTopExponent>
void QuantizeBlock(LineSource& source, int block, const Tile& dst, std::byte* dst_block, const Tile& scales,
                   std::byte* scale_rows[2]) {
  FreeCursor dst_cursor(dst), scale_cursor(scales);
  alignas(64) uint32_t unused[kLanes], scale_words[kLanes];
  const int64_t total = dst.free_elements();
  for (int64_t done = 0; done < total;) {
    constexpr int64_t kPacked = kChunk / 4;
    const int64_t count = std::min(kPacked, total - done);
    LineBuffer buffer;
    const Lines lines = source.Next(block, count * 4, buffer.words);
    int64_t to[kPacked], scale_at[kPacked];
    TakeOffsets(dst_cursor, count, to);
    TakeOffsets(scale_cursor, count, scale_at);
    for (int64_t i = 0; i < count; ++i) {
      auto* packed = dst_block ? reinterpret_cast<uint32_t*>(dst_block + to[i] * kLineBytes) : unused;
      QuantizeLine<kDtype, kTopExponent>(lines.first + 4 * i * lines.stride, lines.stride, packed,
                                         scale_words);
      for (int group : {0, 1}) {
        if (scale_rows[group] == nullptr) continue;
        const int64_t byte = scale_at[i];
        scale_rows[group][(byte >> 2) * kLineBytes + (byte & 3)] =
            static_cast<std::byte>(scale_words[group * kGroupLanes]);
      }
    }
    done += count;
  }
}

// The scales of a block of data lie in a block that may be another worker's: who owns either does the work.
void Quantize(const Tile& src, const Tile& dst, const Tile& scales, BlockRange blocks) {
  const bool e5m2 = dst.dtype == Dtype::kFloat8E5m2X4;
  const auto quantize = e5m2 ? QuantizeBlock<Dtype::kFloat8E5m2, 15> : QuantizeBlock<Dtype::kFloat8E4m3fn, 8>;
  LineSource source(src, LineForm::kFloat);
  for (int block = 0; block < src.partitions / kLanes; ++block) {
    const int to = dst.first_block() + block, row = MxScalePartition(scales, block * kLanes);
    const bool owns_scales = blocks.Contains(row / kLanes);
    if (!blocks.Contains(to) && !owns_scales) continue;
    std::byte* rows[2] = {};
    for (int group : {0, 1}) {
      if (owns_scales) rows[group] = scales.Address(row + group, 0);
    }
    quantize(source, block, dst, blocks.Contains(to) ? dst.base + to * dst.block_bytes : nullptr, scales,
             rows);
  }
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nki::simd {
HWY_EXPORT(Quantize);

void QuantizeMxTile(const Tile& src, const Tile& dst, const Tile& scales, BlockRange blocks) {
  HWY_DYNAMIC_DISPATCH(Quantize)(src, dst, scales, blocks);
}

}  // namespace nki::simd
#endif
