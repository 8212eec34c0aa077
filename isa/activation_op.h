// The functions of the Scalar engine. activation_op.def holds one row per function.
#ifndef NKI_ISA_ACTIVATION_OP_H_
#define NKI_ISA_ACTIVATION_OP_H_

#include <cstdint>
#include <limits>
#include <string_view>

namespace nki {

enum class ActivationOp : uint8_t {
#define NKI_ACTIVATION(enumerator, name, lowest, highest) enumerator,
#include "isa/activation_op.def"
#undef NKI_ACTIVATION
};

struct ActivationRow {
  std::string_view name;
  float lowest;
  float highest;
};

inline constexpr float kAny = std::numeric_limits<float>::infinity();
inline constexpr ActivationRow kActivationRows[] = {
#define NKI_ACTIVATION(enumerator, name, lowest, highest) {name, lowest, highest},
#include "isa/activation_op.def"
#undef NKI_ACTIVATION
};
inline constexpr int kActivationOpCount = sizeof(kActivationRows) / sizeof(kActivationRows[0]);

constexpr const ActivationRow& RowOf(ActivationOp op) { return kActivationRows[static_cast<int>(op)]; }
constexpr std::string_view Name(ActivationOp op) { return RowOf(op).name; }

}  // namespace nki

#endif  // NKI_ISA_ACTIVATION_OP_H_
