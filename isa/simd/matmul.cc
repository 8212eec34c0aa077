#include "isa/simd/matmul.h"

#include "isa/simd/free_offsets.h"
#include "isa/simd/matmul_bf16.h"
#include "isa/simd/matmul_operands.h"
#include "isa/simd/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "isa/simd/matmul.cc"
#include "hwy/foreach_target.h"
// After foreach_target:
#include "hwy/highway.h"
#include "isa/simd/matmul-inl.h"
#include "isa/simd/transpose16-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

struct BufferRows {
  const uint32_t* lines;
  HWY_INLINE const uint32_t* operator()(int row) const { return lines + row * kLanes; }
};

struct StoreWords {
  uint32_t* lines;
  HWY_INLINE void operator()(int column, int first_row, WordVec words) const {
    hn::Store(words, WordTag(), lines + column * kLanes + first_row);
  }
};

// The multiplier sees 10 fraction bits of a tfloat32, whatever the memory holds.
void RoundTfloat32(float* lines, int64_t count) {
  for (int64_t i = 0; i < count * kLanes; i += kFloatLanes) {
    hn::Store(AsFloat(EncodeTfloat32(hn::Load(FloatTag(), lines + i))), FloatTag(), lines + i);
  }
}

// The next `count` elements of a block's partitions as float32 lines.
void WidenLines(const Tile& tile, int block, FreeCursor& cursor, int count, float* lines) {
  for (int64_t done = 0; done < count;) {
    const FreeCursor::Run run = cursor.Next(count - done);
    LoadRun(tile.dtype, LineForm::kFloat, tile.base + block * tile.block_bytes, run, lines + done * kLanes);
    done += run.count;
  }
  if (tile.dtype == Dtype::kTfloat32) RoundTfloat32(lines, count);
}

// Packs columns [first_column, end_column) of the stationary operand; columns past its last one are zero.
void PackStationary(const Tile& stationary, int first_column, int end_column, Panels& panels) {
  const int first = stationary.first_block();
  for (int block = first; block < stationary.end_block(); ++block) {
    FreeCursor cursor(stationary);
    int64_t skipped[kMaxColumns];
    TakeOffsets(cursor, first_column, skipped);
    for (int column = first_column; column < end_column; column += kLanes) {
      alignas(64) float lines[kLanes][kLanes] = {};
      WidenLines(stationary, block, cursor, std::min(kLanes, end_column - column), lines[0]);
      float* panel = panels.lines[column / kLanes][(block - first) * kLanes];
      Transpose16(BufferRows{reinterpret_cast<const uint32_t*>(lines[0])},
                  StoreWords{reinterpret_cast<uint32_t*>(panel)});
    }
  }
}

// The lines of moving elements: where they are if they are float32 side by side, or widened copies.
class MovingReader {
 public:
  explicit MovingReader(const Tile& moving)
      : tile_(moving),
        cursor_(moving),
        direct_(moving.dtype == Dtype::kFloat32 && cursor_.one_run() && cursor_.inner().step == 1) {}

  MovingLines Next(int count) {
    if (direct_) {
      const std::byte* block = tile_.base + tile_.first_block() * tile_.block_bytes;
      const auto* lines = reinterpret_cast<const float*>(block + cursor_.Next(count).offset * kLineBytes);
      return {lines, tile_.block_bytes / static_cast<int64_t>(sizeof(float))};
    }
    const FreeCursor start = cursor_;
    for (int block = tile_.first_block(); block < tile_.end_block(); ++block) {
      cursor_ = start;
      WidenLines(tile_, block, cursor_, count, copy_[block - tile_.first_block()][0]);
    }
    return {copy_[0][0], kMovingChunk * kLanes};
  }

 private:
  const Tile& tile_;
  FreeCursor cursor_;
  bool direct_;
  alignas(64) float copy_[kMaxContraction / kLanes][kMovingChunk][kLanes];
};

template <bool kIsFloat32>
void MatmulChunk(const MovingLines& moving, int count, const Panels& panels, int k_count, const Tile& dst,
                 int first_block, int end_block, const int64_t* elements, bool add) {
  constexpr int kPanelBlocks = 2 * kFloatLanes <= kLanes ? 1 : 2 * kFloatLanes / kLanes;
  constexpr int kVectors = kPanelBlocks * kLanes / kFloatLanes;
  for (int block = first_block; block < end_block;) {
    const int column = (block - dst.first_block()) * kLanes;
    const float* panel = panels.lines[column / kLanes][0];
    const PsumPanel psum{dst.base + block * dst.block_bytes, dst.block_bytes, dst.partitions - column};
    if (end_block - block >= kPanelBlocks) {
      MatmulPanel<kVectors, kIsFloat32>(moving, count, panel, k_count, psum, elements, add);
      block += kPanelBlocks;
    } else {
      MatmulPanel<kLanes / kFloatLanes, kIsFloat32>(moving, count, panel, k_count, psum, elements, add);
      ++block;
    }
  }
}

void Matmul(const Tile& stationary, const Tile& moving, const Tile& dst, bool add, BlockRange blocks) {
  const int first_block = std::max(blocks.begin, dst.first_block());
  const int end_block = std::min(blocks.end, dst.end_block());
  if (first_block >= end_block) return;
  const int first_column = (first_block - dst.first_block()) * kLanes;
  const int end_column = std::min((end_block - dst.first_block()) * kLanes, dst.partitions);
  Panels panels;
  PackStationary(stationary, first_column, end_column, panels);
  MovingReader reader(moving);
  FreeCursor dst_cursor(dst);
  const int64_t total = dst.free_elements();
  for (int64_t done = 0; done < total; done += kMovingChunk) {
    const int count = static_cast<int>(std::min<int64_t>(kMovingChunk, total - done));
    int64_t elements[kMovingChunk];
    TakeOffsets(dst_cursor, count, elements);
    const MovingLines lines = reader.Next(count);
    const auto chunk = dst.dtype == Dtype::kFloat32 ? MatmulChunk<true> : MatmulChunk<false>;
    chunk(lines, count, panels, stationary.partitions, dst, first_block, end_block, elements, add);
  }
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nki::simd {
HWY_EXPORT(Matmul);

void MatmulTile(const Tile& stationary, const Tile& moving, const Tile& dst, Accumulate accumulate, bool fast,
                BlockRange blocks) {
  const bool add = accumulate == Accumulate::kAdd;
  if (fast && MatmulBf16(stationary, moving, dst, add, blocks)) return;
  HWY_DYNAMIC_DISPATCH(Matmul)(stationary, moving, dst, add, blocks);
}

}  // namespace nki::simd
#endif
