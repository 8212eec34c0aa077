"""Results that a kernel can't give."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def sbuf(x):
    tile = nl.ndarray(x.shape, x.dtype)
    nisa.dma_copy(dst=tile, src=x)
    return tile


@nki.jit
def private(x):
    scratch = nl.ndarray(x.shape, x.dtype, buffer=nl.hbm)
    nisa.dma_copy(dst=scratch, src=x)
    return scratch


@nki.jit
def part(x):
    result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=result, src=x)
    return result[0:1, :]


@nki.jit
def forgotten(x):
    result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=result, src=x)


@nki.jit
def unwritten(x):
    result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    return result


@nki.jit
def half_written(x):
    result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=result[0:1, :], src=x[0:1, :])
    return result


X = np.zeros((2, 3), np.float32)


def case_in_sbuf():
    sbuf(X)


def case_in_private_hbm():
    private(X)


def case_part_of_a_tensor():
    part(X)


def case_forgotten():
    forgotten(X)


def case_unwritten():
    unwritten(X)


def case_half_written():
    return half_written(X)


# ---- expected ----
# case_in_sbuf:
# VerifyError: bad/bad_result.py:9: error: kernel sbuf returned sbuf.0 (2, 3), which is in sbuf; results must be in shared HBM: make one with nl.ndarray(..., buffer=nl.shared_hbm) and write it with nisa.dma_copy [result-space]
#     def sbuf(x):
#
# case_in_private_hbm:
# VerifyError: bad/bad_result.py:16: error: kernel private returned hbm.0 (2, 3), which is in private_hbm; results must be in shared HBM: make one with nl.ndarray(..., buffer=nl.shared_hbm) and write it with nisa.dma_copy [result-space]
#     def private(x):
#
# case_part_of_a_tensor:
# VerifyError: bad/bad_result.py:23: error: kernel part returned hbm.0 (1, 3), a part of a tensor; results must be whole tensors [result-view]
#     def part(x):
#
# case_forgotten:
# VerifyError: bad/bad_result.py:30: error: kernel forgotten returned None and wrote none of its arguments; return the output tensor [no-result]
#     def forgotten(x):
#
# case_unwritten:
# VerifyError: bad/bad_result.py:37: error: the kernel returns hbm.0 (2, 3) but never writes it [output-unwritten]
#     result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
#
# case_half_written:
# [[ 0.  0.  0.]
#  [nan nan nan]]
# NkiWarning: bad/bad_result.py:43: warning: the kernel returns hbm.0 (2, 3) but leaves byte 12 and possibly more of it unwritten; such elements are NaN, or 4 in integers [output-partly-written]
#     result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
