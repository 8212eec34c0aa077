#include "isa/generation.h"

#include "isa/generations/generations.h"

namespace nki {
namespace {

constexpr FeatureRow kFeatureRows[] = {
#define NKI_FEATURE(enumerator, name, sentence) {name, sentence},
#include "isa/feature.def"
#undef NKI_FEATURE
};

constexpr const Generation* kGenerations[] = {&kTrn1, &kTrn2, &kTrn3};

}  // namespace

const FeatureRow& RowOf(Feature feature) { return kFeatureRows[static_cast<int>(feature)]; }

std::span<const Generation* const> AllGenerations() { return kGenerations; }

const Generation& Trn1() { return kTrn1; }

const Generation* FindGeneration(std::string_view name) {
  if (name == "inf2") return &kTrn1;  // the same NeuronCore-v2 (trainium_inferentia2_arch)
  for (const Generation* generation : kGenerations) {
    if (name == generation->name || name == "gen" + std::to_string(generation->nc_version)) return generation;
  }
  return nullptr;
}

std::string TargetsWith(Feature feature) {
  std::string names;
  for (const Generation* generation : kGenerations) {
    if (generation->Has(feature)) names += (names.empty() ? "" : ", ") + std::string(generation->name);
  }
  return names.empty() ? "none" : names;
}

}  // namespace nki
