#include "interpreter/allocator.h"

#include <algorithm>
#include <map>

#include "interpreter/free_list.h"
#include "interpreter/meetings.h"

namespace nki {
namespace {

using std::to_string;

constexpr int64_t kSpilled = 64;  // times the memory: the most that tiles take if some are moved out and back
constexpr int64_t kWord = kWordBytes;  // what is placed here begins at a word, and no word holds two of them

int64_t WholeWords(int64_t bytes) { return (bytes + kWord - 1) / kWord * kWord; }

class LiveRangeVisitor : public OperandVisitor {
 public:
  explicit LiveRangeVisitor(std::vector<LiveRange>& ranges) : ranges_(ranges) {}
  LiveRange now;
  void OnView(const Field&, const View& view) override {
    LiveRange& range = ranges_[view.tensor->id];
    range.first = std::min(range.first, now.first);
    range.last = std::max(range.last, now.last);
  }

 private:
  std::vector<LiveRange>& ranges_;
};

struct Interval {
  int64_t begin, end;
};

// One memory (SBUF or PSUM) while the kernel is walked from its first node to its last.
class SpaceAllocator {
 public:
  SpaceAllocator(const KernelGraph& graph, const std::vector<LiveRange>& live, Space space, int64_t capacity,
                 int64_t bank)
      : graph_(graph),
        live_(live),
        space_(space),
        capacity_(capacity),
        bank_(bank),
        free_(graph.spills ? kSpilled * capacity : capacity) {}

  void Place(Allocation& allocation, int64_t& peak, std::vector<Diagnostic>* found);

 private:
  int64_t Skip(int64_t begin, int64_t bytes, const LiveRange& range) const;
  int64_t FindAddress(int64_t bytes, const LiveRange& range) const;
  void Free(size_t before_node);
  void JoinPinned();
  // `spilled`: there is room for it outside of the memory.
  void ReportFull(const Tensor& tensor, int64_t bytes, std::vector<Diagnostic>* found, bool spilled) const;

  struct Pinned {
    Interval at;
    LiveRange range;
  };
  const KernelGraph& graph_;
  const std::vector<LiveRange>& live_;
  Space space_;
  int64_t capacity_, bank_;
  FreeList free_;                         // of the tensors that are live now
  std::multimap<size_t, Interval> ends_;  // last node -> where they lie
  std::vector<int64_t> freed_;            // begins of freed tensors, the latest last
  std::vector<Pinned> pinned_;
};

// Where the next attempt may succeed if a tensor can't begin at `begin`; `begin` itself if it can. What is
// live now is not looked at.
int64_t SpaceAllocator::Skip(int64_t begin, int64_t bytes, const LiveRange& range) const {
  if (bank_ > 0 && begin / bank_ != (begin + bytes - 1) / bank_ && begin % bank_ != 0)
    return (begin / bank_ + 1) * bank_;
  // Pinned tensors lie apart and in order.
  auto pin = std::ranges::upper_bound(pinned_, begin, {}, [](const Pinned& pin) { return pin.at.end; });
  for (; pin != pinned_.end() && pin->at.begin < begin + bytes; ++pin) {
    if (pin->range.first <= range.last && range.first <= pin->range.last) return pin->at.end;
  }
  return begin;
}

int64_t SpaceAllocator::FindAddress(int64_t bytes, const LiveRange& range) const {
  for (size_t i = freed_.size(); i-- > 0;) {
    if (free_.IsFree(freed_[i], freed_[i] + bytes) && Skip(freed_[i], bytes, range) == freed_[i])
      return freed_[i];
  }
  for (int64_t from = 0; std::optional<FreeList::Gap> gap = free_.Next(from, bytes);) {
    from = Skip(gap->begin, bytes, range);
    if (from == gap->begin) return from;
  }
  return -1;
}

void SpaceAllocator::Free(size_t before_node) {
  constexpr size_t kRemembered = 8;  // enough for the tiles of one iteration
  while (!ends_.empty() && ends_.begin()->first < before_node) {
    const Interval at = ends_.begin()->second;
    free_.Give(at.begin, at.end);
    ends_.erase(ends_.begin());
    std::erase(freed_, at.begin);
    freed_.push_back(at.begin);
    if (freed_.size() > kRemembered) freed_.erase(freed_.begin());
  }
}

void SpaceAllocator::ReportFull(const Tensor& tensor, int64_t bytes, std::vector<Diagnostic>* found,
                                bool spilled) const {
  int64_t live = free_.taken();
  for (const Pinned& pin : pinned_) live += pin.at.end - pin.at.begin;
  Diagnostic diagnostic;
  diagnostic.rule = space_ == Space::kSbuf ? "sbuf-capacity" : "psum-capacity";
  diagnostic.source = tensor.source;
  const std::string memory = space_ == Space::kSbuf ? "SBUF" : "PSUM", target(graph_.generation->name);
  diagnostic.message = tensor.name + " " + ToString(tensor.shape) + " needs " + to_string(bytes) +
                       " bytes per partition of " + memory;
  if (tensor.address) {
    diagnostic.message +=
        " from byte " + to_string(tensor.address->byte) + "; " + target + " has " + to_string(capacity_);
  } else {
    diagnostic.message += " while " + to_string(live) + " are in use: " + to_string(live + bytes) + ", and " +
                          target + " has " + to_string(capacity_) + "; ";
    diagnostic.message +=
        spilled ? "a compiler has to move tiles out and back" : "use smaller tiles, or fewer at a time";
    if (spilled) diagnostic.severity = Severity::kWarning;
  }
  found->push_back(std::move(diagnostic));
}

// Pinned tensors that share bytes are one: what is written under one name may be read under another, so
// nothing else comes between their first and their last use.
void SpaceAllocator::JoinPinned() {
  std::ranges::sort(pinned_, {}, [](const Pinned& pin) { return pin.at.begin; });
  std::vector<Pinned> joined;
  for (const Pinned& pin : pinned_) {
    if (joined.empty() || joined.back().at.end <= pin.at.begin) {
      joined.push_back(pin);
      continue;
    }
    Pinned& last = joined.back();
    last.at.end = std::max(last.at.end, pin.at.end);
    last.range = {std::min(last.range.first, pin.range.first), std::max(last.range.last, pin.range.last)};
  }
  pinned_ = std::move(joined);
}

void SpaceAllocator::Place(Allocation& allocation, int64_t& peak, std::vector<Diagnostic>* found) {
  std::vector<const Tensor*> order;
  for (const Tensor& tensor : graph_.tensors) {
    if (tensor.space != space_ || !live_[tensor.id].used()) continue;
    const int64_t bytes = WholeWords(tensor.bytes_per_partition());
    if (!tensor.address) {
      order.push_back(&tensor);
      continue;
    }
    allocation.placements[tensor.id] = {tensor.address->partition, tensor.address->byte};
    const int64_t first = tensor.address->byte;
    const Interval at = {first / kWord * kWord, WholeWords(first + tensor.bytes_per_partition())};
    if (at.end > capacity_) ReportFull(tensor, bytes, found, false);
    peak = std::max(peak, at.end);
    pinned_.push_back({at, live_[tensor.id]});
  }
  JoinPinned();
  std::ranges::stable_sort(order, {}, [&](const Tensor* tensor) { return live_[tensor->id].first; });
  for (const Tensor* tensor : order) {
    const LiveRange& range = live_[tensor->id];
    Free(range.first);
    const int64_t bytes = std::max(kWord, WholeWords(tensor->bytes_per_partition()));
    const int64_t begin = FindAddress(bytes, range);
    if (begin < 0) {
      ReportFull(*tensor, bytes, found, false);
      return;  // whatever comes after is a consequence
    }
    if (begin + bytes > capacity_ && peak <= capacity_) ReportFull(*tensor, bytes, found, true);
    free_.Take(begin, begin + bytes);
    ends_.emplace(range.last, Interval{begin, begin + bytes});
    allocation.placements[tensor->id] = {0, begin};
    peak = std::max(peak, begin + bytes);
  }
}

}  // namespace

std::vector<LiveRange> LiveRanges(const KernelGraph& graph) {
  std::vector<LiveRange> ranges(graph.tensors.size());
  LiveRangeVisitor visitor(ranges);
  for (size_t node = 0; node < graph.nodes.size();) {
    // Exchanges that follow each other are one: the other core may come to them in another order.
    const size_t end = EndOfExchanges(graph, node);
    visitor.now = {node, end - 1};
    for (; node < end; ++node) graph.nodes[node].instruction->VisitFields(visitor);
  }
  // A loop's passes are one to the tensors that were made outside of it: what one pass leaves, the next may
  // find.
  for (size_t region = graph.regions.size(); region-- > 0;) {  // from the inner ones to the outer ones
    const size_t first = graph.regions[region].first, last = graph.regions[region].last;
    for (const Tensor& tensor : graph.tensors) {
      LiveRange& range = ranges[tensor.id];
      if (!range.used() || range.last < first || last < range.first) continue;
      if (graph.Inside(tensor.region, static_cast<int>(region))) continue;
      range = {std::min(range.first, first), std::max(range.last, last)};
    }
  }
  return ranges;
}

Allocation Allocate(const KernelGraph& graph, const std::vector<LiveRange>& live,
                    std::vector<Diagnostic>* found) {
  Allocation allocation;
  allocation.placements.resize(graph.tensors.size());
  const Generation& gen = *graph.generation;
  SpaceAllocator(graph, live, Space::kSbuf, gen.sbuf_bytes, 0).Place(allocation, allocation.sbuf_peak, found);
  SpaceAllocator(graph, live, Space::kPsum, gen.psum_bytes, gen.psum_bank_bytes())
      .Place(allocation, allocation.psum_peak, found);
  return allocation;
}

}  // namespace nki
