"""What nisa.bn_stats refuses."""
import nki.isa as nisa

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.bn_stats, dst=sbuf(4, 6), data=sbuf(4, 512))
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(4, 6)
#     bn_stats: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   data=hbm(4, 512)
#     bn_stats: data is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 6, nl.float8_e4m3fn_x4)
#     bn_stats: dst is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   data=sbuf(4, 512, nl.float8_e4m3fn_x4)
#     bn_stats: data is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
# too many partitions:
#   dst=sbuf(256, 6)
#     ValueError: ndarray: shape (256, 6) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   data=sbuf(256, 512)
#     ValueError: ndarray: shape (256, 512) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 6)[8:]
#     bn_stats: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 6)[::2]
#     bn_stats: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   data=sbuf(12, 512)[8:]
#     bn_stats: data starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   data=sbuf(8, 512)[::2]
#     bn_stats: data takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 7)
#     bn_stats: dst has 7 elements per partition; it must have 6 [free-exactly]
#   dst=sbuf(2, 6)
#     bn_stats: data has 4 partitions and dst has 2; they must have the same number [same-partitions]
#   data=sbuf(4, 513)
#     bn_stats: data has 513 free elements; trn3 allows at most 512 [free-at-most]
#   data=sbuf(2, 512)
#     bn_stats: data has 2 partitions and dst has 4; they must have the same number [same-partitions]
# unknown keyword:
#   colour=1
#     TypeError: bn_stats: no argument is called 'colour'; there are dst, data, name
# missing operand:
#   dst=(left out)
#     TypeError: bn_stats: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   data=(left out)
#     TypeError: bn_stats: data is required and missing
