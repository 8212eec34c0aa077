"""Softmax over rows: once by nl.softmax's parts, once by instructions."""

import neuronxcc.nki as nki
import neuronxcc.nki.isa as nisa
import neuronxcc.nki.language as nl
import numpy as np


@nki.jit
def softmax(x):
    """exp(x - max) / sum, 128 rows at a time, the last ones masked."""
    out = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.shared_hbm)
    rows, columns = x.shape
    i_p = nl.arange(nl.tile_size.pmax)[:, None]
    i_f = nl.arange(columns)[None, :]
    for tile in nl.affine_range((rows + nl.tile_size.pmax - 1) // nl.tile_size.pmax):
        row = tile * nl.tile_size.pmax + i_p
        values = nl.load(x[row, i_f], mask=row < rows, dtype=nl.float32)
        shifted = values - nl.max(values, axis=1, keepdims=True)
        exponentials = nl.exp(shifted)
        total = nl.sum(exponentials, axis=1, keepdims=True)
        nl.store(out[row, i_f], exponentials / total, mask=row < rows)
    return out


@nki.jit
def softmax_isa(x):
    """The same by three instructions a tile: a negated maximum, exp with its sum, a scaling."""
    out = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.shared_hbm)
    rows, columns = x.shape
    i_p, i_f = nl.mgrid[0:128, 0:columns]
    for tile in nl.affine_range((rows + 127) // 128):
        inside = tile * 128 + i_p < rows
        values = nl.load(x[tile * 128 + i_p, i_f], mask=inside)
        lowest = nisa.tensor_reduce(np.max, values, axis=[1], dtype=nl.float32, negate=True, keepdims=True)
        total = nl.ndarray((128, 1), dtype=nl.float32)
        exponentials = nisa.activation_reduce(
            np.exp, values, bias=lowest, reduce_op=np.add, reduce_res=total, dtype=nl.float32
        )
        share = nisa.tensor_scalar(exponentials, np.multiply, nisa.reciprocal(total))
        nl.store(out[tile * 128 + i_p, i_f], share, mask=inside)
    return out


def reference(x):
    """In float64."""
    x = x.astype(np.float64)
    exponentials = np.exp(x - x.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)
