// The random number generators that an engine has, for the instructions that draw from them, set or read
// them.
#ifndef NKI_ISA_RANDOM_ENGINE_H_
#define NKI_ISA_RANDOM_ENGINE_H_

#include "isa/instruction.h"

namespace nki {

// `engine` is the Vector or the GpSimd engine.
inline RandomState& GeneratorsOf(MachineState& machine, Engine engine) {
  return engine == Engine::kGpSimd ? machine.gpsimd_random : machine.vector_random;
}

inline uint8_t GeneratorBit(Engine engine) {
  return 1 << static_cast<int>(engine == Engine::kGpSimd ? EngineState::kGpSimdRandom
                                                         : EngineState::kVectorRandom);
}

// Of an instruction that draws: the next one goes on where it stopped.
inline StateUse Draws(Engine engine) { return {GeneratorBit(engine), GeneratorBit(engine)}; }

// The words of the generators in each partition: a uint32 tile [P, 6] on GpSimd, [P, 24] on the Vector
// engine.
inline void CheckGeneratorWords(Checker& c, const View& view, Engine engine) {
  c.DtypeIn(view, {Dtype::kUint32});
  const int64_t words = engine == Engine::kGpSimd ? 6 : 24;  // nki.isa.rand_set_state, NKI 0.6
  c.Rule(view.free_elements() == words, "state-words", [&] {
    return c.NameOf(&view) + " has " + std::to_string(view.free_elements()) +
           " elements per partition; the state of the " + std::string(Name(engine)) + " engine has " +
           std::to_string(words);
  });
  c.Requires(engine == Engine::kGpSimd ? Feature::kGpSimdRandom : Feature::kVectorXorwow);
}

}  // namespace nki

#endif  // NKI_ISA_RANDOM_ENGINE_H_
