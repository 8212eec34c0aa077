// NeuronCore-v3 (trn2). Source unless said otherwise: AWS Neuron documentation, NKI architecture guides,
// trainium2_arch.
#include "isa/generations/generations.h"

namespace nki {

constexpr Generation kTrn2 = {
    .name = "trn2",
    .nc_version = 3,
    .partitions = 128,            // "SBUF and PSUM"
    .sbuf_bytes = 224 * 1024,     // 28 MiB in 128 partitions
    .psum_bytes = 16 * 1024,      // 2 MiB in 128 partitions
    .psum_banks = 8,              // 2 KiB per partition each
    .stationary_free_max = 128,   // nki.isa.nc_matmul, NKI 0.6
    .moving_free_max = 512,       // nki.isa.nc_matmul, NKI 0.6
    .moving_free_max_bf16 = 512,  // nki.isa.nc_matmul, NKI 0.6
    .tensor_ghz = 2.4,            // "Tensor Engine"
    .vector_ghz = 0.96,           // "Vector Engine"
    .scalar_ghz = 1.2,            // "Scalar Engine"
    .gpsimd_ghz = 1.2,            // "GpSimd Engine"
    .dma_bytes_per_ns = 368.0,    // nki-dma-bandwidth-guide: 16 engines, practical
    .features = FeatureBits(Feature::kScalarExactCopy, Feature::kScalarArithmetic, Feature::kConstantBias,
                            Feature::kDoubleRow, Feature::kExactTranspose, Feature::kSmallPeTiles,
                            Feature::kHwdge, Feature::kLnc2, Feature::kVectorFast16, Feature::kActivationBias,
                            Feature::kReciprocalBias, Feature::kGpSimdRandom, Feature::kNonzeroWithCount,
                            Feature::kRangeSelect, Feature::kGatherTranspose),
};

}  // namespace nki
