#include "frontend/field_values.h"

#include <pybind11/stl.h>

namespace nki {
namespace {

namespace py = pybind11;

constexpr const char* kRoles[] = {"out", "in", "attr"};

class Describer : public FieldVisitor {
 public:
  py::list rows;
  void Visit(const Field& field, View&) override { Add(field, "tensor", "None"); }
  void Visit(const Field& field, std::optional<View>&) override { Add(field, "tensor | None", "None"); }
  void Visit(const Field& field, Operand& value) override {
    Add(field, "tensor | number",
        value.is_constant() ? py::cast<std::string>(py::repr(py::float_(value.constant))) : "None");
  }
  void Visit(const Field& field, AluOp& value) override {
    Add(field, "operator", "nl." + std::string(Name(value)));
  }
  void Visit(const Field& field, std::optional<AluOp>&) override { Add(field, "operator | None", "None"); }
  void Visit(const Field& field, ActivationOp&) override { Add(field, "function", "None"); }
  void Visit(const Field& field, bool& value) override { Add(field, "bool", value ? "True" : "False"); }
  void Visit(const Field& field, std::optional<bool>&) override { Add(field, "bool | None", "None"); }
  void Visit(const Field& field, int64_t& value) override { Add(field, "int", std::to_string(value)); }
  void Visit(const Field& field, std::optional<int64_t>&) override { Add(field, "int | None", "None"); }
  void Visit(const Field& field, IntList&) override { Add(field, "ints", "()"); }
  void Visit(const Field& field, std::optional<IntList>&) override { Add(field, "ints | None", "None"); }
  void Visit(const Field& field, ViewList&) override { Add(field, "tensors", "None"); }
  void Visit(const Field& field, OperandList&) override { Add(field, "numbers | None", "None"); }
  void Visit(const Field& field, Pattern&) override { Add(field, "pattern", "()"); }
  void Visit(const Field& field, std::string&) override { Add(field, "str", "''"); }
  void Visit(const Field& field, Register&) override { Add(field, "VirtualRegister", "None"); }
  void Visit(const Field& field, IntOrRegister& value) override {
    Add(field, "int | VirtualRegister", std::to_string(value.value));
  }
  void VisitEnum(const Field& field, const EnumRow& row, uint8_t& value) override {
    Add(field, row.name, std::string(row.operators ? "nl" : row.name) + "." + row.members[value]);
  }
  void Add(const Field& field, const char* type, const std::string& value) {
    rows.append(
        py::make_tuple(field.name, kRoles[static_cast<int>(field.role)], type, field.required, value));
  }
};

py::list Pairs(std::span<const Dim> dims) {
  py::list pairs;
  for (const Dim& dim : dims) {
    py::list pair;
    pair.append(dim.step);
    pair.append(dim.count);
    pairs.append(pair);
  }
  return pairs;
}

py::dict ToDict(const View& view) {
  py::dict dict;
  dict["tensor"] = view.tensor->name;
  dict["dtype"] = std::string(Name(view.dtype));
  dict["offset"] = view.offset;
  dict["pattern"] = Pairs(view.axes());
  if (const DynamicOffset* dynamic = view.dynamic) {
    py::dict offset;
    offset["index"] =
        dynamic->reg.given() ? py::object(py::str(ToText(dynamic->reg))) : ToDict(dynamic->index);
    offset["step"] = dynamic->step_bytes / ItemBytes(view.dtype);
    if (dynamic->choices > 0) offset["choices"] = dynamic->choices;
    dict[Name(dynamic->kind).data()] = offset;
  }
  return dict;
}

py::object ToObject(const Operand& operand) {
  if (operand.is_column()) return ToDict(operand.column);
  return operand.is_constant() ? py::object(py::float_(operand.constant)) : py::none();
}

class Values : public FieldVisitor {
 public:
  py::dict dict;
  void Visit(const Field& field, View& value) override { dict[field.name] = ToDict(value); }
  void Visit(const Field& field, std::optional<View>& value) override {
    dict[field.name] = value ? py::object(ToDict(*value)) : py::none();
  }
  void Visit(const Field& field, Operand& value) override { dict[field.name] = ToObject(value); }
  void Visit(const Field& field, AluOp& value) override { dict[field.name] = std::string(Name(value)); }
  void Visit(const Field& field, std::optional<AluOp>& value) override {
    dict[field.name] = value ? py::object(py::str(std::string(Name(*value)))) : py::none();
  }
  void Visit(const Field& field, ActivationOp& value) override {
    dict[field.name] = std::string(Name(value));
  }
  void Visit(const Field& field, bool& value) override { dict[field.name] = value; }
  void Visit(const Field& field, std::optional<bool>& value) override { dict[field.name] = value; }
  void Visit(const Field& field, int64_t& value) override { dict[field.name] = value; }
  void Visit(const Field& field, std::optional<int64_t>& value) override { dict[field.name] = value; }
  void Visit(const Field& field, IntList& value) override { dict[field.name] = py::list(py::cast(value)); }
  void Visit(const Field& field, std::optional<IntList>& value) override {
    dict[field.name] = value ? py::object(py::list(py::cast(*value))) : py::none();
  }
  void Visit(const Field& field, ViewList& value) override {
    py::list list;
    for (const View& view : value) list.append(ToDict(view));
    dict[field.name] = list;
  }
  void Visit(const Field& field, OperandList& value) override {
    py::list list;
    for (const Operand& operand : value) list.append(ToObject(operand));
    dict[field.name] = list;
  }
  void Visit(const Field& field, Pattern& value) override { dict[field.name] = Pairs(value); }
  void Visit(const Field& field, std::string& value) override { dict[field.name] = value; }
  void Visit(const Field& field, Register& value) override { dict[field.name] = ToText(value); }
  void Visit(const Field& field, IntOrRegister& value) override {
    dict[field.name] = value.is_register() ? py::object(py::str(ToText(value.reg))) : py::int_(value.value);
  }
  void VisitEnum(const Field& field, const EnumRow& row, uint8_t& value) override {
    dict[field.name] = row.members[value];
  }
};

const char* RoleName(TensorRole role) {
  return role == TensorRole::kInput ? "input" : role == TensorRole::kConstant ? "constant" : "local";
}

py::dict ToDict(const Tensor& tensor) {
  py::dict dict;
  dict["name"] = tensor.name;
  dict["role"] = RoleName(tensor.role);
  dict["space"] = std::string(Name(tensor.space));
  dict["dtype"] = std::string(Name(tensor.dtype));
  dict["shape"] = py::tuple(py::cast(tensor.shape));
  if (tensor.address) dict["address"] = py::make_tuple(tensor.address->partition, tensor.address->byte);
  return dict;
}

}  // namespace

py::list DescribeFields(Instruction& fresh) {
  Describer describer;
  fresh.VisitFields(describer);
  if (fresh.TakesName()) describer.Add({"name", Field::Role::kAttr, false}, "str | None", "None");
  return describer.rows;
}

py::dict ToDict(const KernelGraph& graph) {
  py::dict dict;
  dict["kernel"] = graph.name;
  dict["target"] = std::string(graph.generation->name);
  dict["grid"] = py::cast(graph.grid);
  py::list tensors, instructions, inputs, outputs, programs;
  for (const Tensor& tensor : graph.tensors) tensors.append(ToDict(tensor));
  for (int input : graph.inputs) inputs.append(graph.tensors[input].name);
  for (const View& output : graph.outputs) outputs.append(ToDict(output));
  for (size_t first : graph.programs) programs.append(first);
  for (const Node& node : graph.nodes) {
    Values values;
    node.instruction->VisitFields(values);
    py::dict entry;
    entry["op"] = std::string(node.instruction->def().name);
    if (!node.name.empty()) entry["name"] = node.name;
    entry["fields"] = values.dict;
    entry["engine"] = std::string(Name(node.instruction->CostOn(*graph.generation).engine));
    if (node.source >= 0) {
      entry["file"] = graph.sources[node.source].file;
      entry["line"] = graph.sources[node.source].line;
    }
    instructions.append(entry);
  }
  dict["tensors"] = tensors;
  dict["inputs"] = inputs;
  dict["outputs"] = outputs;
  dict["programs"] = programs;
  dict["instructions"] = instructions;
  return dict;
}

}  // namespace nki
