// The closed sets of values that instructions take, spelled as in nki.isa (NKI 0.6).
#ifndef NKI_ISA_ENUMS_H_
#define NKI_ISA_ENUMS_H_

#include <cstdint>
#include <iterator>

#include "isa/engine.h"

namespace nki {

enum class ReduceCmd : uint8_t { kIdle = 0, kReset = 1, kReduce = 2, kResetReduce = 3, kLoadReduce = 4 };
enum class DgeMode : uint8_t { kUnknown = 0, kSwdge = 1, kHwdge = 2, kNone = 3 };
enum class OobMode : uint8_t { kError = 0, kSkip = 1 };
enum class DmaEngine : uint8_t { kDma = 0, kGpsimdDma = 1 };
// The operators of tensor_partition_reduce.
enum class PartitionOp : uint8_t { kAdd, kAverage, kBitwiseAnd, kBitwiseOr, kMaximum };
enum class PerfMode : uint8_t { kNone = 0, kDoubleRow = 1 };

// How an enumeration looks from outside: its Python class and the names of its members in the order of their
// values.
struct EnumRow {
  const char* name;
  const char* const* members;
  int count;
  int first = 0;           // the first member's value in Python
  bool operators = false;  // the members are operators of nki.language, not of a class of their own
};

inline constexpr const char* kEngineNames[] = {"unknown", "tensor", "scalar", "gpsimd",
                                               "dma",     "vector", "sync"};
inline constexpr const char* kReduceCmdNames[] = {"idle", "reset", "reduce", "reset_reduce", "load_reduce"};
inline constexpr const char* kDgeModeNames[] = {"unknown", "swdge", "hwdge", "none"};
inline constexpr const char* kOobModeNames[] = {"error", "skip"};
inline constexpr const char* kDmaEngineNames[] = {"dma", "gpsimd_dma"};
inline constexpr const char* kPartitionOpNames[] = {"add", "average", "bitwise_and", "bitwise_or", "maximum"};
inline constexpr const char* kPerfModeNames[] = {"none", "double_row"};

template <typename T>
struct EnumOf;
#define NKI_ENUM(type, python_name, names, ...)                                            \
  template <>                                                                              \
  struct EnumOf<type> {                                                                    \
    static constexpr EnumRow kRow = {python_name, names, std::size(names), ##__VA_ARGS__}; \
  }
NKI_ENUM(Engine, "engine", kEngineNames);
NKI_ENUM(ReduceCmd, "reduce_cmd", kReduceCmdNames);
NKI_ENUM(DgeMode, "dge_mode", kDgeModeNames);
NKI_ENUM(OobMode, "oob_mode", kOobModeNames);
NKI_ENUM(DmaEngine, "dma_engine", kDmaEngineNames, 1);
NKI_ENUM(PerfMode, "matmul_perf_mode", kPerfModeNames);
#undef NKI_ENUM
template <>
struct EnumOf<PartitionOp> {
  static constexpr EnumRow kRow = {"operator", kPartitionOpNames, std::size(kPartitionOpNames), 0, true};
};

}  // namespace nki

#endif  // NKI_ISA_ENUMS_H_
