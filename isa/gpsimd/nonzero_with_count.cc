// Positions of nonzero elements, and how many there are.
#include "isa/instruction.h"
#include "isa/simd/nonzero.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst[p, ...] = positions of the nonzero elements of src[p, ...], padding, and their count, on the GpSimd engine.

Works on partitions 0, 16, ..., 112 of the tiles only, one for each GpSimd core; the other partitions of dst stay as
they are. Positions count from index_offset (int32 with wrap-around) in the order of src's free axes; padding_val fills
the slots that are left; the last slot has the count. NaN is not zero. Partitions 16, 32, ... of src may be left
unwritten: their results are then undefined, as is all of dst that this instruction does not write.

Args:
  dst: int32 tile [P <= 128, T + 1] in SBUF.
  src: float32 or int32 tile [P, T] in SBUF.
  index_offset: int32, added to every position.
  padding_val: int32, for the unused slots.

Errors: nonzero-with-count, space, partitions-at-most, partition-step, in-bounds, start-partition, same-partitions,
  dtype, count-slot, int32.
Source: nki.isa.nonzero_with_count, NKI 0.6.
)";

struct NonzeroWithCount {
  View dst, src;
  int64_t index_offset = 0;
  int64_t padding_val = -1;

  void VisitFields(FieldVisitor& v) {
    v.Out("dst", dst).In("src", src).Option("index_offset", index_offset).Option("padding_val", padding_val);
  }

  void Check(Checker& c) const {
    c.Requires(Feature::kNonzeroWithCount);
    for (const View* view : {&dst, &src}) {
      if (!c.ComputeOperand(*view, kSbuf)) return;
    }
    c.SamePartitions(src, dst);
    c.DtypeIn(dst, {Dtype::kInt32});
    c.DtypeIn(src, {Dtype::kFloat32, Dtype::kInt32});
    c.Rule(dst.free_elements() == src.free_elements() + 1, "count-slot", [&] {
      return "dst has " + std::to_string(dst.free_elements()) + " elements per partition and src has " +
             std::to_string(src.free_elements()) + "; dst must have one more, for the count";
    });
    for (const int64_t* value : {&index_offset, &padding_val}) c.FitsInt32(value, *value);
  }

  // Kernels fill partition 0 of src alone. They copy all of dst (as AWS's example does), so it counts as
  // written where only every 16th partition gets a result.
  Parts PartsTouched(const View& operand) const {
    if (&operand == &dst) return std::nullopt;
    return std::vector<View>{operand.Row(0)};
  }

  bool ReadsAllFirst() const { return true; }

  // Not published; taken as nki.isa.iota (v2.26): 150 cycles to start and one element per cycle.
  Cost CostOn(const Generation&) const {
    return EngineCost(Engine::kGpSimd, 150 + static_cast<double>(dst.free_elements()));
  }

  void Run(RunContext& ctx) const {
    simd::NonzeroTile(ctx.tile(src), static_cast<int32_t>(index_offset), static_cast<int32_t>(padding_val),
                      ctx.tile(dst), ctx.blocks);
  }

  static std::vector<NonzeroWithCount> Samples(SampleBuilder& b) {
    return {{b.Sbuf({128, 513}, Dtype::kInt32), b.Sbuf({128, 512})},
            {b.Sbuf({17, 1, 13}, Dtype::kInt32), b.Sbuf({17, 3, 4}, Dtype::kInt32), 1000, 0}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(NonzeroWithCount, nonzero_with_count, kDoc);

}  // namespace nki
