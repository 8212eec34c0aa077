"""What nisa.nc_matmul_mx refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Code, Refusals, psum, sbuf

refuse = Refusals(
    nisa.nc_matmul_mx,
    dst=psum(64, 256),
    stationary=sbuf(128, 64, nl.float8_e4m3fn_x4),
    moving=sbuf(128, 256, nl.float8_e4m3fn_x4),
    stationary_scale=sbuf(128, 64, nl.uint8),
    moving_scale=sbuf(128, 256, nl.uint8),
)
refuse("mx-dtypes", target="trn2")
refuse("free-at-most", stationary=sbuf(128, 130, nl.float8_e4m3fn_x4))
refuse("mx-partitions", stationary=sbuf(16, 64, nl.float8_e4m3fn_x4))
refuse("even-columns", stationary=sbuf(128, 63, nl.float8_e4m3fn_x4))
refuse("tile-pair", tile_size=(128, 128))
refuse("tile-size", tile_position=(0, 0), tile_size=(128, 48))
refuse("tile-position", tile_position=(32, 0), tile_size=(64, 128))
refuse("tile-fit", tile_position=(0, 0), tile_size=(64, 128))
refuse("row-tiles", tile_position=(0, 64), tile_size=(128, 64))
refuse("scale-start", moving_scale=Code("sbuf(128, 256, nl.uint8)[2:102]"))
refuse("scale-rows", moving_scale=sbuf(96, 256, nl.uint8))
refuse.unreachable("dst-bank", "the limit on trn3 is all of PSUM, and nl.ndarray refuses more")
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=sbuf(64, 256)
#     nc_matmul_mx: dst is in sbuf; it must be in PSUM [space]
#   dst=hbm(64, 256)
#     nc_matmul_mx: dst is in shared_hbm; it must be in PSUM [space]
#   stationary=psum(128, 64, nl.float8_e4m3fn_x4)
#     nc_matmul_mx: stationary is in psum; it must be in SBUF; copy it to SBUF first with nisa.tensor_copy [space]
#   stationary=hbm(128, 64, nl.float8_e4m3fn_x4)
#     nc_matmul_mx: stationary is in shared_hbm; it must be in SBUF; load it first with nisa.dma_copy [space]
#   moving=psum(128, 256, nl.float8_e4m3fn_x4)
#     nc_matmul_mx: moving is in psum; it must be in SBUF; copy it to SBUF first with nisa.tensor_copy [space]
#   moving=hbm(128, 256, nl.float8_e4m3fn_x4)
#     nc_matmul_mx: moving is in shared_hbm; it must be in SBUF; load it first with nisa.dma_copy [space]
#   stationary_scale=psum(128, 64, nl.uint8)
#     nc_matmul_mx: stationary_scale is in psum; it must be in SBUF; copy it to SBUF first with nisa.tensor_copy [space]
#   stationary_scale=hbm(128, 64, nl.uint8)
#     nc_matmul_mx: stationary_scale is in shared_hbm; it must be in SBUF; load it first with nisa.dma_copy [space]
#   moving_scale=psum(128, 256, nl.uint8)
#     nc_matmul_mx: moving_scale is in psum; it must be in SBUF; copy it to SBUF first with nisa.tensor_copy [space]
#   moving_scale=hbm(128, 256, nl.uint8)
#     nc_matmul_mx: moving_scale is in shared_hbm; it must be in SBUF; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=psum(64, 256, nl.int32)
#     nc_matmul_mx: dst is int32; allowed are float32, bfloat16 [dtype]
#   dst=psum(64, 256, nl.float8_e4m3fn_x4)
#     nc_matmul_mx: dst is float8_e4m3fn_x4; allowed are float32, bfloat16 [dtype]
#   stationary=sbuf(128, 64, nl.int32)
#     nc_matmul_mx: stationary is int32; allowed are float8_e4m3fn_x4, float8_e5m2_x4, float4_e2m1fn_x4 [dtype]
#   stationary=sbuf(128, 64)
#     nc_matmul_mx: stationary is float32; allowed are float8_e4m3fn_x4, float8_e5m2_x4, float4_e2m1fn_x4 [dtype]
#   stationary=sbuf(128, 64, nl.bfloat16)
#     nc_matmul_mx: stationary is bfloat16; allowed are float8_e4m3fn_x4, float8_e5m2_x4, float4_e2m1fn_x4 [dtype]
#   moving=sbuf(128, 256, nl.int32)
#     nc_matmul_mx: moving is int32; allowed are float8_e4m3fn_x4, float8_e5m2_x4, float4_e2m1fn_x4 [dtype]
#   moving=sbuf(128, 256)
#     nc_matmul_mx: moving is float32; allowed are float8_e4m3fn_x4, float8_e5m2_x4, float4_e2m1fn_x4 [dtype]
#   moving=sbuf(128, 256, nl.bfloat16)
#     nc_matmul_mx: moving is bfloat16; allowed are float8_e4m3fn_x4, float8_e5m2_x4, float4_e2m1fn_x4 [dtype]
#   stationary_scale=sbuf(128, 64, nl.int32)
#     nc_matmul_mx: stationary_scale is int32; allowed are float8_e8m0fnu, uint8 [dtype]
#   stationary_scale=sbuf(128, 64)
#     nc_matmul_mx: stationary_scale is float32; allowed are float8_e8m0fnu, uint8 [dtype]
#   stationary_scale=sbuf(128, 64, nl.bfloat16)
#     nc_matmul_mx: stationary_scale is bfloat16; allowed are float8_e8m0fnu, uint8 [dtype]
#   stationary_scale=sbuf(128, 64, nl.float8_e4m3fn_x4)
#     nc_matmul_mx: stationary_scale is float8_e4m3fn_x4; allowed are float8_e8m0fnu, uint8 [dtype]
#   moving_scale=sbuf(128, 256, nl.int32)
#     nc_matmul_mx: moving_scale is int32; allowed are float8_e8m0fnu, uint8 [dtype]
#   moving_scale=sbuf(128, 256)
#     nc_matmul_mx: moving_scale is float32; allowed are float8_e8m0fnu, uint8 [dtype]
#   moving_scale=sbuf(128, 256, nl.bfloat16)
#     nc_matmul_mx: moving_scale is bfloat16; allowed are float8_e8m0fnu, uint8 [dtype]
#   moving_scale=sbuf(128, 256, nl.float8_e4m3fn_x4)
#     nc_matmul_mx: moving_scale is float8_e4m3fn_x4; allowed are float8_e8m0fnu, uint8 [dtype]
# too many partitions:
#   dst=psum(256, 256)
#     ValueError: ndarray: shape (256, 256) has 256 partitions; psum of trn3 has 128; take it in tiles of at most 128 rows
#   stationary=sbuf(256, 64, nl.float8_e4m3fn_x4)
#     ValueError: ndarray: shape (256, 64) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   moving=sbuf(256, 256, nl.float8_e4m3fn_x4)
#     ValueError: ndarray: shape (256, 256) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   stationary_scale=sbuf(256, 64, nl.uint8)
#     ValueError: ndarray: shape (256, 64) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
#   moving_scale=sbuf(256, 256, nl.uint8)
#     ValueError: ndarray: shape (256, 256) has 256 partitions; sbuf of trn3 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=psum(72, 256)[8:]
#     nc_matmul_mx: dst starts at partition 8; 64 partitions may start at 0 or 64 [start-partition]
#   dst=psum(128, 256)[::2]
#     nc_matmul_mx: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=psum(64, 257)
#     nc_matmul_mx: stationary (128, 64) and moving (128, 256) give [64, 256]; dst has shape (64, 257) [dst-shape]
#   dst=psum(32, 256)
#     nc_matmul_mx: stationary (128, 64) and moving (128, 256) give [64, 256]; dst has shape (32, 256) [dst-shape]
#   stationary=sbuf(128, 65, nl.float8_e4m3fn_x4)
#     nc_matmul_mx: stationary (128, 65) and moving (128, 256) give [65, 256]; dst has shape (64, 256) [dst-shape]
#     nc_matmul_mx: stationary has 65 elements per partition; it must be an even number [even-columns]
#     nc_matmul_mx: stationary_scale has 64 elements per partition and stationary has 65; they must have the same number [scale-columns]
#   stationary=sbuf(64, 64, nl.float8_e4m3fn_x4)
#     nc_matmul_mx: stationary has 64 partitions and moving has 128; they must have the same number [same-partitions]
#   moving=sbuf(128, 257, nl.float8_e4m3fn_x4)
#     nc_matmul_mx: stationary (128, 64) and moving (128, 257) give [64, 257]; dst has shape (64, 256) [dst-shape]
#     nc_matmul_mx: moving_scale has 256 elements per partition and moving has 257; they must have the same number [scale-columns]
#   moving=sbuf(64, 256, nl.float8_e4m3fn_x4)
#     nc_matmul_mx: stationary has 128 partitions and moving has 64; they must have the same number [same-partitions]
#   stationary_scale=sbuf(128, 65, nl.uint8)
#     nc_matmul_mx: stationary_scale has 65 elements per partition and stationary has 64; they must have the same number [scale-columns]
#   stationary_scale=sbuf(64, 64, nl.uint8)
#     nc_matmul_mx: stationary_scale has 64 partitions; for the 128 of stationary it must have 100 or more: 4 at the start of each quadrant [scale-rows]
#   moving_scale=sbuf(128, 257, nl.uint8)
#     nc_matmul_mx: moving_scale has 257 elements per partition and moving has 256; they must have the same number [scale-columns]
#   moving_scale=sbuf(64, 256, nl.uint8)
#     nc_matmul_mx: moving_scale has 64 partitions; for the 128 of moving it must have 100 or more: 4 at the start of each quadrant [scale-rows]
# unknown keyword:
#   colour=1
#     TypeError: nc_matmul_mx: no argument is called 'colour'; there are dst, stationary, moving, stationary_scale, moving_scale, tile_position, tile_size, accumulate, name
# missing operand:
#   dst=(left out)
#     TypeError: nc_matmul_mx: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   stationary=(left out)
#     TypeError: nc_matmul_mx: stationary is required and missing
#   moving=(left out)
#     TypeError: nc_matmul_mx: moving is required and missing
#   stationary_scale=(left out)
#     TypeError: nc_matmul_mx: stationary_scale is required and missing
#   moving_scale=(left out)
#     TypeError: nc_matmul_mx: moving_scale is required and missing
# rules:
#   the legal call on trn2
#     nc_matmul_mx: trn2 does not have packed x4 data types; targets that have it: trn3 [mx-dtypes]
#   stationary=sbuf(128, 130, nl.float8_e4m3fn_x4)
#     nc_matmul_mx: stationary has 130 free elements; trn3 allows at most 128 [free-at-most]
#     nc_matmul_mx: stationary (128, 130) and moving (128, 256) give [130, 256]; dst has shape (64, 256) [dst-shape]
#     nc_matmul_mx: stationary_scale has 64 elements per partition and stationary has 130; they must have the same number [scale-columns]
#   stationary=sbuf(16, 64, nl.float8_e4m3fn_x4)
#     nc_matmul_mx: stationary has 16 partitions and moving has 128; they must have the same number [same-partitions]
#     nc_matmul_mx: stationary has 16 partitions; it must be a multiple of 32 [mx-partitions]
#   stationary=sbuf(128, 63, nl.float8_e4m3fn_x4)
#     nc_matmul_mx: stationary (128, 63) and moving (128, 256) give [63, 256]; dst has shape (64, 256) [dst-shape]
#     nc_matmul_mx: stationary has 63 elements per partition; it must be an even number [even-columns]
#     nc_matmul_mx: stationary_scale has 64 elements per partition and stationary has 63; they must have the same number [scale-columns]
#   tile_size=(128, 128)
#     nc_matmul_mx: tile_position has 0 numbers and tile_size has 2; both must have 2, or neither be given [tile-pair]
#   tile_position=(0, 0), tile_size=(128, 48)
#     nc_matmul_mx: tile_size is (128, 48); rows and columns must be 32, 64 or 128 [tile-size]
#     nc_matmul_mx: tile_position is (0, 0) and tile_size is (128, 48); MX tiles take all 128 columns from column 0 [row-tiles]
#   tile_position=(32, 0), tile_size=(64, 128)
#     nc_matmul_mx: tile_position is (32, 0); it must be a multiple of tile_size (64, 128) inside 128 rows and columns [tile-position]
#     nc_matmul_mx: stationary takes (128, 64) rows and columns; tile_size is (64, 128) [tile-fit]
#   tile_position=(0, 0), tile_size=(64, 128)
#     nc_matmul_mx: stationary takes (128, 64) rows and columns; tile_size is (64, 128) [tile-fit]
#   tile_position=(0, 64), tile_size=(128, 64)
#     nc_matmul_mx: tile_position is (0, 64) and tile_size is (128, 64); MX tiles take all 128 columns from column 0 [row-tiles]
#   moving_scale=sbuf(128, 256, nl.uint8)[2:102]
#     nc_matmul_mx: moving_scale starts at partition 2; scales start 0, 4, 8 or 12 partitions into a quadrant of 32 [scale-start]
#   moving_scale=sbuf(96, 256, nl.uint8)
#     nc_matmul_mx: moving_scale has 96 partitions; for the 128 of moving it must have 100 or more: 4 at the start of each quadrant [scale-rows]
# [dst-bank] is out of reach: the limit on trn3 is all of PSUM, and nl.ndarray refuses more
