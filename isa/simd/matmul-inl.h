// The register kernel of nc_matmul and the way of its results into PSUM.
// Per-target: include inside foreach_target files only.
#if defined(NKI_ISA_SIMD_MATMUL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NKI_ISA_SIMD_MATMUL_INL_H_
#undef NKI_ISA_SIMD_MATMUL_INL_H_
#else
#define NKI_ISA_SIMD_MATMUL_INL_H_
#endif

#include "hwy/highway.h"
#include "isa/simd/matmul.h"
#include "isa/simd/matmul_operands.h"
#include "isa/simd/transpose16-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nki::simd::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr int kFloatLanes = kWordLanes;
// Moving elements per kernel call. Measured: 8x2 of 183 GF/s (AVX-512), 6x2 of 88 (AVX2: 16 registers).
constexpr int kMaxRows = kFloatLanes == 16 ? 8 : 6;

// Vector v of a panel covers these floats of a Panels block and of a PSUM line.
constexpr int BlockOf(int v) { return v * kFloatLanes / kLanes; }
constexpr int LaneOf(int v) { return v * kFloatLanes % kLanes; }

// Adds (or stores) one vector of results to PSUM words; lanes from `lanes` on belong to other tiles.
HWY_INLINE void EmitFloat32(FloatVec sum, float* dst, bool add, int lanes) {
  const FloatTag d;
  if (lanes >= kFloatLanes) {
    hn::Store(add ? hn::Add(hn::Load(d, dst), sum) : sum, d, dst);
  } else if (lanes > 0) {
    hn::BlendedStore(add ? hn::Add(hn::Load(d, dst), sum) : sum, hn::FirstN(d, lanes), d, dst);
  }
}

// The same for a half of each PSUM word, rounding after the addition.
HWY_INLINE void EmitBfloat16(FloatVec sum, uint32_t* dst, int shift, bool add, int lanes) {
  if (lanes <= 0) return;
  const WordTag d;
  const WordVec old = hn::Load(d, dst);
  if (add)
    sum = hn::Add(Decode<Dtype::kBfloat16>(hn::And(hn::ShiftRightSame(old, shift), hn::Set(d, 0xffff))), sum);
  const WordVec placed = hn::ShiftLeftSame(EncodeBfloat16(sum), shift);
  const WordVec kept = hn::AndNot(hn::Set(d, 0xffffu << shift), old);
  hn::BlendedStore(hn::Or(kept, placed), hn::FirstN(d, std::min(lanes, kFloatLanes)), d, dst);
}

// One vector of results for PSUM element `element`.
template <bool kIsFloat32>
HWY_INLINE void Emit(FloatVec sum, const PsumPanel& psum, int64_t element, int v, bool add) {
  std::byte* block = psum.block + BlockOf(v) * psum.block_bytes;
  const int lanes = psum.lanes - v * kFloatLanes;
  if constexpr (kIsFloat32) {
    EmitFloat32(sum, reinterpret_cast<float*>(block + element * kLineBytes) + LaneOf(v), add, lanes);
  } else {
    auto* line = reinterpret_cast<uint32_t*>(block + (element >> 1) * kLineBytes);
    EmitBfloat16(sum, line + LaneOf(v), static_cast<int>(element & 1) * 16, add, lanes);
  }
}

// kRows moving elements times kVectors vectors of stationary columns, k ascending. `moving` points to the
// first line.
template <int kRows, int kVectors>
HWY_INLINE void MultiplyRows(const float* HWY_RESTRICT moving, int64_t moving_block,
                             const float* HWY_RESTRICT panel, int k_count,
                             FloatVec (&sums)[kRows][kVectors]) {
  const FloatTag d;
  const auto step = [&](const float* row, const float* weights) HWY_ATTR {
    FloatVec w[kVectors];
    for (int v = 0; v < kVectors; ++v) w[v] = hn::Load(d, weights + BlockOf(v) * kPanelFloats + LaneOf(v));
    for (int r = 0; r < kRows; ++r) {
      const FloatVec x = hn::Set(d, row[r * kLanes]);
      for (int v = 0; v < kVectors; ++v) sums[r][v] = hn::MulAdd(x, w[v], sums[r][v]);
    }
  };
  for (; k_count >= kLanes; k_count -= kLanes) {
#pragma GCC unroll 16
    for (int k = 0; k < kLanes; ++k) step(moving + k, panel + k * kLanes);
    moving += moving_block;
    panel += kLanes * kLanes;
  }
  for (int k = 0; k < k_count; ++k) step(moving + k, panel + k * kLanes);
}

template <int kRows, int kVectors, bool kIsFloat32>
HWY_NOINLINE void MatmulRows(const MovingLines& moving, int row, const float* panel, int k_count,
                             const PsumPanel& psum, const int64_t* elements, bool add) {
  FloatVec sums[kRows][kVectors];
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) sums[r][v] = hn::Zero(FloatTag());
  }
  MultiplyRows<kRows, kVectors>(moving.lines + row * kLanes, moving.block_floats, panel, k_count, sums);
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) Emit<kIsFloat32>(sums[r][v], psum, elements[row + r], v, add);
  }
}

template <int kRows, int kVectors, bool kIsFloat32>
void MatmulTailRows(int rows, const MovingLines& moving, int row, const float* panel, int k_count,
                    const PsumPanel& psum, const int64_t* elements, bool add) {
  if constexpr (kRows > 0) {
    if (rows == kRows) {
      MatmulRows<kRows, kVectors, kIsFloat32>(moving, row, panel, k_count, psum, elements, add);
    } else {
      MatmulTailRows<kRows - 1, kVectors, kIsFloat32>(rows, moving, row, panel, k_count, psum, elements, add);
    }
  }
}

// All moving elements of a chunk against one panel.
template <int kVectors, bool kIsFloat32>
void MatmulPanel(const MovingLines& moving, int count, const float* panel, int k_count, const PsumPanel& psum,
                 const int64_t* elements, bool add) {
  int row = 0;
  for (; row + kMaxRows <= count; row += kMaxRows) {
    MatmulRows<kMaxRows, kVectors, kIsFloat32>(moving, row, panel, k_count, psum, elements, add);
  }
  MatmulTailRows<kMaxRows - 1, kVectors, kIsFloat32>(count - row, moving, row, panel, k_count, psum, elements,
                                                     add);
}

}  // namespace nki::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
