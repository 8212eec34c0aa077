#include "interpreter/indirection.h"

#include <string>

#include "isa/indirection.h"

namespace nki {
namespace {

using std::to_string;

constexpr int kQuadrant = 32;  // partitions

class SourceFinder : public OperandVisitor {
 public:
  explicit SourceFinder(const Instruction& instruction) : instruction_(instruction) {
    const_cast<Instruction&>(instruction).VisitFields(*this);
  }
  void OnView(const Field& field, const View& view) override {
    if (in_address()) return;
    const bool follows = field.role == Field::Role::kIn && instruction_.RefusesIndirect(view).empty();
    if (follows && source == nullptr) source = &view;
  }
  const View* source = nullptr;  // the first input that may be indirect

 private:
  const Instruction& instruction_;
};

class IndirectCheck {
 public:
  IndirectCheck(const Generation& gen, const Node& node, const Field& field, const View& view,
                std::vector<Diagnostic>* found)
      : gen_(gen), node_(node), field_(field), view_(view), index_(view.dynamic->index), found_(found) {}

  void Run() {
    if (!gen_.Has(Feature::kIndirection)) {
      const FeatureRow& row = RowOf(Feature::kIndirection);
      return Report(row.name.data(), "is an indirect view; " + std::string(gen_.name) + " does not have " +
                                         std::string(row.sentence) +
                                         "; targets that have it: " + TargetsWith(Feature::kIndirection));
    }
    const std::string_view refused = node_.instruction->RefusesIndirect(view_);
    if (!refused.empty()) return Report("no-indirection", "is an indirect view; " + std::string(refused));
    const Engine engine = node_.instruction->CostOn(gen_).engine;
    CheckSize(IndexGroup(engine));
    CheckPlaces();
    if (IsDestination() && engine == Engine::kScalar && view_.space() == Space::kPsum)
      Report("indirect-psum", "is an indirect view of PSUM, which the Scalar engine can't scatter to");
  }

 private:
  bool IsDestination() const { return field_.role == Field::Role::kOut; }

  void CheckSize(int group) {
    const int64_t rows = index_.partitions() % group == 0 ? group : index_.partitions() % group;
    const int64_t columns = index_.free_elements(), wanted = view_.dims[1].count;
    const int64_t whole = wanted / group, rest = wanted % group;  // columns
    const bool enough = whole + (rest > 0) <= columns && (whole > 0 ? group : rest) <= rows;
    if (enough) return;
    Report("indirect-index", "takes " + to_string(wanted) + " offsets from each " + to_string(group) +
                                 " partitions of index, of which the last have " + to_string(rows) + " x " +
                                 to_string(columns) + "; give num_elem or a larger index");
  }

  // Where the kernel placed the tensors itself ("Tensor indirection" in the pages of nki.isa).
  void CheckPlaces() {
    const std::optional<int64_t> index = StartOf(index_);
    if (index && *index % kQuadrant != 0) {
      Report("indirect-start", "has an index that starts at partition " + to_string(*index) +
                                   "; it must be a multiple of " + to_string(kQuadrant));
    }
    const View* beside = IsDestination() ? SourceFinder(*node_.instruction).source : &view_;
    if (beside == nullptr) return;
    const char* other = IsDestination() ? "the source" : "it";
    if (IsDestination() && beside->space() == Space::kPsum) {
      if (!beside->indirect()) return;
      beside = &beside->dynamic->index;
      other = "the source's index";
    }
    const std::optional<int64_t> start = StartOf(*beside);
    if (!index || !start || *index == *start) return;
    Report("indirect-start", "has an index that starts at partition " + to_string(*index) + "; " + other +
                                 " starts at " + to_string(*start) + " and must start at the same");
  }

  static std::optional<int64_t> StartOf(const View& view) {
    if (!view.tensor->address) return std::nullopt;
    return view.tensor->address->partition + view.first_partition();
  }

  void Report(const char* rule, const std::string& sentence) {
    found_->push_back(ProblemOf(node_, rule, std::string(field_.name) + " " + sentence));
  }

  const Generation& gen_;
  const Node& node_;
  const Field& field_;
  const View &view_, &index_;
  std::vector<Diagnostic>* found_;
};

}  // namespace

void CheckIndirect(const Generation& gen, const Node& node, const Field& field, const View& view,
                   std::vector<Diagnostic>* found) {
  IndirectCheck(gen, node, field, view, found).Run();
}

}  // namespace nki
