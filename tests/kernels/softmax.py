"""Softmax of every row of a matrix."""

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def softmax(x):
    """exp(x - max) / sum of that, along the last axis of [rows, columns]."""
    rows, columns = x.shape
    result = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.shared_hbm)
    for row in nl.affine_range(0, rows, nl.tile_size.pmax):
        part = slice(row, min(row + nl.tile_size.pmax, rows))
        count = part.stop - part.start
        tile = nl.ndarray((count, columns), dtype=x.dtype)
        nisa.dma_copy(dst=tile, src=x[part])
        minus_max = nl.ndarray((count, 1), dtype=nl.float32)
        nisa.tensor_reduce(dst=minus_max, op=nl.maximum, data=tile, axis=1, negate=True)
        # One instruction: the exponentials and, in the engine's registers, their sum.
        exponentials = nl.ndarray((count, columns), dtype=nl.float32)
        total = nl.ndarray((count, 1), dtype=nl.float32)
        nisa.activation(
            dst=exponentials,
            op=nl.exp,
            data=tile,
            bias=minus_max,
            reduce_op=nl.add,
            reduce_res=total,
            reduce_cmd=nisa.reduce_cmd.reset_reduce,
        )
        inverse = nl.ndarray((count, 1), dtype=nl.float32)
        nisa.reciprocal(dst=inverse, data=total)
        scaled = nl.ndarray((count, columns), dtype=x.dtype)
        nisa.tensor_scalar(dst=scaled, data=exponentials, op0=nl.multiply, operand0=inverse)
        nisa.dma_copy(dst=result[part], src=scaled)
    return result


def reference(x):
    x = x.astype(np.float64)
    exponentials = np.exp(x - x.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)
