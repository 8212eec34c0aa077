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
refuse(
    "vector-offset",
    src=Code("hbm(9, 8).ap([[8, 4], [1, 8]], vector_offset=sbuf(4, 1, nl.int32))"),
    dge_mode=nisa.dge_mode.none,
)
refuse("same-rows", dst=sbuf(8, 4), src=Code("hbm(9, 8).ap([[8, 4], [1, 8]], vector_offset=sbuf(4, 1, nl.int32))"))
refuse("engine", engine=nisa.engine.vector, dge_mode=nisa.dge_mode.hwdge)
refuse("engine-hwdge", engine=nisa.engine.scalar)
refuse("priority", priority=4)
refuse("dma-priority", target="trn1", priority=1)
refuse.none("illegal start partition", "it may start at any")
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=psum(4, 8)
#     dma_copy: dst is in psum; it must be in SBUF or HBM; write to a tile there and copy that with nisa.tensor_copy [space]
#   src=psum(4, 8)
#     dma_copy: src is in psum; it must be in SBUF or HBM; copy it to SBUF first with nisa.tensor_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     dma_copy: src is float32 and dst is float8_e4m3fn_x4; packed dtypes are copied to the same dtype only [packed-dtype]
#   src=hbm(4, 8, nl.float8_e4m3fn_x4)
#     dma_copy: src is float8_e4m3fn_x4 and dst is float32; packed dtypes are copied to the same dtype only [packed-dtype]
# too many partitions:
#   dst=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# mismatched shapes:
#   dst=sbuf(4, 9)
#     dma_copy: src has shape (4, 8) and dst has shape (4, 9); they must hold the same number of elements [same-elements]
#   dst=sbuf(2, 8)
#     dma_copy: src has shape (4, 8) and dst has shape (2, 8); they must hold the same number of elements [same-elements]
#   src=hbm(4, 9)
#     dma_copy: src has shape (4, 9) and dst has shape (4, 8); they must hold the same number of elements [same-elements]
#   src=hbm(2, 8)
#     dma_copy: src has shape (2, 8) and dst has shape (4, 8); they must hold the same number of elements [same-elements]
# unknown keyword:
#   colour=1
#     TypeError: dma_copy: no argument is called 'colour'; there are dst, src, priority, oob_mode, dge_mode, engine, name
# missing operand:
#   dst=(left out)
#     TypeError: dma_copy: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   src=(left out)
#     TypeError: dma_copy: src is required and missing
# rules:
#   src=hbm(4, 8, nl.bfloat16), dge_mode=nisa.dge_mode.hwdge
#     dma_copy: src is bfloat16 and dst is float32; dge_mode.hwdge can't convert dtypes: take dge_mode.swdge or .unknown [same-dtype]
#   dge_mode=nisa.dge_mode.hwdge on trn1
#     dma_copy: trn1 does not have dge_mode.hwdge; targets that have it: trn2, trn3 [hwdge]
#   src=hbm(9, 8).ap([[8, 4], [1, 8]], vector_offset=sbuf(3, 1, nl.int32))
#     dma_copy: src has the vector_offset sbuf.1[3, 1] int32 sbuf; it must be (4, 1) int32 or uint32 in SBUF, an index for each row [vector-offset]
#   src=hbm(9, 8).ap([[8, 4], [1, 8]], vector_offset=sbuf(4, 1))
#     dma_copy: src has the vector_offset sbuf.1[4, 1] float32 sbuf; it must be (4, 1) int32 or uint32 in SBUF, an index for each row [vector-offset]
#   src=hbm(9, 8).ap([[8, 4], [1, 8]], vector_offset=hbm(4, 1, nl.int32))
#     dma_copy: src has the vector_offset hbm.1[4, 1] int32 shared_hbm; it must be (4, 1) int32 or uint32 in SBUF, an index for each row [vector-offset]
#   src=sbuf(9, 8).ap([[8, 4], [1, 8]], vector_offset=sbuf(4, 1, nl.int32))
#     dma_copy: src is in SBUF; only rows of HBM can have an index each [vector-offset]
#   src=hbm(9, 8).ap([[8, 4], [1, 8]], vector_offset=sbuf(4, 1, nl.int32)), dge_mode=nisa.dge_mode.hwdge
#     dma_copy: a vector_offset needs dge_mode.swdge or .unknown; hwdge can't follow one [vector-offset]
#   src=hbm(9, 8).ap([[8, 4], [1, 8]], vector_offset=sbuf(4, 1, nl.int32)), dge_mode=nisa.dge_mode.none
#     dma_copy: a vector_offset needs dge_mode.swdge or .unknown; none can't follow one [vector-offset]
#   dst=sbuf(8, 4), src=hbm(9, 8).ap([[8, 4], [1, 8]], vector_offset=sbuf(4, 1, nl.int32))
#     dma_copy: src has 4 rows with an index each and dst has shape (8, 4); it must have as many rows [same-rows]
#   engine=nisa.engine.vector, dge_mode=nisa.dge_mode.hwdge
#     dma_copy: engine 'vector' can't run it; allowed are sync, scalar [engine]
#   engine=nisa.engine.scalar
#     dma_copy: engine is 'scalar'; it is chosen with dge_mode.hwdge only [engine-hwdge]
#   priority=4
#     dma_copy: priority is 4; it must lie between 0 and 3 [priority]
#   priority=1 on trn1
#     dma_copy: trn1 does not have DMA priorities; targets that have it: trn3 [dma-priority]
# illegal start partition: none, it may start at any
