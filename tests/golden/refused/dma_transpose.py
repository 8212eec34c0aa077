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


# ---- expected ----
# wrong space:
#   dst=psum(16, 16, nl.bfloat16)
#     dma_transpose: dst is in psum; it must be in SBUF; write to a tile there and copy that with nisa.tensor_copy [space]
#   dst=hbm(16, 16, nl.bfloat16)
#     dma_transpose: dst is in shared_hbm; it must be in SBUF; write to a tile and store that with nisa.dma_copy [space]
#   src=psum(16, 16, nl.bfloat16)
#     dma_transpose: src is in psum; it must be in SBUF or HBM; copy it to SBUF first with nisa.tensor_copy [space]
# wrong dtype:
#   dst=sbuf(16, 16, nl.int32)
#     dma_transpose: src is bfloat16 and dst is int32; they must have the same dtype [same-dtype]
#   dst=sbuf(16, 16)
#     dma_transpose: src is bfloat16 and dst is float32; they must have the same dtype [same-dtype]
#   dst=sbuf(16, 16, nl.float8_e4m3fn_x4)
#     dma_transpose: src is bfloat16 and dst is float8_e4m3fn_x4; they must have the same dtype [same-dtype]
#   src=hbm(16, 16, nl.int32)
#     dma_transpose: src is int32 and dst is bfloat16; they must have the same dtype [same-dtype]
#   src=hbm(16, 16)
#     dma_transpose: src is float32 and dst is bfloat16; they must have the same dtype [same-dtype]
#   src=hbm(16, 16, nl.float8_e4m3fn_x4)
#     dma_transpose: src is float8_e4m3fn_x4 and dst is bfloat16; they must have the same dtype [same-dtype]
# too many partitions:
#   dst=sbuf(256, 16, nl.bfloat16)
#     ValueError: ndarray: shape (256, 16) has 256 partitions; sbuf of trn2 has 128; take it in tiles of at most 128 rows
# mismatched shapes:
#   dst=sbuf(16, 17, nl.bfloat16)
#     dma_transpose: src has shape (16, 16); dst must have shape (16, 16), not (16, 17) [transposed-shape]
#   dst=sbuf(8, 16, nl.bfloat16)
#     dma_transpose: src has shape (16, 16); dst must have shape (16, 16), not (8, 16) [transposed-shape]
#   src=hbm(16, 17, nl.bfloat16)
#     dma_transpose: src has shape (16, 17); dst must have shape (17, 16), not (16, 16) [transposed-shape]
#   src=hbm(8, 16, nl.bfloat16)
#     dma_transpose: src has shape (8, 16); dst must have shape (16, 8), not (16, 16) [transposed-shape]
# unknown keyword:
#   colour=1
#     TypeError: dma_transpose: no argument is called 'colour'; there are dst, src, axes, priority, dge_mode, oob_mode, name
# missing operand:
#   dst=(left out)
#     TypeError: dma_transpose: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   src=(left out)
#     TypeError: dma_transpose: src is required and missing
# rules:
#   axes=(0, 1)
#     dma_transpose: src has shape (16, 16) and axes is (0, 1); axes must be (1, 0), (2, 1, 0) or (3, 1, 2, 0), by the number of axes of src [transpose-axes]
#   src=hbm(16, nl.bfloat16)
#     dma_transpose: src has shape (16,); axes must be (1, 0), (2, 1, 0) or (3, 1, 2, 0), by the number of axes of src [transpose-axes]
#   priority=-1
#     dma_transpose: trn2 does not have DMA priorities; targets that have it: trn3 [dma-priority]
#     dma_transpose: priority is -1; it must lie between 0 and 3 [priority]
#   priority=1 on trn1
#     dma_transpose: trn1 does not have DMA priorities; targets that have it: trn3 [dma-priority]
#   dge_mode=nisa.dge_mode.swdge
#     dma_transpose: dge_mode must be unknown, none or hwdge without a vector_offset [dge-mode]
#   dge_mode=nisa.dge_mode.hwdge on trn1
#     dma_transpose: trn1 does not have dge_mode.hwdge; targets that have it: trn2, trn3 [hwdge]
#   dst=sbuf(16, 8, nl.bfloat16), src=hbm(8, 16, nl.bfloat16), dge_mode=nisa.dge_mode.hwdge
#     dma_transpose: src is bfloat16 of shape (8, 16); dge_mode.hwdge needs 2 bytes per element, at most 128 in the last axis and 16 in the first (with 3 or 4 axes 1, 2, 4, 8 or 16, times the last axis but one a multiple of 16) [hwdge-transpose]
#   oob_mode=nisa.oob_mode.skip
#     dma_transpose: oob_mode.skip is for a src with a dynamic offset only [oob-skip]
#   src=hbm(99, 16, nl.bfloat16).ap([[16, 16], [1, 16]], vector_offset=sbuf(16, 1, nl.uint32)) on trn1
#     dma_transpose: trn1 does not have dma_transpose of rows with a vector_offset; targets that have it: trn2, trn3 [gather-transpose]
#   src=hbm(99, 16, nl.bfloat16).ap([[16, 16], [1, 16]], vector_offset=sbuf(16, 1, nl.int32))
#     dma_transpose: src has the vector_offset sbuf.1[16, 1] int32 sbuf; it must be [P, N] uint32 in SBUF with P 16, 32, ... or 128 (128 if N is not 1) and P * N of 16 or more [vector-offset]
#   dst=sbuf(16, 16), src=hbm(99, 16, nl.float32).ap([[16, 16], [1, 16]], vector_offset=sbuf(16, 1, nl.uint32))
#     dma_transpose: src is hbm.0[16, 16] float32 shared_hbm; with a vector_offset it must be in HBM, of 2 bytes per element, with a multiple of 16 rows, at most 128 in the last axis and of 4 axes 1 in the second or third [gather-shape]
# illegal start partition: none, it may start at any
