"""Layer normalisation of every row of a matrix."""

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


def _in_all_partitions(row):
    """A row [columns] of HBM in every partition of a tile."""
    shape = (nl.tile_size.pmax, row.shape[0])
    tile = nl.ndarray(shape, dtype=row.dtype)
    nisa.dma_copy(dst=tile, src=row.reshape((1, row.shape[0])).broadcast_to(shape))
    return tile


@nki.jit
def layernorm(x, gamma, beta, eps=1e-5):
    """(x - mean) / sqrt(variance + eps) · gamma + beta along the last axis of x [rows, columns]."""
    rows, columns = x.shape
    assert gamma.shape == beta.shape == (columns,), f"gamma and beta must have the {columns} columns of x"
    result = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.shared_hbm)
    gammas, betas = _in_all_partitions(gamma), _in_all_partitions(beta)
    for row in nl.affine_range(0, rows, nl.tile_size.pmax):
        part = slice(row, min(row + nl.tile_size.pmax, rows))
        count = part.stop - part.start

        def column(count=count):
            return nl.ndarray((count, 1), dtype=nl.float32)

        tile = nl.ndarray((count, columns), dtype=x.dtype)
        nisa.dma_copy(dst=tile, src=x[part])
        total, mean, centred = column(), column(), nl.ndarray((count, columns), dtype=nl.float32)
        nisa.tensor_reduce(dst=total, op=nl.add, data=tile, axis=1)
        nisa.tensor_scalar(dst=mean, data=total, op0=nl.multiply, operand0=1.0 / columns)
        nisa.tensor_scalar(dst=centred, data=tile, op0=nl.subtract, operand0=mean)
        squares, squares_total = nl.ndarray((count, columns), dtype=nl.float32), column()
        nisa.tensor_tensor(dst=squares, data1=centred, data2=centred, op=nl.multiply)
        nisa.tensor_reduce(dst=squares_total, op=nl.add, data=squares, axis=1)
        variance, inverse_root = column(), column()
        nisa.tensor_scalar(variance, squares_total, op0=nl.multiply, operand0=1.0 / columns, op1=nl.add, operand1=eps)
        nisa.activation(dst=inverse_root, op=nl.rsqrt, data=variance)
        nisa.scalar_tensor_tensor(centred, centred, nl.multiply, inverse_root, nl.multiply, gammas[0:count])
        shifted = nl.ndarray((count, columns), dtype=x.dtype)
        nisa.tensor_tensor(dst=shifted, data1=centred, data2=betas[0:count], op=nl.add)
        nisa.dma_copy(dst=result[part], src=shifted)
    return result


def reference(x, gamma, beta, eps=1e-5):
    x = x.astype(np.float64)
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = np.mean(centred * centred, axis=-1, keepdims=True)
    return centred / np.sqrt(variance + eps) * gamma.astype(np.float64) + beta.astype(np.float64)
