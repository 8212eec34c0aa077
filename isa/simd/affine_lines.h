// The values of an affine pattern as int32 lines.
#ifndef NKI_ISA_SIMD_AFFINE_LINES_H_
#define NKI_ISA_SIMD_AFFINE_LINES_H_

#include <algorithm>

#include "isa/simd/alu.h"
#include "isa/simd/elementwise.h"

namespace nki::simd {

class AffineLines {
 public:
  explicit AffineLines(const AffinePattern& pattern)
      : offset_(static_cast<uint32_t>(pattern.offset)),
        multiplier_(static_cast<uint32_t>(pattern.channel_multiplier)),
        cursor_(FreeOffsets(pattern)) {}

  // The next n values of a block, counted from the tile's first, with wrap-around.
  void Next(int block, int64_t n, float* lines) {
    alignas(64) uint32_t lanes[kLanes];
    for (uint32_t lane = 0; lane < kLanes; ++lane) {
      lanes[lane] = offset_ + (static_cast<uint32_t>(block * kLanes) + lane) * multiplier_;
    }
    for (int64_t done = 0; done < n;) {
      const FreeCursor::Run run = cursor_.Next(n - done);
      CountLines(lanes, run, lines + done * kLanes);
      done += run.count;
    }
  }

 private:
  // A tile whose free offsets are the values of the pattern.
  static Tile FreeOffsets(const AffinePattern& pattern) {
    Tile values;
    values.rank = pattern.rank;
    std::copy(pattern.dims, pattern.dims + pattern.rank, values.dims.begin());
    return values;
  }

  uint32_t offset_, multiplier_;
  FreeCursor cursor_;
};

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_AFFINE_LINES_H_
