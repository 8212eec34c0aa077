// Reduction along free axes.
#include <algorithm>

#include "isa/instruction.h"
#include "isa/simd/reduce.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(dst[p, ...] = the reduction of data[p, ..., axis] with op, on the Vector engine.

Arithmetic operators read float32, accumulate in float32 one element after the other in the order of the axes, starting
from the first element, and store dst.dtype. Bitwise operators work on the bits of integers.

Args:
  dst: result tile, [P <= 128, F...] in SBUF or PSUM; as many free elements as the axes that are kept.
  op: a reduction operator: nl.add, subtract, multiply, maximum, minimum, logical_and/or/xor, bitwise_and/or/xor.
  data: tile [P, F...] with the partitions of dst, in SBUF or PSUM.
  axis: the axis or axes to reduce: the last ones, without gaps, not axis 0. Negative ones count from the end.
    (1,) or (4,) with three or four axes is the last one, as in NKI 0.1 and 0.2, if the size of dst says so.
  negate: multiplies the result by -1; arithmetic operators only.
  keepdims: keeps reduced axes with one element; dst has the same elements either way.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions,
  reduce-op, reduce-axis, reduced-size, integer-dtype, same-dtype, negate-bitwise.
Source: nki.isa.tensor_reduce, NKI 0.6.
)";

struct TensorReduce {
  View dst;
  AluOp op = AluOp::kAdd;
  View data;
  IntList axis;
  bool negate = false;
  bool keepdims = false;

  void VisitFields(FieldVisitor& v) {
    v.Out("dst", dst).Attr("op", op).In("data", data).Attr("axis", axis).Option("negate", negate);
    v.Option("keepdims", keepdims);
  }

  void Check(Checker& c) const {
    for (const View* view : {&dst, &data}) {
      if (!c.ComputeOperand(*view, kOnChip)) return;
      c.NotPacked(*view);
      if (IsBitwise(op)) c.IntegerDtype(*view, op) && c.SameDtype(*view, dst);
    }
    c.SamePartitions(data, dst);
    // abs_max and abs_min reduce in activate2 only (nki.api.shared, "Legal Reduction op", NKI 0.6).
    const bool reduces = CanReduce(op) && op != AluOp::kAbsMax && op != AluOp::kAbsMin;
    c.Rule(reduces, "reduce-op", [&] { return "op is '" + std::string(Name(op)) + "', which can't reduce"; });
    c.Rule(!negate || !IsBitwise(op), "negate-bitwise",
           [&] { return "negate is True and " + c.Says(op) + "; it works with arithmetic operators only"; });
    const bool last_axes = c.Rule(AxesAreLast() || IsOlderLastAxis(), "reduce-axis", [&] {
      return "axis is " + ToString(axis) + "; data has " + std::to_string(data.rank) +
             " axes, of which the last free ones must be named, without gaps" + PartitionAdvice();
    });
    if (!last_axes) return;
    c.Rule(dst.free_elements() * Inner() == data.free_elements(), "reduced-size", [&] {
      return "reducing data of shape " + ToString(data.shape()) + " leaves " +
             std::to_string(data.free_elements() / Inner()) + " elements per partition; dst has " +
             std::to_string(dst.free_elements());
    });
  }

  std::string PartitionAdvice() const {
    if (std::ranges::count(axis, 0) == 0) return "";
    return ", and axis 0 is the partition axis: use nisa.nc_transpose first, nisa.nc_matmul with ones, or "
           "nisa.tensor_partition_reduce";
  }
  // Whether `axis` names the last axes, each once, but not axis 0.
  bool AxesAreLast() const {
    const int64_t count = static_cast<int64_t>(axis.size());
    if (count < 1 || count >= data.rank) return false;
    uint32_t named = 0;
    for (int64_t one : axis) {
      const int64_t at = one < 0 ? one + data.rank : one;
      if (at < 1 || at >= data.rank) return false;
      named |= 1u << at;
    }
    return named == (1u << data.rank) - (1u << (data.rank - count));
  }
  // NKI 0.1 and 0.2 counted free axes from the last, as 1, or up to the last, as 4, whatever the tile's rank
  // (nki.isa.tensor_reduce, 2.28, and AWS's kernels of it); so do we where dst can mean nothing else.
  bool IsOlderLastAxis() const {
    if ((axis != IntList{1} && axis != IntList{4}) || data.rank < 3 || data.rank > 4) return false;
    const int64_t all = data.free_elements(), left = dst.free_elements();
    return left == all / Inner() && left != all / data.dims[1].count;
  }
  int64_t Inner() const {
    int64_t inner = 1;
    for (size_t i = 0; i < axis.size(); ++i) inner *= data.dims[data.rank - 1 - i].count;
    return inner;
  }

  // Source: "Tensor indirection" of the page.
  std::string_view RefusesIndirect(const View& operand) const {
    return &operand == &dst || &operand == &data ? "" : "only dst and data can be one";
  }

  // One element per cycle; two for bfloat16 sums and maxima (nki.isa.tensor_reduce, v2.26).
  Cost CostOn(const Generation&) const {
    const bool bf16 = data.dtype == Dtype::kBfloat16 && dst.dtype == Dtype::kBfloat16;
    const bool fast = bf16 && (op == AluOp::kAdd || op == AluOp::kMaximum);
    return EngineCost(Engine::kVector, static_cast<double>(data.free_elements()) / (fast ? 2 : 1));
  }

  void Run(RunContext& ctx) const {
    simd::ReduceTile(op, ctx.tile(data), Inner(), ctx.tile(dst), negate, ctx.blocks);
  }

  static std::vector<TensorReduce> Samples(SampleBuilder& b) {
    return {
        {b.Sbuf({128, 1}), AluOp::kAdd, b.Sbuf({128, 512}), {1}},
        {b.Sbuf({128, 4}, Dtype::kBfloat16),
         AluOp::kMaximum,
         b.Sbuf({128, 4, 128}, Dtype::kBfloat16),
         {2},
         true},
        {b.Sbuf({32, 1}, Dtype::kUint16), AluOp::kBitwiseXor, b.Sbuf({32, 8, 8}, Dtype::kUint16), {1, 2}}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(TensorReduce, tensor_reduce, kDoc);

}  // namespace nki
