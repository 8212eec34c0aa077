"""Elementwise addition of two matrices of any size."""

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def add(a, b, tile_columns=512):
    """a + b, [rows, columns], tile by tile; the last tiles are what is left over."""
    assert a.shape == b.shape, f"shapes {a.shape} and {b.shape} differ"
    rows, columns = a.shape
    result = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    for row in nl.affine_range(0, rows, nl.tile_size.pmax):
        for column in nl.affine_range(0, columns, tile_columns):
            part = (slice(row, min(row + nl.tile_size.pmax, rows)), slice(column, min(column + tile_columns, columns)))
            shape = a[part].shape
            a_tile = nl.ndarray(shape, dtype=a.dtype, buffer=nl.sbuf)
            b_tile = nl.ndarray(shape, dtype=b.dtype, buffer=nl.sbuf)
            sum_tile = nl.ndarray(shape, dtype=a.dtype, buffer=nl.sbuf)
            nisa.dma_copy(dst=a_tile, src=a[part])
            nisa.dma_copy(dst=b_tile, src=b[part])
            nisa.tensor_tensor(dst=sum_tile, data1=a_tile, data2=b_tile, op=nl.add)
            nisa.dma_copy(dst=result[part], src=sum_tile)
    return result


def reference(a, b):
    return a.astype(np.float64) + b.astype(np.float64)
