#include "frontend/older_calls.h"

#include <algorithm>
#include <optional>

#include "frontend/argument_reader.h"
#include "frontend/enums.h"
#include "frontend/tensor_object.h"

namespace nki {
namespace {

enum class Kind { kOobMode, kDgeMode, kSequence, kTensor, kOperator };

bool Is(Kind kind, PyObject* argument) {
  if (argument == nullptr) return false;
  switch (kind) {
    case Kind::kOobMode:
      return EnumValue(EnumOf<OobMode>::kRow, argument) >= 0;
    case Kind::kDgeMode:
      return EnumValue(EnumOf<DgeMode>::kRow, argument) >= 0;
    case Kind::kSequence:
      return PyTuple_Check(argument) || PyList_Check(argument);
    case Kind::kTensor:
      return IsTensor(argument);
    case Kind::kOperator:
      return IsOperator(argument);
  }
  return false;
}

// The order of a release, and the argument by whose type it is told from today's: nothing that today's order
// has at that place has that type.
struct OlderOrder {
  std::string_view instruction;
  size_t place;
  Kind kind;
  std::vector<std::string_view> fields;
};

// Source: the stubs of NKI 0.2 and 0.3; release notes of 0.3 and 0.4, "Breaking changes".
const std::vector<OlderOrder>& OlderOrders() {
  static const auto* orders = new std::vector<OlderOrder>{
      {"affine_select",
       4,
       Kind::kTensor,
       {"dst", "pattern", "offset", "channel_multiplier", "on_true_tile", "on_false_value", "cmp_op",
        "name"}},
      {"dma_compute", 3, Kind::kOperator, {"dst", "srcs", "scales", "reduce_op", "name"}},
      {"dma_copy", 2, Kind::kOobMode, {"dst", "src", "oob_mode", "dge_mode", "engine", "name"}},
      {"dma_transpose", 3, Kind::kDgeMode, {"dst", "src", "axes", "dge_mode", "oob_mode", "name"}},
      {"nc_matmul",
       6,
       Kind::kSequence,
       {"dst", "stationary", "moving", "is_stationary_onezero", "is_moving_onezero", "is_transpose",
        "tile_position", "tile_size", "perf_mode", "name"}},
  };
  return *orders;
}

std::optional<size_t> SlotOf(const std::vector<PyObject*>& fields, std::string_view name) {
  const auto is_it = [&](PyObject* field) { return py::cast<std::string_view>(py::handle(field)) == name; };
  const auto found = std::ranges::find_if(fields, is_it);
  if (found == fields.end()) return std::nullopt;
  return found - fields.begin();
}

// A keyword of an older release: its name now, or what replaced it.
struct OlderKeyword {
  std::string_view instruction;  // empty: of all
  std::string_view keyword;
  std::string_view now;
  std::string_view advice;
};

constexpr std::string_view kRmw = "it was removed in NKI 0.3; use nisa.dma_compute";

// Source: release notes of NKI 0.1 to 0.3, "Breaking changes".
constexpr OlderKeyword kOlderKeywords[] = {
    {"register_move", "imm", "src", ""},
    {"dma_copy", "dst_rmw_op", "", kRmw},
    {"dma_copy", "unique_indices", "", kRmw},
    {"nc_matmul", "is_moving_zero", "is_moving_onezero", ""},
    {"nc_matmul", "psumAccumulateFlag", "", "it was removed in NKI 0.2; use accumulate"},
    {"sendrecv", "use_gpsimd_dma", "",
     "it was removed in NKI 0.3; use dma_engine=nisa.dma_engine.gpsimd_dma"},
    {"", "mask", "", "it was removed in NKI 0.1; use slices of the operands"},
    {"", "dtype", "", "it was removed in NKI 0.1; the result has the dtype of dst"},
};

const OlderKeyword* FindKeyword(std::string_view instruction, std::string_view keyword) {
  const auto is_it = [&](const OlderKeyword& row) {
    return (row.instruction.empty() || row.instruction == instruction) && row.keyword == keyword;
  };
  const auto* found = std::ranges::find_if(kOlderKeywords, is_it);
  return found == std::end(kOlderKeywords) ? nullptr : found;
}

}  // namespace

bool ReadOlderOrder(std::string_view instruction, const std::vector<PyObject*>& fields, PyObject** slots,
                    size_t positional) {
  const auto fits = [&](const OlderOrder& order) {
    return order.instruction == instruction && positional > order.place &&
           positional <= order.fields.size() && Is(order.kind, slots[order.place]);
  };
  const auto order = std::ranges::find_if(OlderOrders(), fits);
  if (order == OlderOrders().end()) return false;
  std::vector<PyObject*> moved(slots, slots + fields.size());
  std::fill_n(moved.begin(), positional, nullptr);
  for (size_t i = 0; i < positional; ++i) {
    const std::optional<size_t> slot = SlotOf(fields, order->fields[i]);
    if (!slot || moved[*slot] != nullptr) return false;
    moved[*slot] = slots[i];
  }
  std::ranges::copy(moved, slots);
  return true;
}

std::string_view RenamedKeyword(std::string_view instruction, std::string_view keyword) {
  const OlderKeyword* row = FindKeyword(instruction, keyword);
  return row == nullptr ? "" : row->now;
}

std::string_view RemovedKeyword(std::string_view instruction, std::string_view keyword) {
  const OlderKeyword* row = FindKeyword(instruction, keyword);
  return row == nullptr ? "" : row->advice;
}

}  // namespace nki
