// The barrier of a logical NeuronCore's two cores.
#include "isa/instruction.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(Neither core goes on before both are here.

What a core has written to shared HBM before its barrier the other one sees behind it. Both cores must meet as often
and about the same tensor; if they can't, the error names both lines.

Args:
  data: the tensor in shared HBM that both cores use.
  cores: (0, 1), the two cores of a launch kernel[2](...).
  engine: the engine that waits; unknown is GpSimd.

Errors: space, cores, lnc2.
Source: nki.isa.core_barrier, NKI 0.6.
)";

struct CoreBarrier {
  View data;
  IntList cores;
  Engine engine = Engine::kGpSimd;

  void VisitFields(FieldVisitor& v) { v.Attr("data", data).Attr("cores", cores).Option("engine", engine); }

  void Check(Checker& c) const {
    c.Requires(Feature::kLnc2);
    c.InSpaces(data, static_cast<SpaceSet>(Space::kSharedHbm));
    c.Rule(cores == IntList{0, 1}, "cores",
           [&] { return "cores is " + ToString(cores) + "; only (0, 1) is supported"; });
  }

  // Not published: the semaphores' round trip is taken to cost as much as the smallest instruction.
  Cost CostOn(const Generation&) const {
    return EngineCost(engine == Engine::kUnknown ? Engine::kGpSimd : engine, kMinInterval);
  }

  bool Splits() const { return false; }
  std::optional<Meeting> MeetsCore() const {
    return Meeting{.kind = Meeting::Kind::kBarrier, .data = data.tensor};
  }
  void Run(RunContext&) const {}

  static std::vector<CoreBarrier> Samples(SampleBuilder& b) {
    return {{b.Hbm({64, 64}), {0, 1}}, {b.Hbm({8}), {0, 1}, Engine::kVector}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(CoreBarrier, core_barrier, kDoc);

}  // namespace nki
