"""What nisa.rng refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, psum, sbuf

refuse = Refusals(nisa.rng, dst=sbuf(4, 8, nl.uint32))
refuse("engine", engine=nisa.engine.scalar)
refuse("gpsimd-psum", dst=psum(4, 8, nl.uint32), engine=nisa.engine.gpsimd)
refuse("gpsimd-random", target="trn1", engine=nisa.engine.gpsimd)
refuse.none("mismatched shapes", "it has one operand")
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(4, 8, nl.uint32)
#     rng: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8)
#     rng: dst is float32; allowed are int8, int16, int32, uint8, uint16, uint32 [dtype]
#   dst=sbuf(4, 8, nl.bfloat16)
#     rng: dst is bfloat16; allowed are int8, int16, int32, uint8, uint16, uint32 [dtype]
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     rng: dst is float8_e4m3fn_x4; allowed are int8, int16, int32, uint8, uint16, uint32 [dtype]
# too many partitions:
#   dst=sbuf(256, 8, nl.uint32)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 8, nl.uint32)[8:]
#     rng: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 8, nl.uint32)[::2]
#     rng: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# unknown keyword:
#   colour=1
#     TypeError: rng: no argument is called 'colour'; there are dst, engine, name
# missing operand:
#   dst=(left out)
#     TypeError: rng: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
# rules:
#   engine=nisa.engine.scalar
#     rng: engine 'scalar' can't run it; allowed are vector, gpsimd [engine]
#   dst=psum(4, 8, nl.uint32), engine=nisa.engine.gpsimd
#     rng: dst is in PSUM, which the GpSimd engine can't reach [gpsimd-psum]
#   engine=nisa.engine.gpsimd on trn1
#     rng: trn1 does not have random numbers on the GpSimd engine; targets that have it: trn2, trn3 [gpsimd-random]
# mismatched shapes: none, it has one operand
