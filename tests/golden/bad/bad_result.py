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


def mistaken(tile):
    nisa.tensor_copy(dst=tile, src=nl.ones((2, 4), nl.float32))


@nki.jit
def sbuf_and_a_mistake(x):
    tile = nl.zeros(x.shape, x.dtype)
    mistaken(tile)
    return tile, tile


@nki.jit
def forgotten_and_a_mistake(x):
    mistaken(nl.zeros(x.shape, x.dtype))


@nki.jit
def several_wrong_places(x):
    result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=result, src=x)
    return [result, result[0:1, :], nl.zeros(x.shape, x.dtype)]


@nki.jit
def in_a_set(x):
    return {x}


@nki.jit
def in_a_generator(x):
    return (x for _ in range(2))


X = np.zeros((2, 3), np.float32)


def case_in_sbuf():
    sbuf(X)


def case_in_private_hbm():
    private(X)


def case_part_of_a_tensor():
    part(X)


def case_forgotten():
    forgotten(X)


def case_in_sbuf_and_a_mistake():
    sbuf_and_a_mistake(X)


def case_in_sbuf_in_a_grid_and_a_mistake():
    sbuf_and_a_mistake[2](X)


def case_forgotten_and_a_mistake():
    forgotten_and_a_mistake(X)


def case_several_wrong_places():
    several_wrong_places(X)


def case_in_a_set():
    in_a_set(X)


def case_in_a_generator():
    in_a_generator(X)


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
# None
# NkiWarning: kernel private returned hbm.0 (2, 3), which is in private_hbm; results must be in shared HBM: make one with nl.ndarray(..., buffer=nl.shared_hbm) and write it with nisa.dma_copy [result-space]
#
# case_part_of_a_tensor:
# VerifyError: bad/bad_result.py:23: error: kernel part returned hbm.0 (1, 3), a part of a tensor; results must be whole tensors [result-view]
#     def part(x):
#
# case_forgotten:
# VerifyError: bad/bad_result.py:30: error: kernel forgotten returned None and wrote none of its arguments; return the output tensor [no-result]
#     def forgotten(x):
#
# case_in_sbuf_and_a_mistake:
# VerifyError: bad/bad_result.py:49: error: tensor_copy: src has 4 elements per partition and dst has 3; they must have the same number [same-free]
#     nisa.tensor_copy(dst=tile, src=nl.ones((2, 4), nl.float32))
#   called from bad/bad_result.py:55: mistaken(tile)
# bad/bad_result.py:53: error: kernel sbuf_and_a_mistake returned sbuf.0 (2, 3), which is in sbuf; results must be in shared HBM: make one with nl.ndarray(..., buffer=nl.shared_hbm) and write it with nisa.dma_copy [result-space]
#     def sbuf_and_a_mistake(x):
#
# case_in_sbuf_in_a_grid_and_a_mistake:
# VerifyError: bad/bad_result.py:49: error: tensor_copy: src has 4 elements per partition and dst has 3; they must have the same number (and 1 more like it at this line) [same-free]
#     nisa.tensor_copy(dst=tile, src=nl.ones((2, 4), nl.float32))
#   called from bad/bad_result.py:55: mistaken(tile)
# bad/bad_result.py:53: error: kernel sbuf_and_a_mistake returned sbuf.0 (2, 3), which is in sbuf; results must be in shared HBM: make one with nl.ndarray(..., buffer=nl.shared_hbm) and write it with nisa.dma_copy [result-space]
#     def sbuf_and_a_mistake(x):
# bad/bad_result.py:53: error: kernel sbuf_and_a_mistake returned sbuf.2 (2, 3), which is in sbuf; results must be in shared HBM: make one with nl.ndarray(..., buffer=nl.shared_hbm) and write it with nisa.dma_copy [result-space]
#     def sbuf_and_a_mistake(x):
#
# case_forgotten_and_a_mistake:
# VerifyError: bad/bad_result.py:49: error: tensor_copy: src has 4 elements per partition and dst has 3; they must have the same number [same-free]
#     nisa.tensor_copy(dst=tile, src=nl.ones((2, 4), nl.float32))
#   called from bad/bad_result.py:61: mistaken(nl.zeros(x.shape, x.dtype))
# bad/bad_result.py:60: error: kernel forgotten_and_a_mistake returned None and wrote none of its arguments; return the output tensor [no-result]
#     def forgotten_and_a_mistake(x):
#
# case_several_wrong_places:
# VerifyError: bad/bad_result.py:65: error: kernel several_wrong_places returned hbm.0 (1, 3), a part of a tensor; results must be whole tensors [result-view]
#     def several_wrong_places(x):
# bad/bad_result.py:65: error: kernel several_wrong_places returned sbuf.0 (2, 3), which is in sbuf; results must be in shared HBM: make one with nl.ndarray(..., buffer=nl.shared_hbm) and write it with nisa.dma_copy [result-space]
#     def several_wrong_places(x):
#
# case_in_a_set:
# VerifyError: bad/bad_result.py:72: error: kernel in_a_set returned tensors inside a set; return them in tuples, lists, dicts' values, named tuples or objects [result-form]
#     def in_a_set(x):
#
# case_in_a_generator:
# VerifyError: bad/bad_result.py:77: error: kernel in_a_generator returned tensors inside a generator; return them in tuples, lists, dicts' values, named tuples or objects [result-form]
#     def in_a_generator(x):
#
# case_unwritten:
# VerifyError: bad/bad_result.py:37: error: the kernel returns hbm.0 (2, 3) but never writes it [output-unwritten]
#     result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
#
# case_half_written:
# [[ 0.  0.  0.]
#  [nan nan nan]]
# NkiWarning: bad/bad_result.py:43: warning: the kernel returns hbm.0 (2, 3) but leaves row 1, byte 0 and possibly more of it unwritten; such elements are NaN, or 4 in integers [output-partly-written]
#     result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
