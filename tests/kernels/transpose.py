"""Transposes: between partitions and free elements, and of the free elements of each partition."""

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np

TILE = 128  # nc_transpose takes at most [128, 128]


@nki.jit
def transpose(x):
    """[rows, columns] to [columns, rows] by the Tensor engine, tile by tile."""
    rows, columns = x.shape
    result = nl.ndarray((columns, rows), dtype=x.dtype, buffer=nl.shared_hbm)
    for row in nl.affine_range(0, rows, TILE):
        for column in nl.affine_range(0, columns, TILE):
            part = (slice(row, min(row + TILE, rows)), slice(column, min(column + TILE, columns)))
            height, width = x[part].shape
            tile = nl.ndarray((height, width), dtype=x.dtype)
            nisa.dma_copy(dst=tile, src=x[part])
            flipped = nl.ndarray((width, height), dtype=x.dtype, buffer=nl.psum)
            nisa.nc_transpose(dst=flipped, data=tile)
            copied = nl.ndarray((width, height), dtype=x.dtype)
            nisa.tensor_copy(dst=copied, src=flipped)
            nisa.dma_copy(dst=result[part[1], part[0]], src=copied)
    return result


@nki.jit
def transpose_free(x, rows, columns):
    """[partitions, rows · columns]: each partition's [rows, columns] becomes [columns, rows] by reading it so."""
    partitions, elements = x.shape
    assert elements == rows * columns, f"{elements} elements are not {rows} x {columns}"
    result = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.shared_hbm)
    tile = nl.ndarray((partitions, rows, columns), dtype=x.dtype)
    nisa.dma_copy(dst=tile, src=x.reshape((partitions, rows, columns)))
    flipped = nl.ndarray((partitions, columns, rows), dtype=x.dtype)
    nisa.tensor_copy(dst=flipped, src=tile.permute((0, 2, 1)))
    nisa.dma_copy(dst=result, src=flipped.reshape(x.shape))
    return result


def reference(x):
    return np.ascontiguousarray(x.T)


def reference_free(x, rows, columns):
    return x.reshape(-1, rows, columns).transpose(0, 2, 1).reshape(x.shape)
