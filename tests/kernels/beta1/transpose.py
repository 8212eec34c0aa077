"""Transposition: of the free axes of each partition, and of matrices through the Tensor engine."""

import neuronxcc.nki as nki
import neuronxcc.nki.isa as nisa
import neuronxcc.nki.language as nl


@nki.jit
def transpose_free(x, shape):
    """[P, F1 * F2] as [P, F2 * F1]: every partition holds a matrix of `shape`, which is transposed."""
    out = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.shared_hbm)
    rows, columns = shape
    i_p = nl.arange(x.shape[0])[:, None, None]
    i_row = nl.arange(rows)[None, :, None]
    i_column = nl.arange(columns)[None, None, :]
    tile = nl.load(x)
    turned = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.sbuf)
    turned[i_p, i_column * rows + i_row] = nl.copy(tile[i_p, i_row * columns + i_column])
    nl.store(out, value=turned)
    return out


@nki.jit
def transpose(x):
    """A matrix of any size, 128 by 128 at a time."""
    rows, columns = x.shape
    out = nl.ndarray((columns, rows), dtype=x.dtype, buffer=nl.shared_hbm)
    i_p, i_f = nl.mgrid[0:128, 0:128]
    for i in nl.affine_range((rows + 127) // 128):
        for j in nl.affine_range((columns + 127) // 128):
            inside = (i * 128 + i_p < rows) & (j * 128 + i_f < columns)
            tile = nl.load(x[i * 128 + i_p, j * 128 + i_f], mask=inside)
            turned = nisa.nc_transpose(tile, mask=inside)
            nl.store(
                out[j * 128 + i_p, i * 128 + i_f],
                value=turned,
                mask=(j * 128 + i_p < columns) & (i * 128 + i_f < rows),
            )
    return out
