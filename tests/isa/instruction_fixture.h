// Places the tensors of a test in a machine, runs one instruction on them and reads the results back as
// doubles.
#ifndef NKI_TESTS_ISA_INSTRUCTION_FIXTURE_H_
#define NKI_TESTS_ISA_INSTRUCTION_FIXTURE_H_

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "isa/instruction.h"

namespace nki {

// An argument of a call, as Python would pass it: a double is a constant, a View may be a column.
struct Argument {
  struct None {};
  struct Enumerator {
    uint8_t value;
  };
  using Value = std::variant<None, View, Operand, AluOp, ActivationOp, bool, int64_t, double, IntList,
                             ViewList, OperandList, Pattern, std::string, Register, Enumerator>;
  Value value;

  template <typename T>
  Argument(T given) : value(Convert(given)) {}  // NOLINT: implicit, so that calls read like Python

 private:
  template <typename T>
  static Value Convert(T given) {
    if constexpr (requires { EnumOf<T>::kRow; }) {
      return Enumerator{static_cast<uint8_t>(given)};
    } else if constexpr (std::is_same_v<T, int>) {
      return int64_t{given};
    } else {
      return given;
    }
  }
};
inline constexpr Argument::None kNone;
using Arguments = std::map<std::string, Argument>;

class InstructionTest : public ::testing::Test {
 protected:
  SampleBuilder b;

  // Every element of `view` becomes fill(index), converted to its dtype; `index` counts in the order of the
  // axes.
  const View& Fill(const View& view, const std::function<double(int64_t)>& fill);
  // Small integers and quarters of both signs, different for every element; exact in all dtypes of 16 bits
  // and more.
  const View& FillSmall(const View& view);
  std::vector<double> Values(const View& view);
  std::vector<uint32_t> Bits(const View& view);
  void SetBits(const View& view, const std::vector<uint32_t>& bits);

  // Runs the call, which must be legal on `gen`: first as a whole, then shared by two workers, with the same
  // result.
  void Run(const std::string& name, const Arguments& arguments, const Generation& gen = Trn1(),
           WriteState destination = WriteState::kUnwritten);

  // What the instruction's rules say about the call, as "message [rule]".
  std::vector<std::string> Problems(const std::string& name, const Arguments& arguments,
                                    const Generation& gen = Trn1());
  // `arguments` with some replaced.
  static Arguments With(Arguments arguments, const Arguments& changes);

  // Breaks `field` of a legal call in all ways that Checker::ComputeOperand knows; `field` may be in
  // `spaces`.
  void ExpectOperandRules(const std::string& name, const Arguments& legal, const std::string& field,
                          const std::string& spaces, const Generation& gen = Trn1());
  // Gives `field` a packed dtype.
  void ExpectNotPacked(const std::string& name, const Arguments& legal, const std::string& field,
                       const Generation& gen = Trn1());

  // Equal, or both NaN.
  static void ExpectSame(const std::vector<double>& got, const std::vector<double>& wanted);

  MachineState& machine() { return machine_; }
  // What device_print calls from now on.
  void SetPrint(PrintHook print) { print_ = print; }
  double& RegisterValue(Register reg) { return registers_[reg.number]; }
  // What a float32 result becomes as an element of `dtype`.
  static double Rounded(Dtype dtype, double value);

 private:
  // What engines keep from one instruction to the next.
  using FloatBits = std::array<uint32_t, 128>;  // as bits, so that NaN equals itself
  using Registers = std::tuple<FloatBits, FloatBits, RandomState, RandomState>;
  Registers AllRegisters() const;
  void SetRegisters(const Registers& registers);

  std::vector<Diagnostic> Found(const std::string& name, const Arguments& arguments, const Generation& gen);
  std::byte* Address(const View& view, int64_t index);
  void Place();
  void RunBlocks(const Instruction& instruction, BlockRange blocks, const Generation& gen,
                 WriteState destination);

  MachineState machine_{128, 256 * 1024, 16 * 1024};
  std::array<double, 16> registers_{};
  PrintHook print_ = nullptr;
  std::vector<Placement> placements_;
  std::vector<std::vector<std::byte>> hbm_;
  int64_t sbuf_used_ = 0, psum_used_ = 0;
};

const Generation& Trn2();
const Generation& Trn3();

std::unique_ptr<Instruction> MakeInstruction(const std::string& name, const Arguments& arguments);

}  // namespace nki

#endif  // NKI_TESTS_ISA_INSTRUCTION_FIXTURE_H_
