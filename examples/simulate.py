"""A kernel under the magnifying glass: nki.simulate runs it as ordinary Python, so that tiles can be looked at."""

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def normalize(x):
    tile = nl.ndarray(x.shape, dtype=nl.float32, buffer=nl.sbuf)
    nisa.dma_copy(dst=tile, src=x)
    total = nl.ndarray((x.shape[0], 1), dtype=nl.float32, buffer=nl.sbuf)
    nisa.tensor_reduce(dst=total, op=nl.add, data=tile, axis=1)
    print(total)  # its values under nki.simulate, its type otherwise; breakpoint() works here too
    nl.device_print("sums", total)  # prints in both
    nisa.reciprocal(dst=total, data=total)
    nisa.tensor_scalar(dst=tile, data=tile, op0=nl.multiply, operand0=total)
    y = nl.ndarray(x.shape, dtype=nl.float32, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=y, src=tile)
    return y


if __name__ == "__main__":
    x = np.arange(12, dtype=np.float32).reshape(3, 4) + 1
    simulated = nki.simulate(normalize)(x)
    assert simulated.tobytes() == normalize(x).tobytes()  # the same bits
    print(simulated.sum(axis=1))
