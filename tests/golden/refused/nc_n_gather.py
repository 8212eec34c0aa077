"""What nisa.nc_n_gather refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.nc_n_gather, dst=sbuf(4, 8), data=sbuf(4, 16), indices=sbuf(4, 8, nl.uint32))
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=psum(4, 8)
#     nc_n_gather: dst is in psum; it must be in SBUF; write to a tile there and copy that with nisa.tensor_copy [space]
#   dst=hbm(4, 8)
#     nc_n_gather: dst is in shared_hbm; it must be in SBUF; write to a tile and store that with nisa.dma_copy [space]
#   data=psum(4, 16)
#     nc_n_gather: data is in psum; it must be in SBUF; copy it to SBUF first with nisa.tensor_copy [space]
#   data=hbm(4, 16)
#     nc_n_gather: data is in shared_hbm; it must be in SBUF; load it first with nisa.dma_copy [space]
#   indices=psum(4, 8, nl.uint32)
#     nc_n_gather: indices is in psum; it must be in SBUF; copy it to SBUF first with nisa.tensor_copy [space]
#   indices=hbm(4, 8, nl.uint32)
#     nc_n_gather: indices is in shared_hbm; it must be in SBUF; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(4, 8, nl.int32)
#     nc_n_gather: data is float32 and dst is int32; they must have the same dtype [same-dtype]
#   dst=sbuf(4, 8, nl.bfloat16)
#     nc_n_gather: data is float32 and dst is bfloat16; they must have the same dtype [same-dtype]
#   dst=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     nc_n_gather: data is float32 and dst is float8_e4m3fn_x4; they must have the same dtype [same-dtype]
#   data=sbuf(4, 16, nl.int32)
#     nc_n_gather: data is int32 and dst is float32; they must have the same dtype [same-dtype]
#   data=sbuf(4, 16, nl.bfloat16)
#     nc_n_gather: data is bfloat16 and dst is float32; they must have the same dtype [same-dtype]
#   data=sbuf(4, 16, nl.float8_e4m3fn_x4)
#     nc_n_gather: data is float8_e4m3fn_x4 and dst is float32; they must have the same dtype [same-dtype]
#   indices=sbuf(4, 8, nl.int32)
#     nc_n_gather: indices is int32; allowed are uint32 [dtype]
#   indices=sbuf(4, 8)
#     nc_n_gather: indices is float32; allowed are uint32 [dtype]
#   indices=sbuf(4, 8, nl.bfloat16)
#     nc_n_gather: indices is bfloat16; allowed are uint32 [dtype]
#   indices=sbuf(4, 8, nl.float8_e4m3fn_x4)
#     nc_n_gather: indices is float8_e4m3fn_x4; allowed are uint32 [dtype]
# too many partitions:
#   dst=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   data=sbuf(256, 16)
#     ValueError: ndarray: shape (256, 16) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   indices=sbuf(256, 8, nl.uint32)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(12, 8)[8:]
#     nc_n_gather: dst starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(8, 8)[::2]
#     nc_n_gather: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   data=sbuf(12, 16)[8:]
#     nc_n_gather: data starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   data=sbuf(8, 16)[::2]
#     nc_n_gather: data takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   indices=sbuf(12, 8, nl.uint32)[8:]
#     nc_n_gather: indices starts at partition 8; 4 partitions may start at 0, 32, 64 or 96 [start-partition]
#   indices=sbuf(8, 8, nl.uint32)[::2]
#     nc_n_gather: indices takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(4, 9)
#     nc_n_gather: indices has 8 elements per partition and dst has 9; they must have the same number [same-free]
#   dst=sbuf(2, 8)
#     nc_n_gather: data has 4 partitions and dst has 2; they must have the same number [same-partitions]
#   data=sbuf(2, 16)
#     nc_n_gather: data has 2 partitions and dst has 4; they must have the same number [same-partitions]
#   indices=sbuf(4, 9, nl.uint32)
#     nc_n_gather: indices has 9 elements per partition and dst has 8; they must have the same number [same-free]
#   indices=sbuf(2, 8, nl.uint32)
#     nc_n_gather: indices has 2 partitions and dst has 4; they must have the same number [same-partitions]
# unknown keyword:
#   colour=1
#     TypeError: nc_n_gather: no argument is called 'colour'; there are dst, data, indices, name
# missing operand:
#   dst=(left out)
#     TypeError: nc_n_gather: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   data=(left out)
#     TypeError: nc_n_gather: data is required and missing
#   indices=(left out)
#     TypeError: nc_n_gather: indices is required and missing
