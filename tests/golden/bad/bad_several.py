"""Every mistake is reported, in the order of the kernel's lines; a loop's mistakes once per line."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def several(x):
    result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    tile = nl.ndarray((8, 8), x.dtype)
    wide = nl.ndarray((8, 9), x.dtype)
    nisa.tensor_copy(dst=tile, src=wide)
    for i in range(8):
        nisa.tensor_tensor(dst=tile, data1=tile, data2=x[0:8, i : i + 8], op=nl.add)
    acc = nl.ndarray((8, 8), nl.float32, buffer=nl.psum)
    nisa.nc_matmul(dst=acc, stationary=tile, moving=wide)
    nisa.dma_copy(dst=result, src=acc)
    return result


def case():
    several(np.zeros((8, 64), np.float32))


# ---- expected ----
# VerifyError: bad/bad_several.py:13: error: tensor_copy: src has 9 elements per partition and dst has 8; they must have the same number [same-free]
#     nisa.tensor_copy(dst=tile, src=wide)
# bad/bad_several.py:13: error: tensor_copy: src reads partition 0, byte 0 of sbuf.1 (sbuf), which nothing has written [uninitialised-read]
#     nisa.tensor_copy(dst=tile, src=wide)
# bad/bad_several.py:15: error: tensor_tensor: data2 is in shared_hbm; it must be in SBUF or PSUM; load it first with nisa.dma_copy (and 7 more like it at this line) [space]
#     nisa.tensor_tensor(dst=tile, data1=tile, data2=x[0:8, i : i + 8], op=nl.add)
# bad/bad_several.py:17: error: nc_matmul: stationary (8, 8) and moving (8, 9) give [8, 9]; dst has shape (8, 8) [dst-shape]
#     nisa.nc_matmul(dst=acc, stationary=tile, moving=wide)
# bad/bad_several.py:18: error: dma_copy: src is in psum; it must be in SBUF or HBM; copy it to SBUF first with nisa.tensor_copy [space]
#     nisa.dma_copy(dst=result, src=acc)
