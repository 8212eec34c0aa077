"""What nisa.dma_copy refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Code, Refusals, hbm, sbuf

refuse = Refusals(nisa.dma_copy, dst=sbuf(4, 8), src=hbm(4, 8))
refuse("same-dtype", src=hbm(4, 8, nl.bfloat16), dge_mode=nisa.dge_mode.hwdge)
refuse("hwdge", target="trn1", dge_mode=nisa.dge_mode.hwdge)
refuse("vector-offset", src=Code("hbm(9, 8).ap([[8, 4], [1, 8]], vector_offset=sbuf(3, 1, nl.int32))"))
refuse("vector-offset", src=Code("hbm(9, 8).ap([[8, 4], [1, 8]], vector_offset=sbuf(4, 1))"))
refuse("vector-offset", src=Code("hbm(9, 8).ap([[8, 4], [1, 8]], vector_offset=hbm(4, 1, nl.int32))"))
refuse("vector-offset", src=Code("sbuf(9, 8).ap([[8, 4], [1, 8]], vector_offset=sbuf(4, 1, nl.int32))"))
refuse(
    "vector-offset",
    src=Code("hbm(9, 8).ap([[8, 4], [1, 8]], vector_offset=sbuf(4, 1, nl.int32))"),
    dge_mode=nisa.dge_mode.hwdge,
)
refuse("same-rows", dst=sbuf(8, 4), src=Code("hbm(9, 8).ap([[8, 4], [1, 8]], vector_offset=sbuf(4, 1, nl.int32))"))
refuse("engine", engine=nisa.engine.vector, dge_mode=nisa.dge_mode.hwdge)
refuse("engine-hwdge", engine=nisa.engine.scalar)
refuse("priority", priority=4)
refuse("dma-priority", target="trn1", priority=1)
refuse.none("illegal start partition", "it may start at any")
case = refuse.text
