#include "interpreter/graph.h"

#include <algorithm>
#include <charconv>

#include "memory/error.h"

namespace nki {
namespace {

using std::to_string;

std::string Number(double value) {
  char text[32];
  const auto end =
      std::to_chars(text, text + sizeof(text), value).ptr;  // the shortest text that reads back equal
  return std::string(text, end);
}

std::string Pairs(std::span<const Dim> dims) {
  std::string text = "[";
  for (size_t i = 0; i < dims.size(); ++i) {
    text += (i ? ", [" : "[") + to_string(dims[i].step) + ", " + to_string(dims[i].count) + "]";
  }
  return text + "]";
}

// In one line, from which the string can be told.
std::string Quoted(std::string_view string) {
  std::string text = "'";
  for (char c : string)
    text += c == '\n' ? "\\n" : c == '\'' ? "\\'" : c == '\\' ? "\\\\" : std::string(1, c);
  return text + "'";
}

template <typename T, typename TextOf>
std::string Joined(const std::vector<T>& values, TextOf text_of) {
  std::string text = "[";
  for (size_t i = 0; i < values.size(); ++i) text += (i ? ", " : "") + text_of(values[i]);
  return text + "]";
}

// The view as slices of its tensor, or "" if slices can't say it.
std::string Slices(const View& view) {
  const View whole = View::Of(*view.tensor);
  if (view.dtype != whole.dtype || view.rank != whole.rank) return "";
  int64_t rest = view.offset;
  std::string text;
  for (int i = 0; i < view.rank; ++i) {
    const Dim& dim = view.dims[i];
    const Dim& all = whole.dims[i];
    const int64_t start = rest / all.step;
    rest %= all.step;
    const int64_t step = dim.count == 1 ? 1 : dim.step / all.step;
    if (step < 1 || (dim.count > 1 && dim.step % all.step != 0)) return "";
    const int64_t stop = start + (dim.count - 1) * step + 1;
    if (stop > all.count) return "";
    text +=
        (i ? ", " : "") + to_string(start) + ":" + to_string(stop) + (step > 1 ? ":" + to_string(step) : "");
  }
  return rest == 0 ? "[" + text + "]" : "";
}

class TextVisitor : public FieldVisitor {
 public:
  explicit TextVisitor(bool with_views) : with_views_(with_views) {}
  std::string text;

  void Visit(const Field& field, View& value) override {
    if (with_views_) Put(field, ToText(value));
  }
  void Visit(const Field& field, std::optional<View>& value) override {
    if (value && with_views_) Put(field, ToText(*value));
  }
  void Visit(const Field& field, Operand& value) override {
    if (value.is_column() && with_views_) Put(field, ToText(value.column));
    if (value.is_constant()) Put(field, Number(value.constant));
  }
  void Visit(const Field& field, AluOp& value) override { Put(field, std::string(Name(value))); }
  void Visit(const Field& field, std::optional<AluOp>& value) override {
    if (value) Put(field, std::string(Name(*value)));
  }
  void Visit(const Field& field, ActivationOp& value) override { Put(field, std::string(Name(value))); }
  void Visit(const Field& field, bool& value) override {
    if (value) Put(field, "True");
  }
  void Visit(const Field& field, std::optional<bool>& value) override {
    if (value) Put(field, *value ? "True" : "False");
  }
  void Visit(const Field& field, int64_t& value) override {
    if (field.required || value != 0) Put(field, to_string(value));
  }
  void Visit(const Field& field, std::optional<int64_t>& value) override {
    if (value) Put(field, to_string(*value));
  }
  void Visit(const Field& field, IntList& value) override {
    if (!field.required && value.empty()) return;
    Put(field, ToString(value));
  }
  void Visit(const Field& field, std::optional<IntList>& value) override {
    if (value) Put(field, ToString(*value));
  }
  void Visit(const Field& field, ViewList& value) override {
    if (with_views_) Put(field, Joined(value, [](const View& view) { return ToText(view); }));
  }
  void Visit(const Field& field, OperandList& value) override {
    if (!field.required && value.empty()) return;
    Put(field, Joined(value, [](const Operand& operand) {
          return operand.is_column() ? ToText(operand.column)
                 : operand.given()   ? Number(operand.constant)
                                     : "None";
        }));
  }
  void Visit(const Field& field, Pattern& value) override { Put(field, Pairs(value)); }
  void Visit(const Field& field, std::string& value) override { Put(field, Quoted(value)); }
  void Visit(const Field& field, Register& value) override { Put(field, ToText(value)); }
  void Visit(const Field& field, IntOrRegister& value) override {
    if (field.required || value.is_register() || value.value != 0)
      Put(field, value.is_register() ? ToText(value.reg) : to_string(value.value));
  }
  void VisitEnum(const Field& field, const EnumRow& row, uint8_t& value) override {
    if (field.required || value != 0) Put(field, row.members[value]);
  }

 private:
  void Put(const Field& field, const std::string& value) {
    text += std::string(" ") + field.name + "=" + value;
  }

  const bool with_views_;
};

std::string FieldsText(const Instruction& instruction, bool with_views) {
  TextVisitor visitor(with_views);
  // Visitors see fields as mutable; this one only reads.
  const_cast<Instruction&>(instruction).VisitFields(visitor);
  return visitor.text;
}

std::string Describe(const Tensor& tensor) {
  std::string text = TypeText(tensor.dtype, tensor.shape) + " " + std::string(Name(tensor.space));
  if (tensor.address) {
    text +=
        " at partition " + to_string(tensor.address->partition) + " byte " + to_string(tensor.address->byte);
  }
  return text;
}

}  // namespace

Diagnostic Problem(const char* rule, int source, std::string message) {
  Diagnostic diagnostic;
  diagnostic.rule = rule;
  diagnostic.source = source;
  diagnostic.message = std::move(message);
  return diagnostic;
}

Diagnostic ProblemOf(const Node& node, const char* rule, const std::string& sentence) {
  return Problem(rule, node.source, std::string(node.instruction->def().name) + ": " + sentence);
}

Diagnostic WarningOf(const Node& node, const char* rule, const std::string& sentence) {
  Diagnostic diagnostic = ProblemOf(node, rule, sentence);
  diagnostic.severity = Severity::kWarning;
  return diagnostic;
}

void KernelGraph::Append(Node node) {
  const std::optional<Flow> flow = node.instruction->ControlFlow();
  nodes.push_back(std::move(node));
  if (!flow) return;
  if (flow->kind != Flow::Kind::kEnd) {
    regions.push_back({nodes.size() - 1, nodes.size() - 1, open_region, nodes.back().source});
    open_region = static_cast<int>(regions.size()) - 1;
  } else {
    NKI_CHECK(open_region >= 0);
    regions[open_region].last = nodes.size() - 1;
    open_region = regions[open_region].parent;
  }
}

void KernelGraph::MarkMasked(int tensor, bool is_masked) {
  const size_t id = static_cast<size_t>(tensor);
  if (masked.size() <= id && is_masked) masked.resize(id + 1);
  if (id < masked.size()) masked[id] = is_masked;
}

bool KernelGraph::Inside(int inner, int outer) const {
  while (inner > outer) inner = regions[inner].parent;  // a parent has the smaller number
  return inner == outer;
}

int KernelGraph::AliasedInput(size_t index) const {
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i] == outputs[index].tensor->id) return static_cast<int>(i);
  }
  return -1;
}

std::string TypeText(Dtype dtype, const Shape& shape) {
  std::string text = std::string(Name(dtype)) + "[";
  for (size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + to_string(shape[i]);
  return text + "]";
}

std::string ToText(Register reg) { return "r" + to_string(reg.number); }

// " scalar_offset=r3*512": in elements of the view.
std::string DynamicText(const View& view) {
  const DynamicOffset& dynamic = *view.dynamic;
  return ", " + std::string(Name(dynamic.kind)) + "=" +
         (dynamic.reg.given() ? ToText(dynamic.reg) : ToText(dynamic.index)) + "*" +
         to_string(dynamic.step_bytes / ItemBytes(view.dtype)) +
         (dynamic.choices > 0 ? " below " + to_string(dynamic.choices) : "");
}

std::string ToText(const View& view) {
  const View whole = View::Of(*view.tensor);
  const std::string& name = view.tensor->name;
  const bool is_static = view.dynamic == nullptr;
  if (is_static && view.dtype == whole.dtype && view.offset == 0 &&
      std::ranges::equal(view.axes(), whole.axes()))
    return name;
  const std::string slices = is_static ? Slices(view) : "";
  if (!slices.empty()) return name + slices;
  std::string text = name + (view.indirect() ? ".indirect(" : ".ap(") + Pairs(view.axes());
  if (view.offset != 0) text += ", offset=" + to_string(view.offset);
  if (!is_static) text += DynamicText(view);
  if (view.dtype != view.tensor->dtype) text += ", dtype=" + std::string(Name(view.dtype));
  return text + ")";
}

std::string ToText(const Instruction& instruction) {
  return std::string(instruction.def().name) + FieldsText(instruction, true);
}

std::string AttributesText(const Instruction& instruction) { return FieldsText(instruction, false); }

std::string ToText(const KernelGraph& graph) {
  std::string text = "kernel " + graph.name + " on " + std::string(graph.generation->name) + "\n";
  if (!graph.grid.empty()) text += "grid " + ToString(graph.grid) + "\n";
  for (const Tensor& tensor : graph.tensors) {
    const char* role = tensor.role == TensorRole::kInput      ? "input "
                       : tensor.role == TensorRole::kConstant ? "constant "
                                                              : "tensor ";
    text += role + tensor.name + ": " + Describe(tensor) + (graph.IsMasked(tensor) ? " masked" : "") + "\n";
  }
  size_t program = 0;
  std::string indent = "  ";
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    while (graph.programs.size() > 1 && program < graph.programs.size() && graph.programs[program] == i) {
      text += "program " + to_string(program++) + "\n";
    }
    const Node& node = graph.nodes[i];
    const std::optional<Flow> flow = node.instruction->ControlFlow();
    if (flow && flow->kind == Flow::Kind::kEnd) indent.resize(indent.size() - 2);
    text += indent + ToText(*node.instruction) + (node.name.empty() ? "" : " name=" + node.name) + "\n";
    if (flow && flow->kind != Flow::Kind::kEnd) indent += "  ";
  }
  for (const View& output : graph.outputs) {
    text += "return " + output.tensor->name + ": " + TypeText(output.dtype, output.shape()) + "\n";
  }
  return text;
}

}  // namespace nki
