#include "interpreter/barriers.h"

#include <algorithm>
#include <array>

namespace nki {
namespace {

// The latest steps (counted from 1) that touched a piece of memory, by how they did.
struct Touched {
  size_t own_read = 0, own_write = 0, cross_read = 0, cross_write = 0;
};

class BarrierWalk : public OperandVisitor {
 public:
  BarrierWalk(Plan& plan, const std::vector<bool>& overwrites_hbm)
      : plan_(plan),
        overwrites_hbm_(overwrites_hbm),
        sbuf_(plan.sbuf_bytes() / kPiece + 1),
        psum_(plan.psum_bytes() / kPiece + 1),
        hbm_(plan.graph->tensors.size()) {}

  // `order`: of the steps when they run.
  void Run(const std::vector<size_t>& order) {
    for (now_ = 1; now_ <= order.size(); ++now_) {
      index_ = order[now_ - 1];
      step_ = &plan_.steps[index_];
      if (step_->elided) continue;
      if (step_->turn >= 0 || step_->instruction->MeetsCore()) {
        // What comes before may come after, in the next pass: all is done when a pass begins and ends. So it
        // is when cores meet.
        step_->barrier = true;
        last_barrier_ = now_ - 1;
        phase_ = Phase::kNotes;
        OnRegisters({});
        continue;
      }
      if (step_->in_hbm >= 0) {
        VisitInHbm();
        continue;
      }
      Instruction& instruction = *const_cast<Instruction*>(step_->instruction);
      lane_local_ = instruction.LaneLocal();
      for (Phase phase : {Phase::kOverlaps, Phase::kConflicts, Phase::kNotes}) {
        phase_ = phase;
        first_ = nullptr;
        written_.clear();
        instruction.VisitFields(*this);
        if (phase_ != Phase::kOverlaps) OnRegisters(instruction.State());
        if (step_->barrier) last_barrier_ = now_ - 1;
      }
    }
  }

  void OnView(const Field& field, const View& view) override {
    const bool write = field.role == Field::Role::kOut;
    const bool fills = !in_address() && FillsFirst(plan_, *step_, *view.tensor);
    if (!OnChip(view.space())) return OnHbm(view, write, fills);
    // The first on-chip operand (the destination, where it is on chip) is the one whose blocks are shared
    // out.
    if (first_ == nullptr) first_ = &view;
    const bool own = step_->shared && !in_address() && view.dynamic == nullptr && !MovesPartitions(*first_) &&
                     SameRows(view, *first_) && (write || lane_local_);
    if (write) written_.push_back(&view);
    if (phase_ == Phase::kOverlaps) {
      if (fills && !own) step_->shared = false;  // a worker would read what another one has still to fill
      // A worker would overwrite what another one has still to read.
      if (!own && std::ranges::any_of(written_, [&](const View* other) { return Overlap(view, *other); })) {
        step_->shared = false;
      }
      return;
    }
    const Placement& placement = plan_.placements[view.tensor->id];
    std::vector<Touched>& pieces = view.space() == Space::kSbuf ? sbuf_ : psum_;
    const int64_t end = placement.byte + view.tensor->bytes_per_partition();
    for (int64_t piece = placement.byte / kPiece; piece <= (end - 1) / kPiece && piece < std::ssize(pieces);
         ++piece) {
      Touch(pieces[piece], own, write || fills, write || fills);
    }
  }

 private:
  // The last one is the result (copy_elision.h).
  void VisitInHbm() {
    const std::vector<HbmRows>& tiles = plan_.in_hbm[step_->in_hbm];
    for (Phase phase : {Phase::kConflicts, Phase::kNotes}) {
      phase_ = phase;
      for (const HbmRows& tile : tiles) OnHbm(tile.rows, &tile == &tiles.back(), false);
      if (step_->barrier) last_barrier_ = now_ - 1;
    }
  }

  // A worker uses the registers of the partitions that it writes.
  void OnRegisters(StateUse use) {
    for (int state = 0; state < kEngineStates; ++state) {
      Touched& registers = registers_[state];
      if (use.reads >> state & 1) Touch(registers, step_->shared, false, false);
      if ((use.writes >> state & 1) || step_->resets_registers) Touch(registers, step_->shared, true, true);
    }
  }

  static constexpr int64_t kPiece = 2048;  // bytes per partition: a PSUM bank, a [128, 512] float32 tile

  enum class Phase { kOverlaps, kConflicts, kNotes };

  int64_t FirstPartition(const View& view) const {
    return plan_.placements[view.tensor->id].partition + view.first_partition();
  }

  // Whether a dynamic offset may take a view to other partitions.
  static bool MovesPartitions(const View& view) {
    return view.dynamic != nullptr && view.dynamic->step_bytes % view.tensor->bytes_per_partition() == 0;
  }

  bool SameRows(const View& a, const View& b) const {
    return FirstPartition(a) == FirstPartition(b) &&
           (a.partitions() == 1 || a.partition_step() == b.partition_step());
  }

  // Whether two operands may share bytes, judged by the partitions and bytes between their first and last
  // elements.
  bool Overlap(const View& a, const View& b) const {
    if (a.dynamic != nullptr || b.dynamic != nullptr) return &a != &b && a.tensor == b.tensor;
    const auto apart = [](int64_t a_first, int64_t a_last, int64_t b_first, int64_t b_last) {
      return a_last < b_first || b_last < a_first;
    };
    const auto last_partition = [&](const View& view) {
      return FirstPartition(view) + (view.partitions() - 1) * view.partition_step();
    };
    return &a != &b && a.space() == b.space() &&
           !apart(FirstPartition(a), last_partition(a), FirstPartition(b), last_partition(b)) &&
           !apart(FirstByte(a), LastByte(a), FirstByte(b), LastByte(b));
  }
  int64_t FirstByte(const View& view) const {
    return plan_.placements[view.tensor->id].byte + view.free_offset() * ItemBytes(view.dtype);
  }
  int64_t LastByte(const View& view) const {
    int64_t elements = 1;
    for (const Dim& dim : view.free_axes()) elements += dim.step * (dim.count - 1);
    return FirstByte(view) + elements * ItemBytes(view.dtype) - 1;
  }

  // Loads and stores of different workers touch different elements, so that only what passes through HBM
  // conflicts.
  void OnHbm(const View& view, bool write, bool fills) {
    if (phase_ == Phase::kOverlaps) {
      step_->shared &= !fills;
      return;
    }
    if (fills) Touch(hbm_[view.tensor->id], false, true, true);
    Touch(hbm_[view.tensor->id], false, write, overwrites_hbm_[index_]);
  }

  void Touch(Touched& touched, bool own, bool write, bool write_conflicts) {
    if (phase_ == Phase::kNotes) {
      (write ? (own ? touched.own_write : touched.cross_write)
             : (own ? touched.own_read : touched.cross_read)) = now_;
      return;
    }
    // A step's accesses conflict with others' since the last barrier; own ones only with crossing ones.
    size_t latest = touched.cross_write;
    if (write && !write_conflicts) latest = 0;
    if (write) latest = std::max(latest, touched.cross_read);
    if (!own) {
      if (!write || write_conflicts) latest = std::max(latest, touched.own_write);
      if (write) latest = std::max(latest, touched.own_read);
    }
    if (latest > last_barrier_) step_->barrier = true;
  }

  Plan& plan_;
  const std::vector<bool>& overwrites_hbm_;
  std::vector<Touched> sbuf_, psum_, hbm_;
  std::array<Touched, kEngineStates> registers_;
  Step* step_ = nullptr;
  size_t now_ = 0, last_barrier_ = 0;  // in the order in which steps run, from 1
  size_t index_ = 0;                   // of the present step
  const View* first_ = nullptr;
  std::vector<const View*> written_;
  bool lane_local_ = true;
  Phase phase_ = Phase::kOverlaps;
};

}  // namespace

void PlaceBarriers(Plan& plan, const std::vector<size_t>& order, const std::vector<bool>& overwrites_hbm) {
  BarrierWalk(plan, overwrites_hbm).Run(order);
}

}  // namespace nki
