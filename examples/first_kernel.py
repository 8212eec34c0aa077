"""The first kernel of the README: y = a · x + b, on tiles of 128 rows."""

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def scale_and_shift(x, a, b):
    y = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.shared_hbm)
    rows, columns = x.shape
    for start in range(0, rows, nl.tile_size.pmax):
        size = min(nl.tile_size.pmax, rows - start)
        tile = nl.ndarray((size, columns), dtype=x.dtype, buffer=nl.sbuf)
        nisa.dma_copy(dst=tile, src=x[start : start + size, :])
        nisa.tensor_scalar(dst=tile, data=tile, op0=nl.multiply, operand0=a, op1=nl.add, operand1=b)
        nisa.dma_copy(dst=y[start : start + size, :], src=tile)
    return y


if __name__ == "__main__":
    x = np.arange(300 * 64, dtype=np.float32).reshape(300, 64)
    y = scale_and_shift(x, 2.0, -1.0)
    assert np.array_equal(y, x * np.float32(2) - np.float32(1))
    print(scale_and_shift.plan(x, 2.0, -1.0))
