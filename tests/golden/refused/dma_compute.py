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
AT_A_REGISTER = "hbm(9, 8).ap([[8, 4], [1, 8]], scalar_offset=nisa.register_alloc(1))"
refuse("static-address", dst=Code(AT_A_REGISTER))
refuse("static-address", srcs=[hbm(4, 8), Code(AT_A_REGISTER)])
refuse.none("illegal start partition", "it may start at any")
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=psum(4, 8)
#     dma_compute: dst is in psum; it must be in SBUF or HBM; write to a tile there and copy that with nisa.tensor_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     dma_compute: dst is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
# too many partitions:
#   dst=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# mismatched shapes:
#   dst=sbuf(4, 9)
#     dma_compute: srcs[0] has shape (4, 8) and dst has shape (4, 9); they must hold the same number of elements [same-elements]
#     dma_compute: srcs[1] has shape (4, 8) and dst has shape (4, 9); they must hold the same number of elements [same-elements]
#   dst=sbuf(2, 8)
#     dma_compute: srcs[0] has shape (4, 8) and dst has shape (2, 8); they must hold the same number of elements [same-elements]
#     dma_compute: srcs[1] has shape (4, 8) and dst has shape (2, 8); they must hold the same number of elements [same-elements]
# illegal operator:
#   reduce_op='add'
#     TypeError: dma_compute: reduce_op must be an operator such as nl.add, got 'add'
#   reduce_op=nl.maximum
#     dma_compute: reduce_op is 'maximum'; the DMA engines have 'add' only [reduce-op]
#   reduce_op=nl.square
#     dma_compute: reduce_op is 'square'; the DMA engines have 'add' only [reduce-op]
#   reduce_op=nl.bitwise_and
#     dma_compute: reduce_op is 'bitwise_and'; the DMA engines have 'add' only [reduce-op]
#   reduce_op=nl.tanh
#     ValueError: dma_compute: reduce_op: 'tanh' is a function of nisa.activation, not an operator of this instruction
# unknown keyword:
#   colour=1
#     TypeError: dma_compute: no argument is called 'colour'; there are dst, srcs, reduce_op, scales, unique_indices, oob_mode, name
# missing operand:
#   dst=(left out)
#     TypeError: dma_compute: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   srcs=(left out)
#     TypeError: dma_compute: srcs is required and missing
#   reduce_op=(left out)
#     TypeError: dma_compute: reduce_op is required and missing
# rules:
#   srcs=[hbm(4, 8), psum(4, 8)]
#     dma_compute: srcs[1] is in psum; it must be in SBUF or HBM; copy it to SBUF first with nisa.tensor_copy [space]
#   srcs=[hbm(4, 8), hbm(4, 8, nl.float8_e4m3fn_x4)]
#     dma_compute: srcs[1] is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   srcs=[hbm(4, 8), hbm(4, 7)]
#     dma_compute: srcs[1] has shape (4, 7) and dst has shape (4, 8); they must hold the same number of elements [same-elements]
#   srcs=[]
#     dma_compute: srcs has 0 members; it must have 1 to 16 [source-count]
#   srcs=[hbm(4, 8), hbm(4, 8), hbm(4, 8), hbm(4, 8), hbm(4, 8), hbm(4, 8), hbm(4, 8), hbm(4, 8), hbm(4, 8), hbm(4, 8), hbm(4, 8), hbm(4, 8), hbm(4, 8), hbm(4, 8), hbm(4, 8), hbm(4, 8), hbm(4, 8)]
#     dma_compute: srcs has 17 members; it must have 1 to 16 [source-count]
#   scales=[1.0, 0.5]
#     dma_compute: scales[1] is 0.5; the DMA engines multiply by 1.0 only [scales]
#   scales=[1.0]
#     dma_compute: scales has 1 members and srcs has 2; it must be None or 1.0 for each of srcs [scales]
#   oob_mode=nisa.oob_mode.skip
#     dma_compute: oob_mode.skip is for operands with a vector_offset only [oob-skip]
#   dst=hbm(9, 8).ap([[8, 4], [1, 8]], vector_offset=sbuf(4, 1, nl.int32))
#     dma_compute: with a vector_offset srcs must be dst and one more tensor, one in SBUF and one in HBM [read-modify-write]
#   dst=hbm(9, 8).ap([[8, 4], [1, 8]], vector_offset=sbuf(4, 1, nl.int32)), unique_indices=False
#     dma_compute: unique_indices must be True with a vector_offset [unique-indices]
#     dma_compute: with a vector_offset srcs must be dst and one more tensor, one in SBUF and one in HBM [read-modify-write]
#   dst=hbm(9, 8).ap([[8, 4], [1, 8]], vector_offset=sbuf(4, 1, nl.int32)), srcs=[dst, hbm(4, 8)]
#     dma_compute: with a vector_offset srcs must be dst and one more tensor, one in SBUF and one in HBM [read-modify-write]
#   dst=hbm(9, 8).ap([[8, 4], [1, 8]], vector_offset=sbuf(4, 1, nl.float32)), srcs=[dst, sbuf(4, 8)]
#     dma_compute: dst has the vector_offset sbuf.0[4, 1] float32 sbuf; it must be (4, 1) int32 or uint32 in SBUF, an index for each row [vector-offset]
#   dst=hbm(9, 8).ap([[8, 4], [1, 8]], vector_offset=sbuf(4, 1, nl.int32)), srcs=[dst, sbuf(8, 4)]
#     dma_compute: dst has 4 rows with an index each and srcs[1] has shape (8, 4); it must have as many rows [same-rows]
#   dst=hbm(9, 8).ap([[8, 4], [1, 8]], scalar_offset=nisa.register_alloc(1))
#     dma_compute: dst has a scalar_offset; the DMA engines sum at addresses known while tracing [static-address]
#   srcs=[hbm(4, 8), hbm(9, 8).ap([[8, 4], [1, 8]], scalar_offset=nisa.register_alloc(1))]
#     dma_compute: srcs[1] has a scalar_offset; the DMA engines sum at addresses known while tracing [static-address]
# illegal start partition: none, it may start at any
