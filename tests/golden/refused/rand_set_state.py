"""What nisa.rand_set_state refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.rand_set_state, src_seeds=sbuf(4, 6, nl.uint32))
refuse("engine", engine=nisa.engine.scalar)
refuse("gpsimd-random", target="trn1")
refuse("vector-xorwow", target="trn2", src_seeds=sbuf(4, 24, nl.uint32), engine=nisa.engine.vector)
case = refuse.text


# ---- expected ----
# wrong space:
#   src_seeds=psum(4, 6, nl.uint32)
#     rand_set_state: src_seeds is in psum; it must be in SBUF; copy it to SBUF first with nisa.tensor_copy [space]
#   src_seeds=hbm(4, 6, nl.uint32)
#     rand_set_state: src_seeds is in shared_hbm; it must be in SBUF; load it first with nisa.dma_copy [space]
# wrong dtype:
#   src_seeds=sbuf(4, 6, nl.int32)
#     rand_set_state: src_seeds is int32; allowed are uint32 [dtype]
#   src_seeds=sbuf(4, 6)
#     rand_set_state: src_seeds is float32; allowed are uint32 [dtype]
#   src_seeds=sbuf(4, 6, nl.bfloat16)
#     rand_set_state: src_seeds is bfloat16; allowed are uint32 [dtype]
#   src_seeds=sbuf(4, 6, nl.float8_e4m3fn_x4)
#     rand_set_state: src_seeds is float8_e4m3fn_x4; allowed are uint32 [dtype]
# too many partitions:
#   src_seeds=sbuf(256, 6, nl.uint32)
#     ValueError: ndarray: shape (256, 6) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   src_seeds=sbuf(12, 6, nl.uint32)[8:]
#     rand_set_state: src_seeds starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   src_seeds=sbuf(8, 6, nl.uint32)[::2]
#     rand_set_state: src_seeds takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   src_seeds=sbuf(4, 7, nl.uint32)
#     rand_set_state: src_seeds has 7 elements per partition; the state of the gpsimd engine has 6 [state-words]
# unknown keyword:
#   colour=1
#     TypeError: rand_set_state: no argument is called 'colour'; there are src_seeds, engine, name
# missing operand:
#   src_seeds=(left out)
#     TypeError: rand_set_state: src_seeds is required and missing
# rules:
#   engine=nisa.engine.scalar
#     rand_set_state: engine 'scalar' can't run it; allowed are vector, gpsimd [engine]
#   the legal call on trn1
#     rand_set_state: trn1 does not have random numbers on the GpSimd engine; targets that have it: trn2, trn3 [gpsimd-random]
#   src_seeds=sbuf(4, 24, nl.uint32), engine=nisa.engine.vector on trn2
#     rand_set_state: trn2 does not have the XORWOW generators of the Vector engine; targets that have it: trn3 [vector-xorwow]
