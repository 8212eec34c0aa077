// Quantization to MX float8 with a scale for each group of 32 values.
#include "isa/instruction.h"
#include "isa/mx_scales.h"
#include "isa/simd/mx_quantize.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst, dst_scale = src as MX float8 values and their scales, on the Vector engine of trn3.

Free axes count as one. 8 partitions (from a multiple of 8) by 4 elements (from a multiple of 4) of src form a group
with the scale X = 2^(floor(log2 of its largest magnitude) - (Emax - 1)), at least 2^-127; Emax is 8 for float8_e4m3fn
and 15 for float8_e5m2. dst holds src / X, rounded to nearest even, four values in one element. Infinity and NaN count
as the exponent 128 and stay infinity (float8_e4m3fn: NaN) and NaN.

Args:
  dst: tile [P, F / 4] in SBUF, float8_e4m3fn_x4 or float8_e5m2_x4.
  src: tile [P, F...] in SBUF, float16 or bfloat16; P is 32, 64, 96 or 128.
  dst_scale: tile in SBUF with F / 4 elements per partition, float8_e8m0fnu or uint8; its bytes are log2(X) + 127.
    Partition 32 q + r holds the scales of partitions 32 q + 8 r to 32 q + 8 r + 7 of src, r < 4; others keep what they
    hold. It may start 0, 4, 8 or 12 partitions into a quadrant of 32, so that four tensors share a tile.

Errors: mx-dtypes, space, partitions-at-most, partition-step, in-bounds, start-partition, dtype, mx-partitions,
  same-partitions, packed-shape, scale-start, scale-rows, scale-columns.
Source: nki.isa.quantize_mx, NKI 0.6; mxfp-matmul.
)";

struct QuantizeMx {
  View dst, src, dst_scale;

  void VisitFields(FieldVisitor& v) { v.Out("dst", dst).In("src", src).Out("dst_scale", dst_scale); }

  void Check(Checker& c) const {
    if (!c.Requires(Feature::kMxDtypes)) return;
    if (!c.ComputeOperand(dst, kSbuf) || !c.ComputeOperand(src, kSbuf)) return;
    c.DtypeIn(src, {Dtype::kFloat16, Dtype::kBfloat16});
    c.DtypeIn(dst, {Dtype::kFloat8E4m3fnX4, Dtype::kFloat8E5m2X4});
    c.SamePartitions(src, dst);
    c.Rule(src.partitions() % 32 == 0, "mx-partitions", [&] {
      return "src has " + std::to_string(src.partitions()) + " partitions; it must be a multiple of 32";
    });
    c.Rule(src.free_elements() == 4 * dst.free_elements(), "packed-shape", [&] {
      return "src has " + std::to_string(src.free_elements()) + " elements per partition and dst has " +
             std::to_string(dst.free_elements()) + "; each of dst packs four of src";
    });
    CheckMxScales(c, dst_scale, dst);
  }

  // Four elements per partition and cycle (trainium3_arch, "MX data-type Quantization").
  Cost CostOn(const Generation&) const {
    return EngineCost(Engine::kVector, static_cast<double>(dst.free_elements()));
  }

  bool LaneLocal() const { return false; }
  bool Splits() const { return dst.tensor != src.tensor && dst_scale.tensor != src.tensor; }
  Parts PartsTouched(const View& operand) const {
    if (&operand == &dst_scale) return MxScaleRows(dst_scale, dst);
    return std::nullopt;
  }

  void Run(RunContext& ctx) const {
    simd::QuantizeMxTile(ctx.tile(src), ctx.tile(dst), ctx.tile(dst_scale), ctx.blocks);
  }

  static std::vector<QuantizeMx> Samples(SampleBuilder& b) {
    const Dtype bf16 = Dtype::kBfloat16, e4m3 = Dtype::kFloat8E4m3fnX4, e5m2 = Dtype::kFloat8E5m2X4;
    const View packed_scales = b.Sbuf({128, 64}, Dtype::kUint8);
    return {{b.Sbuf({128, 512}, e4m3), b.Sbuf({128, 2048}, bf16), b.Sbuf({128, 512}, Dtype::kFloat8E8m0fnu)},
            {b.Sbuf({32, 16}, e5m2), b.Sbuf({32, 16, 4}, Dtype::kFloat16), b.Sbuf({4, 16}, Dtype::kUint8)},
            {b.Sbuf({128, 64}, e5m2), b.Sbuf({128, 256}, bf16), packed_scales.Slice(0, 4, 128, 1)}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(QuantizeMx, quantize_mx, kDoc);

}  // namespace nki
