"""What nisa.nc_stream_shuffle refuses."""
import nki.isa as nisa

from tests.golden.refusals import Code, Refusals, sbuf

refuse = Refusals(nisa.nc_stream_shuffle, dst=sbuf(32, 8), src=sbuf(32, 8), shuffle_mask=[0] * 32)
refuse("shuffle-start", dst=sbuf(40, 8), src=Code("sbuf(64, 8)[32:]"))
refuse("shuffle-mask", shuffle_mask=[0] * 31)
refuse("shuffle-mask", shuffle_mask=[0] * 31 + [32])
refuse("shuffle-source", src=sbuf(4, 8), shuffle_mask=[4] * 32)
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=hbm(32, 8)
#     nc_stream_shuffle: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#   src=hbm(32, 8)
#     nc_stream_shuffle: src is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(32, 8, nl.int32)
#     nc_stream_shuffle: src is float32 and dst is int32; they must have the same dtype [same-dtype]
#   dst=sbuf(32, 8, nl.bfloat16)
#     nc_stream_shuffle: src is float32 and dst is bfloat16; they must have the same dtype [same-dtype]
#   dst=sbuf(32, 8, nl.float8_e4m3fn_x4)
#     nc_stream_shuffle: src is float32 and dst is float8_e4m3fn_x4; they must have the same dtype [same-dtype]
#   src=sbuf(32, 8, nl.int32)
#     nc_stream_shuffle: src is int32 and dst is float32; they must have the same dtype [same-dtype]
#   src=sbuf(32, 8, nl.bfloat16)
#     nc_stream_shuffle: src is bfloat16 and dst is float32; they must have the same dtype [same-dtype]
#   src=sbuf(32, 8, nl.float8_e4m3fn_x4)
#     nc_stream_shuffle: src is float8_e4m3fn_x4 and dst is float32; they must have the same dtype [same-dtype]
# too many partitions:
#   dst=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   src=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(40, 8)[8:]
#     nc_stream_shuffle: dst starts at partition 8; 32 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(64, 8)[::2]
#     nc_stream_shuffle: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   src=sbuf(40, 8)[8:]
#     nc_stream_shuffle: src starts at partition 8; 32 partitions may start at 0, 32, 64 or 96 [start-partition]
#   src=sbuf(64, 8)[::2]
#     nc_stream_shuffle: src takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(32, 9)
#     nc_stream_shuffle: src has 8 elements per partition and dst has 9; they must have the same number [same-free]
#   src=sbuf(32, 9)
#     nc_stream_shuffle: src has 9 elements per partition and dst has 8; they must have the same number [same-free]
# unknown keyword:
#   colour=1
#     TypeError: nc_stream_shuffle: no argument is called 'colour'; there are dst, src, shuffle_mask, name
# missing operand:
#   dst=(left out)
#     TypeError: nc_stream_shuffle: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   src=(left out)
#     TypeError: nc_stream_shuffle: src is required and missing
#   shuffle_mask=(left out)
#     TypeError: nc_stream_shuffle: shuffle_mask is required and missing
# rules:
#   dst=sbuf(40, 8), src=sbuf(64, 8)[32:]
#     nc_stream_shuffle: src starts at partition 32 and dst has 40 partitions; beside that many it may start at 0 or 64 [shuffle-start]
#     nc_stream_shuffle: partition 32 of dst takes partition 32 of src, which has 32 [shuffle-source]
#   shuffle_mask=[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
#     nc_stream_shuffle: shuffle_mask has 31 entries; it must have 32 [shuffle-mask]
#   shuffle_mask=[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32]
#     nc_stream_shuffle: shuffle_mask[31] is 32; an entry must be 0 to 31, or 255 [shuffle-mask]
#   src=sbuf(4, 8), shuffle_mask=[4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4]
#     nc_stream_shuffle: partition 0 of dst takes partition 4 of src, which has 4 [shuffle-source]
