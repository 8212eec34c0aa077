// Which SIMD targets the loops are compiled for. Include before any Highway header.
// All targets have fused multiply-add, so that every CPU gives the same bits.
#ifndef NKI_ISA_SIMD_TARGETS_H_
#define NKI_ISA_SIMD_TARGETS_H_

// x86-64-v3 has no AES, which Highway otherwise asks of its AVX2 target; no loop here needs it.
#define HWY_DISABLE_PCLMUL_AES
#if defined(__x86_64__)
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
#endif

#endif  // NKI_ISA_SIMD_TARGETS_H_
