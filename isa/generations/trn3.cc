// NeuronCore-v4 (trn3). Source unless said otherwise: AWS Neuron documentation, NKI architecture guides,
// trainium3_arch.
#include "isa/generations/generations.h"

namespace nki {

constexpr Generation kTrn3 = {
    .name = "trn3",
    .nc_version = 4,
    .partitions = 128,             // "SBUF and PSUM"
    .sbuf_bytes = 256 * 1024,      // 32 MiB in 128 partitions
    .psum_bytes = 16 * 1024,       // 2 MiB in 128 partitions
    .psum_banks = 8,               // 2 KiB per partition each
    .stationary_free_max = 128,    // nki.isa.nc_matmul, NKI 0.6
    .moving_free_max = 4096,       // nki.isa.nc_matmul, NKI 0.6
    .moving_free_max_bf16 = 8192,  // nki.isa.nc_matmul, NKI 0.6
    .tensor_ghz = 2.4,             // "Tensor Engine"
    .vector_ghz = 1.2,             // "Vector Engine"
    .scalar_ghz = 1.2,             // "Scalar Engine"
    .gpsimd_ghz = 1.2,             // "GpSimd Engine"
    .dma_bytes_per_ns = 528.0,     // nki-dma-bandwidth-guide: 16 engines, practical
    .features = FeatureBits(
        Feature::kScalarExactCopy, Feature::kScalarArithmetic, Feature::kConstantBias, Feature::kDoubleRow,
        Feature::kExactTranspose, Feature::kSmallPeTiles, Feature::kHwdge, Feature::kLnc2,
        Feature::kVectorFast16, Feature::kActivationBias, Feature::kReciprocalBias, Feature::kBf16Psum,
        Feature::kFloat8E4m3fnMatmul, Feature::kDmaPriority, Feature::kAbsMaxMin, Feature::kUnaryAluOps,
        Feature::kMxDtypes, Feature::kForeignAccumulate, Feature::kGpSimdRandom, Feature::kVectorXorwow,
        Feature::kNonzeroWithCount, Feature::kRangeSelect, Feature::kActivate2, Feature::kVectorExponential,
        Feature::kGatherTranspose, Feature::kIndirection),
};

}  // namespace nki
