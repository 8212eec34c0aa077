// The data types of NKI. dtype.def holds one row per type.
#ifndef NKI_MEMORY_DTYPE_H_
#define NKI_MEMORY_DTYPE_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace nki {

enum class Dtype : uint8_t {
#define NKI_DTYPE(enumerator, name, bytes, kind, packed) enumerator,
#include "memory/dtype.def"
#undef NKI_DTYPE
};

enum class DtypeKind : uint8_t { kSigned, kUnsigned, kFloat, kPacked };

inline constexpr int kDtypeCount = 0
#define NKI_DTYPE(enumerator, name, bytes, kind, packed) +1
#include "memory/dtype.def"
#undef NKI_DTYPE
    ;

struct DtypeRow {
  std::string_view name;
  int bytes;
  DtypeKind kind;
};

inline constexpr DtypeRow kDtypeRows[] = {
#define NKI_DTYPE(enumerator, name, bytes, kind, packed) {name, bytes, DtypeKind::kind},
#include "memory/dtype.def"
#undef NKI_DTYPE
};

constexpr const DtypeRow& RowOf(Dtype dtype) { return kDtypeRows[static_cast<int>(dtype)]; }
constexpr std::string_view Name(Dtype dtype) { return RowOf(dtype).name; }
constexpr int ItemBytes(Dtype dtype) { return RowOf(dtype).bytes; }
constexpr bool IsInteger(Dtype dtype) { return RowOf(dtype).kind <= DtypeKind::kUnsigned; }
constexpr bool IsSigned(Dtype dtype) { return RowOf(dtype).kind == DtypeKind::kSigned; }
constexpr bool IsFloat(Dtype dtype) { return RowOf(dtype).kind == DtypeKind::kFloat; }
constexpr bool IsPacked(Dtype dtype) { return RowOf(dtype).kind == DtypeKind::kPacked; }
constexpr bool IsFloat8(Dtype dtype) { return IsFloat(dtype) && ItemBytes(dtype) == 1; }

// The dtype called `name`, also by the spellings of NumPy, PyTorch and ml_dtypes ("bool", "torch.bfloat16").
std::optional<Dtype> ParseDtype(std::string_view name);

}  // namespace nki

#endif  // NKI_MEMORY_DTYPE_H_
