"""A kernel that relies on equal shapes, called with two that differ."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def add(a, b):
    result = nl.ndarray(a.shape, a.dtype, buffer=nl.shared_hbm)
    a_tile = nl.ndarray(a.shape, a.dtype)
    b_tile = nl.ndarray(b.shape, b.dtype)
    nisa.dma_copy(dst=a_tile, src=a)
    nisa.dma_copy(dst=b_tile, src=b)
    nisa.tensor_tensor(dst=a_tile, data1=a_tile, data2=b_tile, op=nl.add)
    nisa.dma_copy(dst=result, src=a_tile)
    return result


@nki.jit
def load(x):
    result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    tile = nl.ndarray((4, 6), x.dtype)
    nisa.dma_copy(dst=tile, src=x)
    return result


def case_partitions():
    add(np.zeros((4, 8), np.float32), np.zeros((5, 8), np.float32))


def case_free():
    add(np.zeros((4, 8), np.float32), np.zeros((4, 9), np.float32))


def case_dma():
    load(np.zeros((4, 8), np.float32))


# ---- expected ----
# case_partitions:
# VerifyError: bad/bad_shapes_differ.py:15: error: tensor_tensor: data1 has 4 partitions and data2 has 5; they must have the same number [same-partitions]
#     nisa.tensor_tensor(dst=a_tile, data1=a_tile, data2=b_tile, op=nl.add)
#
# case_free:
# VerifyError: bad/bad_shapes_differ.py:15: error: tensor_tensor: data1 has 8 elements per partition and data2 has 9; they must have the same number [same-free]
#     nisa.tensor_tensor(dst=a_tile, data1=a_tile, data2=b_tile, op=nl.add)
#
# case_dma:
# VerifyError: bad/bad_shapes_differ.py:22: error: the kernel returns hbm.0 (4, 8) but never writes it [output-unwritten]
#     result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
# bad/bad_shapes_differ.py:24: error: dma_copy: src has shape (4, 8) and dst has shape (4, 6); they must hold the same number of elements [same-elements]
#     nisa.dma_copy(dst=tile, src=x)
