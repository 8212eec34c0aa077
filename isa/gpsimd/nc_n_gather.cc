// Gathers inside each partition.
#include "isa/instruction.h"
#include "isa/simd/gather.h"
#include "memory/error.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(dst[p, j] = data[p, indices[p, j]], on the GpSimd engine.

Elements of a partition are counted in the order of the free axes, and their bits are moved as they are. Everything is
read before anything is written, so dst may overlap data and indices. An index beyond data's elements is an error while
the kernel runs.

Args:
  dst: result tile, [P <= 128, F...] in SBUF.
  data: tile with the dtype and partitions of dst and any free elements, in SBUF.
  indices: uint32 tile with the partitions and free elements of dst, in SBUF.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, same-partitions, same-free, same-dtype,
  dtype.
Source: nki.isa.nc_n_gather, NKI 0.6.
)";

struct NcNGather {
  View dst, data, indices;

  void VisitFields(FieldVisitor& v) { v.Out("dst", dst).In("data", data).In("indices", indices); }

  void Check(Checker& c) const {
    for (const View* view : {&dst, &data, &indices}) {
      if (!c.ComputeOperand(*view, kSbuf)) return;
    }
    c.SamePartitions(data, dst) && c.SamePartitions(indices, dst);
    c.SameFree(indices, dst);
    c.SameDtype(data, dst);
    c.DtypeIn(indices, {Dtype::kUint32});
  }

  bool ReadsAllFirst() const { return true; }

  // Not published. ceil(F / 512) instructions (nki.isa.nc_n_gather, 0.6), each 150 cycles to start as
  // GpSimd's do, and one element per cycle.
  Cost CostOn(const Generation&) const {
    const int64_t elements = dst.free_elements();
    return EngineCost(Engine::kGpSimd, static_cast<double>((elements + 511) / 512 * 150 + elements));
  }

  void Run(RunContext& ctx) const {
    const std::optional<simd::BadIndex> bad =
        simd::GatherTile(ctx.tile(data), ctx.tile(indices), ctx.tile(dst), ctx.blocks);
    if (!bad) return;
    throw RunError("element " + std::to_string(bad->position) + " of partition " +
                   std::to_string(bad->partition) + " of indices is " + std::to_string(bad->value) +
                   "; data has " + std::to_string(data.free_elements()) +
                   " elements per partition [index-range]");
  }

  static std::vector<NcNGather> Samples(SampleBuilder& b) {
    return {{b.Sbuf({128, 512}), b.Sbuf({128, 512}), b.Sbuf({128, 512}, Dtype::kUint32)},
            {b.Sbuf({64, 4, 16}, Dtype::kBfloat16), b.Sbuf({64, 3, 100}, Dtype::kBfloat16),
             b.Sbuf({64, 64}, Dtype::kUint32)}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(NcNGather, nc_n_gather, kDoc);

}  // namespace nki
