// A call of an instruction as its oracle sees it: the arguments by name.
#ifndef NKI_TESTS_REFERENCE_CALL_H_
#define NKI_TESTS_REFERENCE_CALL_H_

#include <string_view>

#include "tests/isa/instruction_fixture.h"
#include "tests/reference/model.h"

namespace nki::reference {

struct Call {
  const Arguments& arguments;
  const Generation& gen;
  WriteState destination;  // what is known of dst before
  bool portable;           // the bits of a low-precision matmul are defined

  bool Has(const std::string& name) const {
    const auto found = arguments.find(name);
    return found != arguments.end() && !std::holds_alternative<Argument::None>(found->second.value);
  }
  template <typename T>
  T Get(const std::string& name) const {
    return std::get<T>(arguments.at(name).value);
  }
  template <typename T>
  T Get(const std::string& name, T absent) const {
    return Has(name) ? Get<T>(name) : absent;
  }
  View view(const std::string& name) const { return Get<View>(name); }
  template <typename T>
  T Enum(const std::string& name, T absent) const {
    return Has(name) ? static_cast<T>(Get<Argument::Enumerator>(name).value) : absent;
  }
};

// A constant or a column: one float32 per partition.
class PerPartition {
 public:
  PerPartition(const Model& model, const Call& call, const std::string& name, double absent = 0);
  float Value(int64_t p) const { return values_.empty() ? constant_ : values_[static_cast<size_t>(p)]; }
  // Of a bitwise operator.
  uint32_t Bits(int64_t p) const { return values_.empty() ? constant_bits_ : bits_[static_cast<size_t>(p)]; }

 private:
  float constant_ = 0;
  uint32_t constant_bits_ = 0;
  std::vector<float> values_;
  std::vector<uint32_t> bits_;
};

// What an instruction does to the model: its pages in the manual as plain loops. Throws Refused.
using Meaning = void (*)(const Call&, Model&);
using Meanings = std::map<std::string_view, Meaning>;
const Meanings& AllMeanings();

void AddElementwise(Meanings& table);
void AddSelection(Meanings& table);
void AddCarrying(Meanings& table);
void AddActivation(Meanings& table);
void AddSearch(Meanings& table);
void AddGathering(Meanings& table);
void AddRandom(Meanings& table);
void AddMatrix(Meanings& table);
void AddMovement(Meanings& table);
void AddControl(Meanings& table);

// a <op> b as float32.
float AluValue(AluOp op, float a, float b);
// The second operand first if `reverse`, which unary operators have no use for.
float AluStep(AluOp op, bool reverse, float x, float operand);
// What float32 pow may be: the nearest value or a neighbour.
Interval PowerInterval(float base, float exponent);

}  // namespace nki::reference

#endif  // NKI_TESTS_REFERENCE_CALL_H_
