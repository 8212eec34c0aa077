// The engines of a NeuronCore. Values are those of nki.isa.engine, NKI 0.6.
#ifndef NKI_ISA_ENGINE_H_
#define NKI_ISA_ENGINE_H_

#include <cstdint>
#include <string_view>

namespace nki {

enum class Engine : uint8_t {
  kUnknown = 0,
  kTensor = 1,
  kScalar = 2,
  kGpSimd = 3,
  kDma = 4,
  kVector = 5,
  kSync = 6
};
inline constexpr int kEngineCount = 7;

constexpr std::string_view Name(Engine engine) {
  constexpr std::string_view names[] = {"unknown", "tensor", "scalar", "gpsimd", "dma", "vector", "sync"};
  return names[static_cast<int>(engine)];
}

}  // namespace nki

#endif  // NKI_ISA_ENGINE_H_
