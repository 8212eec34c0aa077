"""What nisa.set_rng_seed refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Code, Refusals, sbuf

refuse = Refusals(nisa.set_rng_seed, src_seeds=sbuf(1, 1, nl.uint32))
refuse("partition-step", src_seeds=Code("sbuf(4, 1, nl.uint32)[::2]"))
case = refuse.text


# ---- expected ----
# wrong space:
#   src_seeds=hbm(1, 1, nl.uint32)
#     set_rng_seed: src_seeds is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
# wrong dtype:
#   src_seeds=sbuf(1, 1, nl.bfloat16)
#     set_rng_seed: src_seeds is bfloat16; allowed are int32, uint32, float32 [dtype]
#   src_seeds=sbuf(1, 1, nl.float8_e4m3fn_x4)
#     set_rng_seed: src_seeds is float8_e4m3fn_x4; allowed are int32, uint32, float32 [dtype]
# too many partitions:
#   src_seeds=sbuf(256, 1, nl.uint32)
#     ValueError: ndarray: shape (256, 1) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   src_seeds=sbuf(9, 1, nl.uint32)[8:]
#     set_rng_seed: src_seeds starts at partition 8; 1 partitions may start at 0, 32, 64 or 96 [start-partition]
# mismatched shapes:
#   src_seeds=sbuf(1, 2, nl.uint32)
#     set_rng_seed: src_seeds has shape (1, 2); it must be (1, 1) [one-seed]
#   src_seeds=sbuf(2, 1, nl.uint32)
#     set_rng_seed: src_seeds has shape (2, 1); it must be (1, 1) [one-seed]
# unknown keyword:
#   colour=1
#     TypeError: set_rng_seed: no argument is called 'colour'; there are src_seeds, name
# missing operand:
#   src_seeds=(left out)
#     TypeError: set_rng_seed: src_seeds is required and missing
# rules:
#   src_seeds=sbuf(4, 1, nl.uint32)[::2]
#     set_rng_seed: src_seeds takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
