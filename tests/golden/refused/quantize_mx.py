"""What nisa.quantize_mx refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Code, Refusals, sbuf

refuse = Refusals(
    nisa.quantize_mx,
    dst=sbuf(32, 8, nl.float8_e4m3fn_x4),
    src=sbuf(32, 32, nl.bfloat16),
    dst_scale=sbuf(32, 8, nl.uint8),
)
refuse("mx-dtypes", target="trn2")
refuse("mx-partitions", dst=sbuf(16, 8, nl.float8_e4m3fn_x4), src=sbuf(16, 32, nl.bfloat16))
refuse("scale-start", dst_scale=Code("sbuf(34, 8, nl.uint8)[2:]"))
refuse("scale-rows", dst_scale=sbuf(3, 8, nl.uint8))
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=psum(32, 8, nl.float8_e4m3fn_x4)
#     quantize_mx: dst is in psum; it must be in SBUF; write to a tile there and copy that with nisa.tensor_copy [space]
#   dst=hbm(32, 8, nl.float8_e4m3fn_x4)
#     quantize_mx: dst is in shared_hbm; it must be in SBUF; write to a tile and store that with nisa.dma_copy [space]
#   src=psum(32, 32, nl.bfloat16)
#     quantize_mx: src is in psum; it must be in SBUF; copy it to SBUF first with nisa.tensor_copy [space]
#   src=hbm(32, 32, nl.bfloat16)
#     quantize_mx: src is in shared_hbm; it must be in SBUF; load it first with nisa.dma_copy [space]
#   dst_scale=psum(32, 8, nl.uint8)
#     quantize_mx: dst_scale is in psum; it must be in SBUF; write to a tile there and copy that with nisa.tensor_copy [space]
#   dst_scale=hbm(32, 8, nl.uint8)
#     quantize_mx: dst_scale is in shared_hbm; it must be in SBUF; write to a tile and store that with nisa.dma_copy [space]
# wrong dtype:
#   dst=sbuf(32, 8, nl.int32)
#     quantize_mx: dst is int32; allowed are float8_e4m3fn_x4, float8_e5m2_x4 [dtype]
#   dst=sbuf(32, 8)
#     quantize_mx: dst is float32; allowed are float8_e4m3fn_x4, float8_e5m2_x4 [dtype]
#   dst=sbuf(32, 8, nl.bfloat16)
#     quantize_mx: dst is bfloat16; allowed are float8_e4m3fn_x4, float8_e5m2_x4 [dtype]
#   src=sbuf(32, 32, nl.int32)
#     quantize_mx: src is int32; allowed are float16, bfloat16 [dtype]
#   src=sbuf(32, 32)
#     quantize_mx: src is float32; allowed are float16, bfloat16 [dtype]
#   src=sbuf(32, 32, nl.float8_e4m3fn_x4)
#     quantize_mx: src is float8_e4m3fn_x4; allowed are float16, bfloat16 [dtype]
#   dst_scale=sbuf(32, 8, nl.int32)
#     quantize_mx: dst_scale is int32; allowed are float8_e8m0fnu, uint8 [dtype]
#   dst_scale=sbuf(32, 8)
#     quantize_mx: dst_scale is float32; allowed are float8_e8m0fnu, uint8 [dtype]
#   dst_scale=sbuf(32, 8, nl.bfloat16)
#     quantize_mx: dst_scale is bfloat16; allowed are float8_e8m0fnu, uint8 [dtype]
#   dst_scale=sbuf(32, 8, nl.float8_e4m3fn_x4)
#     quantize_mx: dst_scale is float8_e4m3fn_x4; allowed are float8_e8m0fnu, uint8 [dtype]
# too many partitions:
#   dst=sbuf(256, 8, nl.float8_e4m3fn_x4)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   src=sbuf(256, 32, nl.bfloat16)
#     ValueError: ndarray: shape (256, 32) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   dst_scale=sbuf(256, 8, nl.uint8)
#     ValueError: ndarray: shape (256, 8) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=sbuf(40, 8, nl.float8_e4m3fn_x4)[8:]
#     quantize_mx: dst starts at partition 8; 32 partitions may start at 0, 32, 64 or 96 [start-partition]
#   dst=sbuf(64, 8, nl.float8_e4m3fn_x4)[::2]
#     quantize_mx: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   src=sbuf(40, 32, nl.bfloat16)[8:]
#     quantize_mx: src starts at partition 8; 32 partitions may start at 0, 32, 64 or 96 [start-partition]
#   src=sbuf(64, 32, nl.bfloat16)[::2]
#     quantize_mx: src takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
#   dst_scale=sbuf(64, 8, nl.uint8)[::2]
#     quantize_mx: dst_scale takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=sbuf(32, 9, nl.float8_e4m3fn_x4)
#     quantize_mx: src has 32 elements per partition and dst has 9; each of dst packs four of src [packed-shape]
#     quantize_mx: dst_scale has 8 elements per partition and dst has 9; they must have the same number [scale-columns]
#   dst=sbuf(16, 8, nl.float8_e4m3fn_x4)
#     quantize_mx: src has 32 partitions and dst has 16; they must have the same number [same-partitions]
#   src=sbuf(32, 33, nl.bfloat16)
#     quantize_mx: src has 33 elements per partition and dst has 8; each of dst packs four of src [packed-shape]
#   src=sbuf(16, 32, nl.bfloat16)
#     quantize_mx: src has 16 partitions and dst has 32; they must have the same number [same-partitions]
#     quantize_mx: src has 16 partitions; it must be a multiple of 32 [mx-partitions]
#   dst_scale=sbuf(32, 9, nl.uint8)
#     quantize_mx: dst_scale has 9 elements per partition and dst has 8; they must have the same number [scale-columns]
# unknown keyword:
#   colour=1
#     TypeError: quantize_mx: no argument is called 'colour'; there are dst, src, dst_scale, name
# missing operand:
#   dst=(left out)
#     TypeError: quantize_mx: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   src=(left out)
#     TypeError: quantize_mx: src is required and missing
#   dst_scale=(left out)
#     TypeError: quantize_mx: dst_scale is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
# rules:
#   the legal call on trn2
#     quantize_mx: trn2 does not have packed x4 data types; targets that have it: trn3 [mx-dtypes]
#   dst=sbuf(16, 8, nl.float8_e4m3fn_x4), src=sbuf(16, 32, nl.bfloat16)
#     quantize_mx: src has 16 partitions; it must be a multiple of 32 [mx-partitions]
#   dst_scale=sbuf(34, 8, nl.uint8)[2:]
#     quantize_mx: dst_scale starts at partition 2; scales start 0, 4, 8 or 12 partitions into a quadrant of 32 [scale-start]
#   dst_scale=sbuf(3, 8, nl.uint8)
#     quantize_mx: dst_scale has 3 partitions; for the 32 of dst it must have 4 or more: 4 at the start of each quadrant [scale-rows]
