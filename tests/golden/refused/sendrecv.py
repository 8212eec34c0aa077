"""What nisa.sendrecv refuses."""
import nki.isa as nisa

from tests.golden.refusals import Code, Refusals, sbuf

refuse = Refusals(
    nisa.sendrecv,
    on_cores=2,
    src=sbuf(4, 8),
    dst=sbuf(4, 8),
    send_to_rank=Code("1 - nl.program_id(0)"),
    recv_from_rank=Code("1 - nl.program_id(0)"),
    pipe_id=0,
)
refuse("rank", send_to_rank=2)
refuse("lnc2", target="trn1")
refuse("gpsimd-dma-bytes", src=sbuf(4, 257), dst=sbuf(4, 257), dma_engine=nisa.dma_engine.gpsimd_dma)
case = refuse.text
