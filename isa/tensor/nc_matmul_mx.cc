// Matrix multiplication of MX tensors into PSUM.
#include "isa/instruction.h"
#include "isa/mx_scales.h"
#include "isa/simd/mx_matmul.h"
#include "isa/tensor/pe_array.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst = stationary^T * moving of MX values with their scales, on the Tensor engine of trn3.

dst[m, n] (+)= sum over k and j of stationary[k, m, j] * moving[k, n, j], where j counts the four values of a packed
element, each times 2^(scale - 127) of its group. Free axes count as one. Values times scales are float32 (the scale 255
is NaN), and so are the sums: over ascending k for j = 0, then for j = 1 and so on. The total is stored or added once.

Args:
  dst: result tile [M, N] in PSUM, float32 or bfloat16.
  stationary: tile [K, M <= 128] in SBUF, M even, K 32, 64, 96 or 128; float8_e4m3fn_x4, float8_e5m2_x4 or
    float4_e2m1fn_x4.
  moving: tile [K, N] in SBUF of one of these dtypes, N <= 4096 (8192 into bfloat16).
  stationary_scale, moving_scale: tiles in SBUF, float8_e8m0fnu or uint8, with as many elements per partition as the
    values and rows placed as nki.isa.quantize_mx writes them.
  tile_position, tile_size: (row, 0) and (rows, 128) of the part of the 128 x 128 array that is used; both or neither.
    rows is 32, 64 or 128, row a multiple of it; stationary must fit.
  accumulate: False overwrites dst, True adds to it, None overwrites what nothing has written yet and adds otherwise.

Errors: mx-dtypes, space, partitions-at-most, partition-step, in-bounds, start-partition, same-partitions,
  free-at-most, dst-shape, dst-bank, dtype, mx-partitions, even-columns, tile-pair, tile-size, tile-position, tile-fit,
  row-tiles, scale-start, scale-rows, scale-columns.
Source: nki.isa.nc_matmul_mx, NKI 0.6; mxfp-matmul.
)";

struct NcMatmulMx {
  View dst, stationary, moving, stationary_scale, moving_scale;
  std::optional<IntList> tile_position = std::nullopt;
  std::optional<IntList> tile_size = std::nullopt;
  std::optional<bool> accumulate = std::nullopt;

  void VisitFields(FieldVisitor& v) {
    v.Out("dst", dst).In("stationary", stationary).In("moving", moving);
    v.In("stationary_scale", stationary_scale).In("moving_scale", moving_scale);
    v.Option("tile_position", tile_position).Option("tile_size", tile_size).Option("accumulate", accumulate);
  }

  void Check(Checker& c) const {
    if (!c.Requires(Feature::kMxDtypes) || !c.ComputeOperand(dst, kPsum)) return;
    for (const View* view : {&stationary, &moving}) {
      if (!c.ComputeOperand(*view, kSbuf)) return;
      c.DtypeIn(*view, {Dtype::kFloat8E4m3fnX4, Dtype::kFloat8E5m2X4, Dtype::kFloat4E2m1fnX4});
    }
    c.SamePartitions(stationary, moving);
    CheckMatmulSizes(c, dst, stationary, moving, 1);
    c.DtypeIn(dst, {Dtype::kFloat32, Dtype::kBfloat16});
    c.Rule(stationary.partitions() % 32 == 0, "mx-partitions", [&] {
      return "stationary has " + std::to_string(stationary.partitions()) +
             " partitions; it must be a multiple of 32";
    });
    c.Rule(stationary.free_elements() % 2 == 0, "even-columns", [&] {
      return "stationary has " + std::to_string(stationary.free_elements()) +
             " elements per partition; it must be an even number";
    });
    CheckTile(c);
    CheckMxScales(c, stationary_scale, stationary);
    CheckMxScales(c, moving_scale, moving);
  }

  void CheckTile(Checker& c) const {
    const IntList position = tile_position.value_or(IntList{}), size = tile_size.value_or(IntList{});
    CheckPeTile(c, position, size, stationary.partitions(), stationary.free_elements());
    if (position.size() != 2 || size.size() != 2) return;
    c.Rule(position[1] == 0 && size[1] == 128, "row-tiles", [&] {
      return "tile_position is " + ToString(position) + " and tile_size is " + ToString(size) +
             "; MX tiles take all 128 columns from column 0";
    });
  }

  // Data and scales are one tensor: both of a pair follow the same index, or neither ("Tensor indirection").
  std::string_view RefusesIndirect(const View& operand) const {
    const bool agree = SameIndex(stationary, stationary_scale) && SameIndex(moving, moving_scale);
    if (!agree && &operand != &dst) return "an operand and its scales must follow the same index";
    return MatmulRefusesIndirect(tile_position.value_or(IntList{}));
  }
  static bool SameIndex(const View& data, const View& scales) {
    if (!data.indirect() || !scales.indirect()) return data.indirect() == scales.indirect();
    const View &a = data.dynamic->index, &b = scales.dynamic->index;
    return a.tensor == b.tensor && a.offset == b.offset && std::ranges::equal(a.axes(), b.axes());
  }

  // As a bfloat16 matmul of as many packed elements (trainium3_arch, "Quad-MXFP8/MXFP4 Matmul Performance").
  Cost CostOn(const Generation&) const {
    const double m = static_cast<double>(stationary.free_elements());
    return EngineCost(Engine::kTensor,
                      std::max(std::min(64.0, m), static_cast<double>(moving.free_elements())));
  }

  bool LaneLocal() const { return false; }
  bool ReadsDestination() const { return accumulate == true; }
  bool AddsWhereWritten() const { return !accumulate.has_value(); }
  Parts PartsTouched(const View& operand) const {
    if (&operand == &stationary_scale) return MxScaleRows(stationary_scale, stationary);
    if (&operand == &moving_scale) return MxScaleRows(moving_scale, moving);
    return std::nullopt;
  }

  void Run(RunContext& ctx) const {
    const bool adds = accumulate.value_or(ctx.destination == WriteState::kWritten);
    simd::MatmulMxTile({ctx.tile(stationary), ctx.tile(stationary_scale)},
                       {ctx.tile(moving), ctx.tile(moving_scale)}, ctx.tile(dst),
                       adds ? simd::Accumulate::kAdd : simd::Accumulate::kOverwrite, ctx.blocks);
  }

  static std::vector<NcMatmulMx> Samples(SampleBuilder& b) {
    const Dtype fp8 = Dtype::kFloat8E4m3fnX4, fp4 = Dtype::kFloat4E2m1fnX4, scale = Dtype::kFloat8E8m0fnu;
    NcMatmulMx tiled = {b.Psum({64, 100}, Dtype::kBfloat16), b.Sbuf({32, 64}, fp4), b.Sbuf({32, 100}, fp8),
                        b.Sbuf({4, 64}, Dtype::kUint8), b.Sbuf({4, 100}, Dtype::kUint8)};
    tiled.tile_position = IntList{32, 0};
    tiled.tile_size = IntList{32, 128};
    return {{b.Psum({128, 512}), b.Sbuf({128, 128}, fp8), b.Sbuf({128, 512}, fp8), b.Sbuf({128, 128}, scale),
             b.Sbuf({128, 512}, scale)},
            std::move(tiled)};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(NcMatmulMx, nc_matmul_mx, kDoc);

}  // namespace nki
