// The fields of an instruction: listed once per instruction (VisitFields), visited by everything that needs
// them.
#ifndef NKI_ISA_FIELDS_H_
#define NKI_ISA_FIELDS_H_

#include <optional>
#include <string>
#include <vector>

#include "isa/activation_op.h"
#include "isa/alu_op.h"
#include "isa/enums.h"
#include "memory/view.h"

namespace nki {

// An operand that is a compile-time constant, or a column [P, 1] with one value per partition, or left out
// (None).
struct Operand {
  enum class Kind : uint8_t { kNone, kConstant, kColumn };
  Kind kind = Kind::kNone;
  bool integral = false;  // the constant was written as an integer
  double constant = 0;
  View column;

  static Operand Constant(double value) { return {Kind::kConstant, false, value, {}}; }
  bool given() const { return kind != Kind::kNone; }
  bool is_column() const { return kind == Kind::kColumn; }
  bool is_constant() const { return kind == Kind::kConstant; }
};

// An integer that is known while the kernel is traced, or that a register holds while it runs.
struct IntOrRegister {
  int64_t value = 0;
  Register reg = {};
  bool is_register() const { return reg.given(); }
};

using IntList = std::vector<int64_t>;
using ViewList = std::vector<View>;
using OperandList = std::vector<Operand>;
using Pattern = std::vector<Dim>;

struct Field {
  enum class Role : uint8_t { kOut, kIn, kAttr };
  const char* name;
  Role role;
  bool required;  // otherwise the value in a fresh instruction is the default
};

// One overload per field type. The set is closed: a new type of field is a new kind of thing users can pass.
class FieldVisitor {
 public:
  virtual ~FieldVisitor() = default;
  virtual void Visit(const Field& field, View& value) = 0;
  virtual void Visit(const Field& field, std::optional<View>& value) = 0;
  virtual void Visit(const Field& field, Operand& value) = 0;
  virtual void Visit(const Field& field, AluOp& value) = 0;
  virtual void Visit(const Field& field, std::optional<AluOp>& value) = 0;
  virtual void Visit(const Field& field, ActivationOp& value) = 0;
  virtual void Visit(const Field& field, bool& value) = 0;
  virtual void Visit(const Field& field, std::optional<bool>& value) = 0;
  virtual void Visit(const Field& field, int64_t& value) = 0;
  virtual void Visit(const Field& field, std::optional<int64_t>& value) = 0;
  virtual void Visit(const Field& field, IntList& value) = 0;
  virtual void Visit(const Field& field, std::optional<IntList>& value) = 0;
  virtual void Visit(const Field& field, ViewList& value) = 0;
  virtual void Visit(const Field& field, OperandList& value) = 0;
  virtual void Visit(const Field& field, Pattern& value) = 0;
  virtual void Visit(const Field& field, std::string& value) = 0;
  virtual void Visit(const Field& field, Register& value) = 0;
  virtual void Visit(const Field& field, IntOrRegister& value) = 0;
  // An enumeration as its value; `row` has the names.
  virtual void VisitEnum(const Field& field, const EnumRow& row, uint8_t& value) = 0;

  template <typename T>
  FieldVisitor& Out(const char* name, T& value) {
    Visit(Field{name, Field::Role::kOut, !IsOptional(value)}, value);
    return *this;
  }
  // A result without a default that may be None.
  FieldVisitor& OutOrNone(const char* name, std::optional<View>& value) {
    Visit(Field{name, Field::Role::kOut, true}, value);
    return *this;
  }
  template <typename T>
  FieldVisitor& In(const char* name, T& value) {
    Visit(Field{name, Field::Role::kIn, !IsOptional(value)}, value);
    return *this;
  }
  // An input with a default.
  template <typename T>
  FieldVisitor& OptionalIn(const char* name, T& value) {
    Visit(Field{name, Field::Role::kIn, false}, value);
    return *this;
  }
  template <typename T>
  FieldVisitor& Attr(const char* name, T& value) {
    return VisitAttr(Field{name, Field::Role::kAttr, true}, value);
  }
  // An attribute with a default.
  template <typename T>
  FieldVisitor& Option(const char* name, T& value) {
    return VisitAttr(Field{name, Field::Role::kAttr, false}, value);
  }

 private:
  static bool IsOptional(const View&) { return false; }
  static bool IsOptional(const Operand&) { return false; }
  static bool IsOptional(const Register&) { return false; }
  static bool IsOptional(const ViewList&) { return false; }
  static bool IsOptional(const std::optional<View>&) { return true; }

  template <typename T>
  FieldVisitor& VisitAttr(const Field& field, T& value) {
    if constexpr (requires { EnumOf<T>::kRow; }) {
      uint8_t number = static_cast<uint8_t>(value);
      VisitEnum(field, EnumOf<T>::kRow, number);
      // Threads that run one plan look at its fields together: only a visitor that changes one may write.
      if (number != static_cast<uint8_t>(value)) value = static_cast<T>(number);
    } else {
      Visit(field, value);
    }
    return *this;
  }
};

// A visitor that looks at operands only; attributes pass by. What an address depends on is an operand too and
// comes after the view that it moves.
class OperandVisitor : public FieldVisitor {
 public:
  virtual void OnView(const Field& field, const View& view) = 0;
  virtual void OnRegister(const Field&, Register) {}

  void Visit(const Field& field, View& value) override {
    OnView(field, value);
    if (value.dynamic != nullptr) OnDynamic(*value.dynamic);
  }
  void Visit(const Field& field, std::optional<View>& value) override {
    if (value) Visit(field, *value);
  }
  void Visit(const Field& field, Operand& value) override {
    if (value.is_column()) Visit(field, value.column);
  }
  void Visit(const Field& field, Register& value) override { OnRegister(field, value); }
  void Visit(const Field& field, IntOrRegister& value) override {
    if (value.is_register()) OnRegister({field.name, Field::Role::kIn, field.required}, value.reg);
  }
  void Visit(const Field& field, ViewList& value) override {
    for (View& view : value) Visit(field, view);
  }
  void Visit(const Field& field, OperandList& value) override {
    for (Operand& operand : value) Visit(field, operand);
  }
  void Visit(const Field&, AluOp&) override {}
  void Visit(const Field&, std::optional<AluOp>&) override {}
  void Visit(const Field&, ActivationOp&) override {}
  void Visit(const Field&, bool&) override {}
  void Visit(const Field&, std::optional<bool>&) override {}
  void Visit(const Field&, int64_t&) override {}
  void Visit(const Field&, std::optional<int64_t>&) override {}
  void Visit(const Field&, IntList&) override {}
  void Visit(const Field&, std::optional<IntList>&) override {}
  void Visit(const Field&, Pattern&) override {}
  void Visit(const Field&, std::string&) override {}
  void VisitEnum(const Field&, const EnumRow&, uint8_t&) override {}

 protected:
  // True while OnView gets what an address depends on.
  bool in_address() const { return in_address_; }

 private:
  void OnDynamic(const DynamicOffset& offset) {
    if (offset.reg.given()) {
      OnRegister({"scalar_offset", Field::Role::kIn, true}, offset.reg);
    } else {
      in_address_ = true;
      OnView({Name(offset.kind).data(), Field::Role::kIn, true}, offset.index);
      in_address_ = false;
    }
  }
  bool in_address_ = false;
};

}  // namespace nki

#endif  // NKI_ISA_FIELDS_H_
