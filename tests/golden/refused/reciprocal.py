"""What nisa.reciprocal refuses."""
import nki.isa as nisa

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.reciprocal, dst=sbuf(4, 8), data=sbuf(4, 8))
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(4, 8)
#     reciprocal: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   data=hbm(4, 8)
#     reciprocal: data is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     reciprocal: dst is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   data=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     reciprocal: data is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
# too many partitions:
#   dst=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   data=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 8)[8:]
#     reciprocal: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 8)[::2]
#     reciprocal: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   data=sbuf(12, 8)[8:]
#     reciprocal: data starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   data=sbuf(8, 8)[::2]
#     reciprocal: data takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 9)
#     reciprocal: data has 8 elements per partition and dst has 9; they must have the same number [same-free]
#   dst=sbuf(2, 8)
#     reciprocal: data has 4 partitions and dst has 2; they must have the same number [same-partitions]
#   data=sbuf(4, 9)
#     reciprocal: data has 9 elements per partition and dst has 8; they must have the same number [same-free]
#   data=sbuf(2, 8)
#     reciprocal: data has 2 partitions and dst has 4; they must have the same number [same-partitions]
# unknown keyword:
#   colour=1
#     TypeError: reciprocal: no argument is called 'colour'; there are dst, data, name
# missing operand:
#   dst=(left out)
#     TypeError: reciprocal: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   data=(left out)
#     TypeError: reciprocal: data is required and missing
