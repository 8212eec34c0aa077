#include "interpreter/regions.h"

#include <string>

#include "interpreter/indirection.h"

namespace nki {
namespace {

class RegionCheck : public OperandVisitor {
 public:
  RegionCheck(const KernelGraph& graph, const Node& node, int region, std::vector<bool>& set,
              std::vector<Diagnostic>* found)
      : graph_(graph), node_(node), region_(region), set_(set), found_(found) {}

  void OnView(const Field& field, const View& view) override {
    if (view.indirect()) {
      CheckIndirect(*graph_.generation, node_, field, view, found_);
    } else if (view.dynamic != nullptr) {
      CheckOffset(field, *view.dynamic);
    }
    const int made_in = view.tensor->region;
    if (made_in < 0 || graph_.Inside(region_, made_in)) return;
    const int source = graph_.regions[made_in].source;
    std::string loop = "the loop";
    if (source >= 0) loop += " at line " + std::to_string(graph_.sources[source].line);
    Report("loop-tensor", field,
           "is " + view.tensor->name + ", which was made inside " + loop +
               " and does not exist outside of it; make it before the loop");
  }

  // In the order of the instructions; a loop's body counts as run.
  void OnRegister(const Field& field, Register reg) override {
    if (field.role == Field::Role::kOut) {
      set_[reg.number] = true;
    } else if (!set_[reg.number]) {
      Report("register-unset", field, "reads register " + ToText(reg) + ", which nothing has set");
      set_[reg.number] = true;  // said once
    }
  }

 private:
  void CheckOffset(const Field& field, const DynamicOffset& offset) {
    if (offset.kind == DynamicOffset::Kind::kRows) {
      if (node_.instruction->FollowsVectorOffset()) return;
      return Report("no-vector-offset", field,
                    "has a vector_offset, an index for each row; only DMA follows one");
    }
    const View& index = offset.index;
    if (offset.reg.given()) return;
    if (index.elements() == 1 && IsInteger(index.dtype) && nki::In(index.space(), kSbuf)) return;
    Report("scalar-offset", field,
           "has the scalar_offset " + index.ToString() + "; it must be a register or one integer in SBUF");
  }

  void Report(const char* rule, const Field& field, const std::string& sentence) {
    found_->push_back(ProblemOf(node_, rule, std::string(field.name) + " " + sentence));
  }

  const KernelGraph& graph_;
  const Node& node_;
  const int region_;
  std::vector<bool>& set_;  // by register
  std::vector<Diagnostic>* found_;
};

class RegisterSetter : public OperandVisitor {
 public:
  bool found = false;
  void OnView(const Field&, const View&) override {}
  void OnRegister(const Field& field, Register) override { found |= field.role == Field::Role::kOut; }
};

}  // namespace

// Visitors see fields as mutable; this one only reads.
bool SetsRegister(const Instruction& instruction) {
  RegisterSetter setter;
  const_cast<Instruction&>(instruction).VisitFields(setter);
  return setter.found;
}

std::vector<int> RegionsOfNodes(const KernelGraph& graph) {
  if (graph.regions.empty()) return {};
  std::vector<int> regions(graph.nodes.size(), -1);
  for (size_t region = 0; region < graph.regions.size(); ++region) {  // inner ones come after outer ones
    for (size_t node = graph.regions[region].first; node <= graph.regions[region].last; ++node) {
      regions[node] = static_cast<int>(region);
    }
  }
  return regions;
}

void CheckRegions(const KernelGraph& graph, std::vector<Diagnostic>* found) {
  if (graph.registers == 0 && graph.regions.empty() && graph.dynamic_offsets.empty()) return;
  const std::vector<int> regions = RegionsOfNodes(graph);
  std::vector<bool> set(graph.registers);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    CheckRegion(graph, graph.nodes[i], regions.empty() ? -1 : regions[i], set, found);
  }
}

void CheckRegion(const KernelGraph& graph, const Node& node, int region, std::vector<bool>& set,
                 std::vector<Diagnostic>* found) {
  RegionCheck check(graph, node, region, set, found);
  node.instruction->VisitFields(check);
}

}  // namespace nki
