"""What nisa.max8 refuses."""
import nki.isa as nisa

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.max8, dst=sbuf(4, 8), src=sbuf(4, 32))
refuse("free-between", src=sbuf(4, 7))
refuse("free-between", src=sbuf(4, 16385))
refuse("rank-at-most", src=sbuf(4, 2, 2, 8))
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(4, 8)
#     max8: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   src=hbm(4, 32)
#     max8: src is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     max8: dst is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   src=sbuf(4, 32, nl.float8_e4m3fn_x4)
#     max8: src is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
# too many partitions:
#   dst=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   src=sbuf(256, 32)
#     ValueError: ndarray: shape (256, 32) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 8)[8:]
#     max8: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 8)[::2]
#     max8: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   src=sbuf(12, 32)[8:]
#     max8: src starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   src=sbuf(8, 32)[::2]
#     max8: src takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 9)
#     max8: dst has 9 elements per partition; it must have 8 [free-exactly]
#   dst=sbuf(2, 8)
#     max8: src has 4 partitions and dst has 2; they must have the same number [same-partitions]
#   src=sbuf(2, 32)
#     max8: src has 2 partitions and dst has 4; they must have the same number [same-partitions]
# unknown keyword:
#   colour=1
#     TypeError: max8: no argument is called 'colour'; there are dst, src, name
# missing operand:
#   dst=(left out)
#     TypeError: max8: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   src=(left out)
#     TypeError: max8: src is required and missing
# rules:
#   src=sbuf(4, 7)
#     max8: src has 7 elements per partition; it must have 8 to 16384 [free-between]
#   src=sbuf(4, 16385)
#     max8: src has 16385 elements per partition; it must have 8 to 16384 [free-between]
#   src=sbuf(4, 2, 2, 8)
#     max8: src has 4 axes; it may have at most 3 [rank-at-most]
