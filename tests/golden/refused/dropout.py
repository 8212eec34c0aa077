"""What nisa.dropout refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.dropout, dst=sbuf(4, 8), data=sbuf(4, 8), prob=sbuf(4, 1))
refuse("probability", prob=1.5)
refuse("probability", prob=None)
refuse("prob-dtype", prob=sbuf(4, 1, nl.int32))
refuse("dtype", dst=sbuf(4, 8, nl.int32), data=sbuf(4, 8, nl.int32), prob=sbuf(4, 1, nl.bfloat16))
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(4, 8)
#     dropout: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   data=hbm(4, 8)
#     dropout: data is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   prob=hbm(4, 1)
#     dropout: prob is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8, nl.int32)
#     dropout: data is float32 and dst is int32; they must have the same dtype [same-dtype]
#   dst=sbuf(4, 8, nl.bfloat16)
#     dropout: data is float32 and dst is bfloat16; they must have the same dtype [same-dtype]
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     dropout: data is float32 and dst is float8_e4m3fn_x4; they must have the same dtype [same-dtype]
#   data=sbuf(4, 8, nl.int32)
#     dropout: data is int32 and dst is float32; they must have the same dtype [same-dtype]
#   data=sbuf(4, 8, nl.bfloat16)
#     dropout: data is bfloat16 and dst is float32; they must have the same dtype [same-dtype]
#   data=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     dropout: data is float8_e4m3fn_x4 and dst is float32; they must have the same dtype [same-dtype]
#   prob=sbuf(4, 1, nl.int32)
#     dropout: prob is int32; it must have a floating-point dtype [prob-dtype]
#   prob=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     dropout: prob is float8_e4m3fn_x4, which this instruction can't compute with [packed-dtype]
# too many partitions:
#   dst=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   data=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   prob=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 8)[8:]
#     dropout: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 8)[::2]
#     dropout: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   data=sbuf(12, 8)[8:]
#     dropout: data starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   data=sbuf(8, 8)[::2]
#     dropout: data takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   prob=sbuf(12, 1)[8:]
#     dropout: prob starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   prob=sbuf(8, 1)[::2]
#     dropout: prob takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 9)
#     dropout: data has 8 elements per partition and dst has 9; they must have the same number [same-free]
#   dst=sbuf(2, 8)
#     dropout: data has 4 partitions and dst has 2; they must have the same number [same-partitions]
#   data=sbuf(4, 9)
#     dropout: data has 9 elements per partition and dst has 8; they must have the same number [same-free]
#   data=sbuf(2, 8)
#     dropout: data has 2 partitions and dst has 4; they must have the same number [same-partitions]
#     dropout: prob has shape (4, 1); beside data it must have one value per partition, (2, 1) [column]
#   prob=sbuf(4, 2)
#     dropout: prob has shape (4, 2); beside data it must have one value per partition, (4, 1) [column]
#   prob=sbuf(2, 1)
#     dropout: prob has shape (2, 1); beside data it must have one value per partition, (4, 1) [column]
# unknown keyword:
#   colour=1
#     TypeError: dropout: no argument is called 'colour'; there are dst, data, prob, name
# missing operand:
#   dst=(left out)
#     TypeError: dropout: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   data=(left out)
#     TypeError: dropout: data is required and missing
#   prob=(left out)
#     TypeError: dropout: prob is required and missing
# rules:
#   prob=1.5
#     dropout: prob is 1.5; it must lie between 0 and 1 [probability]
#   prob=None
#     dropout: prob is None; it must lie between 0 and 1 [probability]
#   prob=sbuf(4, 1, nl.int32)
#     dropout: prob is int32; it must have a floating-point dtype [prob-dtype]
#   dst=sbuf(4, 8, nl.int32), data=sbuf(4, 8, nl.int32), prob=sbuf(4, 1, nl.bfloat16)
#     dropout: prob is bfloat16; allowed are float32 [dtype]
