"""What nisa.range_select refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(
    nisa.range_select,
    dst=sbuf(4, 8),
    on_true_tile=sbuf(4, 8),
    comp_op0=nl.greater_equal,
    comp_op1=nl.less,
    bound0=sbuf(4, 1),
    bound1=sbuf(4, 1),
    reduce_res=sbuf(4, 1),
    reduce_op=nl.maximum,
)
refuse("range-select", target="trn1")
refuse("reduce-op", reduce_op=nl.add)
refuse("reduce-cmd", reduce_cmd=nisa.reduce_cmd.load_reduce)
refuse("idle-result", reduce_cmd=nisa.reduce_cmd.idle)
refuse("range-start", range_start=1 << 24)
refuse("on-false-value", on_false_value=0.0)
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(4, 8)
#     range_select: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   on_true_tile=hbm(4, 8)
#     range_select: on_true_tile is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   bound0=hbm(4, 1)
#     range_select: bound0 is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   bound1=hbm(4, 1)
#     range_select: bound1 is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   reduce_res=hbm(4, 1)
#     range_select: reduce_res is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     range_select: dst is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   on_true_tile=sbuf(4, 8, nl.int32)
#     range_select: on_true_tile is int32; it must be a float [float-dtype]
#   on_true_tile=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     range_select: on_true_tile is float8_e4m3fn_x4; it must be a float [float-dtype]
#   bound0=sbuf(4, 1, nl.int32)
#     range_select: bound0 is int32; allowed are float32 [dtype]
#   bound0=sbuf(4, 1, nl.bfloat16)
#     range_select: bound0 is bfloat16; allowed are float32 [dtype]
#   bound0=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     range_select: bound0 is float8_e4m3fn_x4; allowed are float32 [dtype]
#   bound1=sbuf(4, 1, nl.int32)
#     range_select: bound1 is int32; allowed are float32 [dtype]
#   bound1=sbuf(4, 1, nl.bfloat16)
#     range_select: bound1 is bfloat16; allowed are float32 [dtype]
#   bound1=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     range_select: bound1 is float8_e4m3fn_x4; allowed are float32 [dtype]
#   reduce_res=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     range_select: reduce_res is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
# too many partitions:
#   dst=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   on_true_tile=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   bound0=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   bound1=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   reduce_res=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 8)[8:]
#     range_select: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 8)[::2]
#     range_select: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   on_true_tile=sbuf(12, 8)[8:]
#     range_select: on_true_tile starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   on_true_tile=sbuf(8, 8)[::2]
#     range_select: on_true_tile takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   bound0=sbuf(12, 1)[8:]
#     range_select: bound0 starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   bound0=sbuf(8, 1)[::2]
#     range_select: bound0 takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   bound1=sbuf(12, 1)[8:]
#     range_select: bound1 starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   bound1=sbuf(8, 1)[::2]
#     range_select: bound1 takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   reduce_res=sbuf(12, 1)[8:]
#     range_select: reduce_res starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   reduce_res=sbuf(8, 1)[::2]
#     range_select: reduce_res takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 9)
#     range_select: on_true_tile has 8 elements per partition and dst has 9; they must have the same number [same-free]
#   dst=sbuf(2, 8)
#     range_select: on_true_tile has 4 partitions and dst has 2; they must have the same number [same-partitions]
#   on_true_tile=sbuf(4, 9)
#     range_select: on_true_tile has 9 elements per partition and dst has 8; they must have the same number [same-free]
#   on_true_tile=sbuf(2, 8)
#     range_select: on_true_tile has 2 partitions and dst has 4; they must have the same number [same-partitions]
#     range_select: bound0 has shape (4, 1); beside on_true_tile it must have one value per partition, (2, 1) [column]
#     range_select: bound1 has shape (4, 1); beside on_true_tile it must have one value per partition, (2, 1) [column]
#     range_select: reduce_res has shape (4, 1); beside on_true_tile it must have one value per partition, (2, 1) [column]
#   bound0=sbuf(4, 2)
#     range_select: bound0 has shape (4, 2); beside on_true_tile it must have one value per partition, (4, 1) [column]
#   bound0=sbuf(2, 1)
#     range_select: bound0 has shape (2, 1); beside on_true_tile it must have one value per partition, (4, 1) [column]
#   bound1=sbuf(4, 2)
#     range_select: bound1 has shape (4, 2); beside on_true_tile it must have one value per partition, (4, 1) [column]
#   bound1=sbuf(2, 1)
#     range_select: bound1 has shape (2, 1); beside on_true_tile it must have one value per partition, (4, 1) [column]
#   reduce_res=sbuf(4, 2)
#     range_select: reduce_res has shape (4, 2); beside on_true_tile it must have one value per partition, (4, 1) [column]
#   reduce_res=sbuf(2, 1)
#     range_select: reduce_res has shape (2, 1); beside on_true_tile it must have one value per partition, (4, 1) [column]
# illegal operator:
#   comp_op0='add'
#     TypeError: range_select: comp_op0 must be an operator such as nl.add, got 'add'
#   comp_op0=nl.add
#     range_select: comp_op0 is 'add'; allowed are equal, less, less_equal, greater, greater_equal [comparison]
#   comp_op0=nl.maximum
#     range_select: comp_op0 is 'maximum'; allowed are equal, less, less_equal, greater, greater_equal [comparison]
#   comp_op0=nl.square
#     range_select: comp_op0 is 'square'; allowed are equal, less, less_equal, greater, greater_equal [comparison]
#   comp_op0=nl.bitwise_and
#     range_select: comp_op0 is 'bitwise_and'; allowed are equal, less, less_equal, greater, greater_equal [comparison]
#   comp_op0=nl.tanh
#     ValueError: range_select: comp_op0: 'tanh' is a function of nisa.activation, not an operator of this instruction
#   comp_op1='add'
#     TypeError: range_select: comp_op1 must be an operator such as nl.add, got 'add'
#   comp_op1=nl.add
#     range_select: comp_op1 is 'add'; allowed are equal, less, less_equal, greater, greater_equal [comparison]
#   comp_op1=nl.maximum
#     range_select: comp_op1 is 'maximum'; allowed are equal, less, less_equal, greater, greater_equal [comparison]
#   comp_op1=nl.square
#     range_select: comp_op1 is 'square'; allowed are equal, less, less_equal, greater, greater_equal [comparison]
#   comp_op1=nl.bitwise_and
#     range_select: comp_op1 is 'bitwise_and'; allowed are equal, less, less_equal, greater, greater_equal [comparison]
#   comp_op1=nl.tanh
#     ValueError: range_select: comp_op1: 'tanh' is a function of nisa.activation, not an operator of this instruction
#   reduce_op='add'
#     TypeError: range_select: reduce_op must be an operator such as nl.add, got 'add'
#   reduce_op=nl.add
#     range_select: reduce_op is 'add'; it must be nl.maximum [reduce-op]
#   reduce_op=nl.square
#     range_select: reduce_op is 'square'; it must be nl.maximum [reduce-op]
#   reduce_op=nl.bitwise_and
#     range_select: reduce_op is 'bitwise_and'; it must be nl.maximum [reduce-op]
#   reduce_op=nl.tanh
#     ValueError: range_select: reduce_op: 'tanh' is a function of nisa.activation, not an operator of this instruction
# unknown keyword:
#   colour=1
#     TypeError: range_select: no argument is called 'colour'; there are dst, on_true_tile, comp_op0, comp_op1, bound0, bound1, reduce_cmd, reduce_res, reduce_op, range_start, on_false_value, name
# missing operand:
#   dst=(left out)
#     TypeError: range_select: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   on_true_tile=(left out)
#     TypeError: range_select: on_true_tile is required and missing
#   comp_op0=(left out)
#     TypeError: range_select: comp_op0 is required and missing
#   comp_op1=(left out)
#     TypeError: range_select: comp_op1 is required and missing
#   bound0=(left out)
#     TypeError: range_select: bound0 is required and missing
#   bound1=(left out)
#     TypeError: range_select: bound1 is required and missing
# rules:
#   the legal call on trn1
#     range_select: trn1 does not have nki.isa.range_select; targets that have it: trn2, trn3 [range-select]
#   reduce_op=nl.add
#     range_select: reduce_op is 'add'; it must be nl.maximum [reduce-op]
#   reduce_cmd=nisa.reduce_cmd.load_reduce
#     range_select: reduce_cmd is load_reduce; allowed are idle, reset_reduce, reduce [reduce-cmd]
#   reduce_cmd=nisa.reduce_cmd.idle
#     range_select: reduce_res is given and reduce_cmd is idle, which leaves the registers undefined on the device [idle-result]
#   range_start=16777216
#     range_select: range_start is 16777216; with 8 elements the indices must stay within 2^24 [range-start]
#   on_false_value=0.0
#     range_select: on_false_value is 0; it must be -3.4028235e38, the smallest float32 [on-false-value]
