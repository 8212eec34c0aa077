// The K largest values of many, with their indices.
#include "isa/instruction.h"
#include "isa/simd/snake.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(val_dst, idx_dst = the K largest of n elements of src and their indices, for every 16 partitions, on the GpSimd engine.

Each group of 16 partitions is a snake: element e is in partition e % 16 and column e / 16 of the group. Of the first n
elements of src's snake the K largest, K being the free size of val_dst, become elements 0 to K - 1 of val_dst's snake
in ascending order, and their numbers e those of idx_dst's snake; elements from K on stay as they are. (That the results
form a snake too is told by AWS's kernel library, whose kernels take their order on the device as undefined.) Of equal
values the one with the smaller index counts as larger, and NaN as larger than every number (AWS's sources leave both
open).

Args:
  val_dst: bfloat16 tile [P, K] in SBUF, 1 <= K <= n and K < 32768.
  idx_dst: uint32 tile [P, K] in SBUF.
  src: bfloat16 tile [P, F] in SBUF, P <= 128 a multiple of 16, F >= n / 16. Only its first n elements are read.
  n: how many elements of the snake take part, 8 <= n < 65536.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, same-partitions, same-free, dtype,
  groups-of-16, snake-elements, snake-columns, largest-count.
Source: nki.isa.topk, NKI 0.6; nki.library sparse_attention_indexer for the layout of the results.
)";

struct Topk {
  View val_dst, idx_dst, src;
  int64_t n = 0;

  void VisitFields(FieldVisitor& v) {
    v.Out("val_dst", val_dst).Out("idx_dst", idx_dst).In("src", src).Attr("n", n);
  }

  void Check(Checker& c) const {
    for (const View* view : {&val_dst, &idx_dst, &src}) {
      if (!c.ComputeOperand(*view, kSbuf)) return;
      c.SamePartitions(*view, src);
    }
    c.DtypeIn(val_dst, {Dtype::kBfloat16});
    c.DtypeIn(idx_dst, {Dtype::kUint32});
    c.DtypeIn(src, {Dtype::kBfloat16});
    c.SameFree(idx_dst, val_dst);
    c.Rule(src.partitions() % kLanes == 0, "groups-of-16", [&] {
      return "src has " + std::to_string(src.partitions()) + " partitions; it must have a multiple of 16";
    });
    // The limits of n and K: nki.isa.topk, NKI 0.6.
    const bool n_fits = c.Rule(8 <= n && n < 65536, "snake-elements",
                               [&] { return "n is " + std::to_string(n) + "; it must be 8 to 65535"; });
    if (!n_fits) return;
    c.Rule(src.free_elements() * kLanes >= n, "snake-columns", [&] {
      return "src has " + std::to_string(src.free_elements()) + " columns; n = " + std::to_string(n) +
             " elements in 16 partitions need " + std::to_string((n + kLanes - 1) / kLanes);
    });
    const int64_t k = val_dst.free_elements();
    c.Rule(k <= n && k < 32768, "largest-count", [&] {
      return "val_dst has " + std::to_string(k) + " elements per partition, which is K; it may be at most " +
             std::to_string(std::min<int64_t>(n, 32767));
    });
  }

  // Kernels need not fill the rest of the last column. They copy all of the results (as AWS's example returns
  // them), which therefore count as written.
  Parts PartsTouched(const View& operand) const {
    if (&operand != &src || n < 1 || n > src.free_elements() * kLanes) return std::nullopt;
    return SnakeElements(src, n);
  }

  bool LaneLocal() const { return false; }
  bool ReadsAllFirst() const { return true; }

  // 4 n + K cycles (nki.isa.topk, NKI 0.6).
  Cost CostOn(const Generation&) const {
    return EngineCost(Engine::kGpSimd,
                      4 * static_cast<double>(n) + static_cast<double>(val_dst.free_elements()));
  }

  void Run(RunContext& ctx) const {
    simd::SnakeTopTile(ctx.tile(src), n, ctx.tile(val_dst), ctx.tile(idx_dst), ctx.blocks);
  }

  static std::vector<Topk> Samples(SampleBuilder& b) {
    return {{b.Sbuf({128, 64}, Dtype::kBfloat16), b.Sbuf({128, 64}, Dtype::kUint32),
             b.Sbuf({128, 512}, Dtype::kBfloat16), 8192},
            {b.Sbuf({32, 8}, Dtype::kBfloat16), b.Sbuf({32, 8}, Dtype::kUint32),
             b.Sbuf({32, 3}, Dtype::kBfloat16), 42}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(Topk, topk, kDoc);

}  // namespace nki
