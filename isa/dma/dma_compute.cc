// Sums that the DMA engines make while they move data.
#include "isa/dma/sum.h"
#include "isa/dma/transfer.h"
#include "isa/instruction.h"
#include "isa/reach.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst = srcs[0] + srcs[1] + ..., element by element in the order of the axes, by the DMA engines.

The shapes may differ, any partitions and steps are allowed, and dst may be one of srcs. Elements become float32, are
added in the order of the list and then converted to the dtype of dst (round to nearest even; integers saturate).

With a vector_offset, an index for each row, two srcs of which one is dst: rows of dst in HBM are added to (scatter), or
rows of HBM are added to dst in SBUF (gather).

Args:
  dst: tensor or tile in HBM or SBUF.
  srcs: 1 to 16 tensors or tiles in HBM or SBUF, each with as many elements as dst.
  reduce_op: nl.add.
  scales: None, or a factor of 1.0 for each of srcs.
  unique_indices: must be True with a vector_offset.
  oob_mode: nki.isa.oob_mode.error refuses indices that leave an HBM tensor while the kernel runs; with a vector_offset
    .skip leaves out such rows.

Errors: space, partitions-at-most, in-bounds, source-count, same-elements, packed-dtype, reduce-op, scales,
  static-address, vector-offset, same-rows, read-modify-write, unique-indices, oob-skip.
Source: nki.isa.dma_compute, NKI 0.6.
)";

struct DmaCompute {
  View dst;
  ViewList srcs;
  AluOp reduce_op;
  OperandList scales = {};
  bool unique_indices = true;
  OobMode oob_mode = OobMode::kError;

  void VisitFields(FieldVisitor& v) {
    v.Out("dst", dst).In("srcs", srcs).Attr("reduce_op", reduce_op).OptionalIn("scales", scales);
    v.Option("unique_indices", unique_indices).Option("oob_mode", oob_mode);
  }

  void Check(Checker& c) const {
    CheckOperand(c, dst);
    c.Rule(!srcs.empty() && srcs.size() <= 16, "source-count",
           [&] { return "srcs has " + std::to_string(srcs.size()) + " members; it must have 1 to 16"; });
    for (const View& src : srcs) {
      CheckOperand(c, src);
      c.SameElements(src, dst);
    }
    c.Rule(reduce_op == AluOp::kAdd, "reduce-op", [&] {
      return "reduce_op is '" + std::string(Name(reduce_op)) + "'; the DMA engines have 'add' only";
    });
    const auto is_one = [](const Operand& scale) { return scale.is_constant() && scale.constant == 1; };
    for (const Operand& scale : scales) {
      c.Rule(is_one(scale), "scales",
             [&] { return c.Says(scale) + "; the DMA engines multiply by 1.0 only"; });
    }
    c.Rule(scales.empty() || scales.size() == srcs.size(), "scales", [&] {
      return "scales has " + std::to_string(scales.size()) + " members and srcs has " +
             std::to_string(srcs.size()) + "; it must be None or 1.0 for each of srcs";
    });
    c.Rule(oob_mode == OobMode::kError || Indexed(), "oob-skip",
           "oob_mode.skip is for operands with a vector_offset only");
    if (Indexed()) CheckReadModifyWrite(c);
  }

  bool Indexed() const { return IsIndexed(dst) || std::ranges::any_of(srcs, IsIndexed); }

  void CheckReadModifyWrite(Checker& c) const {
    c.Rule(unique_indices, "unique-indices", "unique_indices must be True with a vector_offset");
    const bool first = !srcs.empty() && IsSameView(srcs[0], dst);
    const bool pair = srcs.size() == 2 && (first || IsSameView(srcs[1], dst));
    const View* other = pair ? &srcs[first ? 1 : 0] : nullptr;
    const bool fits =
        c.Rule(pair && (dst.on_chip() || other->on_chip()), "read-modify-write",
               "with a vector_offset srcs must be dst and one more tensor, one in SBUF and one in HBM");
    if (!fits) return;
    CheckIndexed(c, dst, *other);
    CheckIndexed(c, *other, dst);
  }

  static void CheckOperand(Checker& c, const View& view) {
    if (!c.InSpaces(view, kSbuf | kHbm)) return;
    if (view.on_chip()) c.PartitionsAtMost(view, c.gen().partitions);
    c.InBounds(view);
    c.NotPacked(view);
    c.Rule(view.dynamic == nullptr || IsIndexed(view), "static-address", [&] {
      return c.NameOf(&view) + " has a scalar_offset; the DMA engines sum at addresses known while tracing";
    });
  }

  // Every source is moved once, in descriptors as of dma_copy.
  Cost CostOn(const Generation&) const {
    Cost cost = {Engine::kDma, 0, 0, 0};
    for (const View& src : srcs) {
      cost.dma_bytes += src.elements() * std::max(ItemBytes(src.dtype), ItemBytes(dst.dtype));
      cost.dma_descriptors += src.elements() / std::min(ContiguousRun(src), ContiguousRun(dst));
    }
    return cost;
  }

  bool LaneLocal() const { return false; }
  bool Splits() const { return false; }

  bool FollowsVectorOffset() const { return true; }

  bool SkipsByData() const { return oob_mode == OobMode::kSkip; }
  Parts PartsMoved(const View& operand, const RunContext& ctx) const {
    if (!SkipsByData()) return std::nullopt;
    return InsideRows(ctx, dst, srcs, operand);
  }

  void Run(RunContext& ctx) const {
    const bool skips = oob_mode == OobMode::kSkip;
    const int64_t rows = Indexed() ? dst.dims[0].count : 1;
    if (!skips) {
      CheckRows(ctx, dst);
      for (const View& src : srcs) CheckRows(ctx, src);
    }
    for (int64_t row = 0; row < rows; ++row) {
      const auto at = [&](const View& view) { return Indexed() ? RowAt(ctx, view, skips, row) : view; };
      const View to = at(dst);
      ViewList from;
      for (const View& src : srcs) from.push_back(at(src));
      if (StaysInside(to) && std::ranges::all_of(from, StaysInside)) SumViews(ctx, to, from);
    }
  }

  static std::vector<DmaCompute> Samples(SampleBuilder& b) {
    const View sum = b.Sbuf({64, 100});
    return {{b.Sbuf({128, 512}), {b.Hbm({128, 512}), b.Hbm({128, 512})}, AluOp::kAdd},
            {b.Hbm({256, 256}, Dtype::kBfloat16),
             {b.Hbm({256, 256}), b.Hbm({256, 256}), b.Sbuf({128, 512})},
             AluOp::kAdd,
             OperandList(3, Operand::Constant(1))},
            {sum, {sum, b.Hbm({64, 100}, Dtype::kBfloat16)}, AluOp::kAdd}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(DmaCompute, dma_compute, kDoc);

}  // namespace nki
