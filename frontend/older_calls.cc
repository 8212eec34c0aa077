#include "frontend/older_calls.h"

#include <algorithm>
#include <optional>

#include "frontend/argument_reader.h"
#include "frontend/enums.h"
#include "frontend/tensor_object.h"

namespace nki {
namespace {

enum class Kind { kOobMode, kDgeMode, kPerfMode, kSequence, kInteger, kBool, kString, kOperator };

std::string_view NameOf(Kind kind) {
  constexpr std::string_view kNames[] = {"oob_mode", "dge_mode", "perf_mode", "sequence",
                                         "integer",  "bool",     "string",    "operator"};
  return kNames[static_cast<size_t>(kind)];
}

bool Is(Kind kind, PyObject* argument) {
  if (argument == nullptr) return false;
  switch (kind) {
    case Kind::kOobMode:
      return EnumValue(EnumOf<OobMode>::kRow, argument) >= 0;
    case Kind::kDgeMode:
      return EnumValue(EnumOf<DgeMode>::kRow, argument) >= 0;
    case Kind::kSequence:
      return PyTuple_Check(argument) || PyList_Check(argument);
    case Kind::kPerfMode:
      return EnumValue(EnumOf<PerfMode>::kRow, argument) >= 0;
    case Kind::kInteger:
      return PyLong_Check(argument) && !PyBool_Check(argument);
    case Kind::kBool:
      return PyBool_Check(argument);
    case Kind::kString:
      return PyUnicode_Check(argument);
    case Kind::kOperator:
      return IsOperator(argument);
  }
  return false;
}

// The order of a release, and the argument by whose type it is told from today's: nothing that today's order
// has at that place has that type. The field "-" has no meaning any more.
struct OlderOrder {
  std::string_view instruction;
  size_t place;
  Kind kind;
  std::string_view fields;
};

constexpr std::string_view kSelect =
    "dst pattern offset channel_multiplier on_true_tile on_false_value cmp_op name";
constexpr std::string_view kMatmul =
    "dst stationary moving is_stationary_onezero is_moving_onezero is_transpose tile_position tile_size "
    "perf_mode name";
constexpr std::string_view kPackedMatmul =
    "dst stationary moving stationary_scale moving_scale tile_position tile_size name";
constexpr std::string_view kScalarReduce3 = "dst data op0 operand0 reduce_op reduce_res reverse0 name";
constexpr std::string_view kScalarReduce5 =
    "dst data op0 operand0 reduce_op reduce_res reverse0 reduce_cmd reduce_init name";

// Source: the stubs of NKI 0.1 to 0.5; release notes of 0.3 and 0.4, "Breaking changes".
constexpr OlderOrder kOlderOrders[] = {
    {"affine_select", 3, Kind::kInteger, kSelect},
    {"dma_compute", 2, Kind::kSequence, "dst srcs scales reduce_op name"},
    {"dma_compute", 3, Kind::kOperator, "dst srcs scales reduce_op name"},
    {"dma_compute", 5, Kind::kString, "dst srcs reduce_op scales unique_indices name"},
    {"dma_copy", 2, Kind::kOobMode, "dst src oob_mode dge_mode engine name"},
    {"dma_copy", 5, Kind::kString, "dst src priority oob_mode dge_mode name"},
    {"dma_copy", 5, Kind::kBool, "dst src priority oob_mode dge_mode - name"},
    {"dma_transpose", 4, Kind::kString, "dst src axes dge_mode name"},
    {"dma_transpose", 3, Kind::kDgeMode, "dst src axes dge_mode oob_mode name"},
    {"nc_matmul", 6, Kind::kSequence, kMatmul},
    {"nc_matmul", 8, Kind::kPerfMode, kMatmul},
    {"nc_matmul_mx", 7, Kind::kString, kPackedMatmul},
    {"sendrecv", 5, Kind::kString, "src dst send_to_rank recv_from_rank pipe_id name"},
    {"tensor_scalar_reduce", 7, Kind::kString, kScalarReduce3},
    {"tensor_scalar_reduce", 9, Kind::kString, kScalarReduce5},
};

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  for (size_t end; !text.empty(); text.remove_prefix(std::min(end + 1, text.size()))) {
    end = std::min(text.find(' '), text.size());
    words.push_back(text.substr(0, end));
  }
  return words;
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
  std::string_view removed;  // the first release without it
  std::string_view advice;
};

constexpr std::string_view kRmw = "use nisa.dma_compute";

// Source: release notes of NKI 0.1 to 0.3, "Breaking changes"; the stubs of SDK 2.20 to 2.26.
constexpr OlderKeyword kOlderKeywords[] = {
    {"affine_select", "pred", "", "0.1", "use pattern, channel_multiplier, offset and cmp_op"},
    {"dma_copy", "dst_rmw_op", "", "0.3", kRmw},
    {"dma_copy", "unique_indices", "", "0.3", kRmw},
    {"iota", "expr", "", "0.1", "use pattern, offset and channel_multiplier"},
    {"memset", "shape", "", "0.1", "the result has the shape of dst"},
    {"nc_matmul", "is_moving_zero", "is_moving_onezero", "", ""},
    {"nc_matmul", "psumAccumulateFlag", "", "0.2", "use accumulate"},
    {"reciprocal", "engine", "", "0.1", "it runs on the Vector engine"},
    {"register_move", "imm", "src", "", ""},
    {"sendrecv", "use_gpsimd_dma", "dma_engine", "", ""},
    {"", "mask", "", "0.1", "use slices of the operands"},
    {"", "dtype", "", "0.1", "the result has the dtype of dst"},
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
           positional <= Words(order.fields).size() && Is(order.kind, slots[order.place]);
  };
  const auto* order = std::ranges::find_if(kOlderOrders, fits);
  if (order == std::end(kOlderOrders)) return false;
  const std::vector<std::string_view> names = Words(order->fields);
  std::vector<PyObject*> moved(slots, slots + fields.size());
  std::fill_n(moved.begin(), positional, nullptr);
  for (size_t i = 0; i < positional; ++i) {
    if (names[i] == "-") continue;
    const std::optional<size_t> slot = SlotOf(fields, names[i]);
    if (!slot || moved[*slot] != nullptr) return false;
    moved[*slot] = slots[i];
  }
  std::ranges::copy(moved, slots);
  return true;
}

void RefuseOlderOrder(std::string_view instruction, PyObject* const* slots, size_t positional) {
  // Source: the stubs of NKI 0.1 to 0.6. Enumerations were numbers in NKI 0.1 and 0.2.
  if (positional > 3 && instruction == "dma_transpose" && Is(Kind::kInteger, slots[3])) {
    if (positional > 4 && (Is(Kind::kDgeMode, slots[4]) || Is(Kind::kString, slots[4]))) return;
    ThrowType(
        "dma_transpose: a number as the fourth argument is dge_mode in NKI 0.1 and 0.2 and priority since "
        "0.4; write dge_mode=... or priority=...");
  }
  if (positional > 2 && instruction == "dma_copy" && Is(Kind::kOperator, slots[2])) {
    ThrowType(
        "dma_copy: the third argument is an operator, dst_rmw_op of NKI 0.1 and 0.2; it was removed in NKI "
        "0.3; use nisa.dma_compute");
  }
}

std::string_view RenamedKeyword(std::string_view instruction, std::string_view keyword) {
  const OlderKeyword* row = FindKeyword(instruction, keyword);
  return row == nullptr ? "" : row->now;
}

std::string RemovedKeyword(std::string_view instruction, std::string_view keyword) {
  const OlderKeyword* row = FindKeyword(instruction, keyword);
  if (row == nullptr || row->removed.empty()) return "";
  return "it was removed in NKI " + std::string(row->removed) + "; " + std::string(row->advice);
}

void BindOlderCalls(py::module_& module) {
  py::list orders, keywords;
  for (const OlderOrder& row : kOlderOrders) {
    orders.append(py::make_tuple(row.instruction, row.place, NameOf(row.kind), row.fields));
  }
  for (const OlderKeyword& row : kOlderKeywords) {
    keywords.append(py::make_tuple(row.instruction, row.keyword, row.now, row.advice));
  }
  module.attr("older_orders") = orders;
  module.attr("older_keywords") = keywords;
}

}  // namespace nki
