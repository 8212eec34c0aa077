"""What nisa.dma_transpose refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Code, Refusals, hbm, sbuf

refuse = Refusals(nisa.dma_transpose, target="trn2", dst=sbuf(16, 16, nl.bfloat16), src=hbm(16, 16, nl.bfloat16))
refuse("transpose-axes", axes=(0, 1))
refuse("transpose-axes", src=hbm(16, nl.bfloat16))
refuse("priority", priority=-1)
refuse("dma-priority", target="trn1", priority=1)
refuse("dge-mode", dge_mode=nisa.dge_mode.swdge)
refuse("hwdge", target="trn1", dge_mode=nisa.dge_mode.hwdge)
refuse("hwdge-transpose", dst=sbuf(16, 8, nl.bfloat16), src=hbm(8, 16, nl.bfloat16), dge_mode=nisa.dge_mode.hwdge)
refuse("oob-skip", oob_mode=nisa.oob_mode.skip)
rows = "hbm(99, 16, nl.bfloat16).ap([[16, 16], [1, 16]], vector_offset=sbuf(16, 1, nl.{}))"
refuse("gather-transpose", target="trn1", src=Code(rows.format("uint32")))
refuse("vector-offset", src=Code(rows.format("int32")))
refuse("gather-shape", dst=sbuf(16, 16), src=Code(rows.format("uint32").replace("nl.bfloat16", "nl.float32")))
refuse.none("illegal start partition", "it may start at any")
case = refuse.text
