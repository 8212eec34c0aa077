// Copies where a predicate holds.
#include "isa/instruction.h"
#include "isa/simd/select.h"
#include "memory/scalar_types.h"

namespace nki {
namespace {

constexpr char kDoc[] =
    R"(dst[p, f] = src[p, f] where predicate[p, f] holds; elsewhere dst keeps what it holds.

On the Vector engine; bit for bit. Elements of dst that nothing has written before and that are not copied to are 0
here and undefined on the device, which a warning says.

Args:
  dst: tile, [P <= 128, F...] in SBUF or PSUM.
  src: tile of dst's dtype with the partitions and free elements of dst, or a constant, which is converted to dst.dtype.
  predicate: tile of uint8, uint16 or uint32 with the partitions and free elements of dst; true is not 0; not in PSUM
    together with src.
  reverse_pred: copies where the predicate is 0.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, given, packed-dtype, same-dtype,
  same-partitions, same-free, both-psum, dtype.
Source: nki.isa.tensor_copy_predicated, NKI 0.6.
)";

struct TensorCopyPredicated {
  View dst;
  Operand src;  // what it calls a column is a whole tile here
  View predicate;
  bool reverse_pred = false;

  void VisitFields(FieldVisitor& v) {
    v.Out("dst", dst).In("src", src).In("predicate", predicate).Option("reverse_pred", reverse_pred);
  }

  void Check(Checker& c) const {
    for (const View* view : {&dst, &predicate}) {
      if (!c.ComputeOperand(*view, kOnChip)) return;
    }
    c.SamePartitions(predicate, dst);
    c.SameFree(predicate, dst);
    c.DtypeIn(predicate, {Dtype::kUint8, Dtype::kUint16, Dtype::kUint32});
    c.NotPacked(dst);
    c.Rule(src.given(), "given", "src is None; it must be a number or a tile");
    if (!src.is_column()) return;
    const View& tile = src.column;
    if (!c.ComputeOperand(tile, kOnChip)) return;
    c.SamePartitions(tile, dst);
    c.SameFree(tile, dst);
    c.SameDtype(tile, dst);
    c.NotBothInPsum(tile, predicate);
  }

  bool KeepsDestination() const { return true; }

  // Source: "Tensor indirection" of the page.
  std::string_view RefusesIndirect(const View& operand) const {
    return &operand == &dst || &operand == &predicate ? "" : "only dst and predicate can be one";
  }

  // One cycle per element; two if src and predicate are both in SBUF (nki.isa.tensor_copy_predicated, v2.26).
  Cost CostOn(const Generation&) const {
    const bool both_sbuf = src.is_column() && In(src.column.space(), kSbuf) && In(predicate.space(), kSbuf);
    return EngineCost(Engine::kVector, static_cast<double>(dst.free_elements()) * (both_sbuf ? 2 : 1));
  }

  void Run(RunContext& ctx) const {
    const Tile to = ctx.tile(dst);
    const Tile from = src.is_column() ? ctx.tile(src.column) : Tile();
    simd::CopyPredicatedTile(src.is_column() ? &from : nullptr, Bits(), ctx.tile(predicate), reverse_pred, to,
                             ctx.blocks);
  }
  // Of the constant. Integers of 32 bits are exact; others pass through float32.
  uint32_t Bits() const {
    const double value = src.constant;
    const bool is_int32 = dst.dtype == Dtype::kInt32 && value == static_cast<int32_t>(value);
    if (is_int32) return static_cast<uint32_t>(static_cast<int32_t>(value));
    const bool is_uint32 = dst.dtype == Dtype::kUint32 && value == static_cast<uint32_t>(value);
    return is_uint32 ? static_cast<uint32_t>(value) : EncodeScalar(dst.dtype, static_cast<float>(value));
  }

  static std::vector<TensorCopyPredicated> Samples(SampleBuilder& b) {
    const auto tile = [](const View& view) { return Operand{Operand::Kind::kColumn, false, 0, view}; };
    const Dtype bf16 = Dtype::kBfloat16;
    return {
        {b.Sbuf({128, 512}), tile(b.Psum({128, 512})), b.Sbuf({128, 512}, Dtype::kUint8)},
        {b.Sbuf({128, 512}, bf16), tile(b.Sbuf({128, 512}, bf16)), b.Sbuf({128, 512}, Dtype::kUint32), true},
        {b.Sbuf({64, 4, 16}, Dtype::kInt16), Operand::Constant(-1), b.Sbuf({64, 64}, Dtype::kUint16)}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(TensorCopyPredicated, tensor_copy_predicated, kDoc);

}  // namespace nki
