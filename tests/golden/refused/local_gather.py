"""What nisa.local_gather refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(nisa.local_gather, dst=sbuf(16, 32), src_buffer=sbuf(16, 8), index=sbuf(16, 2, nl.uint16))
refuse("whole-cores", dst=sbuf(8, 32), src_buffer=sbuf(8, 8), index=sbuf(8, 2, nl.uint16))
refuse("elements-per-index", num_elem_per_idx=3)
refuse("valid-indices", num_valid_indices=33)
refuse("gathered-size", num_elem_per_idx=2)
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=psum(16, 32)
#     local_gather: dst is in psum; it must be in SBUF; write to a tile there and copy that with nisa.tensor_copy [space]
#   dst=hbm(16, 32)
#     local_gather: dst is in shared_hbm; it must be in SBUF; write to a tile and store that with nisa.dma_copy [space]
#   src_buffer=psum(16, 8)
#     local_gather: src_buffer is in psum; it must be in SBUF; copy it to SBUF first with nisa.tensor_copy [space]
#   src_buffer=hbm(16, 8)
#     local_gather: src_buffer is in shared_hbm; it must be in SBUF; load it first with nisa.dma_copy [space]
#   index=psum(16, 2, nl.uint16)
#     local_gather: index is in psum; it must be in SBUF; copy it to SBUF first with nisa.tensor_copy [space]
#   index=hbm(16, 2, nl.uint16)
#     local_gather: index is in shared_hbm; it must be in SBUF; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(16, 32, nl.int32)
#     local_gather: src_buffer is float32 and dst is int32; they must have the same dtype [same-dtype]
#   dst=sbuf(16, 32, nl.bfloat16)
#     local_gather: src_buffer is float32 and dst is bfloat16; they must have the same dtype [same-dtype]
#   dst=sbuf(16, 32, nl.float8_e4m3fn_x4)
#     local_gather: src_buffer is float32 and dst is float8_e4m3fn_x4; they must have the same dtype [same-dtype]
#   src_buffer=sbuf(16, 8, nl.int32)
#     local_gather: src_buffer is int32 and dst is float32; they must have the same dtype [same-dtype]
#   src_buffer=sbuf(16, 8, nl.bfloat16)
#     local_gather: src_buffer is bfloat16 and dst is float32; they must have the same dtype [same-dtype]
#   src_buffer=sbuf(16, 8, nl.float8_e4m3fn_x4)
#     local_gather: src_buffer is float8_e4m3fn_x4 and dst is float32; they must have the same dtype [same-dtype]
#   index=sbuf(16, 2, nl.int32)
#     local_gather: index is int32; allowed are uint16 [dtype]
#   index=sbuf(16, 2)
#     local_gather: index is float32; allowed are uint16 [dtype]
#   index=sbuf(16, 2, nl.bfloat16)
#     local_gather: index is bfloat16; allowed are uint16 [dtype]
#   index=sbuf(16, 2, nl.float8_e4m3fn_x4)
#     local_gather: index is float8_e4m3fn_x4; allowed are uint16 [dtype]
# too many partitions:
#   dst=sbuf(256, 32)
#     ValueError: ndarray: shape (256, 32) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   src_buffer=sbuf(256, 8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   index=sbuf(256, 2, nl.uint16)
#     ValueError: ndarray: shape (256, 2) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(24, 32)[8:]
#     local_gather: dst starts at partition 8; 16 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(32, 32)[::2]
#     local_gather: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   src_buffer=sbuf(24, 8)[8:]
#     local_gather: src_buffer starts at partition 8; 16 partitions may start at 0, 32, 64 or 96 [start-partition]
#   src_buffer=sbuf(32, 8)[::2]
#     local_gather: src_buffer takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   index=sbuf(24, 2, nl.uint16)[8:]
#     local_gather: index starts at partition 8; 16 partitions may start at 0, 32, 64 or 96 [start-partition]
#   index=sbuf(32, 2, nl.uint16)[::2]
#     local_gather: index takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(8, 32)
#     local_gather: dst has 8 partitions; they must be a multiple of 16 [whole-cores]
#     local_gather: src_buffer has 16 partitions and dst has 8; they must have the same number [same-partitions]
#   src_buffer=sbuf(8, 8)
#     local_gather: src_buffer has 8 partitions and dst has 16; they must have the same number [same-partitions]
#   index=sbuf(16, 3, nl.uint16)
#     local_gather: 48 indices with 1 elements each give 48 elements per partition; dst has 32 [gathered-size]
#   index=sbuf(8, 2, nl.uint16)
#     local_gather: index has 8 partitions and dst has 16; they must have the same number [same-partitions]
# unknown keyword:
#   colour=1
#     TypeError: local_gather: no argument is called 'colour'; there are dst, src_buffer, index, num_elem_per_idx, num_valid_indices, name
# missing operand:
#   dst=(left out)
#     TypeError: local_gather: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   src_buffer=(left out)
#     TypeError: local_gather: src_buffer is required and missing
#   index=(left out)
#     TypeError: local_gather: index is required and missing
# rules:
#   dst=sbuf(8, 32), src_buffer=sbuf(8, 8), index=sbuf(8, 2, nl.uint16)
#     local_gather: dst has 8 partitions; they must be a multiple of 16 [whole-cores]
#   num_elem_per_idx=3
#     local_gather: num_elem_per_idx is 3; it must be 1, 2, 4, 8, 16 or 32 [elements-per-index]
#   num_valid_indices=33
#     local_gather: num_valid_indices is 33; 1 to 32 may be used [valid-indices]
#   num_elem_per_idx=2
#     local_gather: 32 indices with 2 elements each give 64 elements per partition; dst has 32 [gathered-size]
