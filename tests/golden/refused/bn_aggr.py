"""What nisa.bn_aggr refuses."""
import nki.isa as nisa

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.bn_aggr, dst=sbuf(4, 2), data=sbuf(4, 6))
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(4, 2)
#     bn_aggr: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   data=hbm(4, 6)
#     bn_aggr: data is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 2, nl.float8_e4m3fn_x4)
#     bn_aggr: dst is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
#   data=sbuf(4, 6, nl.float8_e4m3fn_x4)
#     bn_aggr: data is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
# too many partitions:
#   dst=sbuf(256, 2)
#     ValueError: ndarray: shape (256, 2) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   data=sbuf(256, 6)
#     ValueError: ndarray: shape (256, 6) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 2)[8:]
#     bn_aggr: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 2)[::2]
#     bn_aggr: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   data=sbuf(12, 6)[8:]
#     bn_aggr: data starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   data=sbuf(8, 6)[::2]
#     bn_aggr: data takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 3)
#     bn_aggr: dst has 3 elements per partition; it must have 2 [free-exactly]
#   dst=sbuf(2, 2)
#     bn_aggr: data has 4 partitions and dst has 2; they must have the same number [same-partitions]
#   data=sbuf(4, 7)
#     bn_aggr: data has 7 elements per partition; it must hold triples (count, mean, variance * count) [triples]
#   data=sbuf(2, 6)
#     bn_aggr: data has 2 partitions and dst has 4; they must have the same number [same-partitions]
# unknown keyword:
#   colour=1
#     TypeError: bn_aggr: no argument is called 'colour'; there are dst, data, name
# missing operand:
#   dst=(left out)
#     TypeError: bn_aggr: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   data=(left out)
#     TypeError: bn_aggr: data is required and missing
