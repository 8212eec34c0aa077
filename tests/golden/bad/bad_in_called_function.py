"""A mistake in a function that the kernel calls names that function's line and the lines that called it."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


def double(tile):
    wide = nl.ndarray((4, 9), nl.float32)
    nisa.memset(dst=wide, value=1.0)
    nisa.tensor_copy(dst=tile, src=wide)


def double_twice(tile):
    for _ in range(2):
        double(tile)
    return tile


def start(x):
    result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    tile = nl.ndarray(x.shape, x.dtype)
    nisa.dma_copy(dst=tile, src=x)
    return result, tile


@nki.jit
def deep(x):
    result, tile = start(x)
    double_twice(tile)
    double(tile)
    nisa.dma_copy(dst=result, src=double_twice(tile))
    return result


@nki.jit
def in_a_comprehension(x):
    result, tile = start(x)
    [double(tile) for _ in range(2)]
    nisa.dma_copy(dst=result, src=tile)
    return result


@nki.jit
def calls_a_kernel(x):
    return deep(x)


@nki.jit
def in_a_grid(x):
    result, tile = start(x)
    double(tile)
    nisa.dma_copy(dst=result, src=tile)
    return result


X = np.zeros((4, 8), np.float32)


def case_deep():
    deep(X)


def case_in_a_comprehension():
    in_a_comprehension(X)


def case_kernel_in_a_kernel():
    calls_a_kernel(X)


def case_in_a_grid():
    in_a_grid[2](X)


def case_unwritten_warning():
    @nki.jit
    def half(x):
        result, tile = start(x)
        nisa.dma_copy(dst=result[0:2, :], src=tile[0:2, :])
        return result

    return half(X).shape


# ---- expected ----
# case_deep:
# VerifyError: bad/bad_in_called_function.py:11: error: tensor_copy: src has 9 elements per partition and dst has 8; they must have the same number (and 1 more like it at this line) [same-free]
#     nisa.tensor_copy(dst=tile, src=wide)
#   called from bad/bad_in_called_function.py:16: double(tile)
#   called from bad/bad_in_called_function.py:30: double_twice(tile)
# bad/bad_in_called_function.py:11: error: tensor_copy: src has 9 elements per partition and dst has 8; they must have the same number [same-free]
#     nisa.tensor_copy(dst=tile, src=wide)
#   called from bad/bad_in_called_function.py:31: double(tile)
# bad/bad_in_called_function.py:11: error: tensor_copy: src has 9 elements per partition and dst has 8; they must have the same number (and 1 more like it at this line) [same-free]
#     nisa.tensor_copy(dst=tile, src=wide)
#   called from bad/bad_in_called_function.py:16: double(tile)
#   called from bad/bad_in_called_function.py:32: nisa.dma_copy(dst=result, src=double_twice(tile))
#
# case_in_a_comprehension:
# VerifyError: bad/bad_in_called_function.py:11: error: tensor_copy: src has 9 elements per partition and dst has 8; they must have the same number (and 1 more like it at this line) [same-free]
#     nisa.tensor_copy(dst=tile, src=wide)
#   called from bad/bad_in_called_function.py:39: [double(tile) for _ in range(2)]
#
# case_kernel_in_a_kernel:
# VerifyError: bad/bad_in_called_function.py:11: error: tensor_copy: src has 9 elements per partition and dst has 8; they must have the same number (and 1 more like it at this line) [same-free]
#     nisa.tensor_copy(dst=tile, src=wide)
#   called from bad/bad_in_called_function.py:16: double(tile)
#   called from bad/bad_in_called_function.py:30: double_twice(tile)
#   called from bad/bad_in_called_function.py:46: return deep(x)
# bad/bad_in_called_function.py:11: error: tensor_copy: src has 9 elements per partition and dst has 8; they must have the same number [same-free]
#     nisa.tensor_copy(dst=tile, src=wide)
#   called from bad/bad_in_called_function.py:31: double(tile)
#   called from bad/bad_in_called_function.py:46: return deep(x)
# bad/bad_in_called_function.py:11: error: tensor_copy: src has 9 elements per partition and dst has 8; they must have the same number (and 1 more like it at this line) [same-free]
#     nisa.tensor_copy(dst=tile, src=wide)
#   called from bad/bad_in_called_function.py:16: double(tile)
#   called from bad/bad_in_called_function.py:32: nisa.dma_copy(dst=result, src=double_twice(tile))
#   called from bad/bad_in_called_function.py:46: return deep(x)
#
# case_in_a_grid:
# VerifyError: bad/bad_in_called_function.py:11: error: tensor_copy: src has 9 elements per partition and dst has 8; they must have the same number (and 1 more like it at this line) [same-free]
#     nisa.tensor_copy(dst=tile, src=wide)
#   called from bad/bad_in_called_function.py:52: double(tile)
#
# case_unwritten_warning:
# (4, 8)
# NkiWarning: bad/bad_in_called_function.py:21: warning: the kernel returns hbm.0 (4, 8) but leaves row 2, byte 0 and possibly more of it unwritten; such elements are NaN, or 4 in integers [output-partly-written]
#     result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
#   called from bad/bad_in_called_function.py:79: result, tile = start(x)
