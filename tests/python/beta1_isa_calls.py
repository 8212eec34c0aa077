"""What the tests of Beta 1's instructions share: masks, and an instruction whose result is assigned to a tile."""

import ml_dtypes
import neuronxcc.nki as nki
import neuronxcc.nki.language as nl
import numpy as np

BFLOAT16 = ml_dtypes.bfloat16
SATURATE = {np.int32: (-(2**31), 2**31 - 1), np.uint8: (0, 255), np.int8: (-128, 127)}

MASKS = {
    "none": (None, lambda p, f: np.ones((p, f), bool)),
    "rows": (lambda i_p, i_f, p, f: i_p < p - 3, lambda p, f: np.arange(p)[:, None] + np.zeros((1, f)) < p - 3),
    "columns": (lambda i_p, i_f, p, f: i_f < f - 5, lambda p, f: np.arange(f)[None, :] + np.zeros((p, 1)) < f - 5),
    "inner": (
        lambda i_p, i_f, p, f: (i_f >= 4) & (i_f < f - 5) & (i_p < p - 1),
        lambda p, f: (np.arange(f) >= 4)[None, :] & (np.arange(f) < f - 5)[None, :] & (np.arange(p) < p - 1)[:, None],
    ),
    "nothing": (lambda i_p, i_f, p, f: i_f > f, lambda p, f: np.zeros((p, f), bool)),
    "triangle": (lambda i_p, i_f, p, f: i_p >= i_f, lambda p, f: np.arange(p)[:, None] >= np.arange(f)[None, :]),
    "slope in box": (
        lambda i_p, i_f, p, f: (2 * i_f - i_p <= 7) & (i_p < p - 2) & (i_f >= 1),
        lambda p, f: (
            (2 * np.arange(f)[None, :] - np.arange(p)[:, None] <= 7)
            & (np.arange(p) < p - 2)[:, None]
            & (np.arange(f) >= 1)[None, :]
        ),
    ),
}
BOXES = ("none", "rows", "columns", "inner", "nothing")


def mask_of(name, shape):
    """The mask of a tile of two axes, or None."""
    make = MASKS[name][0]
    if make is None:
        return None
    i_p, i_f = nl.mgrid[0 : shape[0], 0 : shape[1]]
    return make(i_p, i_f, *shape)


def holds(name, shape):
    """Where the mask holds, for NumPy."""
    return np.broadcast_to(MASKS[name][1](*shape), shape)


def converted(values, dtype):
    """float32 values as a data type: to the nearest, and integers to their range."""
    if np.issubdtype(dtype, np.integer):
        low, high = SATURATE[np.dtype(dtype).type]
        return np.clip(np.rint(values.astype(np.float64)), low, high).astype(dtype)
    return np.asarray(values, np.float32).astype(dtype)


def assigned(call, arrays, *, background, place, into="sbuf"):
    """`tile[place] = call(*tiles)`, by a kernel; the whole tile, which held `background`."""

    @nki.jit
    def kernel(background, *arrays):
        out = nl.ndarray(background.shape, dtype=background.dtype, buffer=nl.shared_hbm)
        tile = nl.ndarray(background.shape, dtype=background.dtype, buffer=getattr(nl, into))
        held = nl.load(background)
        tile[...] = held
        tiles = [nl.load(array) for array in arrays]
        tile[place] = call(*tiles)
        nl.store(out, tile)
        return out

    return kernel(background, *arrays)


def returned(call, arrays):
    """call(*tiles), by a kernel: what is undefined in it is NaN."""

    @nki.jit
    def kernel(*arrays):
        tile = call(*[nl.load(array) for array in arrays])
        out = nl.ndarray(tile.shape, dtype=tile.dtype, buffer=nl.shared_hbm)
        nl.store(out, tile)
        return out

    return kernel(*arrays)
