#include "isa/simd/shuffle.h"

#include "isa/simd/convert.h"
#include "isa/simd/targets.h"
#include "memory/error.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "isa/simd/shuffle.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "isa/simd/vectors-inl.h"

#ifndef NKI_ISA_SIMD_SHUFFLE_ONCE
#define NKI_ISA_SIMD_SHUFFLE_ONCE
namespace nki::simd {

// Both blocks of a quadrant, line by line. Where a mask entry keeps the lane, it comes from `kept`.
struct QuadrantLines {
  Lines from[2];
  Lines kept[2];
  MutableLines to[2];
};

}  // namespace nki::simd
#endif  // NKI_ISA_SIMD_SHUFFLE_ONCE

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {

constexpr FloatTag df;
constexpr WordTag dw;
constexpr int kStep = static_cast<int>(hn::MaxLanes(FloatTag()));
constexpr int kVectors = kQuadrant / kStep;  // in one line of both blocks

// For each vector of the result, from which vectors of the source its lanes come, and from which lanes.
class Routes {
 public:
  explicit Routes(const uint8_t* mask) {
    for (int i = 0; i < kQuadrant; ++i) {
      lane_[i] = mask[i] % kStep;
      vector_[i] = mask[i] / kStep;
      if (mask[i] != kKeepsLane) used_[i / kStep] |= 1u << vector_[i];
      if (mask[i] == kKeepsLane) kept_[i / kStep] = true;
    }
  }

  // The kVectors vectors of a line; `kept` is read where a lane keeps its value.
  HWY_INLINE FloatVec Result(int to, const FloatVec* from, const float* kept) const {
    const auto lanes = hn::SetTableIndices(df, lane_ + to * kStep);
    const WordVec vector = hn::LoadU(dw, vector_ + to * kStep);
    FloatVec result = kept_[to] ? hn::LoadU(df, kept) : hn::Zero(df);
    for (int v = 0; v < kVectors; ++v) {
      if ((used_[to] >> v & 1) == 0) continue;
      const auto here = hn::RebindMask(df, hn::Eq(vector, Word(static_cast<uint32_t>(v))));
      result = hn::IfThenElse(here, hn::TableLookupLanes(from[v], lanes), result);
    }
    return result;
  }

 private:
  alignas(64) int32_t lane_[kQuadrant];
  alignas(64) uint32_t vector_[kQuadrant];
  uint32_t used_[kVectors] = {};
  bool kept_[kVectors] = {};
};

// Reads a whole line before it writes one: the destination may be the source.
void ShuffleLines(const QuadrantLines& lines, const uint8_t* mask, int64_t n) {
  const Routes routes(mask);
  constexpr int kHalf = kVectors / 2;
  for (int64_t i = 0; i < n; ++i) {
    FloatVec from[kVectors], to[kVectors];
    for (int v = 0; v < kVectors; ++v) {
      const Lines& block = lines.from[v / kHalf];
      from[v] = hn::LoadU(df, block.first + i * block.stride + v % kHalf * kStep);
    }
    for (int v = 0; v < kVectors; ++v) {
      const Lines& kept = lines.kept[v / kHalf];
      to[v] = routes.Result(v, from, kept.first + i * kept.stride + v % kHalf * kStep);
    }
    for (int v = 0; v < kVectors; ++v) {
      const MutableLines& block = lines.to[v / kHalf];
      if (block.first != nullptr) hn::StoreU(to[v], df, block.first + i * block.stride + v % kHalf * kStep);
    }
  }
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nki::simd {
namespace {

HWY_EXPORT(ShuffleLines);

bool KeepsLanes(const uint8_t* mask, int half) {
  return std::find(mask + half * kLanes, mask + (half + 1) * kLanes, kKeepsLane) !=
         mask + (half + 1) * kLanes;
}

// Stands in for a block that src does not have, which the mask does not name.
alignas(64) constexpr float kAbsentLine[kLanes] = {};
constexpr Lines kAbsent = {kAbsentLine, 0};

// One block of every quadrant, as it is read and written.
struct Half {
  Half(const Tile& src, const Tile& dst)
      : source(src, LineForm::kBits), kept(dst, LineForm::kBits), sink(dst, LineForm::kBits) {}
  LineSource source, kept;
  LineSink sink;
  LineBuffer from, to;
};

}  // namespace

void ShuffleTile(const Tile& src, const uint8_t* mask, const Tile& dst, BlockRange blocks) {
  NKI_CHECK(src.partition % kQuadrant == 0 && dst.partition % kQuadrant == 0);
  Tile from = src, to = dst;
  Tile from_words = src, to_words = dst;
  if (WidenToWords(from_words) && WidenToWords(to_words)) {
    from = from_words;
    to = to_words;
  }
  Half halves[2] = {{from, to}, {from, to}};
  const bool keeps[2] = {KeepsLanes(mask, 0), KeepsLanes(mask, 1)};
  const BlockSpan owned = OwnedBlocks(to, blocks);
  const int src_blocks = from.end_block() - from.first_block();
  const int64_t elements = to.free_elements();
  for (int quadrant = owned.begin / 2; quadrant * 2 < owned.end; ++quadrant) {
    for (int64_t done = 0, n; done < elements; done += n) {
      n = std::min<int64_t>(kChunk, elements - done);
      QuadrantLines lines = {};
      for (int h = 0; h < 2; ++h) {
        const int block = quadrant * 2 + h;
        lines.from[h] = block < src_blocks ? halves[h].source.Next(block, n, halves[h].from.words) : kAbsent;
      }
      for (int h = 0; h < 2; ++h) {
        const int block = quadrant * 2 + h;
        lines.kept[h] = lines.from[h];
        if (block < owned.begin || block >= owned.end) continue;
        if (keeps[h]) lines.kept[h] = halves[h].kept.Next(block, n, halves[h].to.words);
        lines.to[h] = halves[h].sink.Next(block, n, halves[h].to.words);
      }
      HWY_DYNAMIC_DISPATCH(ShuffleLines)(lines, mask, n);
      for (int h = 0; h < 2; ++h) {
        if (lines.to[h].first == nullptr) continue;
        halves[h].sink.Store(quadrant * 2 + h, n, {lines.to[h].first, lines.to[h].stride});
      }
    }
  }
}

}  // namespace nki::simd
#endif  // HWY_ONCE
