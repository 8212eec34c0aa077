"""The instructions that move and compute element by element, sum up and multiply, on random tiles, against NumPy."""

import math

import ml_dtypes
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.python.instruction_calls import (
    COMPARISONS,
    FLOATS,
    INTEGERS,
    UFUNCS,
    dtypes,
    fast,
    numbers,
    rows,
    run,
    seeds,
    shapes,
    stored,
    tile,
    views,
)
from tests.python.small_kernels import result_of, tile_of

BINARY = {**UFUNCS, **COMPARISONS, nl.logical_and: np.logical_and, nl.logical_or: np.logical_or}
BITWISE = {nl.bitwise_and: np.bitwise_and, nl.bitwise_or: np.bitwise_or, nl.bitwise_xor: np.bitwise_xor}
REDUCING = {nl.add: np.add, nl.multiply: np.multiply, nl.maximum: np.maximum, nl.minimum: np.minimum}
binary, flags = st.sampled_from([*BINARY]), st.booleans()
single = np.float32


def apply(op, a, b, reverse=False):
    """An operator on float32 values; comparisons give 0 and 1."""
    a, b = np.asarray(a, single), np.asarray(b, single)
    return BINARY[op](*((b, a) if reverse else (a, b))).astype(single)


@fast
@given(shapes, dtypes, dtypes, dtypes, views, views, binary, seeds)
def test_tensor_tensor(shape, dtype1, dtype2, to_dtype, view, other, op, seed):
    x, y = numbers(shape, dtype1, seed), numbers(shape, dtype2, seed + 1)

    def body(load, result):
        nisa.tensor_tensor(result(shape, to_dtype, other), load(0, view), load(1, other), op)

    np.testing.assert_array_equal(run(body, x, y)[0], stored(apply(op, x, y), to_dtype))


@fast
@given(shapes, st.sampled_from(INTEGERS), views, st.sampled_from([*BITWISE]), seeds)
def test_tensor_tensor_on_bits(shape, dtype, view, op, seed):
    x, y = (np.random.default_rng(seed + i).integers(-(2**15), 2**15, shape).astype(dtype) for i in (0, 1))

    def body(load, result):
        nisa.tensor_tensor(result(shape, dtype, view), load(0, view), load(1), op)

    np.testing.assert_array_equal(run(body, x, y)[0], BITWISE[op](x, y))


@fast
@given(shapes, views, st.sampled_from([nl.add, nl.subtract]), seeds)
def test_tensor_tensor_keeps_every_bit_of_32_bit_integers(shape, view, op, seed):
    x, y = (np.random.default_rng(seed + i).integers(-(2**29), 2**29, shape).astype(np.int32) for i in (0, 1))

    def body(load, result):
        nisa.tensor_tensor(result(shape, x.dtype, view), load(0, view), load(1), op)

    np.testing.assert_array_equal(run(body, x, y)[0], UFUNCS[op](x, y))


@fast
@given(shapes, dtypes, dtypes, views, binary, binary, flags, flags, flags, seeds)
def test_tensor_scalar(shape, from_dtype, to_dtype, view, op0, op1, reverse0, reverse1, column, seed):
    x, one = numbers(shape, from_dtype, seed), numbers((shape[0], 1), FLOATS[0], seed + 1)

    def body(load, result):
        operand0 = load(1) if column else -1.25
        nisa.tensor_scalar(
            result(shape, to_dtype, view), load(0, view), op0, operand0, reverse0, op1, 0.75, reverse1
        )

    middle = apply(op0, x, one[:, :, None] if column else -1.25, reverse0)
    wanted = stored(apply(op1, middle, 0.75, reverse1), to_dtype)
    np.testing.assert_array_equal(run(body, x, one)[0], wanted)


@fast
@given(shapes, dtypes, dtypes, dtypes, views, binary, binary, flags, flags, seeds)
def test_scalar_tensor_tensor(shape, dtype, other_dtype, to_dtype, view, op0, op1, reverse0, reverse1, seed):
    x, y = numbers(shape, dtype, seed), numbers(shape, other_dtype, seed + 1)
    one = numbers((shape[0], 1), FLOATS[0], seed + 2)

    def body(load, result):
        dst = result(shape, to_dtype, view)
        nisa.scalar_tensor_tensor(dst, load(0, view), op0, load(2), op1, load(1), reverse0, reverse1)

    middle = apply(op0, x, one[:, :, None], reverse0)
    np.testing.assert_array_equal(run(body, x, y, one)[0], stored(apply(op1, middle, y, reverse1), to_dtype))


@fast
@given(shapes, dtypes, st.sampled_from(FLOATS), views, st.sampled_from([*REDUCING]), flags, flags, seeds)
def test_tensor_reduce(shape, from_dtype, to_dtype, view, op, both, negate, seed):
    x = numbers(shape, from_dtype, seed)
    left = (shape[0], 1) if both else shape[:2]

    def body(load, result):
        nisa.tensor_reduce(result(left, to_dtype), op, load(0, view), (1, 2) if both else 2, negate=negate)

    values = rows(x) if both else x.astype(single)
    total = values[..., 0].copy()
    with np.errstate(over="ignore"):
        for at in range(1, values.shape[-1]):  # one after the other, in float32
            total = REDUCING[op](total, values[..., at])
        wanted = stored((-total if negate else total).reshape(left), to_dtype)
    np.testing.assert_array_equal(run(body, x)[0], wanted)


FUNCTIONS = {
    nl.exp: np.exp,
    nl.tanh: np.tanh,
    nl.square: np.square,
    nl.abs: np.abs,
    nl.copy: np.positive,
    nl.sigmoid: lambda x: 1 / (1 + np.exp(-x)),
    nl.silu: lambda x: x / (1 + np.exp(-x)),
    nl.softplus: lambda x: np.log1p(np.exp(x)),
    nl.erf: np.vectorize(math.erf, otypes=[float]),
    nl.gelu: np.vectorize(lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2, otypes=[float]),
    nl.relu: lambda x: np.maximum(x, 0),
    nl.sign: np.sign,
}


@fast
@given(shapes, dtypes, st.sampled_from(FLOATS), views, st.sampled_from([*FUNCTIONS]), flags, seeds)
def test_activation(shape, from_dtype, to_dtype, view, function, column, seed):
    x = np.clip(numbers(shape, from_dtype, seed), -3, 3).astype(from_dtype)
    bias, scale = (numbers((shape[0], 1), FLOATS[0], seed + i) for i in (1, 2))

    def body(load, result):
        dst = result(shape, to_dtype, view)
        nisa.activation(dst, function, load(0, view), load(1), load(2) if column else 0.5)

    argument = x.astype(np.float64) * (scale[:, :, None] if column else 0.5) + bias[:, :, None]
    wanted = FUNCTIONS[function](argument)
    near = {"float32": 2e-6, "float16": 1e-3, "bfloat16": 8e-3}[to_dtype.name]
    np.testing.assert_allclose(run(body, x, bias, scale)[0].astype(np.float64), wanted, rtol=near, atol=near)


@fast
@given(shapes, dtypes, st.sampled_from(FLOATS), views, seeds)
def test_reciprocal(shape, from_dtype, to_dtype, view, seed):
    x = np.abs(numbers(shape, from_dtype, seed)) + np.ones((), from_dtype)

    def body(load, result):
        nisa.reciprocal(result(shape, to_dtype, view), load(0, view))

    wanted = 1 / x.astype(np.float64)
    near = {"float32": 2.0**-23, "float16": 2.0**-10, "bfloat16": 2.0**-7}[to_dtype.name]
    np.testing.assert_allclose(run(body, x)[0].astype(np.float64), wanted, rtol=near)


@fast
@given(shapes, dtypes, views, st.integers(-100, 100))
def test_memset(shape, dtype, view, value):
    value = abs(value) if dtype.kind == "u" else value if dtype.kind == "i" else value / 4

    def body(load, result):
        nisa.memset(result(shape, dtype, view), value)

    np.testing.assert_array_equal(run(body, np.zeros((1, 1), single))[0], np.full(shape, value, dtype))


@fast
@given(
    st.integers(1, 128),
    st.lists(st.tuples(st.integers(-(2**20), 2**20), st.integers(1, 6)), min_size=1, max_size=4),
    st.integers(-(2**31), 2**31 - 1),
    st.integers(-(2**31), 2**31 - 1),
)
def test_iota(partitions, pattern, offset, multiplier):
    free = math.prod(count for _, count in pattern)

    def body(load, result):
        nisa.iota(result((partitions, free), np.int32), [list(pair) for pair in pattern], offset, multiplier)

    values = offset + multiplier * np.arange(partitions, dtype=np.int64)[:, None]
    for step, count in pattern:
        values = (values[:, :, None] + step * np.arange(count)).reshape(partitions, -1)
    wanted = (values & 0xFFFFFFFF).astype(np.uint32).view(np.int32)  # it wraps around
    np.testing.assert_array_equal(run(body, np.zeros((1, 1), single))[0], wanted)


@fast
@given(shapes, dtypes, dtypes, views, views, st.sampled_from(["vector", "scalar", "gpsimd"]), seeds)
def test_tensor_copy(shape, from_dtype, to_dtype, view, other, engine, seed):
    x = numbers(shape, from_dtype, seed)

    def body(load, result):
        nisa.tensor_copy(result(shape, to_dtype, other), load(0, view), engine=getattr(nisa.engine, engine))

    np.testing.assert_array_equal(run(body, x)[0], stored(x.astype(single), to_dtype))


MATRIX = [np.dtype(ml_dtypes.bfloat16), np.dtype(np.float16), np.dtype(np.float32), np.dtype(ml_dtypes.float8_e5m2)]


@fast
@given(st.integers(1, 128), st.integers(1, 128), st.sampled_from([*MATRIX[:3], *INTEGERS]), flags, seeds)
def test_nc_transpose(rows, columns, dtype, on_vector, seed):
    if on_vector or dtype.kind in "iu":
        rows, columns, on_vector = min(rows, 32), min(columns, 32), True
    x = numbers((rows, columns), dtype, seed)

    def body(load, result):
        if on_vector:
            nisa.nc_transpose(result((columns, rows), dtype), load(0), engine=nisa.engine.vector)
        else:
            turned = nl.ndarray((columns, rows), dtype, buffer=nl.psum)
            nisa.nc_transpose(turned, load(0))
            nisa.tensor_copy(result((columns, rows), dtype), turned)

    np.testing.assert_array_equal(run(body, x)[0], x.T)


@fast
@given(
    st.integers(1, 128),
    st.integers(1, 128),
    st.tuples(st.integers(1, 8), st.integers(1, 60)),
    st.sampled_from(MATRIX),
    views,
    seeds,
)
def test_nc_matmul(k, m, free, dtype, view, seed):
    rng = np.random.default_rng(seed)
    s, x = (rng.integers(-4, 5, shape).astype(single).astype(dtype) for shape in ((k, m), (k, *free)))

    def body(load, result):
        acc = nl.ndarray((m, *free), nl.float32, buffer=nl.psum)
        nisa.nc_matmul(acc, load(0), load(1, view))
        nisa.tensor_copy(result((m, *free), FLOATS[0]), acc)

    wanted = np.einsum("km,kij->mij", s.astype(np.float64), x.astype(np.float64))
    np.testing.assert_array_equal(run(body, s, x)[0], wanted)


@nki.jit
def copied(x, to_dtype, view, start, step):
    part = x[start::step]
    dst = tile(part.shape, to_dtype, view)
    nisa.dma_copy(dst=dst, src=part)
    mirrored = nl.ndarray((part.shape[2], part.shape[0], part.shape[1]), to_dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=mirrored.permute((1, 2, 0)), src=part)  # HBM to HBM
    return result_of(dst), mirrored, result_of(tile_of(result_of(dst)))


@fast
@given(shapes, dtypes, dtypes, views, st.integers(0, 100), st.integers(1, 3), seeds)
def test_dma_copy(shape, from_dtype, to_dtype, view, start, step, seed):
    x = numbers(shape, from_dtype, seed)
    start = start % shape[0]
    on_chip, mirrored, again = copied(x, to_dtype, view, start, step)
    wanted = stored(x[start::step].astype(single), to_dtype)
    np.testing.assert_array_equal(on_chip, wanted)
    np.testing.assert_array_equal(mirrored, wanted.transpose(2, 0, 1))
    np.testing.assert_array_equal(again, wanted)
