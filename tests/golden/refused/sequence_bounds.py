"""What nisa.sequence_bounds refuses."""
import nki.isa as nisa

from tests.golden.refusals import Code, Refusals, sbuf

refuse = Refusals(nisa.sequence_bounds, dst=sbuf(1, 16), segment_ids=sbuf(1, 8))
refuse("partition-step", segment_ids=Code("sbuf(4, 8)[::2]"))
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=psum(1, 16)
#     sequence_bounds: dst is in psum; it must be in SBUF; write to a tile there and copy that with nisa.tensor_copy [space]
#   dst=hbm(1, 16)
#     sequence_bounds: dst is in shared_hbm; it must be in SBUF; write to a tile and store that with nisa.dma_copy [space]
#   segment_ids=psum(1, 8)
#     sequence_bounds: segment_ids is in psum; it must be in SBUF; copy it to SBUF first with nisa.tensor_copy [space]
#   segment_ids=hbm(1, 8)
#     sequence_bounds: segment_ids is in shared_hbm; it must be in SBUF; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(1, 16, nl.bfloat16)
#     sequence_bounds: dst is bfloat16; allowed are float32, int32 [dtype]
#   dst=sbuf(1, 16, nl.float8_e4m3fn_x4)
#     sequence_bounds: dst is float8_e4m3fn_x4; allowed are float32, int32 [dtype]
#   segment_ids=sbuf(1, 8, nl.bfloat16)
#     sequence_bounds: segment_ids is bfloat16; allowed are float32, int32 [dtype]
#   segment_ids=sbuf(1, 8, nl.float8_e4m3fn_x4)
#     sequence_bounds: segment_ids is float8_e4m3fn_x4; allowed are float32, int32 [dtype]
# too many partitions:
#   dst=sbuf(256, 16)
#     ValueError: ndarray: shape (256, 16) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   segment_ids=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(9, 16)[8:]
#     sequence_bounds: dst starts at partition 8; 1 partitions may start at 0, 32, 64 or 96 [start-partition]
#   segment_ids=sbuf(9, 8)[8:]
#     sequence_bounds: segment_ids starts at partition 8; 1 partitions may start at 0, 32, 64 or 96 [start-partition]
# mismatched shapes:
#   dst=sbuf(1, 17)
#     sequence_bounds: dst has 17 elements for 8 segment ids; it must have two for each [bounds-size]
#   dst=sbuf(2, 16)
#     sequence_bounds: dst has 2 partitions; it must have 1 [one-partition]
#   segment_ids=sbuf(1, 9)
#     sequence_bounds: dst has 16 elements for 9 segment ids; it must have two for each [bounds-size]
#   segment_ids=sbuf(2, 8)
#     sequence_bounds: segment_ids has 2 partitions; it must have 1 [one-partition]
# unknown keyword:
#   colour=1
#     TypeError: sequence_bounds: no argument is called 'colour'; there are dst, segment_ids, name
# missing operand:
#   dst=(left out)
#     TypeError: sequence_bounds: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   segment_ids=(left out)
#     TypeError: sequence_bounds: segment_ids is required and missing
# rules:
#   segment_ids=sbuf(4, 8)[::2]
#     sequence_bounds: segment_ids takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
