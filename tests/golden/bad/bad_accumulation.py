"""R24: a matmul that accumulates onto what memset wrote to PSUM."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def onto_zeros(x):
    result = nl.ndarray((4, 4), nl.float32, buffer=nl.shared_hbm)
    tile = nl.ndarray((4, 4), x.dtype)
    nisa.dma_copy(dst=tile, src=x)
    acc = nl.zeros((4, 4), nl.float32, buffer=nl.psum)
    nisa.nc_matmul(dst=acc, stationary=tile, moving=tile, accumulate=True)
    out = nl.ndarray((4, 4), nl.float32)
    nisa.tensor_copy(dst=out, src=acc)
    nisa.dma_copy(dst=result, src=out)
    return result


def case():
    return onto_zeros(np.eye(4, dtype=np.float32))


# ---- expected ----
# [[1. 0. 0. 0.]
#  [0. 1. 0. 0.]
#  [0. 0. 1. 0.]
#  [0. 0. 0. 1.]]
# NkiWarning: bad/bad_accumulation.py:14: warning: nc_matmul: dst accumulates onto elements of psum.0 that another engine wrote last; on trn1 that is undefined: start with a matmul that has accumulate=False [accumulate-onto-foreign]
#     nisa.nc_matmul(dst=acc, stationary=tile, moving=tile, accumulate=True)
