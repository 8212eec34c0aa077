"""Root-mean-square normalisation of every row of a matrix."""

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def rmsnorm(x, weight, eps=1e-6):
    """x / sqrt(mean(x²) + eps) · weight along the last axis of x [rows, columns]; weight [columns]."""
    rows, columns = x.shape
    assert weight.shape == (columns,), f"weight has shape {weight.shape}; x has {columns} columns"
    result = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.shared_hbm)
    # A stride-0 source: the row of weights in all partitions.
    weights = nl.ndarray((nl.tile_size.pmax, columns), dtype=weight.dtype)
    nisa.dma_copy(dst=weights, src=weight.reshape((1, columns)).broadcast_to((nl.tile_size.pmax, columns)))
    for row in nl.affine_range(0, rows, nl.tile_size.pmax):
        part = slice(row, min(row + nl.tile_size.pmax, rows))
        count = part.stop - part.start
        tile = nl.ndarray((count, columns), dtype=x.dtype)
        nisa.dma_copy(dst=tile, src=x[part])
        squares = nl.ndarray((count, columns), dtype=nl.float32)
        total = nl.ndarray((count, 1), dtype=nl.float32)
        nisa.activation(
            dst=squares,
            op=nl.square,
            data=tile,
            reduce_op=nl.add,
            reduce_res=total,
            reduce_cmd=nisa.reduce_cmd.reset_reduce,
        )
        mean = nl.ndarray((count, 1), dtype=nl.float32)
        nisa.tensor_scalar(mean, total, op0=nl.multiply, operand0=1.0 / columns, op1=nl.add, operand1=eps)
        inverse_root = nl.ndarray((count, 1), dtype=nl.float32)
        nisa.activation(dst=inverse_root, op=nl.rsqrt, data=mean)
        normal = nl.ndarray((count, columns), dtype=x.dtype)
        nisa.scalar_tensor_tensor(normal, tile, nl.multiply, inverse_root, nl.multiply, weights[0:count])
        nisa.dma_copy(dst=result[part], src=normal)
    return result


def reference(x, weight, eps=1e-6):
    x = x.astype(np.float64)
    return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + eps) * weight.astype(np.float64)
