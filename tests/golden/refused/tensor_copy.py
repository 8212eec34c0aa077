"""What nisa.tensor_copy refuses."""
import nki.isa as nisa

from tests.golden.refusals import Refusals, psum, sbuf

refuse = Refusals(nisa.tensor_copy, dst=sbuf(4, 8), src=sbuf(4, 8))
refuse("engine", engine=nisa.engine.tensor)
refuse("gpsimd-psum", src=psum(4, 8), engine=nisa.engine.gpsimd)
refuse("scalar-exact-copy", target="trn1", engine=nisa.engine.scalar)
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(4, 8)
#     tensor_copy: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   src=hbm(4, 8)
#     tensor_copy: src is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     tensor_copy: src is float32 and dst is float8_e4m3fn_x4; packed dtypes are copied to the same dtype only [packed-dtype]
#   src=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     tensor_copy: src is float8_e4m3fn_x4 and dst is float32; packed dtypes are copied to the same dtype only [packed-dtype]
# too many partitions:
#   dst=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   src=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 8)[8:]
#     tensor_copy: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 8)[::2]
#     tensor_copy: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   src=sbuf(12, 8)[8:]
#     tensor_copy: src starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   src=sbuf(8, 8)[::2]
#     tensor_copy: src takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 9)
#     tensor_copy: src has 8 elements per partition and dst has 9; they must have the same number [same-free]
#   dst=sbuf(2, 8)
#     tensor_copy: src has 4 partitions and dst has 2; they must have the same number [same-partitions]
#   src=sbuf(4, 9)
#     tensor_copy: src has 9 elements per partition and dst has 8; they must have the same number [same-free]
#   src=sbuf(2, 8)
#     tensor_copy: src has 2 partitions and dst has 4; they must have the same number [same-partitions]
# unknown keyword:
#   colour=1
#     TypeError: tensor_copy: no argument is called 'colour'; there are dst, src, engine, name
# missing operand:
#   dst=(left out)
#     TypeError: tensor_copy: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   src=(left out)
#     TypeError: tensor_copy: src is required and missing
# rules:
#   engine=nisa.engine.tensor
#     tensor_copy: engine 'tensor' can't run it; allowed are vector, scalar, gpsimd [engine]
#   src=psum(4, 8), engine=nisa.engine.gpsimd
#     tensor_copy: src is in PSUM, which the GpSimd engine can't reach [gpsimd-psum]
#   engine=nisa.engine.scalar on trn1
#     tensor_copy: trn1 does not have tensor_copy on the Scalar engine; targets that have it: trn2, trn3 [scalar-exact-copy]
