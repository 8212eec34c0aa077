"""What nisa.exponential refuses."""
import nki.isa as nisa

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(
    nisa.exponential,
    dst=sbuf(4, 8),
    src=sbuf(4, 8),
    max_value=sbuf(4, 1),
    reduce_res=sbuf(4, 1),
    reduce_cmd=nisa.reduce_cmd.load_reduce,
    reduce_init=sbuf(4, 1),
)
refuse("exponential", target="trn2")
refuse("rank-at-most", src=sbuf(4, 1, 1, 2, 4))
refuse("given", max_value=None)
refuse("reduce-cmd", reduce_cmd=nisa.reduce_cmd.reset, reduce_init=0.0)
refuse("reduce-init", reduce_cmd=nisa.reduce_cmd.reduce)
refuse("idle-result", reduce_cmd=nisa.reduce_cmd.idle, reduce_init=0.0)
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(4, 8)
#     exponential: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   src=hbm(4, 8)
#     exponential: src is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   max_value=hbm(4, 1)
#     exponential: max_value is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   reduce_res=hbm(4, 1)
#     exponential: reduce_res is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   reduce_init=hbm(4, 1)
#     exponential: reduce_init is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     exponential: dst is float8_e4m3fn_x4; allowed are float8_e4m3, float8_e5m2, float16, bfloat16, float32, tfloat32, int8, int16, int32, uint8, uint16 [dtype]
#   src=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     exponential: src is float8_e4m3fn_x4; allowed are float8_e4m3, float8_e5m2, float16, bfloat16, float32, int8, int16, int32, uint8, uint16, uint32 [dtype]
#   max_value=sbuf(4, 1, nl.int32)
#     exponential: max_value is int32; allowed are float32 [dtype]
#   max_value=sbuf(4, 1, nl.bfloat16)
#     exponential: max_value is bfloat16; allowed are float32 [dtype]
#   max_value=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     exponential: max_value is float8_e4m3fn_x4; allowed are float32 [dtype]
#   reduce_res=sbuf(4, 1, nl.int32)
#     exponential: reduce_res is int32; allowed are float8_e4m3, float8_e5m2, float16, bfloat16, float32, tfloat32 [dtype]
#   reduce_res=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     exponential: reduce_res is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#     exponential: reduce_res is float8_e4m3fn_x4; allowed are float8_e4m3, float8_e5m2, float16, bfloat16, float32, tfloat32 [dtype]
#   reduce_init=sbuf(4, 1, nl.int32)
#     exponential: reduce_init is int32; allowed are float32 [dtype]
#   reduce_init=sbuf(4, 1, nl.bfloat16)
#     exponential: reduce_init is bfloat16; allowed are float32 [dtype]
#   reduce_init=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     exponential: reduce_init is float8_e4m3fn_x4; allowed are float32 [dtype]
# too many partitions:
#   dst=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   src=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   max_value=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   reduce_res=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   reduce_init=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 8)[8:]
#     exponential: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 8)[::2]
#     exponential: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   src=sbuf(12, 8)[8:]
#     exponential: src starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   src=sbuf(8, 8)[::2]
#     exponential: src takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   max_value=sbuf(12, 1)[8:]
#     exponential: max_value starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   max_value=sbuf(8, 1)[::2]
#     exponential: max_value takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   reduce_res=sbuf(12, 1)[8:]
#     exponential: reduce_res starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   reduce_res=sbuf(8, 1)[::2]
#     exponential: reduce_res takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   reduce_init=sbuf(12, 1)[8:]
#     exponential: reduce_init starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   reduce_init=sbuf(8, 1)[::2]
#     exponential: reduce_init takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 9)
#     exponential: src has 8 elements per partition and dst has 9; they must have the same number [same-free]
#   dst=sbuf(2, 8)
#     exponential: src has 4 partitions and dst has 2; they must have the same number [same-partitions]
#   src=sbuf(4, 9)
#     exponential: src has 9 elements per partition and dst has 8; they must have the same number [same-free]
#   src=sbuf(2, 8)
#     exponential: src has 2 partitions and dst has 4; they must have the same number [same-partitions]
#     exponential: max_value has shape (4, 1); beside src it must have one value per partition, (2, 1) [column]
#     exponential: reduce_init has shape (4, 1); beside src it must have one value per partition, (2, 1) [column]
#     exponential: reduce_res has shape (4, 1); beside src it must have one value per partition, (2, 1) [column]
#   max_value=sbuf(4, 2)
#     exponential: max_value has shape (4, 2); beside src it must have one value per partition, (4, 1) [column]
#   max_value=sbuf(2, 1)
#     exponential: max_value has shape (2, 1); beside src it must have one value per partition, (4, 1) [column]
#   reduce_res=sbuf(4, 2)
#     exponential: reduce_res has shape (4, 2); beside src it must have one value per partition, (4, 1) [column]
#   reduce_res=sbuf(2, 1)
#     exponential: reduce_res has shape (2, 1); beside src it must have one value per partition, (4, 1) [column]
#   reduce_init=sbuf(4, 2)
#     exponential: reduce_init has shape (4, 2); beside src it must have one value per partition, (4, 1) [column]
#   reduce_init=sbuf(2, 1)
#     exponential: reduce_init has shape (2, 1); beside src it must have one value per partition, (4, 1) [column]
# unknown keyword:
#   colour=1
#     TypeError: exponential: no argument is called 'colour'; there are dst, src, max_value, reduce_res, reduce_cmd, reduce_init, name
# missing operand:
#   dst=(left out)
#     TypeError: exponential: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   src=(left out)
#     TypeError: exponential: src is required and missing
#   reduce_cmd=(left out)
#     exponential: reduce_res is given and reduce_cmd is idle, which leaves the registers undefined on the device [idle-result]
#     exponential: reduce_init is a tensor; it must be 0.0 without reduce_cmd.load_reduce [reduce-init]
# rules:
#   the legal call on trn2
#     exponential: trn2 does not have nki.isa.exponential; targets that have it: trn3 [exponential]
#   src=sbuf(4, 1, 1, 2, 4)
#     exponential: src has 5 axes; it may have at most 4 [rank-at-most]
#   max_value=None
#     exponential: max_value is None; it must be a number or a column (P, 1) [given]
#   reduce_cmd=nisa.reduce_cmd.reset, reduce_init=0.0
#     exponential: reduce_cmd is reset; allowed are idle, reset_reduce, reduce, load_reduce [reduce-cmd]
#   reduce_cmd=nisa.reduce_cmd.reduce
#     exponential: reduce_init is a tensor; it must be 0.0 without reduce_cmd.load_reduce [reduce-init]
#   reduce_cmd=nisa.reduce_cmd.idle, reduce_init=0.0
#     exponential: reduce_res is given and reduce_cmd is idle, which leaves the registers undefined on the device [idle-result]
