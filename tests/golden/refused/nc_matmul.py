"""What nisa.nc_matmul refuses."""
import nki.isa as nisa
import nki.language as nl

from tests.golden.refusals import Code, Refusals, psum, sbuf

refuse = Refusals(
    nisa.nc_matmul,
    target="trn2",
    dst=psum(64, 256),
    stationary=sbuf(128, 64, nl.bfloat16),
    moving=sbuf(128, 256, nl.bfloat16),
)
refuse("free-at-most", stationary=sbuf(128, 129, nl.bfloat16))
refuse("free-at-most", moving=sbuf(128, 513, nl.bfloat16))
refuse("dst-bank", dst=Code("psum(64, 1024).ap([[1024, 64], [4, 256]])"))
refuse("matmul-dtypes", stationary=sbuf(128, 64))
refuse("e4m3fn-matmul", target="trn1", stationary=sbuf(128, 64, nl.float8_e4m3fn))
refuse("bf16-psum", target="trn1", dst=psum(64, 256, nl.bfloat16))
refuse("same-dtype", dst=psum(64, 128), moving=sbuf(128, 128, nl.bfloat16), is_transpose=True)
refuse("transpose-identity", dst=psum(64, 256, nl.bfloat16), is_transpose=True)
refuse(
    "transpose-only",
    dst=psum(64, 128, nl.bfloat16),
    moving=sbuf(128, 128, nl.bfloat16),
    is_transpose=True,
    accumulate=True,
)
refuse("tile-pair", tile_size=(128, 128))
refuse("tile-size", tile_position=(0, 0), tile_size=(128, 48))
refuse("tile-position", tile_position=(0, 32), tile_size=(128, 64))
refuse("tile-fit", tile_position=(0, 0), tile_size=(64, 64))
refuse(
    "small-pe-tiles",
    target="trn1",
    dst=psum(32, 256),
    stationary=sbuf(32, 32, nl.bfloat16),
    moving=sbuf(32, 256, nl.bfloat16),
    tile_position=(0, 0),
    tile_size=(32, 32),
)
double = dict(
    dst=psum(64, 256),
    stationary=sbuf(128, 2, 64, nl.float8_e5m2),
    moving=sbuf(128, 2, 256, nl.float8_e5m2),
    perf_mode=nisa.matmul_perf_mode.double_row,
)
refuse("double-row", target="trn1", **double)
refuse("double-row-shape", perf_mode=nisa.matmul_perf_mode.double_row)
refuse("double-row-tiling", **double, tile_position=(0, 0), tile_size=(128, 64))
case = refuse.text


# ---- expected ----
# wrong space:
#   dst=sbuf(64, 256)
#     nc_matmul: dst is in sbuf; it must be in PSUM [space]
#   dst=hbm(64, 256)
#     nc_matmul: dst is in shared_hbm; it must be in PSUM [space]
#   stationary=psum(128, 64, nl.bfloat16)
#     nc_matmul: stationary is in psum; it must be in SBUF; copy it to SBUF first with nisa.tensor_copy [space]
#   stationary=hbm(128, 64, nl.bfloat16)
#     nc_matmul: stationary is in shared_hbm; it must be in SBUF; load it first with nisa.dma_copy [space]
#   moving=psum(128, 256, nl.bfloat16)
#     nc_matmul: moving is in psum; it must be in SBUF; copy it to SBUF first with nisa.tensor_copy [space]
#   moving=hbm(128, 256, nl.bfloat16)
#     nc_matmul: moving is in shared_hbm; it must be in SBUF; load it first with nisa.dma_copy [space]
# wrong dtype:
#   dst=psum(64, 256, nl.int32)
#     nc_matmul: dst is int32; allowed are float32, bfloat16 [dtype]
#   dst=psum(64, 256, nl.bfloat16)
#     nc_matmul: trn2 does not have a bfloat16 nc_matmul destination; targets that have it: trn3 [bf16-psum]
#   dst=psum(64, 256, nl.float8_e4m3fn_x4)
#     nc_matmul: dst is float8_e4m3fn_x4; allowed are float32, bfloat16 [dtype]
#   stationary=sbuf(128, 64, nl.int32)
#     nc_matmul: stationary is int32; allowed are float8_e4m3, float8_e5m2, float8_e4m3fn, bfloat16, float16, tfloat32, float32 [dtype]
#   stationary=sbuf(128, 64)
#     nc_matmul: stationary is float32 and moving is bfloat16; float32 and tfloat32 go with float32 or tfloat32 only [matmul-dtypes]
#   stationary=sbuf(128, 64, nl.float8_e4m3fn_x4)
#     nc_matmul: stationary is float8_e4m3fn_x4; allowed are float8_e4m3, float8_e5m2, float8_e4m3fn, bfloat16, float16, tfloat32, float32 [dtype]
#   moving=sbuf(128, 256, nl.int32)
#     nc_matmul: moving is int32; allowed are float8_e4m3, float8_e5m2, float8_e4m3fn, bfloat16, float16, tfloat32, float32 [dtype]
#   moving=sbuf(128, 256)
#     nc_matmul: stationary is bfloat16 and moving is float32; float32 and tfloat32 go with float32 or tfloat32 only [matmul-dtypes]
#   moving=sbuf(128, 256, nl.float8_e4m3fn_x4)
#     nc_matmul: moving is float8_e4m3fn_x4; allowed are float8_e4m3, float8_e5m2, float8_e4m3fn, bfloat16, float16, tfloat32, float32 [dtype]
# too many partitions:
#   dst=psum(256, 256)
#     ValueError: ndarray: shape (256, 256) has 256 partitions; psum of trn2 has 128; take it in tiles of at most 128 rows
#   stationary=sbuf(256, 64, nl.bfloat16)
#     ValueError: ndarray: shape (256, 64) has 256 partitions; sbuf of trn2 has 128; take it in tiles of at most 128 rows
#   moving=sbuf(256, 256, nl.bfloat16)
#     ValueError: ndarray: shape (256, 256) has 256 partitions; sbuf of trn2 has 128; take it in tiles of at most 128 rows
# illegal start partition:
#   dst=psum(72, 256)[8:]
#     nc_matmul: dst starts at partition 8; 64 partitions may start at 0 or 64 [start-partition]
#   dst=psum(128, 256)[::2]
#     nc_matmul: dst takes partitions in steps of 2; compute instructions need neighbouring partitions [partition-step]
# mismatched shapes:
#   dst=psum(64, 257)
#     nc_matmul: stationary (128, 64) and moving (128, 256) give [64, 256]; dst has shape (64, 257) [dst-shape]
#   dst=psum(32, 256)
#     nc_matmul: stationary (128, 64) and moving (128, 256) give [64, 256]; dst has shape (32, 256) [dst-shape]
#   stationary=sbuf(128, 65, nl.bfloat16)
#     nc_matmul: stationary (128, 65) and moving (128, 256) give [65, 256]; dst has shape (64, 256) [dst-shape]
#   stationary=sbuf(64, 64, nl.bfloat16)
#     nc_matmul: stationary has 64 partitions and moving has 128; they must have the same number [same-partitions]
#   moving=sbuf(128, 257, nl.bfloat16)
#     nc_matmul: stationary (128, 64) and moving (128, 257) give [64, 257]; dst has shape (64, 256) [dst-shape]
#   moving=sbuf(64, 256, nl.bfloat16)
#     nc_matmul: stationary has 128 partitions and moving has 64; they must have the same number [same-partitions]
# unknown keyword:
#   colour=1
#     TypeError: nc_matmul: no argument is called 'colour'; there are dst, stationary, moving, is_stationary_onezero, is_moving_onezero, is_transpose, accumulate, tile_position, tile_size, perf_mode, name
# missing operand:
#   dst=(left out)
#     TypeError: nc_matmul: dst is required and missing: make the tile with nl.ndarray; the instruction writes to it and returns none
#   stationary=(left out)
#     TypeError: nc_matmul: stationary is required and missing
#   moving=(left out)
#     TypeError: nc_matmul: moving is required and missing
# rules:
#   stationary=sbuf(128, 129, nl.bfloat16)
#     nc_matmul: stationary has 129 free elements; trn2 allows at most 128 [free-at-most]
#     nc_matmul: stationary (128, 129) and moving (128, 256) give [129, 256]; dst has shape (64, 256) [dst-shape]
#   moving=sbuf(128, 513, nl.bfloat16)
#     nc_matmul: moving has 513 free elements; trn2 allows at most 512 [free-at-most]
#     nc_matmul: stationary (128, 64) and moving (128, 513) give [64, 513]; dst has shape (64, 256) [dst-shape]
#   dst=psum(64, 1024).ap([[1024, 64], [4, 256]])
#     nc_matmul: dst spans 4084 bytes per partition; trn2 writes at most 2048 (1 PSUM bank) [dst-bank]
#   stationary=sbuf(128, 64)
#     nc_matmul: stationary is float32 and moving is bfloat16; float32 and tfloat32 go with float32 or tfloat32 only [matmul-dtypes]
#   stationary=sbuf(128, 64, nl.float8_e4m3fn) on trn1
#     nc_matmul: trn1 does not have float8_e4m3fn operands of nc_matmul; targets that have it: trn3 [e4m3fn-matmul]
#   dst=psum(64, 256, nl.bfloat16) on trn1
#     nc_matmul: trn1 does not have a bfloat16 nc_matmul destination; targets that have it: trn3 [bf16-psum]
#   dst=psum(64, 128), moving=sbuf(128, 128, nl.bfloat16), is_transpose=True
#     nc_matmul: stationary is bfloat16 and dst is float32; they must have the same dtype [same-dtype]
#   dst=psum(64, 256, nl.bfloat16), is_transpose=True
#     nc_matmul: is_transpose needs a square identity as moving; it has shape (128, 256) [transpose-identity]
#   dst=psum(64, 128, nl.bfloat16), moving=sbuf(128, 128, nl.bfloat16), is_transpose=True, accumulate=True
#     nc_matmul: is_transpose moves bits; it can neither accumulate nor go with perf_mode=double_row [transpose-only]
#   tile_size=(128, 128)
#     nc_matmul: tile_position has 0 numbers and tile_size has 2; both must have 2, or neither be given [tile-pair]
#   tile_position=(0, 0), tile_size=(128, 48)
#     nc_matmul: tile_size is (128, 48); rows and columns must be 32, 64 or 128 [tile-size]
#   tile_position=(0, 32), tile_size=(128, 64)
#     nc_matmul: tile_position is (0, 32); it must be a multiple of tile_size (128, 64) inside 128 rows and columns [tile-position]
#   tile_position=(0, 0), tile_size=(64, 64)
#     nc_matmul: stationary takes (128, 64) rows and columns; tile_size is (64, 64) [tile-fit]
#   dst=psum(32, 256), stationary=sbuf(32, 32, nl.bfloat16), moving=sbuf(32, 256, nl.bfloat16), tile_position=(0, 0), tile_size=(32, 32) on trn1
#     nc_matmul: trn1 does not have nc_matmul tiles of 32 rows, or of 32 by 32; targets that have it: trn2, trn3 [small-pe-tiles]
#   dst=psum(64, 256), stationary=sbuf(128, 2, 64, nl.float8_e5m2), moving=sbuf(128, 2, 256, nl.float8_e5m2), perf_mode=nisa.matmul_perf_mode.double_row on trn1
#     nc_matmul: trn1 does not have perf_mode=double_row; targets that have it: trn2, trn3 [double-row]
#   perf_mode=nisa.matmul_perf_mode.double_row
#     nc_matmul: perf_mode=double_row needs stationary [K, 2, M] and moving [K, 2, N]; they have shapes (128, 64) and (128, 256) [double-row-shape]
#   dst=psum(64, 256), stationary=sbuf(128, 2, 64, nl.float8_e5m2), moving=sbuf(128, 2, 256, nl.float8_e5m2), perf_mode=nisa.matmul_perf_mode.double_row, tile_position=(0, 0), tile_size=(128, 64)
#     nc_matmul: perf_mode=double_row can't be combined with tiles of less than 128 columns [double-row-tiling]
