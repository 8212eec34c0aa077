"""What nisa.dma_compute refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Code, Refusals, hbm, psum, sbuf

refuse = Refusals(nisa.dma_compute, dst=sbuf(4, 8), srcs=[hbm(4, 8), hbm(4, 8)], reduce_op=nl.add)
refuse("space", srcs=[hbm(4, 8), psum(4, 8)])
refuse("packed-dtype", srcs=[hbm(4, 8), hbm(4, 8, nl.float8_e4m3fn_x4)])
refuse("same-elements", srcs=[hbm(4, 8), hbm(4, 7)])
refuse("source-count", srcs=[])
refuse("source-count", srcs=[hbm(4, 8)] * 17)
refuse("scales", scales=[1.0, 0.5])
refuse("scales", scales=[1.0])
refuse("oob-skip", oob_mode=nisa.oob_mode.skip)
ROWS = "hbm(9, 8).ap([[8, 4], [1, 8]], vector_offset=sbuf(4, 1, nl.{}))"
rows = Code(ROWS.format("int32"))
refuse("read-modify-write", dst=rows)
refuse("unique-indices", dst=rows, unique_indices=False)
refuse("read-modify-write", dst=rows, srcs=Code("[dst, hbm(4, 8)]"))
refuse("vector-offset", dst=Code(ROWS.format("float32")), srcs=Code("[dst, sbuf(4, 8)]"))
refuse("same-rows", dst=rows, srcs=Code("[dst, sbuf(8, 4)]"))
refuse.none("illegal start partition", "it may start at any")
case = refuse.text
