// How the loops of nc_matmul see their operands.
#ifndef NKI_ISA_SIMD_MATMUL_OPERANDS_H_
#define NKI_ISA_SIMD_MATMUL_OPERANDS_H_

#include "memory/tile.h"

namespace nki::simd {

inline constexpr int kMaxContraction =
    128;  // rows of the systolic array (Trainium architecture guide, Tensor engine)
inline constexpr int kMaxColumns = 128;  // its columns
inline constexpr int kMovingChunk =
    128;  // moving elements handled at a time, so that their copies stay in L1/L2
inline constexpr int kPanelFloats = kMaxContraction * kLanes;

// The stationary operand as float32: stationary[k, 16 i + j] is lines[i][k][j]; columns past M are zero.
struct Panels {
  alignas(64) float lines[kMaxColumns / kLanes][kMaxContraction][kLanes];
};

// Moving elements as float32 lines: element r at partition k is lines[(k / 16) * block_floats + r * 16 + k %
// 16].
struct MovingLines {
  const float* lines;
  int64_t block_floats;
};

// Where a panel's results go: the first of its blocks of 16 PSUM partitions, and how many partitions are the
// tile's own.
struct PsumPanel {
  std::byte* block;
  int64_t block_bytes;
  int lanes;
};

}  // namespace nki::simd

#endif  // NKI_ISA_SIMD_MATMUL_OPERANDS_H_
