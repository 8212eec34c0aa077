"""What nisa.memset refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, psum, sbuf

refuse = Refusals(nisa.memset, dst=sbuf(4, 8, nl.uint8), value=1)
refuse("constant", value=None)
refuse("integer-value", value=0.5)
refuse("value-range", value=256)
refuse("packed-zero", dst=sbuf(4, 8, nl.float8_e4m3fn_x4))
refuse("engine", engine=nisa.engine.scalar)
refuse("gpsimd-psum", dst=psum(4, 8), engine=nisa.engine.gpsimd)
refuse.none("mismatched shapes", "it has one operand")
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(4, 8, nl.uint8)
#     memset: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     memset: value is 1 and dst is float8_e4m3fn_x4; only 0 is allowed [packed-zero]
# too many partitions:
#   dst=sbuf(256, 8, nl.uint8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 8, nl.uint8)[8:]
#     memset: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 8, nl.uint8)[::2]
#     memset: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# unknown keyword:
#   colour=1
#     TypeError: memset: no argument is called 'colour'; there are dst, value, engine, name
# missing operand:
#   dst=(left out)
#     TypeError: memset: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   value=(left out)
#     TypeError: memset: value is required and missing
# rules:
#   value=None
#     memset: value is None; it must be a number [constant]
#   value=0.5
#     memset: value is 0.5 and dst is uint8; it must be an integer [integer-value]
#   value=256
#     memset: value is 256 and dst is uint8; it must lie between 0 and 255 [value-range]
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     memset: value is 1 and dst is float8_e4m3fn_x4; only 0 is allowed [packed-zero]
#   engine=nisa.engine.scalar
#     memset: engine 'scalar' can't run it; allowed are vector, gpsimd [engine]
#   dst=psum(4, 8), engine=nisa.engine.gpsimd
#     memset: dst is in PSUM, which the GpSimd engine can't reach [gpsimd-psum]
# mismatched shapes: none, it has one operand
