// What the body of an instruction may touch.
#ifndef NKI_ISA_RUN_CONTEXT_H_
#define NKI_ISA_RUN_CONTEXT_H_

#include <cstddef>
#include <span>
#include <string>

#include "isa/fields.h"
#include "isa/generation.h"
#include "isa/simd/elementwise.h"
#include "memory/machine_state.h"
#include "memory/tile.h"

namespace nki {

// Where the planner put a tensor on chip.
struct Placement {
  int partition = 0;
  int64_t byte = 0;  // inside each partition; a kernel may choose one that is no multiple of a word
  int shift() const { return static_cast<int>(byte % kWordBytes); }
  int64_t image_byte() const { return byte - shift(); }  // in the image of that shift (MachineState)
  // The tensor's own memory, in blocks as in tile.h, if it is in none that others share.
  std::byte* memory = nullptr;
  int64_t block_bytes = 0;
};

// Rows of HBM that stand in for an on-chip tensor (interpreter/copy_elision.h): a view of [rows, contiguous
// elements].
struct HbmRows {
  int tensor;
  View rows;
};

// The elements of an indirect view side by side, while an instruction works on them
// (interpreter/indirection.h).
struct GatheredTile {
  const DynamicOffset* offset;
  Tile tile;
};

// What is known of a destination before an instruction writes it.
enum class WriteState : uint8_t { kUnwritten, kWritten };

// Where nki.language.device_print goes: the prefix, the tensor, and its elements side by side.
using PrintHook = void (*)(const std::string& prefix, const View& tensor,
                           std::span<const std::byte> elements);

struct RunContext {
  MachineState& machine;
  std::byte* const* hbm;        // by tensor id; null for on-chip tensors
  const Placement* placements;  // by tensor id
  BlockRange blocks;            // what this worker writes
  bool portable_math = false;   // the same bits on every CPU, also for low-precision matmul
  WriteState destination = WriteState::kUnwritten;
  std::span<const HbmRows> in_hbm = {};  // instead of these tensors
  std::span<const GatheredTile> gathered = {};
  const Generation* gen = &Trn1();  // for what the generations compute differently
  double* registers = nullptr;      // by number; a double holds every integer of 32 bits and float32
  PrintHook print = nullptr;        // null: nothing is printed

  Tile tile(const View& view) const;  // of a compute operand, or of what nothing moves
  LinearTile linear(const View& view) const;
  simd::ScalarOperand scalar(const Operand& operand, double absent = 0) const;
  int64_t value(const IntOrRegister& index) const;
  // The view where it is now: with its dynamic offset added. Throws RunError if that leaves the storage, or
  // the axis that it selects from, unless it may do so; it is then outside the storage in both cases. For a
  // view with an index per row this is row `row`.
  View At(const View& view, bool may_leave = false, int64_t row = 0) const;
  // The only element of a view, exactly for integers of 32 bits.
  double Element(const View& view) const;
  void SetElement(const View& view, double value) const;
  // The elements of a view in the order of its axes, side by side. Throws if some are outside the storage.
  void CopyOut(const View& view, std::byte* to) const;

 private:
  Tile RowsAsTile(const View& rows) const;
  Tile MovedTile(const View& view) const;
  std::byte* AddressOf(const View& view) const;  // of its first element
};

}  // namespace nki

#endif  // NKI_ISA_RUN_CONTEXT_H_
