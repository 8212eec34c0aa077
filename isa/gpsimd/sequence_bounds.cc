// Where the segments of a packed sequence begin and end.
#include "isa/instruction.h"
#include "isa/simd/segments.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst[0, 0..1, i] = begin and end of the run of equal segment ids that element i belongs to, on the GpSimd engine.

The end is one past the last element. A run ends where the neighbour has another id; the same id further on is another
run. An id of 0 is padding: begin n and end -1, where n is the number of ids. Ids should not be negative (not checked).

Args:
  dst: float32 or int32 tile [1, 2, n] in SBUF: all begins, then all ends.
  segment_ids: float32 or int32 tile of one partition and n free elements, in SBUF.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, one-partition, dtype, bounds-size.
Source: nki.isa.sequence_bounds, NKI 0.6; its NumPy equivalent in v2.26.
)";

struct SequenceBounds {
  View dst, segment_ids;

  void VisitFields(FieldVisitor& v) { v.Out("dst", dst).In("segment_ids", segment_ids); }

  void Check(Checker& c) const {
    for (const View* view : {&dst, &segment_ids}) {
      if (!c.ComputeOperand(*view, kSbuf)) return;
      c.DtypeIn(*view, {Dtype::kFloat32, Dtype::kInt32});
      c.Rule(view->partitions() == 1, "one-partition", [&] {
        return c.NameOf(view) + " has " + std::to_string(view->partitions()) + " partitions; it must have 1";
      });
    }
    c.Rule(dst.free_elements() == 2 * segment_ids.free_elements(), "bounds-size", [&] {
      return "dst has " + std::to_string(dst.free_elements()) + " elements for " +
             std::to_string(segment_ids.free_elements()) + " segment ids; it must have two for each";
    });
  }

  bool ReadsAllFirst() const { return true; }

  // Not published; taken as nki.isa.iota (v2.26): 150 cycles to start and one result per cycle.
  Cost CostOn(const Generation&) const {
    return EngineCost(Engine::kGpSimd, 150 + static_cast<double>(dst.free_elements()));
  }

  void Run(RunContext& ctx) const {
    simd::SegmentBoundsTile(ctx.tile(segment_ids), ctx.tile(dst), ctx.blocks);
  }

  static std::vector<SequenceBounds> Samples(SampleBuilder& b) {
    return {{b.Sbuf({1, 2, 512}, Dtype::kInt32), b.Sbuf({1, 512}, Dtype::kInt32)},
            {b.Sbuf({1, 2, 33}), b.Sbuf({1, 33})}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(SequenceBounds, sequence_bounds, kDoc);

}  // namespace nki
