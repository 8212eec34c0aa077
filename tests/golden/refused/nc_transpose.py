"""What nisa.nc_transpose refuses."""
import nki.isa as nisa

from tests.golden.refusals import Refusals, psum, sbuf

refuse = Refusals(nisa.nc_transpose, dst=psum(8, 4), data=sbuf(4, 8))
refuse("free-at-most", dst=psum(128, 4), data=sbuf(4, 129))
refuse("free-at-most", dst=sbuf(33, 4), data=sbuf(4, 33), engine=nisa.engine.vector)
refuse("partitions-at-most", dst=sbuf(4, 33), data=sbuf(33, 4), engine=nisa.engine.vector)
refuse("engine", dst=sbuf(33, 4), data=sbuf(4, 33))
refuse("engine", engine=nisa.engine.scalar)
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(8, 4)
#     nc_transpose: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   data=hbm(4, 8)
#     nc_transpose: data is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=psum(8, 4, nl.int32)
#     nc_transpose: data is float32 and dst is int32; they must have the same dtype [same-dtype]
#   dst=psum(8, 4, nl.bfloat16)
#     nc_transpose: data is float32 and dst is bfloat16; they must have the same dtype [same-dtype]
#   dst=psum(8, 4, nl.float8_e4m3fn_x4)
#     nc_transpose: data is float32 and dst is float8_e4m3fn_x4; they must have the same dtype [same-dtype]
#   data=sbuf(4, 8, nl.int32)
#     nc_transpose: data is int32 and dst is float32; they must have the same dtype [same-dtype]
#   data=sbuf(4, 8, nl.bfloat16)
#     nc_transpose: data is bfloat16 and dst is float32; they must have the same dtype [same-dtype]
#   data=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     nc_transpose: data is float8_e4m3fn_x4 and dst is float32; they must have the same dtype [same-dtype]
# too many partitions:
#   dst=psum(256, 4)
#     ValueError: ndarray: shape (256, 4) has 256 partitions; psum of trn3 has 128; take it in tiles of at most 128 rows
#   data=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=psum(16, 4)[8:]
#     nc_transpose: dst starts at partition 8; 8 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=psum(16, 4)[::2]
#     nc_transpose: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   data=sbuf(12, 8)[8:]
#     nc_transpose: data starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   data=sbuf(8, 8)[::2]
#     nc_transpose: data takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=psum(8, 5)
#     nc_transpose: data has shape (4, 8); dst must be [8, 4], not (8, 5) [transposed-shape]
#   dst=psum(4, 4)
#     nc_transpose: data has shape (4, 8); dst must be [8, 4], not (4, 4) [transposed-shape]
#   data=sbuf(4, 9)
#     nc_transpose: data has shape (4, 9); dst must be [9, 4], not (8, 4) [transposed-shape]
#   data=sbuf(2, 8)
#     nc_transpose: data has shape (2, 8); dst must be [8, 2], not (8, 4) [transposed-shape]
# unknown keyword:
#   colour=1
#     TypeError: nc_transpose: no argument is called 'colour'; there are dst, data, engine, name
# missing operand:
#   dst=(left out)
#     TypeError: nc_transpose: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   data=(left out)
#     TypeError: nc_transpose: data is required and missing
# rules:
#   dst=psum(128, 4), data=sbuf(4, 129)
#     nc_transpose: data has 129 free elements; trn3 allows at most 128 [free-at-most]
#     nc_transpose: data has shape (4, 129); dst must be [129, 4], not (128, 4) [transposed-shape]
#   dst=sbuf(33, 4), data=sbuf(4, 33), engine=nisa.engine.vector
#     nc_transpose: data has 33 free elements; trn3 allows at most 32 [free-at-most]
#   dst=sbuf(4, 33), data=sbuf(33, 4), engine=nisa.engine.vector
#     nc_transpose: data has 33 partitions; trn3 allows at most 32 [partitions-at-most]
#   dst=sbuf(33, 4), data=sbuf(4, 33)
#     nc_transpose: a dst in SBUF means the Vector engine, which transposes at most 32 by 32 elements; with dst in PSUM the Tensor engine takes 128 by 128 [engine]
#   engine=nisa.engine.scalar
#     nc_transpose: engine 'scalar' can't run it; allowed are tensor, vector [engine]
