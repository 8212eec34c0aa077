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
