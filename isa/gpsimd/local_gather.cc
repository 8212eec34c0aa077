// Gathers the same elements in the 16 partitions of each GpSimd core.
#include "isa/instruction.h"
#include "isa/simd/gather.h"
#include "memory/error.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst[p, j * num_elem_per_idx + e] = src_buffer[p, i[j] + e] with the list i of p's core, on the GpSimd engine.

Each of the eight cores has 16 neighbouring partitions. Its list holds their indices partition by partition: i[j] is
element j / 16 of partition j % 16 of the group. Elements of a partition are counted in the order of the free axes, and
their bits are moved as they are. An index is the number of an element, also if num_elem_per_idx is more than 1.
Elements of dst beyond the gathered ones keep what they hold. Everything is read before anything is written, so dst may
overlap the others. An index that names no element of src_buffer is an error while the kernel runs.

Args:
  dst: result tile, [P, F...] in SBUF, with at least num_valid_indices * num_elem_per_idx free elements.
  src_buffer: tile with the dtype and partitions of dst, in SBUF; P is a multiple of 16, at most 128.
  index: uint16 tile with the partitions of dst and at most 4096 / 16 free elements, in SBUF.
  num_elem_per_idx: 1, 2, 4, 8, 16 or 32 neighbouring elements for each index.
  num_valid_indices: how many indices each core uses, or None for all of its 16 partitions.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, whole-cores, same-partitions, same-dtype,
  dtype, elements-per-index, valid-indices, gathered-size.
Source: nki.isa.local_gather, NKI 0.6.
)";

struct LocalGather {
  View dst, src_buffer, index;
  int64_t num_elem_per_idx = 1;
  std::optional<int64_t> num_valid_indices = std::nullopt;

  void VisitFields(FieldVisitor& v) {
    v.Out("dst", dst).In("src_buffer", src_buffer).In("index", index);
    v.Option("num_elem_per_idx", num_elem_per_idx).Option("num_valid_indices", num_valid_indices);
  }

  void Check(Checker& c) const {
    for (const View* view : {&dst, &src_buffer, &index}) {
      if (!c.ComputeOperand(*view, kSbuf)) return;
    }
    c.Rule(dst.partitions() % kLanes == 0, "whole-cores", [&] {
      return "dst has " + std::to_string(dst.partitions()) + " partitions; they must be a multiple of 16";
    });
    c.SamePartitions(src_buffer, dst) && c.SamePartitions(index, dst);
    c.SameDtype(src_buffer, dst);
    c.DtypeIn(index, {Dtype::kUint16});
    const int64_t width = num_elem_per_idx;
    const bool wide = c.Rule(
        width >= 1 && width <= 32 && (width & (width - 1)) == 0, "elements-per-index",
        [&] { return "num_elem_per_idx is " + std::to_string(width) + "; it must be 1, 2, 4, 8, 16 or 32"; });
    const int64_t most =
        std::min<int64_t>(index.free_elements() * kLanes, 4096);  // nki.isa.local_gather, NKI 0.6
    const bool valid = c.Rule(Count() >= 1 && Count() <= most, "valid-indices", [&] {
      return (num_valid_indices ? "num_valid_indices is " + std::to_string(Count())
                                : "index holds " + std::to_string(Count()) + " for each 16 partitions") +
             "; 1 to " + std::to_string(most) + " may be used";
    });
    if (!wide || !valid) return;
    c.Rule(Count() * width <= dst.free_elements(), "gathered-size", [&] {
      return std::to_string(Count()) + " indices with " + std::to_string(width) + " elements each give " +
             std::to_string(Count() * width) + " elements per partition; dst has " +
             std::to_string(dst.free_elements());
    });
  }

  int64_t Count() const { return num_valid_indices.value_or(index.free_elements() * kLanes); }

  // The indices beyond the valid ones are not read, nor are elements beyond the gathered ones written.
  Parts PartsTouched(const View& operand) const {
    const int64_t most = index.free_elements() * kLanes;
    if (&operand == &src_buffer || Count() < 1 || Count() > most || num_elem_per_idx > 32)
      return std::nullopt;
    if (&operand == &dst) return FirstElements(dst, Count() * num_elem_per_idx);
    return SnakeElements(index, Count());
  }

  bool ReadsAllFirst() const { return true; }

  // 150 + indices * elements / C, C = ((28 + 4e) / 4e) / min(4 / item bytes, e) (nki.isa.local_gather,
  // v2.26).
  Cost CostOn(const Generation&) const {
    const double e = static_cast<double>(num_elem_per_idx);
    const double slowdown = (28 + 4 * e) / (4 * e) / std::min(4.0 / ItemBytes(dst.dtype), e);
    return EngineCost(Engine::kGpSimd, 150 + static_cast<double>(Count()) * e / slowdown);
  }

  // A worker has whole blocks of 16 partitions, which are all that a core looks at.
  void Run(RunContext& ctx) const {
    const std::optional<simd::BadIndex> bad = simd::LocalGatherTile(
        ctx.tile(src_buffer), ctx.tile(index), Count(), num_elem_per_idx, ctx.tile(dst), ctx.blocks);
    if (!bad) return;
    throw RunError("element " + std::to_string(bad->position) + " of partition " +
                   std::to_string(bad->partition) + " of index is " + std::to_string(bad->value) +
                   "; with num_elem_per_idx " + std::to_string(num_elem_per_idx) +
                   " it must name one of the " + std::to_string(src_buffer.free_elements()) +
                   " elements of src_buffer [index-range]");
  }

  static std::vector<LocalGather> Samples(SampleBuilder& b) {
    return {{b.Sbuf({128, 512}), b.Sbuf({128, 512}), b.Sbuf({128, 32}, Dtype::kUint16)},
            {b.Sbuf({128, 4, 16, 4}), b.Sbuf({128, 512, 4}), b.Sbuf({128, 4}, Dtype::kUint16), 4, 64},
            {b.Sbuf({32, 100}, Dtype::kBfloat16), b.Sbuf({32, 256}, Dtype::kBfloat16),
             b.Sbuf({32, 4}, Dtype::kUint16), 2, 50}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(LocalGather, local_gather, kDoc);

}  // namespace nki
