// Data movement between HBM and SBUF.
#include "isa/dma/indexed_rows.h"
#include "isa/dma/transfer.h"
#include "isa/instruction.h"
#include "isa/reach.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(dst = src, element by element in the order of the axes, by the DMA engines.

The shapes may differ, any partitions and steps are allowed. Equal dtypes keep every bit; others pass through float32
(round to nearest even; integers saturate).

Args:
  dst: tensor or tile in HBM or SBUF.
  src: tensor or tile in HBM or SBUF with as many elements as dst.
  priority: None, or 0 (highest) to 3 (from trn3).
  oob_mode: nki.isa.oob_mode.error refuses patterns that leave the storage of an HBM tensor, and indices that do so
    while the kernel runs; .skip leaves out the elements whose source or destination is outside, so that their
    destinations keep what they hold. A transfer that would leave its tile in SBUF is left out as a whole.
  dge_mode: nki.isa.dge_mode.unknown, .none, .swdge, or .hwdge (from trn2), which can't convert dtypes. With a
    vector_offset .unknown or .swdge.
  engine: nki.isa.engine.sync or .scalar, with dge_mode.hwdge only, or .unknown.

Errors: space, partitions-at-most, in-bounds, vector-offset, same-rows, same-elements, packed-dtype,
  same-dtype, hwdge, engine, engine-hwdge, priority, dma-priority.
Source: nki.isa.dma_copy, NKI 0.6.
)";

struct DmaCopy {
  View dst, src;
  std::optional<int64_t> priority = std::nullopt;
  OobMode oob_mode = OobMode::kError;
  DgeMode dge_mode = DgeMode::kUnknown;
  Engine engine = Engine::kUnknown;

  void VisitFields(FieldVisitor& v) {
    v.Out("dst", dst).In("src", src).Option("priority", priority).Option("oob_mode", oob_mode);
    v.Option("dge_mode", dge_mode).Option("engine", engine);
  }

  void Check(Checker& c) const {
    for (const View* view : {&dst, &src}) {
      if (!c.InSpaces(*view, kSbuf | kHbm)) return;
      if (view->on_chip()) c.PartitionsAtMost(*view, c.gen().partitions);
      if (view->on_chip() || oob_mode == OobMode::kError) c.InBounds(*view);
    }
    CheckIndexed(c, dst, src);
    CheckIndexed(c, src, dst);
    c.SameElements(src, dst);
    c.Convertible(src, dst);
    const bool hwdge = dge_mode == DgeMode::kHwdge;
    if (hwdge && c.Requires(Feature::kHwdge)) CheckHwdge(c, dst, src);
    const bool follows = dge_mode == DgeMode::kSwdge || dge_mode == DgeMode::kUnknown;
    c.Rule(follows || !(IsIndexed(dst) || IsIndexed(src)), "vector-offset", [&] {
      return "a vector_offset needs dge_mode.swdge or .unknown; " + std::string(hwdge ? "hwdge" : "none") +
             " can't follow one";
    });
    c.EngineIn(engine, {Engine::kSync, Engine::kScalar});
    c.Rule(engine == Engine::kUnknown || hwdge, "engine-hwdge", [&] {
      return "engine is '" + std::string(Name(engine)) + "'; it is chosen with dge_mode.hwdge only";
    });
    c.DmaPriority(priority);
  }

  // One descriptor per contiguous run; the DMA model of the timing pass turns them into time.
  Cost CostOn(const Generation&) const {
    const int64_t item = std::max(ItemBytes(src.dtype), ItemBytes(dst.dtype));
    return {Engine::kDma, 0, dst.elements() * item,
            dst.elements() / std::min(ContiguousRun(src), ContiguousRun(dst))};
  }

  bool MovesBits() const {
    return dst.dtype == src.dtype && !Dynamic() && !SkipsElements(dst, src) && !Overlaps(dst);
  }
  bool LaneLocal() const { return Splits(); }
  bool Splits() const {
    return !Dynamic() && !SkipsElements(dst, src) && MovesRows(dst, src) && !Overlaps(dst);
  }
  bool Dynamic() const { return dst.dynamic != nullptr || src.dynamic != nullptr; }
  bool FollowsVectorOffset() const { return true; }
  bool Skips() const { return oob_mode == OobMode::kSkip; }
  bool SkipsElements(const View& to, const View& from) const {
    return Skips() && !(StaysInside(from) && StaysInside(to));
  }

  Parts PartsTouched(const View& operand) const {
    if (Dynamic() || !SkipsElements(dst, src)) return std::nullopt;
    std::vector<View> parts;
    AddParts(dst, src, &operand == &dst, parts);
    return parts;
  }
  bool SkipsByData() const { return Skips() && Dynamic(); }
  Parts PartsMoved(const View& operand, const RunContext& ctx) const {
    if (!SkipsByData()) return std::nullopt;
    std::vector<View> parts;
    const bool by_row = IsIndexed(dst) || IsIndexed(src), of_dst = &operand == &dst;
    if (!by_row) AddParts(ctx.At(dst, true), ctx.At(src, true), of_dst, parts);
    for (int64_t row = 0; by_row && row < dst.dims[0].count; ++row)
      AddParts(RowAt(ctx, dst, true, row), RowAt(ctx, src, true, row), of_dst, parts);
    return parts;
  }
  void AddParts(const View& to, const View& from, bool of_dst, std::vector<View>& parts) const {
    if (!SkipsElements(to, from)) {
      parts.push_back(of_dst ? to : from);
    } else if (!LeavesChip(to) && !LeavesChip(from)) {
      AddInsideElements(to, from, of_dst ? to : from, parts);
    }
  }

  void Run(RunContext& ctx) const {
    if (!Dynamic()) return Copy(ctx, dst, src);
    if (!IsIndexed(dst) && !IsIndexed(src)) {
      return Copy(ctx, ctx.At(dst, Skips()), ctx.At(src, Skips()));
    }
    if (MoveIndexedRows(ctx, dst, src, Skips())) return;
    if (!Skips()) CheckRows(ctx, dst), CheckRows(ctx, src);
    for (int64_t row = 0; row < dst.dims[0].count; ++row) {
      Copy(ctx, RowAt(ctx, dst, Skips(), row), RowAt(ctx, src, Skips(), row));
    }
  }

  static bool LeavesChip(const View& view) { return view.on_chip() && !StaysInside(view); }

  void Copy(RunContext& ctx, const View& to, const View& from) const {
    if (SkipsElements(to, from)) {
      if (!LeavesChip(to) && !LeavesChip(from)) CopyInsideElements(ctx, to, from);
    } else if (!MovesRows(to, from)) {
      simd::CopyElements(DmaOperandOf(ctx, from), DmaOperandOf(ctx, to));
    } else {
      MoveRows(ctx, to, from);
    }
  }

  static std::vector<DmaCopy> Samples(SampleBuilder& b) {
    return {{b.Sbuf({128, 512}), b.Hbm({256, 2048}).Slice(0, 128, 256, 1).Slice(1, 512, 1024, 1)},
            {b.Hbm({128, 512}, Dtype::kBfloat16), b.Sbuf({128, 512})},
            {b.Sbuf({128, 4}), b.Hbm({512})},
            {b.Sbuf({32, 64}), b.Sbuf({64, 64}).Slice(0, 3, 35, 1)},
            {b.Hbm({6, 100}), b.Hbm({600})}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(DmaCopy, dma_copy, kDoc);

}  // namespace nki
