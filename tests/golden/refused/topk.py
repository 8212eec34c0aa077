"""What nisa.topk refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Refusals, sbuf

refuse = Refusals(
    nisa.topk,
    val_dst=sbuf(16, 8, nl.bfloat16),
    idx_dst=sbuf(16, 8, nl.uint32),
    src=sbuf(16, 32, nl.bfloat16),
    n=512,
)
refuse(
    "groups-of-16",
    val_dst=sbuf(8, 8, nl.bfloat16),
    idx_dst=sbuf(8, 8, nl.uint32),
    src=sbuf(8, 32, nl.bfloat16),
)
refuse("snake-elements", n=7)
refuse("snake-columns", n=513)
refuse("largest-count", val_dst=sbuf(16, 9, nl.bfloat16), idx_dst=sbuf(16, 9, nl.uint32), n=8)
case = refuse.text


# ---- expected ----
# wrong space:
#   val_dst=psum(16, 8, nl.bfloat16)
#     topk: val_dst is in psum; it must be in SBUF; write to a tile there and copy that with nisa.tensor_copy [space]
#   val_dst=hbm(16, 8, nl.bfloat16)
#     topk: val_dst is in shared_hbm; it must be in SBUF; write to a tile and store that with nisa.dma_copy [space]
#   idx_dst=psum(16, 8, nl.uint32)
#     topk: idx_dst is in psum; it must be in SBUF; write to a tile there and copy that with nisa.tensor_copy [space]
#   idx_dst=hbm(16, 8, nl.uint32)
#     topk: idx_dst is in shared_hbm; it must be in SBUF; write to a tile and store that with nisa.dma_copy [space]
#   src=psum(16, 32, nl.bfloat16)
#     topk: src is in psum; it must be in SBUF; copy it to SBUF first with nisa.tensor_copy [space]
#   src=hbm(16, 32, nl.bfloat16)
#     topk: src is in shared_hbm; it must be in SBUF; load it first with nisa.dma_copy [space]
# wrong dtype:
#   val_dst=sbuf(16, 8, nl.int32)
#     topk: val_dst is int32; allowed are bfloat16 [dtype]
#   val_dst=sbuf(16, 8)
#     topk: val_dst is float32; allowed are bfloat16 [dtype]
#   val_dst=sbuf(16, 8, nl.float8_e4m3fn_x4)
#     topk: val_dst is float8_e4m3fn_x4; allowed are bfloat16 [dtype]
#   idx_dst=sbuf(16, 8, nl.int32)
#     topk: idx_dst is int32; allowed are uint32 [dtype]
#   idx_dst=sbuf(16, 8)
#     topk: idx_dst is float32; allowed are uint32 [dtype]
#   idx_dst=sbuf(16, 8, nl.bfloat16)
#     topk: idx_dst is bfloat16; allowed are uint32 [dtype]
#   idx_dst=sbuf(16, 8, nl.float8_e4m3fn_x4)
#     topk: idx_dst is float8_e4m3fn_x4; allowed are uint32 [dtype]
#   src=sbuf(16, 32, nl.int32)
#     topk: src is int32; allowed are bfloat16 [dtype]
#   src=sbuf(16, 32)
#     topk: src is float32; allowed are bfloat16 [dtype]
#   src=sbuf(16, 32, nl.float8_e4m3fn_x4)
#     topk: src is float8_e4m3fn_x4; allowed are bfloat16 [dtype]
# too many partitions:
#   val_dst=sbuf(256, 8, nl.bfloat16)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   idx_dst=sbuf(256, 8, nl.uint32)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   src=sbuf(256, 32, nl.bfloat16)
#     ValueError: ndarray: shape (256, 32) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   val_dst=sbuf(24, 8, nl.bfloat16)[8:]
#     topk: val_dst starts at partition 8; 16 partitions may start at 0, 32, 64 or 96 [start-partition]
#   val_dst=sbuf(32, 8, nl.bfloat16)[::2]
#     topk: val_dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   idx_dst=sbuf(24, 8, nl.uint32)[8:]
#     topk: idx_dst starts at partition 8; 16 partitions may start at 0, 32, 64 or 96 [start-partition]
#   idx_dst=sbuf(32, 8, nl.uint32)[::2]
#     topk: idx_dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   src=sbuf(24, 32, nl.bfloat16)[8:]
#     topk: src starts at partition 8; 16 partitions may start at 0, 32, 64 or 96 [start-partition]
#   src=sbuf(32, 32, nl.bfloat16)[::2]
#     topk: src takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   val_dst=sbuf(16, 9, nl.bfloat16)
#     topk: idx_dst has 8 elements per partition and val_dst has 9; they must have the same number [same-free]
#   val_dst=sbuf(8, 8, nl.bfloat16)
#     topk: val_dst has 8 partitions and src has 16; they must have the same number [same-partitions]
#   idx_dst=sbuf(16, 9, nl.uint32)
#     topk: idx_dst has 9 elements per partition and val_dst has 8; they must have the same number [same-free]
#   idx_dst=sbuf(8, 8, nl.uint32)
#     topk: idx_dst has 8 partitions and src has 16; they must have the same number [same-partitions]
#   src=sbuf(8, 32, nl.bfloat16)
#     topk: val_dst has 16 partitions and src has 8; they must have the same number [same-partitions]
#     topk: idx_dst has 16 partitions and src has 8; they must have the same number [same-partitions]
#     topk: src has 8 partitions; it must have a multiple of 16 [groups-of-16]
# unknown keyword:
#   colour=1
#     TypeError: topk: no argument is called 'colour'; there are val_dst, idx_dst, src, n, name
# missing operand:
#   val_dst=(left out)
#     TypeError: topk: val_dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   idx_dst=(left out)
#     TypeError: topk: idx_dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   src=(left out)
#     TypeError: topk: src is required and missing
#   n=(left out)
#     TypeError: topk: n is required and missing
# rules:
#   val_dst=sbuf(8, 8, nl.bfloat16), idx_dst=sbuf(8, 8, nl.uint32), src=sbuf(8, 32, nl.bfloat16)
#     topk: src has 8 partitions; it must have a multiple of 16 [groups-of-16]
#   n=7
#     topk: n is 7; it must be 8 to 65535 [snake-elements]
#   n=513
#     topk: src has 32 columns; n = 513 elements in 16 partitions need 33 [snake-columns]
#   val_dst=sbuf(16, 9, nl.bfloat16), idx_dst=sbuf(16, 9, nl.uint32), n=8
#     topk: val_dst has 9 elements per partition, which is K; it may be at most 8 [largest-count]
