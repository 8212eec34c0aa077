"""A sample of an instruction beside the NumPy expression that is its oracle."""

import dataclasses
import types
from collections.abc import Callable
from typing import Any

import ml_dtypes
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np

F32 = np.dtype(np.float32)
BF16 = np.dtype(ml_dtypes.bfloat16)
TILE = (128, 512)
RNG = np.random.default_rng(0)


@dataclasses.dataclass(frozen=True)
class In:
    """An array that is copied to a tile in `buffer` first, or stays in HBM."""

    array: np.ndarray
    buffer: Any = nl.sbuf


@dataclasses.dataclass(frozen=True)
class Out:
    """A tile, or a tensor in HBM, of zeros that the instruction writes."""

    shape: tuple
    dtype: Any = F32
    buffer: Any = nl.sbuf

    def zeros(self):
        return np.zeros(self.shape, self.dtype)


@dataclasses.dataclass
class Case:
    """issue(t) issues the instruction on tiles named as inputs and results; numpy(a, o) computes the same from arrays
    of those names, `o` holding arrays of zeros that it may write to."""

    sample: str  # as nki_benchmarks counts it: "tensor_tensor/0"
    inputs: dict[str, In]
    results: dict[str, Out]
    issue: Callable
    numpy: Callable
    target: str = "trn2"
    tolerance: float = 0.0  # of the results, relative to their size
    wanted: Callable | None = None  # the right results, where `numpy` only does work of the same kind
    finish: Callable | None = None  # issued once, behind all

    def arrays(self):
        return types.SimpleNamespace(**{name: given.array for name, given in self.inputs.items()})

    def outputs(self):
        return types.SimpleNamespace(**{name: out.zeros() for name, out in self.results.items()})

    def kernel(self, count):
        """A kernel that issues the instruction `count` times."""

        def function(arrays, zeros):
            tiles = types.SimpleNamespace()
            for (name, given), array in zip(self.inputs.items(), arrays):
                setattr(tiles, name, _loaded(array, given.buffer))
            stores = [_made(tiles, name, out, zero) for (name, out), zero in zip(self.results.items(), zeros)]
            for _ in range(count):
                self.issue(tiles)
            if self.finish:
                self.finish(tiles)
            return tuple(store() for store in stores)

        compiled = nki.jit(function, platform_target=self.target)
        arrays = tuple(given.array for given in self.inputs.values())
        zeros = tuple(out.zeros() for out in self.results.values())
        return lambda: compiled(arrays, zeros)

    def elements(self):
        """Of the largest operand."""
        arrays = [given.array for given in self.inputs.values()]
        return max([a.size for a in arrays] + [int(np.prod(out.shape)) for out in self.results.values()])

    def check(self):
        """Raises AssertionError if the results of the kernel are not those of NumPy."""
        found = self.kernel(1)()
        wanted = (self.wanted or self.numpy)(self.arrays(), self.outputs())
        wanted = wanted if isinstance(wanted, tuple) else (wanted,)
        for one, other in zip(found, wanted, strict=True):
            one, other = np.asarray(one), np.asarray(other)
            assert one.size == other.size, f"{self.sample}: {one.shape} and {other.shape}"
            if self.tolerance:
                one, other = (array.astype(np.float64).ravel() for array in (one, other))
                size = max(np.abs(other).max(), 1e-30)
                np.testing.assert_allclose(one, other, self.tolerance, self.tolerance * size, err_msg=self.sample)
            else:
                np.testing.assert_array_equal(one.ravel(), other.ravel(), err_msg=self.sample)


def _loaded(array, buffer):
    if buffer is nl.shared_hbm:
        return array
    tile = nl.ndarray(array.shape, dtype=array.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=tile, src=array)
    if buffer is nl.sbuf:
        return tile
    copy = nl.ndarray(array.shape, dtype=array.dtype, buffer=buffer)
    nisa.tensor_copy(dst=copy, src=tile)
    return copy


def _made(tiles, name, out, zeros):
    """Makes the tile of zeros; gives what stores it."""
    tile = nl.ndarray(out.shape, dtype=out.dtype, buffer=out.buffer)
    setattr(tiles, name, tile)
    if out.buffer is nl.shared_hbm:
        nisa.dma_copy(dst=tile, src=zeros)
        return lambda: tile
    nisa.memset(dst=tile, value=0)

    def store():
        result = nl.ndarray(tile.shape, dtype=tile.dtype, buffer=nl.shared_hbm)
        source = tile
        if out.buffer is nl.psum:
            source = nl.ndarray(tile.shape, dtype=tile.dtype, buffer=nl.sbuf)
            nisa.tensor_copy(dst=source, src=tile)
        nisa.dma_copy(dst=result, src=source)
        return result

    return store


def normal(*shape, dtype=F32):
    return RNG.standard_normal(shape, np.float32).astype(dtype)


def tile(*shape, dtype=F32, buffer=nl.sbuf):
    """An input of normal numbers, [128, 512] unless a shape is given."""
    return In(normal(*(shape or TILE), dtype=dtype), buffer)


def column(partitions=128):
    return tile(partitions, 1)


def integers(low, high, *shape, dtype=np.int32, buffer=nl.sbuf):
    """An input of random integers below `high`."""
    return In(RNG.integers(low, high, shape or TILE).astype(dtype), buffer)


def out(*shape, dtype=F32, buffer=nl.sbuf):
    return Out(shape or TILE, dtype, buffer)


def wide(array):
    """As float32."""
    return array.astype(F32)
