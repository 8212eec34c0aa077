"""Arguments and results anywhere in memory: loops that work on the caller's arrays directly take any address."""

import nki
import nki.language as nl
import numpy as np
import pytest

BINARY = [nl.add, nl.subtract, nl.multiply, nl.divide, nl.maximum, nl.minimum, nl.power, nl.mod, nl.fmod, nl.greater]
UNARY = [nl.exp, nl.abs, nl.sqrt, nl.tanh, nl.gelu, nl.reciprocal, nl.rsqrt, nl.floor]
ROWS, COLUMNS = 64, 32


def at(offset, values):
    """The values in memory that begins so many bytes behind a multiple of 64."""
    space = np.empty(values.nbytes + 128, np.uint8)
    begin = -space.ctypes.data % 64 + offset
    placed = space[begin : begin + values.nbytes].view(values.dtype).reshape(values.shape)
    placed[...] = values
    return placed


@nki.jit
def binary(x, y, op):
    out = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.shared_hbm)
    nl.store(out, op(nl.load(x), nl.load(y)))
    return out


@nki.jit
def unary(x, op):
    out = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.shared_hbm)
    nl.store(out, op(nl.load(x)))
    return out


def results(kernel, *arrays, op):
    """Many, which lie at many addresses, of arguments that do, too."""
    return [kernel(*[at(4 * (n % 16), array) for array in arrays], op) for n in range(64)]


@pytest.fixture
def numbers():
    return 1 + np.random.default_rng(0).random((ROWS, COLUMNS), np.float32)


@pytest.mark.parametrize("op", BINARY, ids=lambda op: op.__name__)
def test_binary(op, numbers):
    first, *others = results(binary, numbers, numbers[::-1].copy(), op=op)
    assert all(np.array_equal(first, other) for other in others)


@pytest.mark.parametrize("op", UNARY, ids=lambda op: op.__name__)
def test_unary(op, numbers):
    first, *others = results(unary, numbers, op=op)
    assert all(np.array_equal(first, other) for other in others)
