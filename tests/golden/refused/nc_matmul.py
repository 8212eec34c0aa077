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
