"""Operands in memories that an instruction can't reach."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def from_psum(x):
    tile = nl.ndarray(x.shape, x.dtype, buffer=nl.psum)
    nisa.memset(dst=tile, value=0.0)
    nisa.dma_copy(dst=x, src=tile)
    return x


@nki.jit
def from_hbm(x):
    nisa.tensor_tensor(dst=x, data1=x, data2=x, op=nl.add)
    return x


@nki.jit
def matmul(x):
    tile = nl.ndarray(x.shape, x.dtype)
    nisa.dma_copy(dst=tile, src=x)
    wrong = nl.ndarray((8, 8), nl.float32)
    nisa.nc_matmul(dst=wrong, stationary=tile, moving=tile)
    acc = nl.ndarray((8, 8), nl.float32, buffer=nl.psum)
    nisa.nc_matmul(dst=acc, stationary=tile, moving=tile)
    nisa.nc_matmul(dst=acc, stationary=acc, moving=acc)
    return x


def case_dma_from_psum():
    from_psum(np.zeros((4, 8), np.float32))


def case_compute_in_hbm():
    from_hbm(np.zeros((4, 8), np.float32))


def case_matmul():
    matmul(np.zeros((4, 8), np.float32))


# ---- expected ----
# case_dma_from_psum:
# VerifyError: bad/bad_memories.py:12: error: dma_copy: src is in psum; it must be in SBUF or HBM; copy it to SBUF first with nisa.tensor_copy [space]
#     nisa.dma_copy(dst=x, src=tile)
#
# case_compute_in_hbm:
# VerifyError: bad/bad_memories.py:18: error: tensor_tensor: dst is in shared_hbm; it must be in SBUF or PSUM; write to a tile and store that with nisa.dma_copy [space]
#     nisa.tensor_tensor(dst=x, data1=x, data2=x, op=nl.add)
#
# case_matmul:
# VerifyError: bad/bad_memories.py:27: error: nc_matmul: dst is in sbuf; it must be in PSUM [space]
#     nisa.nc_matmul(dst=wrong, stationary=tile, moving=tile)
# bad/bad_memories.py:30: error: nc_matmul: stationary is in psum; it must be in SBUF; copy it to SBUF first with nisa.tensor_copy [space]
#     nisa.nc_matmul(dst=acc, stationary=acc, moving=acc)
