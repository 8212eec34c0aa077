"""What nisa.rand2 refuses."""
import nki.isa as nisa

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.rand2, dst=sbuf(4, 8), min=sbuf(4, 1), max=sbuf(4, 1))
refuse("min-max", min=1.0, max=0.5)
refuse("min-max", min=None, max=0.5)
refuse("vector-xorwow", target="trn2")
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(4, 8)
#     rand2: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   min=hbm(4, 1)
#     rand2: min is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
#   max=hbm(4, 1)
#     rand2: max is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     rand2: dst is float8_e4m3fn_x4; allowed are float8_e4m3, float8_e5m2, float16, bfloat16, float32, tfloat32, int8, int16, int32, uint8, uint16, uint32 [dtype]
#   min=sbuf(4, 1, nl.int32)
#     rand2: min is int32; allowed are float32 [dtype]
#   min=sbuf(4, 1, nl.bfloat16)
#     rand2: min is bfloat16; allowed are float32 [dtype]
#   min=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     rand2: min is float8_e4m3fn_x4; allowed are float32 [dtype]
#   max=sbuf(4, 1, nl.int32)
#     rand2: max is int32; allowed are float32 [dtype]
#   max=sbuf(4, 1, nl.bfloat16)
#     rand2: max is bfloat16; allowed are float32 [dtype]
#   max=sbuf(4, 1, nl.float8_e4m3fn_x4)
#     rand2: max is float8_e4m3fn_x4; allowed are float32 [dtype]
# too many partitions:
#   dst=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   min=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   max=sbuf(256, 1)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 8)[8:]
#     rand2: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 8)[::2]
#     rand2: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   min=sbuf(12, 1)[8:]
#     rand2: min starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   min=sbuf(8, 1)[::2]
#     rand2: min takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   max=sbuf(12, 1)[8:]
#     rand2: max starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   max=sbuf(8, 1)[::2]
#     rand2: max takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(2, 8)
#     rand2: min has shape (4, 1); beside dst it must have one value per partition, (2, 1) [column]
#     rand2: max has shape (4, 1); beside dst it must have one value per partition, (2, 1) [column]
#   min=sbuf(4, 2)
#     rand2: min has shape (4, 2); beside dst it must have one value per partition, (4, 1) [column]
#   min=sbuf(2, 1)
#     rand2: min has shape (2, 1); beside dst it must have one value per partition, (4, 1) [column]
#   max=sbuf(4, 2)
#     rand2: max has shape (4, 2); beside dst it must have one value per partition, (4, 1) [column]
#   max=sbuf(2, 1)
#     rand2: max has shape (2, 1); beside dst it must have one value per partition, (4, 1) [column]
# unknown keyword:
#   colour=1
#     TypeError: rand2: no argument is called 'colour'; there are dst, min, max, name
# missing operand:
#   dst=(left out)
#     TypeError: rand2: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   min=(left out)
#     TypeError: rand2: min is required and missing
#   max=(left out)
#     TypeError: rand2: max is required and missing
# rules:
#   min=1.0, max=0.5
#     rand2: min is 1 and max is 0.5; min must be less than max [min-max]
#   min=None, max=0.5
#     rand2: min is None and max is 0.5; min must be less than max [min-max]
#   the legal call on trn2
#     rand2: trn2 does not have the XORWOW generators of the Vector engine; targets that have it: trn3 [vector-xorwow]
