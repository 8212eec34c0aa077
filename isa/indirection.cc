#include "isa/indirection.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "memory/error.h"
#include "memory/scalar_types.h"

namespace nki {
namespace {

using std::to_string;

class Finder : public OperandVisitor {
 public:
  bool found = false;
  void OnView(const Field&, const View& view) override { found |= view.indirect(); }
};

struct FreeLines {
  void operator()(std::byte* memory) const { ::operator delete[](memory, std::align_val_t{kLineBytes}); }
};

// One indirect view, gathered.
class Gathered {
 public:
  Gathered(const View& view, const RunContext& context, int group)
      : view_(view), group_(group), item_(ItemBytes(view.dtype)) {
    View all = view;
    all.dynamic = nullptr;
    step_ = view.dynamic->step_bytes / item_;
    all.dims[1] = {step_, view.dynamic->choices};
    all_ = context.tile(all);
    ReadOffsets(context);
    const int64_t words = (count() * item_ + 3) / 4;
    const size_t bytes = static_cast<size_t>(all_.end_block() * words * kLineBytes);
    memory_.reset(new (std::align_val_t{kLineBytes}) std::byte[bytes]());
    tile_ = all_;
    tile_.base = memory_.get();
    tile_.block_bytes = words * kLineBytes;
    tile_.offset = 0;
    tile_.streams = false;
    tile_.dims[0] = {1, count()};
    tile_.rank = Coalesce(tile_.dims, 1);
    Move([&](std::byte* there, std::byte* here) { std::memcpy(here, there, item_); });
  }

  void Scatter() {
    Move([&](std::byte* there, std::byte* here) { std::memcpy(there, here, item_); });
  }
  void CopyOut(std::byte* to) {
    Move([&](std::byte*, std::byte* here) { to = std::copy_n(here, item_, to); });
  }
  std::vector<View> Chosen() const {
    std::vector<View> parts;
    for (size_t at = 0; at < offsets_.size(); ++at) {
      const int64_t first = static_cast<int64_t>(at) / count() * group_;
      View& part = parts.emplace_back(view_);
      part.dynamic = nullptr;
      part.offset += first * view_.dims[0].step + offsets_[at] * step_;
      part.dims[0].count = std::min<int64_t>(group_, view_.partitions() - first);
      part.dims[1].count = 1;
    }
    return parts;
  }
  const View& view() const { return view_; }
  const Tile& tile() const { return tile_; }
  bool written = false;

 private:
  int64_t count() const { return view_.dims[1].count; }

  void ReadOffsets(const RunContext& context) {
    const View& index = view_.dynamic->index;
    const Tile from = context.tile(index);
    const int64_t column_step = from.rank == 0 ? 0 : from.dims[0].step;
    for (int first = 0; first < all_.partitions; first += group_) {
      for (int64_t i = 0; i < count(); ++i) {
        const int partition = from.partition + first + static_cast<int>(i % group_);
        const std::byte* at =
            from.Address(partition, (from.offset + i / group_ * column_step) * ItemBytes(index.dtype));
        offsets_.push_back(Checked(Integer(index.dtype, at), i, first));
      }
    }
  }
  static int64_t Integer(Dtype dtype, const std::byte* at) {
    if (dtype == Dtype::kInt32) return static_cast<int32_t>(LoadBits(dtype, at));
    if (dtype == Dtype::kUint32) return LoadBits(dtype, at);
    return static_cast<int64_t>(LoadScalar(dtype, at));
  }

  int64_t Checked(int64_t offset, int64_t i, int first) const {
    const int64_t choices = view_.dynamic->choices;
    if (offset >= 0 && offset < choices) return offset;
    throw RunError("offset " + to_string(i) + " of the index from partition " + to_string(first) + " on is " +
                   to_string(offset) + "; " + view_.tensor->name + " is indirect in " + to_string(choices) +
                   " elements per partition");
  }

  // Calls move(there, here) for each element, in the tensor and gathered.
  template <typename Visit>
  void Move(const Visit& visit) {
    for (int p = 0; p < all_.partitions; ++p) {
      const int64_t* offsets = offsets_.data() + p / group_ * count();
      for (int64_t i = 0; i < count(); ++i) {
        visit(all_.Address(all_.partition + p, (all_.offset + offsets[i] * step_) * item_),
              tile_.Address(tile_.partition + p, i * item_));
      }
    }
  }

  const View& view_;
  int group_, item_;
  int64_t step_ = 0;
  Tile all_, tile_;               // all that there is to choose from, and what was chosen
  std::vector<int64_t> offsets_;  // of one group after the other
  std::unique_ptr<std::byte[], FreeLines> memory_;
};

class Gatherer : public OperandVisitor {
 public:
  Gatherer(const RunContext& context, int group) : context_(context), group_(group) {}
  void OnView(const Field& field, const View& view) override {
    if (in_address() || !view.indirect()) return;
    for (Gathered& one : all) {
      if (one.view().dynamic == view.dynamic) return Note(field, one);
    }
    Note(field, all.emplace_back(view, context_, group_));
  }
  std::vector<Gathered> all;

 private:
  static void Note(const Field& field, Gathered& one) { one.written |= field.role == Field::Role::kOut; }

  const RunContext& context_;
  int group_;
};

}  // namespace

// Visitors see fields as mutable; these only read.
bool HasIndirection(const Instruction& instruction) {
  Finder finder;
  const_cast<Instruction&>(instruction).VisitFields(finder);
  return finder.found;
}

void RunIndirect(const Instruction& instruction, RunContext& context) {
  Gatherer operands(context, IndexGroup(instruction.CostOn(*context.gen).engine));
  const_cast<Instruction&>(instruction).VisitFields(operands);
  std::vector<GatheredTile> tiles;
  for (const Gathered& one : operands.all) tiles.push_back({one.view().dynamic, one.tile()});
  context.gathered = tiles;
  instruction.Run(context);
  context.gathered = {};
  for (Gathered& one : operands.all) {
    if (one.written) one.Scatter();
  }
}

std::vector<View> ElementsChosen(const View& view, const RunContext& context, int group) {
  return Gathered(view, context, group).Chosen();
}

void CopyOutIndirect(const View& view, const RunContext& context, std::byte* to) {
  Gathered(view, context, IndexGroup(Engine::kUnknown)).CopyOut(to);
}

}  // namespace nki
