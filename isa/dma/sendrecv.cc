// Tiles exchanged between the two cores of a logical NeuronCore.
#include "isa/instruction.h"

namespace nki {
namespace {

constexpr char kDoc[] = R"(dst = src of the core recv_from_rank, while src goes to the dst of send_to_rank.

Both cores of a launch kernel[2](...) issue it with the same pipe_id; neither goes on to another instruction before the
exchange is done. Exchanges with different pipe_id that follow each other may be issued in another order by the other
core, unless one writes what the other one touches. dst may be src. If the cores can't meet, the error names both lines.

Args:
  src: tile in SBUF that the other core receives.
  dst: tile in SBUF of src's dtype and shape.
  send_to_rank: 0 or 1, the other core.
  recv_from_rank: 0 or 1, the other core.
  pipe_id: which exchange of the other core this one belongs to.
  dma_engine: nki.isa.dma_engine.dma, or .gpsimd_dma for at most 1024, 512 or 256 bytes per partition of 4-, 2- or
    1-byte elements.

Errors: space, partitions-at-most, partition-step, in-bounds, start-partition, same-dtype, same-shape, rank,
  gpsimd-dma-bytes, lnc2.
Source: nki.isa.sendrecv, NKI 0.6.
)";

struct Sendrecv {
  View src, dst;
  int64_t send_to_rank = 0, recv_from_rank = 0, pipe_id = 0;
  DmaEngine dma_engine = DmaEngine::kDma;

  void VisitFields(FieldVisitor& v) {
    v.In("src", src).Out("dst", dst).Attr("send_to_rank", send_to_rank);
    v.Attr("recv_from_rank", recv_from_rank).Attr("pipe_id", pipe_id).Option("dma_engine", dma_engine);
  }

  void Check(Checker& c) const {
    c.Requires(Feature::kLnc2);
    for (const View* view : {&src, &dst}) {
      if (!c.ComputeOperand(*view, kSbuf)) return;
    }
    c.SameDtype(src, dst);
    c.Rule(src.shape() == dst.shape(), "same-shape", [&] {
      return "src has shape " + ToString(src.shape()) + " and dst has shape " + ToString(dst.shape()) +
             "; they must have the same";
    });
    for (const int64_t* rank : {&send_to_rank, &recv_from_rank}) {
      c.Rule(*rank == 0 || *rank == 1, "rank",
             [&] { return c.NameOf(rank) + " is " + std::to_string(*rank) + "; it must be 0 or 1"; });
    }
    if (dma_engine != DmaEngine::kGpsimdDma) return;
    const int64_t bytes = src.free_elements() * ItemBytes(src.dtype), most = 256 * ItemBytes(src.dtype);
    c.Rule(bytes <= most, "gpsimd-dma-bytes", [&] {
      return "src has " + std::to_string(bytes) + " bytes per partition; gpsimd_dma moves at most " +
             std::to_string(most) + " of " + std::string(Name(src.dtype));
    });
  }

  Cost CostOn(const Generation&) const {
    return {Engine::kDma, 0, src.elements() * ItemBytes(src.dtype), src.partitions()};
  }

  bool Splits() const { return false; }
  std::optional<Meeting> MeetsCore() const {
    return Meeting{Meeting::Kind::kExchange, pipe_id, send_to_rank, recv_from_rank, &src, &dst};
  }
  void Run(RunContext&) const {}  // the executor exchanges the tiles when both cores are there

  static std::vector<Sendrecv> Samples(SampleBuilder& b) {
    return {{b.Sbuf({128, 512}), b.Sbuf({128, 512}), 1, 1, 0},
            {b.Sbuf({64, 256}, Dtype::kBfloat16), b.Sbuf({64, 256}, Dtype::kBfloat16), 0, 0, 3,
             DmaEngine::kGpsimdDma}};
  }
};

}  // namespace

NKI_DEFINE_INSTRUCTION(Sendrecv, sendrecv, kDoc);

}  // namespace nki
