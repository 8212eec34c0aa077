#include "tests/fuzz/case_text.h"

#include <sstream>

namespace nki::fuzz {
namespace {

std::string ToText(const View& view) {
  std::ostringstream text;
  text << view.tensor->name << " " << Name(view.tensor->space) << " " << Name(view.tensor->dtype)
       << ToString(view.tensor->shape);
  if (view.tensor->address) text << " at partition " << view.tensor->address->partition;
  text << " as " << Name(view.dtype) << " from " << view.offset;
  for (const Dim& dim : view.axes()) text << " [" << dim.step << ", " << dim.count << "]";
  if (view.dynamic != nullptr)
    text << (view.dynamic->kind == DynamicOffset::Kind::kRows ? " rows by index" : " moved");
  return text.str();
}

struct Printer {
  std::string operator()(Argument::None) const { return "None"; }
  std::string operator()(const View& view) const { return ToText(view); }
  std::string operator()(const Operand& operand) const {
    if (operand.is_column()) return "column " + ToText(operand.column);
    return operand.given() ? std::to_string(operand.constant) : "None";
  }
  std::string operator()(AluOp op) const { return std::string(Name(op)); }
  std::string operator()(ActivationOp op) const { return std::string(Name(op)); }
  std::string operator()(bool flag) const { return flag ? "True" : "False"; }
  std::string operator()(int64_t number) const { return std::to_string(number); }
  std::string operator()(double number) const { return std::to_string(number); }
  std::string operator()(const IntList& list) const {
    std::string text;
    for (const int64_t number : list) text += (text.empty() ? "[" : ", ") + std::to_string(number);
    return text + "]";
  }
  std::string operator()(const ViewList& list) const {
    std::string text;
    for (const View& view : list) text += "\n    " + ToText(view);
    return text;
  }
  std::string operator()(const OperandList& list) const { return std::to_string(list.size()) + " operands"; }
  std::string operator()(const Pattern& pattern) const {
    std::string text;
    for (const Dim& dim : pattern)
      text += "[" + std::to_string(dim.step) + ", " + std::to_string(dim.count) + "]";
    return text;
  }
  std::string operator()(const std::string& text) const { return "'" + text + "'"; }
  std::string operator()(Register reg) const { return "register " + std::to_string(reg.number); }
  std::string operator()(Argument::Enumerator one) const { return "enumerator " + std::to_string(one.value); }
};

}  // namespace

std::string ToText(const std::string& name, const Arguments& arguments) {
  std::string text = name;
  for (const auto& [field, argument] : arguments)
    text += "\n  " + field + " = " + std::visit(Printer{}, argument.value);
  return text;
}

}  // namespace nki::fuzz
