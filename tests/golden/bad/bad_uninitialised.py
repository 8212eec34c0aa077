"""Reads of memory that nothing has written."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def never(x):
    tile = nl.ndarray(x.shape, x.dtype)
    nisa.dma_copy(dst=x, src=tile)
    return x


@nki.jit
def partly(x):
    tile = nl.ndarray(x.shape, x.dtype)
    nisa.dma_copy(dst=tile[:, 0:5], src=x[:, 0:5])
    nisa.dma_copy(dst=x, src=tile)
    return x


@nki.jit
def accumulated(x):
    tile = nl.zeros((4, 4), nl.bfloat16)
    acc = nl.ndarray((4, 4), nl.float32, buffer=nl.psum)
    nisa.nc_matmul(dst=acc, stationary=tile, moving=tile, accumulate=True)
    return x


@nki.jit
def scratch(x):
    scratch = nl.ndarray(x.shape, x.dtype, buffer=nl.hbm)
    nisa.dma_copy(dst=x, src=scratch)
    return x


X = np.zeros((4, 8), np.float32)


def case_never_written():
    never(X)


def case_partly_written():
    partly(X)


def case_accumulated():
    accumulated(X)


def case_hbm():
    scratch(X)


# ---- expected ----
# case_never_written:
# VerifyError: bad/bad_uninitialised.py:11: error: dma_copy: src reads partition 0, byte 0 of sbuf.0 (sbuf), which nothing has written [uninitialised-read]
#     nisa.dma_copy(dst=x, src=tile)
#
# case_partly_written:
# VerifyError: bad/bad_uninitialised.py:19: error: dma_copy: src reads partition 0, byte 20 of sbuf.0 (sbuf), which nothing has written [uninitialised-read]
#     nisa.dma_copy(dst=x, src=tile)
#
# case_accumulated:
# VerifyError: bad/bad_uninitialised.py:27: error: nc_matmul: dst reads partition 0, byte 0 of psum.0 (psum), which nothing has written [uninitialised-read]
#     nisa.nc_matmul(dst=acc, stationary=tile, moving=tile, accumulate=True)
#
# case_hbm:
# VerifyError: bad/bad_uninitialised.py:34: error: dma_copy: src reads row 0, byte 0 of hbm.0 (private_hbm), which nothing has written [uninitialised-read]
#     nisa.dma_copy(dst=x, src=scratch)
