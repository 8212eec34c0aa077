// What differs between the generations of NeuronCores, as data. generations/ holds one file per generation.
#ifndef NKI_ISA_GENERATION_H_
#define NKI_ISA_GENERATION_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace nki {

enum class Feature : uint8_t {
#define NKI_FEATURE(enumerator, name, sentence) enumerator,
#include "isa/feature.def"
#undef NKI_FEATURE
};

struct FeatureRow {
  std::string_view name;
  std::string_view sentence;
};
const FeatureRow& RowOf(Feature feature);

struct Generation {
  std::string_view name;  // "trn1"
  int nc_version;         // 2: NeuronCore-v2

  int partitions;
  int64_t sbuf_bytes;  // per partition
  int64_t psum_bytes;  // per partition
  int psum_banks;
  int stationary_free_max;   // nc_matmul, elements
  int moving_free_max;       // nc_matmul into float32
  int moving_free_max_bf16;  // nc_matmul into bfloat16
  double tensor_ghz, vector_ghz, scalar_ghz, gpsimd_ghz;
  double dma_bytes_per_ns;  // all 16 engines together, practical
  uint64_t features;

  bool Has(Feature feature) const { return features >> static_cast<int>(feature) & 1; }
  int64_t psum_bank_bytes() const { return psum_bytes / psum_banks; }
};

std::span<const Generation* const> AllGenerations();
const Generation& Trn1();
// By "trn1", "inf2" or "gen2" and so on; null if there is no such generation.
const Generation* FindGeneration(std::string_view name);
// The generations that have `feature`, as "trn2, trn3".
std::string TargetsWith(Feature feature);

}  // namespace nki

#endif  // NKI_ISA_GENERATION_H_
