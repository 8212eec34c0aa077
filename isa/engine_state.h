// The registers that engines keep, and how instructions use them.
#ifndef NKI_ISA_ENGINE_STATE_H_
#define NKI_ISA_ENGINE_STATE_H_

#include <cstdint>

namespace nki {

// What an engine keeps from one instruction to the next: a register in each partition.
enum class EngineState : uint8_t { kScalarAccumulator, kVectorAccumulator, kVectorRandom, kGpSimdRandom };
inline constexpr int kEngineStates = 4;
// Whether a program may use it as it finds it: generators are ready, accumulators hold anything.
constexpr bool IsReadyAtStart(EngineState state) { return state >= EngineState::kVectorRandom; }

// Which of it an instruction reads (as earlier instructions left it) and writes, in the partitions of its
// first operand on chip. A bit is 1 << EngineState.
struct StateUse {
  uint8_t reads = 0;
  uint8_t writes = 0;
  uint8_t spoils = 0;  // leaves undefined on the device; here it keeps its value
  bool any() const { return (reads | writes | spoils) != 0; }
};

}  // namespace nki

#endif  // NKI_ISA_ENGINE_STATE_H_
