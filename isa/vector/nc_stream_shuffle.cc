// Moves data between the partitions of each quadrant.
#include "isa/instruction.h"
#include "isa/reach.h"
#include "isa/simd/shuffle.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst[32q + i, f] = src[32q + shuffle_mask[i], f] in each quadrant q of 32 partitions, on the Vector engine.

Bits are moved as they are. An entry of 255 leaves partition i of dst as it is. Partitions are counted from the
operands' own first ones, and every quadrant uses the same mask. dst may be src. src may have fewer partitions than dst,
if the mask names no others: one partition of src and a mask of zeros fill a quadrant with it.

Args:
  dst: result tile, [P <= 128, F...] in SBUF or PSUM.
  src: tile of the dtype and free elements of dst, in SBUF or PSUM. Both start at partition 0, or at 64 if neither has
    more than 64 partitions, or at 32 or 96 if neither has more than 32.
  shuffle_mask: 32 integers: 0 to 31, or 255.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, same-dtype, same-free, shuffle-start,
  shuffle-mask, shuffle-source.
Source: nki.isa.nc_stream_shuffle, NKI 0.6.
)";

struct NcStreamShuffle {
  View dst, src;
  IntList shuffle_mask;

  void VisitFields(FieldVisitor& v) { v.Out("dst", dst).In("src", src).Attr("shuffle_mask", shuffle_mask); }

  void Check(Checker& c) const {
    for (const View* view : {&dst, &src}) {
      if (!c.ComputeOperand(*view, kOnChip)) return;
    }
    c.SameDtype(src, dst);
    c.SameFree(src, dst);
    CheckStart(c, src, dst);
    CheckStart(c, dst, src);
    if (CheckMask(c)) CheckSources(c);
  }

  // The larger operand also decides where the smaller one may start.
  static void CheckStart(Checker& c, const View& view, const View& other) {
    const int64_t start =
        view.first_partition() + (view.tensor->address ? view.tensor->address->partition : 0);
    const int64_t step = StartPartitionStep(std::max(view.partitions(), other.partitions()));
    c.Rule(start % step == 0, "shuffle-start", [&] {
      return c.NameOf(&view) + " starts at partition " + std::to_string(start) + " and " + c.NameOf(&other) +
             " has " + std::to_string(other.partitions()) + " partitions; beside that many it may start at " +
             (step == 128 ? "0" : "0 or 64");
    });
  }

  bool CheckMask(Checker& c) const {
    const bool full = c.Rule(shuffle_mask.size() == simd::kQuadrant, "shuffle-mask", [&] {
      return "shuffle_mask has " + std::to_string(shuffle_mask.size()) + " entries; it must have 32";
    });
    if (!full) return false;
    for (size_t i = 0; i < shuffle_mask.size(); ++i) {
      const int64_t entry = shuffle_mask[i];
      const bool legal =
          c.Rule((entry >= 0 && entry < simd::kQuadrant) || entry == simd::kKeepsLane, "shuffle-mask", [&] {
            return "shuffle_mask[" + std::to_string(i) + "] is " + std::to_string(entry) +
                   "; an entry must be 0 to 31, or 255";
          });
      if (!legal) return false;
    }
    return true;
  }

  // Every partition that is taken must be one of src's.
  void CheckSources(Checker& c) const {
    for (int64_t p = 0; p < dst.partitions(); ++p) {
      const int64_t from = SourceOf(p);
      const bool there = c.Rule(from < src.partitions(), "shuffle-source", [&] {
        return "partition " + std::to_string(p) + " of dst takes partition " + std::to_string(from) +
               " of src, which has " + std::to_string(src.partitions());
      });
      if (!there) return;
    }
  }

  // The partition of src that partition p of dst takes; -1 if it keeps what it holds.
  int64_t SourceOf(int64_t p) const {
    const int64_t entry = shuffle_mask[p % simd::kQuadrant];
    return entry == simd::kKeepsLane ? -1 : p / simd::kQuadrant * simd::kQuadrant + entry;
  }

  // Only the partitions that the mask names are read, and only those that it does not keep are written.
  Parts PartsTouched(const View& operand) const {
    if (shuffle_mask.size() != simd::kQuadrant) return std::nullopt;
    std::vector<bool> touched(operand.partitions());
    for (int64_t p = 0; p < dst.partitions(); ++p) {
      const int64_t from = SourceOf(p), at = &operand == &src ? from : p;
      if (from >= 0 && at < operand.partitions()) touched[at] = true;
    }
    return PartitionsOf(operand, touched);
  }

  // One element per cycle (nki.isa.nc_stream_shuffle, v2.26).
  Cost CostOn(const Generation&) const {
    return EngineCost(Engine::kVector, static_cast<double>(dst.free_elements()));
  }

  bool LaneLocal() const { return false; }
  bool Splits() const {
    return dst.tensor != src.tensor;
  }  // in place, a worker would read what another wrote

  void Run(RunContext& ctx) const {
    const std::vector<uint8_t> mask(shuffle_mask.begin(), shuffle_mask.end());
    simd::ShuffleTile(ctx.tile(src), mask.data(), ctx.tile(dst), ctx.blocks);
  }

  static std::vector<NcStreamShuffle> Samples(SampleBuilder& b) {
    IntList rotate, broadcast(32, 0), swap;
    for (int64_t i = 0; i < 32; ++i) {
      rotate.push_back((i + 31) % 32);
      swap.push_back(i % 4 == 3 ? 255 : i ^ 16);
    }
    return {{b.Sbuf({128, 512}), b.Sbuf({128, 512}), rotate},
            {b.Sbuf({32, 512}, Dtype::kBfloat16), b.Sbuf({1, 512}, Dtype::kBfloat16), broadcast},
            {b.Psum({64, 4, 16}), b.Sbuf({64, 64}), swap}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(NcStreamShuffle, nc_stream_shuffle, kDoc);

}  // namespace nki
