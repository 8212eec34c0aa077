"""What nisa.affine_select refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(
    nisa.affine_select,
    dst=sbuf(4, 8),
    pattern=[[1, 8]],
    channel_multiplier=1,
    on_true_tile=sbuf(4, 8),
    on_false_value=0.0,
    cmp_op=nl.greater,
)
refuse("int32", offset=1 << 31)
refuse("int32", channel_multiplier=1 << 31)
refuse("int32", pattern=[[1 << 31, 8]])
refuse("pattern-rank", pattern=[])
refuse("pattern-elements", pattern=[[1, 7]])
refuse("constant", on_false_value=sbuf(4, 1))
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=psum(4, 8)
#     affine_select: dst is in psum; it must be in SBUF; write to a tile there and copy that with nisa.tensor_copy [space]
#   dst=hbm(4, 8)
#     affine_select: dst is in shared_hbm; it must be in SBUF; write to a tile and store that with nisa.dma_copy [space]
#   on_true_tile=psum(4, 8)
#     affine_select: on_true_tile is in psum; it must be in SBUF; copy it to SBUF first with nisa.tensor_copy [space]
#   on_true_tile=hbm(4, 8)
#     affine_select: on_true_tile is in shared_hbm; it must be in SBUF; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     affine_select: dst is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   on_true_tile=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     affine_select: on_true_tile is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
# too many partitions:
#   dst=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   on_true_tile=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 8)[8:]
#     affine_select: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 8)[::2]
#     affine_select: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   on_true_tile=sbuf(12, 8)[8:]
#     affine_select: on_true_tile starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   on_true_tile=sbuf(8, 8)[::2]
#     affine_select: on_true_tile takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 9)
#     affine_select: on_true_tile has 8 elements per partition and dst has 9; they must have the same number [same-free]
#     affine_select: pattern has 8 elements; dst has 9 elements per partition [pattern-elements]
#   dst=sbuf(2, 8)
#     affine_select: on_true_tile has 4 partitions and dst has 2; they must have the same number [same-partitions]
#   on_true_tile=sbuf(4, 9)
#     affine_select: on_true_tile has 9 elements per partition and dst has 8; they must have the same number [same-free]
#   on_true_tile=sbuf(2, 8)
#     affine_select: on_true_tile has 2 partitions and dst has 4; they must have the same number [same-partitions]
# illegal operator:
#   cmp_op='add'
#     TypeError: affine_select: cmp_op must be an operator such as nl.add, got 'add'
#   cmp_op=nl.add
#     affine_select: cmp_op is 'add'; allowed are equal, not_equal, less, less_equal, greater, greater_equal [comparison]
#   cmp_op=nl.maximum
#     affine_select: cmp_op is 'maximum'; allowed are equal, not_equal, less, less_equal, greater, greater_equal [comparison]
#   cmp_op=nl.square
#     affine_select: cmp_op is 'square'; allowed are equal, not_equal, less, less_equal, greater, greater_equal [comparison]
#   cmp_op=nl.bitwise_and
#     affine_select: cmp_op is 'bitwise_and'; allowed are equal, not_equal, less, less_equal, greater, greater_equal [comparison]
#   cmp_op=nl.tanh
#     ValueError: affine_select: cmp_op: 'tanh' is a function of nisa.activation, not an operator of this instruction
# unknown keyword:
#   colour=1
#     TypeError: affine_select: no argument is called 'colour'; there are dst, pattern, channel_multiplier, on_true_tile, on_false_value, cmp_op, offset, name
# missing operand:
#   dst=(left out)
#     TypeError: affine_select: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   pattern=(left out)
#     TypeError: affine_select: pattern is required and missing
#   channel_multiplier=(left out)
#     TypeError: affine_select: channel_multiplier is required and missing
#   on_true_tile=(left out)
#     TypeError: affine_select: on_true_tile is required and missing
#   on_false_value=(left out)
#     TypeError: affine_select: on_false_value is required and missing
# rules:
#   offset=2147483648
#     affine_select: 2147483648 in offset does not fit into int32 [int32]
#   channel_multiplier=2147483648
#     affine_select: 2147483648 in channel_multiplier does not fit into int32 [int32]
#   pattern=[[2147483648, 8]]
#     affine_select: 2147483648 in pattern does not fit into int32 [int32]
#   pattern=[]
#     affine_select: pattern has 0 pairs; it must have 1 to 4 [pattern-rank]
#   pattern=[[1, 7]]
#     affine_select: pattern has 7 elements; dst has 8 elements per partition [pattern-elements]
#   on_false_value=sbuf(4, 1)
#     affine_select: on_false_value must be a number [constant]
