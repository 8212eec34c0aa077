// Reduction over the partitions.
#include "isa/instruction.h"
#include "isa/simd/partition_reduce.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst[0, f] = the reduction of data[p, f] over all partitions p with op, on the GpSimd engine.

add, maximum and average read float32 and go from partition to partition in their order, starting with the first;
average then divides by their number; dst receives the result converted. add and maximum of int32 and uint32 into such
a dtype are exact, with wrap-around. bitwise_and and bitwise_or work on the bits of one integer dtype.

Args:
  dst: result tile [1, F...] in SBUF, with the free elements of data.
  op: nl.add, nl.average, nl.maximum, nl.bitwise_and or nl.bitwise_or.
  data: tile [P <= 128, F...] in SBUF.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, one-partition, same-free,
  integer-dtype, same-dtype.
Source: nki.isa.tensor_partition_reduce, NKI 0.6.
)";

struct TensorPartitionReduce {
  View dst;
  PartitionOp op = PartitionOp::kAdd;
  View data;

  void VisitFields(FieldVisitor& v) { v.Out("dst", dst).Attr("op", op).In("data", data); }

  void Check(Checker& c) const {
    for (const View* view : {&dst, &data}) {
      if (!c.ComputeOperand(*view, kSbuf)) return;
      c.NotPacked(*view);
      if (IsBitwise(Step())) c.IntegerDtype(*view, Step()) && c.SameDtype(*view, dst);
    }
    c.Rule(dst.partitions() == 1, "one-partition",
           [&] { return "dst has " + std::to_string(dst.partitions()) + " partitions; it must have 1"; });
    c.SameFree(data, dst);
  }
  AluOp Step() const {
    constexpr AluOp kSteps[] = {AluOp::kAdd, AluOp::kAdd, AluOp::kBitwiseAnd, AluOp::kBitwiseOr,
                                AluOp::kMaximum};
    return kSteps[static_cast<int>(op)];
  }

  bool LaneLocal() const { return false; }
  bool Splits() const { return false; }

  // No number is published but that it is slow. 150 cycles to start, as iota (v2.26), and one element per
  // cycle and partition of each of the 8 cores' 16 (trainium2_arch, "GpSimd Engine").
  Cost CostOn(const Generation&) const {
    return EngineCost(Engine::kGpSimd, 150 + 16 * static_cast<double>(data.free_elements()));
  }

  void Run(RunContext& ctx) const {
    simd::PartitionReduceTile(Step(), op == PartitionOp::kAverage, ctx.tile(data), ctx.tile(dst));
  }

  static std::vector<TensorPartitionReduce> Samples(SampleBuilder& b) {
    return {{b.Sbuf({1, 512}), PartitionOp::kAdd, b.Sbuf({128, 512})},
            {b.Sbuf({1, 512}, Dtype::kBfloat16), PartitionOp::kAverage, b.Sbuf({128, 512}, Dtype::kBfloat16)},
            {b.Sbuf({1, 4, 16}, Dtype::kUint8), PartitionOp::kBitwiseOr, b.Sbuf({96, 64}, Dtype::kUint8)}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(TensorPartitionReduce, tensor_partition_reduce, kDoc);

}  // namespace nki
