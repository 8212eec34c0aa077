"""What nisa.rand_get_state refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, psum, sbuf

refuse = Refusals(nisa.rand_get_state, dst=sbuf(4, 6, nl.uint32))
refuse("engine", engine=nisa.engine.scalar)
refuse("gpsimd-psum", dst=psum(4, 6, nl.uint32))
refuse("gpsimd-random", target="trn1")
refuse("vector-xorwow", target="trn2", dst=sbuf(4, 24, nl.uint32), engine=nisa.engine.vector)
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=psum(4, 6, nl.uint32)
#     rand_get_state: dst is in PSUM, which the GpSimd engine can't reach [gpsimd-psum]
#   dst=hbm(4, 6, nl.uint32)
#     rand_get_state: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 6, nl.int32)
#     rand_get_state: dst is int32; allowed are uint32 [dtype]
#   dst=sbuf(4, 6)
#     rand_get_state: dst is float32; allowed are uint32 [dtype]
#   dst=sbuf(4, 6, nl.bfloat16)
#     rand_get_state: dst is bfloat16; allowed are uint32 [dtype]
#   dst=sbuf(4, 6, nl.float8_e4m3fn_x4)
#     rand_get_state: dst is float8_e4m3fn_x4; allowed are uint32 [dtype]
# too many partitions:
#   dst=sbuf(256, 6, nl.uint32)
#     ValueError: ndarray: shape (256, 6) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 6, nl.uint32)[8:]
#     rand_get_state: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 6, nl.uint32)[::2]
#     rand_get_state: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 7, nl.uint32)
#     rand_get_state: dst has 7 elements per partition; the state of the gpsimd engine has 6 [state-words]
# unknown keyword:
#   colour=1
#     TypeError: rand_get_state: no argument is called 'colour'; there are dst, engine, name
# missing operand:
#   dst=(left out)
#     TypeError: rand_get_state: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
# rules:
#   engine=nisa.engine.scalar
#     rand_get_state: engine 'scalar' can't run it; allowed are vector, gpsimd [engine]
#   dst=psum(4, 6, nl.uint32)
#     rand_get_state: dst is in PSUM, which the GpSimd engine can't reach [gpsimd-psum]
#   the legal call on trn1
#     rand_get_state: trn1 does not have random numbers on the GpSimd engine; targets that have it: trn2, trn3 [gpsimd-random]
#   dst=sbuf(4, 24, nl.uint32), engine=nisa.engine.vector on trn2
#     rand_get_state: trn2 does not have the XORWOW generators of the Vector engine; targets that have it: trn3 [vector-xorwow]
