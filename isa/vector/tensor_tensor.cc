// Elementwise operation on two tiles.
#include "isa/instruction.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(dst[p, f] = data1[p, f] <op> data2[p, f], on the Vector or GpSimd engine.

Arithmetic operators read float32, compute in float32 and store dst.dtype (round to nearest even; integers saturate).
Bitwise operators need integers of one size in all three tiles, keep every bit and run on the Vector engine. int32 and
uint32 tiles are computed exactly on GpSimd, which is their default engine; on the Vector engine they pass through
float32 (exact to 2^24).

Args:
  dst: result tile, [P <= 128, F...] in SBUF or PSUM.
  data1, data2: operand tiles with the partitions and free elements of dst; not both in PSUM.
  op: a binary operator (nl.add, nl.multiply, nl.maximum, nl.bitwise_and, ...); nl.power runs on GpSimd only.
  engine: nki.isa.engine.vector, .gpsimd or .unknown (chosen). GpSimd can't reach PSUM.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, packed-dtype, same-partitions,
  same-free, both-psum, integer-dtype, same-item-bytes, binary-op, abs-max-min, engine, bitwise-engine, gpsimd-psum,
  power-engine.
Source: nki.isa.tensor_tensor, NKI 0.6.
)";

bool Is32BitInteger(const View& view) { return IsInteger(view.dtype) && ItemBytes(view.dtype) == 4; }

struct TensorTensor {
  View dst, data1, data2;
  AluOp op = AluOp::kAdd;
  Engine engine = Engine::kUnknown;

  void VisitFields(FieldVisitor& v) {
    v.Out("dst", dst).In("data1", data1).In("data2", data2).Attr("op", op).Option("engine", engine);
  }

  void Check(Checker& c) const {
    for (const View* view : {&dst, &data1, &data2}) {
      if (!c.ComputeOperand(*view, kOnChip)) return;
      c.NotPacked(*view);
      c.GpSimdOutsidePsum(Chosen(), *view);
      if (IsBitwise(op)) c.IntegerDtype(*view, op) && c.SameItemBytes(*view, dst);
    }
    c.SamePartitions(data1, data2) && c.SamePartitions(data1, dst);
    c.SameFree(data1, data2) && c.SameFree(data1, dst);
    c.NotBothInPsum(data1, data2);
    c.BinaryOp(op) && c.AluOpOnTarget(op);
    c.EngineIn(engine, {Engine::kVector, Engine::kGpSimd});
    c.BitwiseOnVector(op, Chosen());
    c.Rule(op != AluOp::kPower || Chosen() == Engine::kGpSimd, "power-engine", [&] {
      return c.Says(op) + " on engine '" + std::string(Name(Chosen())) +
             "'; it runs on the GpSimd engine only, with all tiles in SBUF";
    });
  }

  Engine Chosen() const {
    if (engine != Engine::kUnknown) return engine;
    const bool in_sbuf = In(dst.space(), kSbuf) && In(data1.space(), kSbuf) && In(data2.space(), kSbuf);
    return op == AluOp::kPower || (Exact() && in_sbuf) ? Engine::kGpSimd : Engine::kVector;
  }
  bool Exact() const {
    return !IsBitwise(op) && Is32BitInteger(dst) && Is32BitInteger(data1) && Is32BitInteger(data2);
  }

  bool Elementwise() const { return true; }

  // Source: "Tensor indirection" of the page.
  std::string_view RefusesIndirect(const View& operand) const {
    return &operand == &dst || &operand == &data1 ? "" : "only dst and data1 can be one";
  }

  // Two SBUF operands share a read port: 2 cycles per element, 1 if one is in PSUM or all are bfloat16 with
  // add/multiply/subtract (nki.isa.tensor_tensor, v2.26); 1 in the 16-bit mode of trn2 (trainium2_arch).
  Cost CostOn(const Generation& gen) const {
    const bool psum = In(data1.space(), kPsum) || In(data2.space(), kPsum);
    const bool simple = op == AluOp::kAdd || op == AluOp::kMultiply || op == AluOp::kSubtract;
    const auto is_16bit = [](const View& view) { return ItemBytes(view.dtype) == 2; };
    const bool all_16bit = is_16bit(data1) && is_16bit(data2) && is_16bit(dst);
    const bool fast = psum || (all_16bit && (simple || gen.Has(Feature::kVectorFast16)));
    return EngineCost(Chosen(), static_cast<double>(dst.free_elements()) * (fast ? 1 : 2));
  }

  void Run(RunContext& ctx) const {
    simd::BinaryTile(op, ctx.tile(data1), ctx.tile(data2), ctx.tile(dst),
                     Exact() && Chosen() == Engine::kGpSimd, ctx.blocks);
  }

  static std::vector<TensorTensor> Samples(SampleBuilder& b) {
    return {{b.Sbuf({128, 512}), b.Sbuf({128, 512}), b.Sbuf({128, 512}), AluOp::kAdd},
            {b.Sbuf({128, 512}, Dtype::kBfloat16), b.Sbuf({128, 512}, Dtype::kBfloat16), b.Psum({128, 512}),
             AluOp::kMultiply},
            {b.Sbuf({32, 64}, Dtype::kUint8), b.Sbuf({32, 64}, Dtype::kUint8),
             b.Sbuf({32, 64}, Dtype::kUint8), AluOp::kBitwiseXor}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(TensorTensor, tensor_tensor, kDoc);

}  // namespace nki
