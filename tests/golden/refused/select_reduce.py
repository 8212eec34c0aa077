"""What nisa.select_reduce refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, psum, sbuf

refuse = Refusals(
    nisa.select_reduce,
    dst=sbuf(4, 8),
    predicate=sbuf(4, 8, nl.uint8),
    on_true=sbuf(4, 8),
    on_false=sbuf(4, 1),
    reduce_res=sbuf(4, 1),
    reduce_cmd=nisa.reduce_cmd.reset_reduce,
    reduce_op=nl.maximum,
)
refuse("both-psum", predicate=psum(4, 8, nl.uint8), on_true=psum(4, 8))
refuse("given", on_false=None)
refuse("reduce-cmd", reduce_cmd=nisa.reduce_cmd.load_reduce)
refuse("idle-result", reduce_cmd=nisa.reduce_cmd.idle)
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(4, 8)
#     select_reduce: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   predicate=hbm(4, 8, nl.uint8)
#     select_reduce: predicate is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   on_true=hbm(4, 8)
#     select_reduce: on_true is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   on_false=hbm(4, 1)
#     select_reduce: on_false is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   reduce_res=hbm(4, 1)
#     select_reduce: reduce_res is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     select_reduce: dst is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   predicate=sbuf(4, 8, nl.int32)
#     select_reduce: predicate is int32; allowed are int8, uint8, int16, uint16 [dtype]
#   predicate=sbuf(4, 8)
#     select_reduce: predicate is float32; allowed are int8, uint8, int16, uint16 [dtype]
#   predicate=sbuf(4, 8, nl.bfloat16)
#     select_reduce: predicate is bfloat16; allowed are int8, uint8, int16, uint16 [dtype]
#   predicate=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     select_reduce: predicate is float8_e4m3fn_x4; allowed are int8, uint8, int16, uint16 [dtype]
#   on_true=sbuf(4, 8, nl.int32)
#     select_reduce: on_true is int32; every dtype but tfloat32, int32 and uint32 is allowed [on-true-dtype]
#   on_true=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     select_reduce: on_true is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   on_false=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     select_reduce: on_false is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   reduce_res=sbuf(4, 1, nl.int32)
#     select_reduce: reduce_res is int32; it must be a float [reduce-res-dtype]
#   reduce_res=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     select_reduce: reduce_res is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#     select_reduce: reduce_res is float8_e4m3fn_x4; it must be a float [reduce-res-dtype]
# too many partitions:
#   dst=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   predicate=sbuf(256, 8, nl.uint8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   on_true=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   on_false=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   reduce_res=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 8)[8:]
#     select_reduce: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 8)[::2]
#     select_reduce: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   predicate=sbuf(12, 8, nl.uint8)[8:]
#     select_reduce: predicate starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   predicate=sbuf(8, 8, nl.uint8)[::2]
#     select_reduce: predicate takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   on_true=sbuf(12, 8)[8:]
#     select_reduce: on_true starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   on_true=sbuf(8, 8)[::2]
#     select_reduce: on_true takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   on_false=sbuf(12, 1)[8:]
#     select_reduce: on_false starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   on_false=sbuf(8, 1)[::2]
#     select_reduce: on_false takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   reduce_res=sbuf(12, 1)[8:]
#     select_reduce: reduce_res starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   reduce_res=sbuf(8, 1)[::2]
#     select_reduce: reduce_res takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 9)
#     select_reduce: on_true has 8 elements per partition and dst has 9; they must have the same number [same-free]
#   dst=sbuf(2, 8)
#     select_reduce: on_true has 4 partitions and dst has 2; they must have the same number [same-partitions]
#   predicate=sbuf(4, 9, nl.uint8)
#     select_reduce: on_true has 8 elements per partition and predicate has 9; they must have the same number [same-free]
#   predicate=sbuf(2, 8, nl.uint8)
#     select_reduce: on_true has 4 partitions and predicate has 2; they must have the same number [same-partitions]
#   on_true=sbuf(4, 9)
#     select_reduce: on_true has 9 elements per partition and predicate has 8; they must have the same number [same-free]
#   on_true=sbuf(2, 8)
#     select_reduce: on_true has 2 partitions and predicate has 4; they must have the same number [same-partitions]
#     select_reduce: on_false has shape (4, 1); beside on_true it must have one value per partition, (2, 1) [column]
#     select_reduce: reduce_res has shape (4, 1); beside on_true it must have one value per partition, (2, 1) [column]
#   on_false=sbuf(4, 2)
#     select_reduce: on_false has shape (4, 2); beside on_true it must have one value per partition, (4, 1) [column]
#   on_false=sbuf(2, 1)
#     select_reduce: on_false has shape (2, 1); beside on_true it must have one value per partition, (4, 1) [column]
#   reduce_res=sbuf(4, 2)
#     select_reduce: reduce_res has shape (4, 2); beside on_true it must have one value per partition, (4, 1) [column]
#   reduce_res=sbuf(2, 1)
#     select_reduce: reduce_res has shape (2, 1); beside on_true it must have one value per partition, (4, 1) [column]
# illegal operator:
#   reduce_op='add'
#     TypeError: select_reduce: reduce_op must be an operator such as nl.add, got 'add'
#   reduce_op=nl.add
#     select_reduce: reduce_op is 'add'; it must be nl.maximum [reduce-op]
#   reduce_op=nl.square
#     select_reduce: reduce_op is 'square'; it must be nl.maximum [reduce-op]
#   reduce_op=nl.bitwise_and
#     select_reduce: reduce_op is 'bitwise_and'; it must be nl.maximum [reduce-op]
#   reduce_op=nl.tanh
#     ValueError: select_reduce: reduce_op: 'tanh' is a function of nisa.activation, not an operator of this instruction
# unknown keyword:
#   colour=1
#     TypeError: select_reduce: no argument is called 'colour'; there are dst, predicate, on_true, on_false, reduce_res, reduce_cmd, reduce_op, reverse_pred, name
# missing operand:
#   dst=(left out)
#     TypeError: select_reduce: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   predicate=(left out)
#     TypeError: select_reduce: predicate is required and missing
#   on_true=(left out)
#     TypeError: select_reduce: on_true is required and missing
#   on_false=(left out)
#     TypeError: select_reduce: on_false is required and missing
#   reduce_cmd=(left out)
#     select_reduce: reduce_res is given and reduce_cmd is idle, which leaves the registers undefined on the device [idle-result]
# rules:
#   predicate=psum(4, 8, nl.uint8), on_true=psum(4, 8)
#     select_reduce: on_true and predicate are both in PSUM; one of them must be in SBUF [both-psum]
#   on_false=None
#     select_reduce: on_false is None; it must be a number or a column (P, 1) [given]
#   reduce_cmd=nisa.reduce_cmd.load_reduce
#     select_reduce: reduce_cmd is load_reduce; allowed are idle, reset_reduce, reduce [reduce-cmd]
#   reduce_cmd=nisa.reduce_cmd.idle
#     select_reduce: reduce_res is given and reduce_cmd is idle, which leaves the registers undefined on the device [idle-result]
