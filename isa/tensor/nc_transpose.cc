// Two-dimensional transpose between the partition axis and the free axes.
#include <cmath>
#include <limits>

#include "isa/instruction.h"
#include "isa/simd/reduce.h"
#include "isa/simd/transpose.h"
#include "memory/scalar_types.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(dst[f, p] = data[p, f], on the Tensor or Vector engine.

Free axes count as one. Bit for bit, with one exception: the Tensor engine of trn1 multiplies data with an identity
matrix, so that a NaN or infinity data[p, f] makes the whole row dst[f] NaN.

Args:
  dst: result tile, [F, P]; PSUM on the Tensor engine, SBUF or PSUM on the Vector engine. The dtype of data.
  data: tile [P, F...]; at most [128, 128] in SBUF on the Tensor engine, [32, 32] in SBUF or PSUM on the Vector engine.
  engine: nki.isa.engine.tensor, .vector or .unknown (tensor if data is in SBUF and dst in PSUM).

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, free-at-most, same-dtype,
  transposed-shape, engine.
Source: nki.isa.nc_transpose, NKI 0.6; trainium2_arch, "Built-in Transpose Support".
)";

struct NcTranspose {
  View dst, data;
  Engine engine = Engine::kUnknown;

  void VisitFields(FieldVisitor& v) { v.Out("dst", dst).In("data", data).Option("engine", engine); }

  void Check(Checker& c) const {
    if (!c.EngineIn(engine, {Engine::kTensor, Engine::kVector})) return;
    const bool on_tensor = Chosen() == Engine::kTensor;
    if (!c.ComputeOperand(dst, on_tensor ? kPsum : kOnChip)) return;
    if (!c.ComputeOperand(data, on_tensor ? kSbuf : kOnChip)) return;
    if (!on_tensor && engine == Engine::kUnknown && (data.partitions() > 32 || data.free_elements() > 32)) {
      c.Rule(false, "engine",
             "a dst in SBUF means the Vector engine, which transposes at most 32 by 32 elements; with dst in "
             "PSUM the "
             "Tensor engine takes 128 by 128");
      return;
    }
    const int limit = on_tensor ? c.gen().stationary_free_max : 32;  // nki.isa.nc_transpose, NKI 0.6
    c.PartitionsAtMost(data, limit);
    c.FreeAtMost(data, limit);
    c.SameDtype(data, dst);
    c.Rule(dst.partitions() == data.free_elements() && dst.free_elements() == data.partitions(),
           "transposed-shape", [&] {
             return "data has shape " + ToString(data.shape()) + "; dst must be [" +
                    std::to_string(data.free_elements()) + ", " + std::to_string(data.partitions()) +
                    "], not " + ToString(dst.shape());
           });
  }

  Engine Chosen() const {
    if (engine != Engine::kUnknown) return engine;
    return In(dst.space(), kPsum) && In(data.space(), kSbuf) ? Engine::kTensor : Engine::kVector;
  }

  // Vector: one cycle per free element. Tensor: max(P, min(64, F)) (nki.isa.nc_transpose, v2.26), for float32
  // four passes on trn1 and two in the transpose mode of trn2 (trainium2_arch).
  Cost CostOn(const Generation& gen) const {
    const double p = static_cast<double>(data.partitions()), f = static_cast<double>(data.free_elements());
    if (Chosen() == Engine::kVector) return EngineCost(Engine::kVector, f);
    const int passes = ItemBytes(data.dtype) < 4 ? 1 : gen.Has(Feature::kExactTranspose) ? 2 : 4;
    return EngineCost(Engine::kTensor, std::max(p, std::min(64.0, f)) * passes);
  }

  bool LaneLocal() const { return false; }
  bool ReadsAllFirst() const { return true; }
  bool Splits() const {
    return dst.tensor != data.tensor;
  }  // in place, a worker would read what another wrote

  void Run(RunContext& ctx) const {
    const Tile from = ctx.tile(data), to = ctx.tile(dst);
    simd::TransposeTile(from, to, ctx.blocks);
    const bool multiplies = Chosen() == Engine::kTensor && !ctx.gen->Has(Feature::kExactTranspose);
    if (multiplies && IsFloat(data.dtype) && !AllFinite(from)) SpoilRows(to, ctx.blocks);
  }

  // The sum of a row with a NaN or infinity is not finite. A sum that overflows only costs the slower path.
  static bool AllFinite(const Tile& from) {
    alignas(64) std::byte lines[128 / kLanes][kLineBytes] = {};
    Tile sums;
    sums.base = lines[0];
    sums.block_bytes = kLineBytes;
    sums.partition = from.partition;
    sums.partitions = from.partitions;
    simd::ReduceTile(AluOp::kAdd, from, from.free_elements(), sums, false, {});
    for (int p = 0; p < sums.partitions; ++p) {
      if (!std::isfinite(LoadScalar(Dtype::kFloat32, sums.Address(sums.partition + p, 0)))) return false;
    }
    return true;
  }

  // 0 * NaN and 0 * infinity are NaN: the row dst[f] is a sum that has such a term.
  static void SpoilRows(const Tile& to, BlockRange blocks) {
    for (int p = to.partition; p < to.partition + to.partitions; ++p) {
      if (!blocks.Contains(p / kLanes)) continue;
      bool finite = true;
      ForEachAddress(to, p, [&](std::byte* at) { finite &= std::isfinite(LoadScalar(to.dtype, at)); });
      const uint32_t nan = EncodeScalar(to.dtype, std::numeric_limits<float>::quiet_NaN());
      if (!finite) ForEachAddress(to, p, [&](std::byte* at) { StoreBits(to.dtype, nan, at); });
    }
  }
  template <typename Visit>
  static void ForEachAddress(const Tile& tile, int p, Visit visit) {
    for (int64_t i = 0; i < tile.free_elements(); ++i) {
      int64_t element = tile.offset, rest = i;
      for (int axis = tile.rank - 1; axis >= 0; --axis) {
        element += rest % tile.dims[axis].count * tile.dims[axis].step;
        rest /= tile.dims[axis].count;
      }
      visit(tile.Address(p, element * ItemBytes(tile.dtype)));
    }
  }

  static std::vector<NcTranspose> Samples(SampleBuilder& b) {
    const Dtype bf16 = Dtype::kBfloat16;
    return {{b.Psum({128, 128}), b.Sbuf({128, 128})},
            {b.Psum({64, 128}, bf16), b.Sbuf({128, 64}, bf16), Engine::kTensor},
            {b.Sbuf({32, 32}), b.Sbuf({32, 4, 8}), Engine::kVector}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(NcTranspose, nc_transpose, kDoc);

}  // namespace nki
