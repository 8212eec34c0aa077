// What an instruction occupies: its engine and for how long.
#ifndef NKI_ISA_COST_H_
#define NKI_ISA_COST_H_

#include <algorithm>
#include <cstdint>

#include "isa/engine.h"
#include "isa/generation.h"

namespace nki {

struct Cost {
  Engine engine = Engine::kUnknown;
  double cycles = 0;            // initiation interval in cycles of that engine
  int64_t dma_bytes = 0;        // moved, if the engine is the DMA
  int64_t dma_descriptors = 0;  // contiguous runs, if the engine is the DMA
};

// No instruction of an engine starts sooner after the one before: MIN_II of the nki.isa pages, v2.21-v2.26.
inline constexpr double kMinInterval = 64;

inline Cost EngineCost(Engine engine, double cycles) {
  return {engine, std::max(cycles, kMinInterval), 0, 0};
}

inline double GigaHertz(const Generation& gen, Engine engine) {
  switch (engine) {
    case Engine::kTensor:
      return gen.tensor_ghz;
    case Engine::kVector:
      return gen.vector_ghz;
    case Engine::kScalar:
      return gen.scalar_ghz;
    default:
      return gen.gpsimd_ghz;
  }
}

}  // namespace nki

#endif  // NKI_ISA_COST_H_
