// Fills an instruction's fields from the arguments of a Python call.
#ifndef NKI_FRONTEND_ARGUMENT_READER_H_
#define NKI_FRONTEND_ARGUMENT_READER_H_

#include <pybind11/pybind11.h>

#include <string>
#include <vector>

#include "interpreter/graph.h"

namespace nki {

// What a Python object such as nl.add stands for. Objects are known by identity.
struct Operator {
  std::string name;
  std::optional<AluOp> alu;
  std::optional<ActivationOp> activation;
};
void RegisterOperator(PyObject* object,
                      const std::string& name);  // keeps the object for the life of the process
bool IsOperator(PyObject* object);

// The arguments of one call, in the order of the instruction's fields; null where nothing was passed.
class ArgumentReader : public FieldVisitor {
 public:
  ArgumentReader(std::string_view instruction, const KernelGraph& graph, PyObject* const* arguments)
      : instruction_(instruction), graph_(graph), arguments_(arguments) {}

  void Visit(const Field& field, View& value) override;
  void Visit(const Field& field, std::optional<View>& value) override;
  void Visit(const Field& field, Operand& value) override;
  void Visit(const Field& field, AluOp& value) override;
  void Visit(const Field& field, std::optional<AluOp>& value) override;
  void Visit(const Field& field, ActivationOp& value) override;
  void Visit(const Field& field, bool& value) override;
  void Visit(const Field& field, std::optional<bool>& value) override;
  void Visit(const Field& field, int64_t& value) override;
  void Visit(const Field& field, std::optional<int64_t>& value) override;
  void Visit(const Field& field, IntList& value) override;
  void Visit(const Field& field, std::optional<IntList>& value) override;
  void Visit(const Field& field, ViewList& value) override;
  void Visit(const Field& field, OperandList& value) override;
  void Visit(const Field& field, Pattern& value) override;
  void Visit(const Field& field, std::string& value) override;
  void Visit(const Field& field, Register& value) override;
  void Visit(const Field& field, IntOrRegister& value) override;
  void VisitEnum(const Field& field, const EnumRow& row, uint8_t& value) override;

 private:
  // The next argument, or null if it was left out and has a default.
  PyObject* Next(const Field& field);
  View ReadView(const Field& field, PyObject* argument);
  Operand ReadOperand(const Field& field, PyObject* argument);
  // The members of a list or tuple.
  pybind11::object ReadSequence(const Field& field, const char* wanted, PyObject* argument);
  AluOp ReadAluOp(const Field& field, PyObject* argument);
  uint8_t ReadOperator(const Field& field, const EnumRow& row, PyObject* argument) const;
  bool ReadBool(const Field& field, PyObject* argument);
  std::string Place(const Field& field) const;  // "tensor_tensor: data1"
  [[noreturn]] void WrongType(const Field& field, const char* wanted, PyObject* argument) const;

  std::string_view instruction_;
  const KernelGraph& graph_;
  PyObject* const* arguments_;
  std::string left_out_;  // the operand of an operator that is nl.bypass
};

}  // namespace nki

#endif  // NKI_FRONTEND_ARGUMENT_READER_H_
