// Transposes on the way into SBUF.
#include <memory>

#include "isa/dma/transfer.h"
#include "isa/dma/transpose_modes.h"
#include "isa/instruction.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(dst = src with its first and last axes exchanged, by the DMA engines.

src[i0, i1] becomes dst[i1, i0], src[i0, i1, i2] becomes dst[i2, i1, i0] and src[i0, i1, i2, i3] becomes
dst[i3, i1, i2, i0]. Every bit is kept; any partitions and steps are allowed, and src and dst may overlap.

src may be rows of HBM with a vector_offset of [P, N] indices (from trn2): row i has the index of partition i % P in
column i / P. P is 16, 32, ... or 128, and 128 if N is not 1.

Args:
  dst: tile in SBUF with exactly the shape of the transposed src; the dtype of src.
  src: tensor or tile of 2 to 4 axes in HBM or SBUF.
  axes: None, or what the number of axes gives: (1, 0), (2, 1, 0) or (3, 1, 2, 0). Axis i of dst is axis axes[i] of src.
  priority: None, or 0 (highest) to 3 (from trn3).
  dge_mode: nki.isa.dge_mode.unknown, .none (which AWS's own kernels pass), or .hwdge (from trn2) for a dtype of
    2 bytes, a last axis of at most 128 and a first axis of 16 elements; with 3 or 4 axes of 1, 2, 4, 8 or 16, times
    the last axis but one a multiple of 16. With a vector_offset .unknown or .swdge.
  oob_mode: nki.isa.oob_mode.error refuses offsets that leave an HBM tensor while the kernel runs; .skip, for a src with
    a dynamic offset, leaves out such rows: dst keeps what it holds there.

Errors: space, partitions-at-most, in-bounds, transpose-axes, transposed-shape, same-dtype, priority, dma-priority,
  dge-mode, hwdge, hwdge-transpose, gather-transpose, vector-offset, gather-shape, oob-skip.
Source: nki.isa.dma_transpose, NKI 0.6.
)";

struct DmaTranspose {
  View dst, src;
  std::optional<IntList> axes = std::nullopt;
  std::optional<int64_t> priority = std::nullopt;
  DgeMode dge_mode = DgeMode::kUnknown;
  OobMode oob_mode = OobMode::kError;

  void VisitFields(FieldVisitor& v) {
    v.Out("dst", dst).In("src", src).Option("axes", axes).Option("priority", priority);
    v.Option("dge_mode", dge_mode).Option("oob_mode", oob_mode);
  }

  void Check(Checker& c) const {
    if (!c.InSpaces(dst, kSbuf) || !c.InSpaces(src, kSbuf | kHbm)) return;
    for (const View* view : {&dst, &src}) {
      if (view->on_chip()) c.PartitionsAtMost(*view, c.gen().partitions);
      c.InBounds(*view);
    }
    c.SameDtype(src, dst);
    c.DmaPriority(priority);
    c.Rule(!SkipsByData() || src.dynamic != nullptr, "oob-skip",
           "oob_mode.skip is for a src with a dynamic offset only");
    if (CheckAxes(c)) CheckMode(c);
  }

  bool CheckAxes(Checker& c) const {
    const bool fits = src.rank >= 2 && src.rank <= 4 && (!axes || std::ranges::equal(*axes, Order(src.rank)));
    const bool legal = c.Rule(fits, "transpose-axes", [&] {
      return "src has shape " + ToString(src.shape()) + (axes ? " and axes is " + ToString(*axes) : "") +
             "; axes must be (1, 0), (2, 1, 0) or (3, 1, 2, 0), by the number of axes of src";
    });
    if (!legal) return false;
    Shape wanted = src.shape();
    std::swap(wanted.front(), wanted.back());
    c.Rule(dst.shape() == wanted, "transposed-shape", [&] {
      return "src has shape " + ToString(src.shape()) + "; dst must have shape " + ToString(wanted) +
             ", not " + ToString(dst.shape());
    });
    return true;
  }

  void CheckMode(Checker& c) const {
    if (IsIndexed(src)) {
      c.Rule(dge_mode == DgeMode::kUnknown || dge_mode == DgeMode::kSwdge, "dge-mode",
             "dge_mode must be unknown or swdge with a vector_offset");
      return CheckGatherTranspose(c, src);
    }
    c.Rule(dge_mode != DgeMode::kSwdge, "dge-mode",
           "dge_mode must be unknown, none or hwdge without a vector_offset");
    if (dge_mode == DgeMode::kHwdge) CheckHwdgeTranspose(c, src);
  }

  // Axis i of dst is this axis of src.
  static std::span<const int> Order(int rank) {
    static constexpr int kOrders[3][4] = {{1, 0}, {2, 1, 0}, {3, 1, 2, 0}};
    return {kOrders[rank - 2], static_cast<size_t>(rank)};
  }

  Cost CostOn(const Generation&) const {
    return {Engine::kDma, 0, dst.elements() * ItemBytes(dst.dtype), src.elements() / ContiguousRun(src)};
  }

  bool LaneLocal() const { return false; }
  bool ReadsAllFirst() const { return true; }
  // In place, a worker would read what another wrote.
  bool Splits() const { return dst.tensor != src.tensor && dst.dynamic == nullptr && src.dynamic == nullptr; }
  bool FollowsVectorOffset() const { return true; }
  bool SkipsByData() const { return oob_mode == OobMode::kSkip; }
  Parts PartsMoved(const View& operand, const RunContext& ctx) const {
    if (!SkipsByData() && (&operand == &dst || !IsIndexed(src))) return std::nullopt;
    return TransposedRows(ctx, src, SkipsByData(), &operand == &dst ? &dst : nullptr);
  }
  void Run(RunContext& ctx) const {
    const bool gathers = IsIndexed(src) || SkipsByData();
    if (!gathers && !src.on_chip()) return Load(ctx, ctx.linear(src));
    if (!gathers && TransposeTiles(ctx, dst, src)) return;
    const int64_t bytes = src.elements() * ItemBytes(src.dtype);
    const std::unique_ptr<std::byte[]> rows(new std::byte[static_cast<size_t>(bytes)]);
    const LinearTile copy = Dense(src, rows.get());
    if (SkipsByData()) simd::StoreRows(ctx.tile(ctx.At(dst)), Transposed(copy), {});  // for rows left out
    if (gathers) {
      GatherRows(ctx, src, SkipsByData(), copy);
    } else {
      simd::StoreRows(ctx.tile(ctx.At(src)), copy, {});
    }
    Load(ctx, copy);
  }

  static LinearTile Transposed(LinearTile rows) {
    std::swap(rows.dims[0], rows.dims[rows.rank - 1]);
    return rows;
  }
  void Load(RunContext& ctx, const LinearTile& rows) const {
    simd::LoadRows(Transposed(rows), ctx.tile(ctx.At(dst)), ctx.blocks);
  }

  static std::vector<DmaTranspose> Samples(SampleBuilder& b) {
    const Dtype bf16 = Dtype::kBfloat16;
    DmaTranspose hwdge = {b.Sbuf({128, 8, 16}, bf16), b.Hbm({16, 8, 128}, bf16)};
    hwdge.dge_mode = DgeMode::kHwdge;
    return {{b.Sbuf({128, 512}), b.Hbm({512, 128})},
            {b.Sbuf({128, 128}, bf16), b.Sbuf({128, 128}, bf16)},
            std::move(hwdge),
            {b.Sbuf({64, 3, 2, 100}), b.Hbm({100, 3, 2, 64}), IntList{3, 1, 2, 0}}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(DmaTranspose, dma_transpose, kDoc);

}  // namespace nki
