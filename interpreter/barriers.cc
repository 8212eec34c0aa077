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
        sbuf_(plan.graph->generation->sbuf_bytes / kPiece),
        psum_(plan.graph->generation->psum_bytes / kPiece),
        hbm_(plan.graph->tensors.size()) {}

  void Run() {
    for (now_ = 1; now_ <= plan_.steps.size(); ++now_) {
      step_ = &plan_.steps[now_ - 1];
      first_partition_ = -1;
      Instruction& instruction = *const_cast<Instruction*>(step_->instruction);
      lane_local_ = instruction.LaneLocal();
      for (bool noting : {false, true}) {
        noting_ = noting;
        instruction.VisitFields(*this);
        if (!noting && step_->barrier) last_barrier_ = now_ - 1;
      }
    }
  }

  void OnView(const Field& field, const View& view) override {
    const bool write = field.role == Field::Role::kOut;
    if (!OnChip(view.space())) return OnHbm(view, write);
    const Placement& placement = plan_.placements[view.tensor->id];
    const int partition = placement.partition + static_cast<int>(view.first_partition());
    // The first on-chip operand (the destination, where it is on chip) is the one whose blocks are shared out.
    if (first_partition_ < 0) first_partition_ = partition;
    const bool own = step_->shared && partition == first_partition_ && (write || lane_local_);
    std::vector<Touched>& pieces = view.space() == Space::kSbuf ? sbuf_ : psum_;
    const int64_t end = placement.byte + view.tensor->bytes_per_partition();
    for (int64_t piece = placement.byte / kPiece; piece <= (end - 1) / kPiece && piece < std::ssize(pieces); ++piece) {
      Touch(pieces[piece], own, write, write);
    }
  }

 private:
  static constexpr int64_t kPiece = 2048;  // bytes per partition: a PSUM bank, a [128, 512] float32 tile

  // Loads and stores of different workers touch different elements, so that only what passes through HBM conflicts.
  void OnHbm(const View& view, bool write) {
    Touch(hbm_[view.tensor->id], false, write, overwrites_hbm_[now_ - 1]);
  }

  void Touch(Touched& touched, bool own, bool write, bool write_conflicts) {
    if (noting_) {
      (write ? (own ? touched.own_write : touched.cross_write) : (own ? touched.own_read : touched.cross_read)) = now_;
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
  Step* step_ = nullptr;
  size_t now_ = 0, last_barrier_ = 0;
  int first_partition_ = -1;
  bool lane_local_ = true, noting_ = false;
};

}  // namespace

void PlaceBarriers(Plan& plan, const std::vector<bool>& overwrites_hbm) { BarrierWalk(plan, overwrites_hbm).Run(); }

}  // namespace nki
