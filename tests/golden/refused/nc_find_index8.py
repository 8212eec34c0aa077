"""What nisa.nc_find_index8 refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.nc_find_index8, dst=sbuf(4, 8, nl.uint32), data=sbuf(4, 32), vals=sbuf(4, 8))
refuse("free-between", data=sbuf(4, 7))
refuse("rank-at-most", data=sbuf(4, 2, 2, 8))
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(4, 8, nl.uint32)
#     nc_find_index8: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   data=hbm(4, 32)
#     nc_find_index8: data is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   vals=hbm(4, 8)
#     nc_find_index8: vals is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8, nl.int32)
#     nc_find_index8: dst is int32; allowed are uint16, uint32 [dtype]
#   dst=sbuf(4, 8)
#     nc_find_index8: dst is float32; allowed are uint16, uint32 [dtype]
#   dst=sbuf(4, 8, nl.bfloat16)
#     nc_find_index8: dst is bfloat16; allowed are uint16, uint32 [dtype]
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     nc_find_index8: dst is float8_e4m3fn_x4; allowed are uint16, uint32 [dtype]
#   data=sbuf(4, 32, nl.float8_e4m3fn_x4)
#     nc_find_index8: data is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   vals=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     nc_find_index8: vals is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
# too many partitions:
#   dst=sbuf(256, 8, nl.uint32)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   data=sbuf(256, 32)
#     ValueError: ndarray: shape (256, 32) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   vals=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 8, nl.uint32)[8:]
#     nc_find_index8: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 8, nl.uint32)[::2]
#     nc_find_index8: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   data=sbuf(12, 32)[8:]
#     nc_find_index8: data starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   data=sbuf(8, 32)[::2]
#     nc_find_index8: data takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   vals=sbuf(12, 8)[8:]
#     nc_find_index8: vals starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   vals=sbuf(8, 8)[::2]
#     nc_find_index8: vals takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 9, nl.uint32)
#     nc_find_index8: dst has 9 elements per partition; it must have 8 [free-exactly]
#   dst=sbuf(2, 8, nl.uint32)
#     nc_find_index8: data has 4 partitions and dst has 2; they must have the same number [same-partitions]
#     nc_find_index8: vals has 4 partitions and dst has 2; they must have the same number [same-partitions]
#   data=sbuf(2, 32)
#     nc_find_index8: data has 2 partitions and dst has 4; they must have the same number [same-partitions]
#   vals=sbuf(4, 9)
#     nc_find_index8: vals has 9 elements per partition; it must have 8 [free-exactly]
#   vals=sbuf(2, 8)
#     nc_find_index8: vals has 2 partitions and dst has 4; they must have the same number [same-partitions]
# unknown keyword:
#   colour=1
#     TypeError: nc_find_index8: no argument is called 'colour'; there are dst, data, vals, name
# missing operand:
#   dst=(left out)
#     TypeError: nc_find_index8: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   data=(left out)
#     TypeError: nc_find_index8: data is required and missing
#   vals=(left out)
#     TypeError: nc_find_index8: vals is required and missing
# rules:
#   data=sbuf(4, 7)
#     nc_find_index8: data has 7 elements per partition; it must have 8 to 16384 [free-between]
#   data=sbuf(4, 2, 2, 8)
#     nc_find_index8: data has 4 axes; it may have at most 3 [rank-at-most]
