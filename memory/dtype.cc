#include "memory/dtype.h"

namespace nki {

std::optional<Dtype> ParseDtype(std::string_view name) {
  if (name.starts_with("torch.")) name.remove_prefix(6);
  if (name == "bool_") return Dtype::kBool;  // nl.bool_, np.bool_
  for (int i = 0; i < kDtypeCount; ++i) {
    if (kDtypeRows[i].name == name) return static_cast<Dtype>(i);
  }
  return std::nullopt;
}

}  // namespace nki
