// NeuronCore-v2 (trn1). Source unless said otherwise: AWS Neuron documentation, NKI architecture guides,
// trainium_inferentia2_arch.
#include "isa/generations/generations.h"

namespace nki {

constexpr Generation kTrn1 = {
    .name = "trn1",
    .nc_version = 2,
    .partitions = 128,            // "SBUF and PSUM"
    .sbuf_bytes = 192 * 1024,     // 24 MiB in 128 partitions
    .psum_bytes = 16 * 1024,      // 2 MiB in 128 partitions
    .psum_banks = 8,              // 2 KiB per partition each
    .stationary_free_max = 128,   // nki.isa.nc_matmul, NKI 0.6
    .moving_free_max = 512,       // nki.isa.nc_matmul, NKI 0.6
    .moving_free_max_bf16 = 512,  // nki.isa.nc_matmul, NKI 0.6
    .tensor_ghz = 2.8,            // "Tensor Engine"
    .vector_ghz = 1.12,           // "Vector Engine"
    .scalar_ghz = 1.4,            // "Scalar Engine"
    .gpsimd_ghz = 1.4,            // "GpSimd Engine"
    .dma_bytes_per_ns = 272.0,    // nki-dma-bandwidth-guide: 16 engines, practical
    .features = FeatureBits(),
};

}  // namespace nki
