// Matrix multiplication of two tiles into PSUM.
#include "isa/instruction.h"
#include "isa/simd/matmul_parts.h"
#include "isa/simd/transpose.h"
#include "isa/tensor/pe_array.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(dst[m, n] (+)= sum over k of stationary[k, m] * moving[k, n], on the Tensor engine.

Free axes count as one. Products are summed in float32 in ascending k; the sum is stored to dst or added to it. With
float32 and tfloat32 operands, and under portable math, the bits are the same on every CPU.

Args:
  dst: result tile [M, N] in PSUM, float32 (from trn3 also bfloat16); on trn1 and trn2 within one 2 KiB bank.
  stationary: tile [K <= 128, M <= 128] in SBUF: bfloat16, float16, float32, tfloat32, float8_e4m3 or float8_e5m2
    (trn3: float8_e4m3fn). float32 and tfloat32 go with each other only, float8_e4m3 never with float8_e4m3fn.
  moving: tile [K, N] in SBUF, N <= 512 (trn3: 4096, 8192 into bfloat16).
  is_stationary_onezero, is_moving_onezero: hints for float32 without effect on the values.
  is_transpose: moving is a [K, K] identity. From trn2 dst has the dtype of stationary and receives its bits,
    transposed.
  accumulate: False overwrites dst, True adds to it, None overwrites what nothing has written yet and adds otherwise.
  tile_position, tile_size: (row, column) of the part of the 128 x 128 array that is used; both or neither. Sizes are 32
    (rows: from trn2), 64 or 128, positions multiples of them; stationary must fit.
  perf_mode: double_row (from trn2) for float8: stationary [K, 2, M] and moving [K, 2, N] contract over K and the 2.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, same-partitions, free-at-most, dst-shape,
  dst-bank, dtype, matmul-dtypes, e4m3fn-matmul, bf16-psum, transpose-identity, same-dtype, transpose-only,
  tile-pair, tile-size, tile-position, tile-fit, small-pe-tiles, double-row, double-row-shape, double-row-tiling.
Source: nki.isa.nc_matmul, NKI 0.6.
)";

struct NcMatmul {
  View dst, stationary, moving;
  bool is_stationary_onezero = false;
  bool is_moving_onezero = false;
  bool is_transpose = false;
  std::optional<bool> accumulate = std::nullopt;
  IntList tile_position = {};
  IntList tile_size = {};
  PerfMode perf_mode = PerfMode::kNone;

  void VisitFields(FieldVisitor& v) {
    v.Out("dst", dst).In("stationary", stationary).In("moving", moving);
    v.Option("is_stationary_onezero", is_stationary_onezero).Option("is_moving_onezero", is_moving_onezero);
    v.Option("is_transpose", is_transpose)
        .Option("accumulate", accumulate)
        .Option("tile_position", tile_position);
    v.Option("tile_size", tile_size).Option("perf_mode", perf_mode);
  }

  void Check(Checker& c) const {
    if (!c.ComputeOperand(dst, kPsum)) return;
    for (const View* view : {&stationary, &moving}) {
      if (!c.ComputeOperand(*view, kSbuf)) return;
    }
    c.SamePartitions(stationary, moving);
    if (DoubleRow() && !CheckDoubleRow(c)) return;
    CheckMatmulSizes(c, dst, stationary, moving, Rows());
    CheckDestination(c);
    CheckMatmulDtypes(c, stationary, moving, DoubleRow());
    CheckPeTile(c, tile_position, tile_size, stationary.partitions(), stationary.free_elements() / Rows());
    if (tile_size.size() == 2 && tile_size[0] == 32) c.Requires(Feature::kSmallPeTiles);
  }

  bool CheckDoubleRow(Checker& c) const {
    c.Requires(Feature::kDoubleRow);
    c.Rule(tile_size.size() != 2 || tile_size[1] == 128, "double-row-tiling",
           "perf_mode=double_row can't be combined with tiles of less than 128 columns");
    const auto is_double = [](const View& view) { return view.rank >= 3 && view.dims[1].count == 2; };
    return c.Rule(is_double(stationary) && is_double(moving), "double-row-shape", [&] {
      return "perf_mode=double_row needs stationary [K, 2, M] and moving [K, 2, N]; they have shapes " +
             ToString(stationary.shape()) + " and " + ToString(moving.shape());
    });
  }

  void CheckDestination(Checker& c) const {
    if (is_transpose && c.gen().Has(Feature::kExactTranspose)) {
      c.SameDtype(stationary, dst);
      c.Rule(moving.free_elements() == moving.partitions(), "transpose-identity", [&] {
        return "is_transpose needs a square identity as moving; it has shape " + ToString(moving.shape());
      });
      c.Rule(accumulate != true && !DoubleRow(), "transpose-only",
             "is_transpose moves bits; it can neither accumulate nor go with perf_mode=double_row");
    } else if (c.DtypeIn(dst, {Dtype::kFloat32, Dtype::kBfloat16}) && dst.dtype == Dtype::kBfloat16) {
      c.Requires(Feature::kBf16Psum);
    }
  }

  bool DoubleRow() const { return perf_mode == PerfMode::kDoubleRow; }
  int Rows() const { return DoubleRow() ? 2 : 1; }

  std::string_view RefusesIndirect(const View& operand) const {
    if (is_transpose && &operand == &moving) return "moving can't be one beside is_transpose";
    const bool narrow = ItemBytes(operand.dtype) <= 2;  // CheckMatmulDtypes leaves float16, bfloat16, float8
    return narrow ? MatmulRefusesIndirect(tile_position) : "float32 can't be one";
  }

  // Many matmuls back to back: max(min(64, M), N), times 4 for float32, halved by double_row
  // (nki.isa.nc_matmul, v2.26, v2.27). float32 at half with a onezero hint (0.6) or is_transpose (trn2).
  Cost CostOn(const Generation& gen) const {
    const double m = static_cast<double>(stationary.free_elements()) / Rows();
    const double n = static_cast<double>(moving.free_elements()) / Rows();
    const bool float32 = stationary.dtype == Dtype::kFloat32 || moving.dtype == Dtype::kFloat32;
    const bool halved =
        is_stationary_onezero || is_moving_onezero || (is_transpose && gen.Has(Feature::kExactTranspose));
    const double passes = float32 ? (halved ? 2 : 4) : DoubleRow() ? 0.5 : 1;
    return EngineCost(Engine::kTensor, std::max(std::min(64.0, m), n) * passes);
  }

  bool LaneLocal() const { return false; }
  bool ReadsDestination() const { return accumulate == true; }
  bool AddsWhereWritten() const { return !accumulate.has_value(); }

  void Run(RunContext& ctx) const {
    if (is_transpose && ctx.gen->Has(Feature::kExactTranspose)) {
      simd::TransposeTile(ctx.tile(stationary), ctx.tile(dst), ctx.blocks);
      return;
    }
    const bool adds = accumulate.value_or(ctx.destination == WriteState::kWritten);
    const auto how = adds ? simd::Accumulate::kAdd : simd::Accumulate::kOverwrite;
    const bool fast = !ctx.portable_math;
    const Tile to = ctx.tile(dst);
    if (!DoubleRow()) {
      simd::MatmulTile(ctx.tile(stationary), ctx.tile(moving), to, how, fast, ctx.blocks);
      return;
    }
    simd::MatmulParts sums(to, how, ctx.blocks);
    for (int row : {0, 1}) {
      sums.Add(ctx.tile(stationary.Select(1, row, true)), ctx.tile(moving.Select(1, row, true)), fast);
    }
    sums.Finish();
  }

  static std::vector<NcMatmul> Samples(SampleBuilder& b) {
    const Dtype bf16 = Dtype::kBfloat16, fp8 = Dtype::kFloat8E4m3;
    NcMatmul double_row = {b.Psum({64, 512}), b.Sbuf({128, 2, 64}, fp8), b.Sbuf({128, 2, 512}, fp8)};
    double_row.perf_mode = PerfMode::kDoubleRow;
    return {{b.Psum({128, 512}), b.Sbuf({128, 128}), b.Sbuf({128, 512})},
            {b.Psum({128, 512}), b.Sbuf({128, 128}, bf16), b.Sbuf({128, 4, 128}, bf16)},
            std::move(double_row)};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(NcMatmul, nc_matmul, kDoc);

}  // namespace nki
