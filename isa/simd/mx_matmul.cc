#include "isa/simd/mx_matmul.h"

#include "isa/simd/free_offsets.h"
#include "isa/simd/matmul_parts.h"
#include "isa/simd/mx_quantize.h"
#include "isa/simd/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "isa/simd/mx_matmul.cc"
#include "hwy/foreach_target.h"
// After foreach_target:
#include "hwy/highway.h"
#include "isa/simd/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

constexpr size_t kGroupLanes = 8;  // partitions that share a scale

// Value `part` of packed elements: `bytes` of them lie `shift` bits up in each word.
template <Dtype kPacked>
HWY_INLINE FloatVec DecodePart(WordVec words, int shift, int part) {
  if constexpr (kPacked == Dtype::kFloat4E2m1fnX4) {
    const WordVec code = hn::ShiftRightSame(words, shift + 4 * part);
    // A float32 with the two exponent bits and the fraction bit, 2^126 too small.
    const FloatVec magnitude = hn::Mul(AsFloat(hn::ShiftLeft<22>(hn::And(code, Word(7)))), Float(0x1p126f));
    return AsFloat(hn::Or(AsWord(magnitude), hn::ShiftLeft<28>(hn::And(code, Word(8)))));
  } else {
    const WordVec code = hn::And(hn::ShiftRightSame(words, shift + 8 * part), Word(0xff));
    return Decode < kPacked == Dtype::kFloat8E5m2X4 ? Dtype::kFloat8E5m2 : Dtype::kFloat8E4m3fn > (code);
  }
}

float ScaleAt(const std::byte* row, int64_t byte) {
  return Float8E8m0::Decode(static_cast<uint32_t>(row[(byte >> 2) * kLineBytes + (byte & 3)]));
}

// One block of 16 partitions; the first 8 have their scales in the row at scale_rows[0].
template <Dtype kPacked>
void DequantizeBlock(const Tile& elements, const std::byte* block, const Tile& scales,
                     const std::byte* const scale_rows[2], int part, float* lines) {
  constexpr int kChunkElements = 64, kBytes = kPacked == Dtype::kFloat4E2m1fnX4 ? 2 : 4;
  FreeCursor cursor(elements), scale_cursor(scales);
  int64_t at[kChunkElements], scale_at[kChunkElements];
  const int64_t total = elements.free_elements();
  for (int64_t done = 0; done < total; done += kChunkElements) {
    const int64_t count = std::min<int64_t>(kChunkElements, total - done);
    TakeOffsets(cursor, count, at);
    TakeOffsets(scale_cursor, count, scale_at);
    for (int64_t i = 0; i < count; ++i, lines += kLanes) {
      const int64_t byte = at[i] * kBytes;
      const auto* words = reinterpret_cast<const uint32_t*>(block + (byte >> 2) * kLineBytes);
      const FloatVec low = Float(ScaleAt(scale_rows[0], scale_at[i]));
      const FloatVec high = Float(ScaleAt(scale_rows[1], scale_at[i]));
      for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(FloatTag())) {
        const auto in_first = hn::FirstN(FloatTag(), lane < kGroupLanes ? kGroupLanes - lane : 0);
        const FloatVec value =
            DecodePart<kPacked>(hn::LoadU(WordTag(), words + lane), static_cast<int>(byte & 3) * 8, part);
        hn::StoreU(hn::Mul(value, hn::IfThenElse(in_first, low, high)), FloatTag(), lines + lane);
      }
    }
  }
}

// Value `part` of every element, times its scale.
void Dequantize(const MxOperand& operand, int part, const Tile& to) {
  const Tile& elements = operand.elements;
  const auto dequantize = elements.dtype == Dtype::kFloat8E5m2X4 ? DequantizeBlock<Dtype::kFloat8E5m2X4>
                          : elements.dtype == Dtype::kFloat8E4m3fnX4
                              ? DequantizeBlock<Dtype::kFloat8E4m3fnX4>
                              : DequantizeBlock<Dtype::kFloat4E2m1fnX4>;
  for (int block = 0; block < elements.partitions / kLanes; ++block) {
    const int row = MxScalePartition(operand.scales, block * kLanes);
    const std::byte* rows[2] = {operand.scales.Address(row, 0), operand.scales.Address(row + 1, 0)};
    dequantize(elements, elements.base + (elements.first_block() + block) * elements.block_bytes,
               operand.scales, rows, part, reinterpret_cast<float*>(to.base + block * to.block_bytes));
  }
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nki::simd {
HWY_EXPORT(Dequantize);

void MatmulMxTile(const MxOperand& stationary, const MxOperand& moving, const Tile& dst,
                  Accumulate accumulate, BlockRange blocks) {
  const int rows = stationary.elements.partitions;
  const ScratchTile weights(stationary.elements.free_elements(), 0, rows);
  const ScratchTile values(moving.elements.free_elements(), 0, rows);
  MatmulParts sums(dst, accumulate, blocks);
  for (int part = 0; part < 4; ++part) {
    HWY_DYNAMIC_DISPATCH(Dequantize)(stationary, part, weights.tile());
    HWY_DYNAMIC_DISPATCH(Dequantize)(moving, part, values.tile());
    sums.Add(weights.tile(), values.tile(), false);
  }
  sums.Finish();
}

}  // namespace nki::simd
#endif
