"""Tiles that do not fit SBUF or PSUM, alone or together."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def fill(x, tiles, columns, buffer):
    result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    made = []
    for _ in range(tiles):
        tile = nl.ndarray((128, columns), nl.float32, buffer=buffer)
        nisa.memset(dst=tile, value=0.0)
        made.append(tile)
    out = nl.ndarray(x.shape, x.dtype)
    for tile in made:
        nisa.tensor_copy(dst=out, src=tile[0:4, 0:8])
    nisa.dma_copy(dst=result, src=out)
    return result


@nki.jit
def pinned(x):
    tile = nl.ndarray((128, 8), nl.float32, address=(0, 196600))
    nisa.memset(dst=tile, value=0.0)
    nisa.dma_copy(dst=x, src=tile[0:4, :])
    return x


def case_one_tile():
    fill(np.zeros((4, 8), np.float32), 1, 50000, nl.sbuf)


def case_many_tiles():
    fill(np.zeros((4, 8), np.float32), 4, 16384, nl.sbuf)


def case_psum():
    fill(np.zeros((4, 8), np.float32), 9, 512, nl.psum)


def case_at_an_address():
    pinned(np.zeros((4, 8), np.float32))


# ---- expected ----
# case_one_tile:
# VerifyError: bad/bad_capacity.py:13: error: sbuf.0 (128, 50000) needs 200000 bytes per partition of SBUF while 0 are in use: 200000, and trn1 has 196608; use smaller tiles, or fewer at a time [sbuf-capacity]
#     tile = nl.ndarray((128, columns), nl.float32, buffer=buffer)
#
# case_many_tiles:
# VerifyError: bad/bad_capacity.py:13: error: sbuf.3 (128, 16384) needs 65536 bytes per partition of SBUF while 196608 are in use: 262144, and trn1 has 196608; use smaller tiles, or fewer at a time [sbuf-capacity]
#     tile = nl.ndarray((128, columns), nl.float32, buffer=buffer)
#
# case_psum:
# VerifyError: bad/bad_capacity.py:13: error: psum.8 (128, 512) needs 2048 bytes per partition of PSUM while 16384 are in use: 18432, and trn1 has 16384; use smaller tiles, or fewer at a time [psum-capacity]
#     tile = nl.ndarray((128, columns), nl.float32, buffer=buffer)
#
# case_at_an_address:
# VerifyError: bad/bad_capacity.py:25: error: sbuf.0 (128, 8) needs 32 bytes per partition of SBUF from byte 196600; trn1 has 196608 [sbuf-capacity]
#     tile = nl.ndarray((128, 8), nl.float32, address=(0, 196600))
