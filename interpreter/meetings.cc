#include "interpreter/meetings.h"

#include <algorithm>
#include <numeric>

#include "interpreter/overlap.h"

namespace nki {
namespace {

using std::to_string;

Meeting MeetingAt(const KernelGraph& graph, size_t node) {
  return *graph.nodes[node].instruction->MeetsCore();
}

class Touched : public OperandVisitor {
 public:
  explicit Touched(const Node& node) { node.instruction->VisitFields(*this); }
  void OnView(const Field& field, const View& view) override {
    (field.role == Field::Role::kOut ? outs : ins).push_back(view);
  }
  std::vector<View> outs, ins;
};

// What both views touch, or null. `a` and `b` are on one core.
const Tensor* SharedBy(const View& a, const View& b) {
  if (a.tensor == b.tensor) {
    const bool known = a.dynamic == nullptr && b.dynamic == nullptr;
    return !known || ShareBytes(a, b) ? a.tensor : nullptr;
  }
  return ShareBytes(*a.tensor, *b.tensor) ? a.tensor : nullptr;
}

// What an exchange touches that an earlier one of its core writes, or writes what that touches; null:
// nothing.
const Tensor* Conflict(const Node& earlier, const Node& later) {
  const Touched first(earlier), second(later);
  const auto find = [](const std::vector<View>& some, const std::vector<View>& others) -> const Tensor* {
    for (const View& a : some) {
      for (const View& b : others) {
        if (const Tensor* shared = SharedBy(a, b)) return shared;
      }
    }
    return nullptr;
  };
  const Tensor* shared = find(first.outs, second.outs);
  if (shared == nullptr) shared = find(first.outs, second.ins);
  return shared != nullptr ? shared : find(first.ins, second.outs);
}

// Notes the order instead of running anything.
class Order {
 public:
  Order(const KernelGraph& graph, const Meetings& meetings, std::vector<Diagnostic>* found)
      : graph_(graph), meetings_(meetings), found_(found), at_{0, graph.programs[1]} {}
  std::optional<size_t> at(int core) const {
    const size_t end = core == 0 ? graph_.programs[1] : graph_.nodes.size();
    return at_[core] < end ? std::optional(at_[core]) : std::nullopt;
  }
  void Pass(int core) { ++at_[core]; }
  bool Step(int core) {
    nodes.push_back(at_[core]++);
    return true;
  }
  bool Meet(const std::array<size_t, kCores>& pair) {
    nodes.insert(nodes.end(), pair.begin(), pair.end());
    const std::string wrong = meetings_.Mismatch(pair);
    if (!wrong.empty()) found_->push_back(Problem("core-meeting", graph_.nodes[pair[0]].source, wrong));
    return true;
  }
  std::vector<size_t> nodes;

 private:
  const KernelGraph& graph_;
  const Meetings& meetings_;
  std::vector<Diagnostic>* found_;
  std::array<size_t, kCores> at_;
};

}  // namespace

bool HasMeetings(const KernelGraph& graph) {
  return std::ranges::any_of(graph.nodes,
                             [](const Node& node) { return node.instruction->MeetsCore().has_value(); });
}

size_t EndOfExchanges(const KernelGraph& graph, size_t node) {
  const auto exchanges = [&](size_t at) {
    const std::optional<Meeting> meeting = graph.nodes[at].instruction->MeetsCore();
    return meeting && meeting->kind == Meeting::Kind::kExchange;
  };
  const size_t end =
      graph.programs.size() > 1 && node < graph.programs[1] ? graph.programs[1] : graph.nodes.size();
  if (!exchanges(node++)) return node;
  while (node < end && exchanges(node)) ++node;
  return node;
}

bool Meetings::CanCome(int core, size_t node) {
  const Meeting meeting = MeetingAt(graph_, node);
  for (size_t other : waiting_[core]) {
    const Meeting earlier = MeetingAt(graph_, other);
    if (earlier.kind != Meeting::Kind::kExchange || meeting.kind != Meeting::Kind::kExchange) return false;
    if (earlier.pipe == meeting.pipe) return false;
    const Tensor* tile = Conflict(graph_.nodes[other], graph_.nodes[node]);
    if (tile == nullptr) continue;
    refused_[core] = {node, other, tile->name};
    return false;
  }
  return true;
}

void Meetings::Come(int core, size_t node) {
  waiting_[core].push_back(node);
  refused_.erase(core);
}

std::optional<std::array<size_t, kCores>> Meetings::Match() {
  for (size_t first : waiting_[0]) {
    for (size_t second : waiting_[1]) {
      const Meeting a = MeetingAt(graph_, first), b = MeetingAt(graph_, second);
      if (a.kind != b.kind || a.pipe != b.pipe) continue;
      std::erase(waiting_[0], first);
      std::erase(waiting_[1], second);
      return std::array<size_t, kCores>{first, second};
    }
  }
  return std::nullopt;
}

std::string Meetings::PlaceOf(size_t node) const {
  const Node& at = graph_.nodes[node];
  const Meeting meeting = MeetingAt(graph_, node);
  std::string place(at.instruction->def().name);
  if (meeting.kind == Meeting::Kind::kExchange) place += " with pipe_id " + to_string(meeting.pipe);
  if (at.source < 0) return place;
  const SourceLocation& source = graph_.sources[at.source];
  return place + " at " + source.file + ":" + to_string(source.line);
}

std::string Meetings::Mismatch(const std::array<size_t, kCores>& nodes) const {
  const Meeting a = MeetingAt(graph_, nodes[0]), b = MeetingAt(graph_, nodes[1]);
  const std::string both = ": core 0 is in " + PlaceOf(nodes[0]) + ", core 1 in " + PlaceOf(nodes[1]);
  if (a.kind == Meeting::Kind::kBarrier) {
    if (a.data == b.data) return "";
    return "the cores meet about different tensors, " + a.data->name + " and " + b.data->name + both;
  }
  if (a.to != 1 || a.from != 1 || b.to != 0 || b.from != 0) {
    return "core 0 sends to rank " + to_string(a.to) + " and receives from rank " + to_string(a.from) +
           ", core 1 sends to rank " + to_string(b.to) + " and receives from rank " + to_string(b.from) +
           "; each must name the other core" + both;
  }
  if (a.src->dtype != b.src->dtype || a.src->shape() != b.src->shape()) {
    return "the cores exchange different tiles, " + TypeText(a.src->dtype, a.src->shape()) + " and " +
           TypeText(b.src->dtype, b.src->shape()) + both;
  }
  return "";
}

std::string Meetings::Deadlock() const {
  std::string text = "the cores wait for each other and neither can go on: ";
  for (int core = 0; core < kCores; ++core) {
    text += (core ? ", core " : "core ") + to_string(core);
    text += waits(core) ? " waits in " + PlaceOf(waiting_[core][0]) : std::string(" has ended");
    const auto refused = refused_.find(core);
    if (refused == refused_.end()) continue;
    text += " (its " + PlaceOf(refused->second.node) + " comes after " + PlaceOf(refused->second.earlier) +
            ", as both use " + refused->second.tile + ")";
  }
  return text + "; both must come to the same core_barrier and sendrecv in the same order";
}

std::string NoOtherCore(const KernelGraph& graph) {
  return "there is no other core to meet; launch the kernel on two: " + graph.name + "[2](...)";
}

std::vector<size_t> ExecutionOrder(const KernelGraph& graph, std::vector<Diagnostic>* found) {
  std::vector<size_t> in_order(graph.nodes.size());
  std::iota(in_order.begin(), in_order.end(), size_t{0});
  const auto first = std::ranges::find_if(
      graph.nodes, [](const Node& node) { return node.instruction->MeetsCore().has_value(); });
  if (first == graph.nodes.end()) return in_order;
  if (graph.programs.size() != kCores) {
    found->push_back(ProblemOf(*first, "lnc2-launch", NoOtherCore(graph)));
    return in_order;
  }
  Meetings meetings(graph);
  Order order(graph, meetings, found);
  if (RunCores(graph, meetings, order)) return std::move(order.nodes);
  const auto in_loop = [&](const Region& region) {
    return std::any_of(graph.nodes.begin() + region.first, graph.nodes.begin() + region.last,
                       [](const Node& node) { return node.instruction->MeetsCore().has_value(); });
  };
  // How often a loop brings the cores together only the run knows; it says so if they miss each other.
  if (!std::ranges::any_of(graph.regions, in_loop))
    found->push_back(Problem("core-deadlock", first->source, meetings.Deadlock()));
  return in_order;
}

}  // namespace nki
