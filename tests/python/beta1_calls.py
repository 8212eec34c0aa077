"""Calls of one function of Beta 1's nki.language, in a kernel around it."""

import neuronxcc.nki as nki
import neuronxcc.nki.language as nl


def call(function, *arrays, grid=None):
    """What the function returns for tiles with the contents of the arrays."""

    def kernel(arrays):
        result = function(*[nl.load(array) for array in arrays])
        out = nl.ndarray(result.shape, dtype=result.dtype, buffer=nl.shared_hbm)
        nl.store(out, result)
        return out

    made = nki.jit(kernel)
    return (made if grid is None else made[grid])(list(arrays))


def trace(function, *arrays):
    """Runs the function, with tensors in HBM in the places of the arrays; what it returns is returned."""
    returned = []

    def kernel(arrays):
        returned.append(function(*arrays))
        out = nl.ndarray((1, 1), dtype=nl.float32, buffer=nl.shared_hbm)
        nl.store(out, 0)
        return out

    nki.jit(kernel)(list(arrays))
    return returned[-1]
