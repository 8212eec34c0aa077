"""What nisa.iota refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.iota, dst=sbuf(4, 8, nl.int32), pattern=[[1, 8]])
refuse("int32", offset=1 << 31)
refuse("pattern-rank", pattern=[[1, 1], [1, 2], [1, 2], [1, 2], [1, 1]])
refuse("pattern-elements", pattern=[[1, 7]])
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=psum(4, 8, nl.int32)
#     iota: dst is in psum; it must be in SBUF; write to a tile there and copy that with nisa.tensor_copy [space]
#   dst=hbm(4, 8, nl.int32)
#     iota: dst is in shared_hbm; it must be in SBUF; write to a tile and store that with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     iota: dst is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
# too many partitions:
#   dst=sbuf(256, 8, nl.int32)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 8, nl.int32)[8:]
#     iota: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 8, nl.int32)[::2]
#     iota: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 9, nl.int32)
#     iota: pattern has 8 elements; dst has 9 elements per partition [pattern-elements]
# unknown keyword:
#   colour=1
#     TypeError: iota: no argument is called 'colour'; there are dst, pattern, offset, channel_multiplier, name
# missing operand:
#   dst=(left out)
#     TypeError: iota: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   pattern=(left out)
#     TypeError: iota: pattern is required and missing
# rules:
#   offset=2147483648
#     iota: 2147483648 in offset does not fit into int32 [int32]
#   pattern=[[1, 1], [1, 2], [1, 2], [1, 2], [1, 1]]
#     iota: pattern has 5 pairs; it must have 1 to 4 [pattern-rank]
#   pattern=[[1, 7]]
#     iota: pattern has 7 elements; dst has 8 elements per partition [pattern-elements]
