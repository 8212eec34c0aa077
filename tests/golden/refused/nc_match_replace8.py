"""What nisa.nc_match_replace8 refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(
    nisa.nc_match_replace8,
    dst=sbuf(4, 32),
    data=sbuf(4, 32),
    vals=sbuf(4, 8),
    imm=0.0,
    dst_idx=sbuf(4, 8, nl.uint32),
)
refuse("free-between", dst=sbuf(4, 7), data=sbuf(4, 7))
refuse("rank-at-most", data=sbuf(4, 2, 2, 8))
refuse("constant", imm=sbuf(4, 1))
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(4, 32)
#     nc_match_replace8: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   data=hbm(4, 32)
#     nc_match_replace8: data is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   vals=hbm(4, 8)
#     nc_match_replace8: vals is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   dst_idx=hbm(4, 8, nl.uint32)
#     nc_match_replace8: dst_idx is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 32, nl.float8_e4m3fn_x4)
#     nc_match_replace8: dst is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   data=sbuf(4, 32, nl.float8_e4m3fn_x4)
#     nc_match_replace8: data is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   vals=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     nc_match_replace8: vals is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   dst_idx=sbuf(4, 8, nl.int32)
#     nc_match_replace8: dst_idx is int32; allowed are uint16, uint32 [dtype]
#   dst_idx=sbuf(4, 8)
#     nc_match_replace8: dst_idx is float32; allowed are uint16, uint32 [dtype]
#   dst_idx=sbuf(4, 8, nl.bfloat16)
#     nc_match_replace8: dst_idx is bfloat16; allowed are uint16, uint32 [dtype]
#   dst_idx=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     nc_match_replace8: dst_idx is float8_e4m3fn_x4; allowed are uint16, uint32 [dtype]
# too many partitions:
#   dst=sbuf(256, 32)
#     ValueError: ndarray: shape (256, 32) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   data=sbuf(256, 32)
#     ValueError: ndarray: shape (256, 32) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   vals=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   dst_idx=sbuf(256, 8, nl.uint32)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 32)[8:]
#     nc_match_replace8: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 32)[::2]
#     nc_match_replace8: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   data=sbuf(12, 32)[8:]
#     nc_match_replace8: data starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   data=sbuf(8, 32)[::2]
#     nc_match_replace8: data takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   vals=sbuf(12, 8)[8:]
#     nc_match_replace8: vals starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   vals=sbuf(8, 8)[::2]
#     nc_match_replace8: vals takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   dst_idx=sbuf(12, 8, nl.uint32)[8:]
#     nc_match_replace8: dst_idx starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst_idx=sbuf(8, 8, nl.uint32)[::2]
#     nc_match_replace8: dst_idx takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 33)
#     nc_match_replace8: data has 32 elements per partition and dst has 33; they must have the same number [same-free]
#   dst=sbuf(2, 32)
#     nc_match_replace8: data has 4 partitions and dst has 2; they must have the same number [same-partitions]
#     nc_match_replace8: vals has 4 partitions and dst has 2; they must have the same number [same-partitions]
#     nc_match_replace8: dst_idx has 4 partitions and dst has 2; they must have the same number [same-partitions]
#   data=sbuf(4, 33)
#     nc_match_replace8: data has 33 elements per partition and dst has 32; they must have the same number [same-free]
#   data=sbuf(2, 32)
#     nc_match_replace8: data has 2 partitions and dst has 4; they must have the same number [same-partitions]
#   vals=sbuf(4, 9)
#     nc_match_replace8: vals has 9 elements per partition; it must have 8 [free-exactly]
#   vals=sbuf(2, 8)
#     nc_match_replace8: vals has 2 partitions and dst has 4; they must have the same number [same-partitions]
#   dst_idx=sbuf(4, 9, nl.uint32)
#     nc_match_replace8: dst_idx has 9 elements per partition; it must have 8 [free-exactly]
#   dst_idx=sbuf(2, 8, nl.uint32)
#     nc_match_replace8: dst_idx has 2 partitions and dst has 4; they must have the same number [same-partitions]
# unknown keyword:
#   colour=1
#     TypeError: nc_match_replace8: no argument is called 'colour'; there are dst, data, vals, imm, dst_idx, name
# missing operand:
#   dst=(left out)
#     TypeError: nc_match_replace8: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   data=(left out)
#     TypeError: nc_match_replace8: data is required and missing
#   vals=(left out)
#     TypeError: nc_match_replace8: vals is required and missing
#   imm=(left out)
#     TypeError: nc_match_replace8: imm is required and missing
# rules:
#   dst=sbuf(4, 7), data=sbuf(4, 7)
#     nc_match_replace8: data has 7 elements per partition; it must have 8 to 16384 [free-between]
#   data=sbuf(4, 2, 2, 8)
#     nc_match_replace8: data has 4 axes; it may have at most 3 [rank-at-most]
#   imm=sbuf(4, 1)
#     nc_match_replace8: imm is a tensor; it must be a number [constant]
