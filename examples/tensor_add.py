"""The kernel that the other examples use as a custom operator: c = a + b in tiles of 128 × 512."""

import nki
import nki.isa as nisa
import nki.language as nl

TILE_ROWS = 128
TILE_COLUMNS = 512


@nki.jit(platform_target="trn1")
def tensor_add(a, b):
    """Adds two tensors of one shape and data type, (128·m, 512·n)."""
    rows, columns = a.shape
    assert a.shape == b.shape, f"the shapes differ: {a.shape} and {b.shape}"
    assert a.dtype == b.dtype, f"the data types differ: {a.dtype} and {b.dtype}"
    assert rows % TILE_ROWS == 0, f"{rows} rows are not a multiple of {TILE_ROWS}"
    assert columns % TILE_COLUMNS == 0, f"{columns} columns are not a multiple of {TILE_COLUMNS}"

    c = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    for m in nl.affine_range(rows // TILE_ROWS):
        for n in nl.affine_range(columns // TILE_COLUMNS):
            here = (nl.ds(m * TILE_ROWS, TILE_ROWS), nl.ds(n * TILE_COLUMNS, TILE_COLUMNS))
            a_tile = nl.ndarray((TILE_ROWS, TILE_COLUMNS), dtype=a.dtype, buffer=nl.sbuf)
            b_tile = nl.ndarray((TILE_ROWS, TILE_COLUMNS), dtype=b.dtype, buffer=nl.sbuf)
            c_tile = nl.ndarray((TILE_ROWS, TILE_COLUMNS), dtype=c.dtype, buffer=nl.sbuf)
            nisa.dma_copy(dst=a_tile, src=a[here])
            nisa.dma_copy(dst=b_tile, src=b[here])
            nisa.tensor_tensor(dst=c_tile, data1=a_tile, data2=b_tile, op=nl.add)
            nisa.dma_copy(dst=c[here], src=c_tile)
    return c
