"""Runs single instructions in kernels, on random tiles: for tests that compare them with NumPy."""

import ml_dtypes
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

FLOATS = [np.dtype(np.float32), np.dtype(ml_dtypes.bfloat16), np.dtype(np.float16)]
INTEGERS = [np.dtype(np.int8), np.dtype(np.uint8), np.dtype(np.int16)]
VIEWS = ["plain", "stepped", "permuted"]
UFUNCS = {
    nl.add: np.add,
    nl.subtract: np.subtract,
    nl.multiply: np.multiply,
    nl.maximum: np.maximum,
    nl.minimum: np.minimum,
}
COMPARISONS = {
    nl.equal: np.equal,
    nl.less: np.less,
    nl.less_equal: np.less_equal,
    nl.greater: np.greater,
    nl.greater_equal: np.greater_equal,
}
fast = settings(max_examples=25, deadline=None)

shapes = st.tuples(st.sampled_from([1, 16, 33, 64, 128]), st.integers(1, 8), st.integers(1, 12))
dtypes = st.sampled_from(FLOATS + INTEGERS)
views = st.sampled_from(VIEWS)
seeds = st.integers(0, 1000)


def numbers(shape, dtype, seed):
    """Multiples of a quarter, or small integers: their sums are exact, and products of a few stay in range."""
    values = np.random.default_rng(seed).integers(-6, 7, shape)
    return (np.abs(values) if dtype.kind in "iu" else values / 4).astype(dtype)


def stored(values, dtype):
    """float32 values as elements of a dtype: round to nearest even; integers saturate."""
    if dtype.kind not in "iu":
        return values.astype(dtype)
    limits = np.iinfo(dtype)
    return np.clip(np.rint(values), limits.min, limits.max).astype(dtype)


def tile(shape, dtype, view, buffer=nl.sbuf):
    """A view [P, A, B] of a new tile."""
    p, a, b = shape
    if view == "stepped":
        return nl.ndarray((p, a, 2 * b + 1), dtype, buffer=buffer)[:, :, 1::2]
    if view == "permuted":
        return nl.ndarray((p, b, a), dtype, buffer=buffer).permute((0, 2, 1))
    return nl.ndarray(shape, dtype, buffer=buffer)


def run(body, *arrays, target="trn3"):
    """body(load, result), in a kernel: load(i, view) is the i-th array on chip, result(shape, dtype, view) a tile that
    the kernel returns."""

    @nki.jit(platform_target=target)
    def kernel(arrays):
        tiles = []

        def load(index, view="plain"):
            array = arrays[index]
            loaded = tile(array.shape, array.dtype, view) if len(array.shape) == 3 else None
            loaded = nl.ndarray(array.shape, array.dtype, buffer=nl.sbuf) if loaded is None else loaded
            nisa.dma_copy(loaded, array)
            return loaded

        def result(shape, dtype, view="plain"):
            made = tile(shape, dtype, view) if len(shape) == 3 else nl.ndarray(shape, dtype, buffer=nl.sbuf)
            tiles.append(made)
            return made

        body(load, result)
        outs = [nl.ndarray(made.shape, made.dtype, buffer=nl.shared_hbm) for made in tiles]
        for out, made in zip(outs, tiles, strict=True):
            nisa.dma_copy(out, made)
        return tuple(outs)

    return kernel(arrays)


def rows(array):
    return array.astype(np.float32).reshape(array.shape[0], -1)
