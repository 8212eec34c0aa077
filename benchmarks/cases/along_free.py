"""Instructions that carry something along the free axis: scans, reductions, selections by position, statistics."""

import functools

import nki.isa as nisa
import nki.language as nl
import numpy as np

from .case import BF16, F32, TILE, Case, In, column, integers, out, tile, wide

RESET_REDUCE = nisa.reduce_cmd.reset_reduce
LOAD_REDUCE = nisa.reduce_cmd.load_reduce
PSUM = nl.psum
ROWS, COLUMNS = np.arange(128, dtype=np.int32)[:, None], np.arange(512, dtype=np.int32)
LOWEST = np.finfo(F32).min


def _select_4_32(a, o):
    value = ROWS[:64, :, None] * -1 + COLUMNS[:4, None] * -32 + COLUMNS[:32]
    return np.where(value == 0, wide(a.x).reshape(64, 4, 32), np.float32(0.5))


def _stats(a, o, shape=TILE):
    """Count, mean and variance * count of the even and of the odd elements."""
    x = wide(a.x).reshape(shape)
    for i in range(2):
        half = x[:, i::2]
        mean = half.mean(axis=1)
        centred = half - mean[:, None]
        o.dst[:, 3 * i], o.dst[:, 3 * i + 1] = half.shape[1], mean
        o.dst[:, 3 * i + 2] = np.einsum("pf,pf->p", centred, centred)
    return o.dst


def _aggregate(a, o):
    triples = a.x.reshape(len(a.x), -1, 3)
    count, mean, squares = triples[..., 0], triples[..., 1], triples[..., 2]
    total = count.sum(axis=1)
    joined = (count * mean).sum(axis=1) / total
    o.dst[:, 0] = joined
    o.dst[:, 1] = (squares + count * np.square(mean - joined[:, None])).sum(axis=1) / total
    return o.dst


def _triples(partitions, count):
    array = np.empty((partitions, count, 3), F32)
    array[..., 0], array[..., 1], array[..., 2] = 256, tile(partitions, count).array, 200
    return array


def _range_select(a, o):
    value = np.where((COLUMNS >= a.low) & (COLUMNS < a.high), a.x, LOWEST)
    return value, value.max(axis=1)


def _range_select_bf16(a, o):
    index = COLUMNS[:64] + 512
    return np.where((index <= a.low) & (index == a.high), a.x, BF16.type(LOWEST))


def _select(a, o):
    value = np.where(a.mask != 0, a.x, np.float32(-9984))
    return value, value.max(axis=1)


def _cumulative_max(a, o):
    value = np.maximum.accumulate(a.x + np.float32(0.5), axis=1)
    return np.maximum(value, a.c).astype(BF16)


def _reduce(a, o):
    np.multiply(a.x, a.c, out=o.dst)
    return o.dst, o.dst.sum(axis=1)


def _reduce_bf16(a, o):
    value = wide(a.x) - np.float32(0.5)
    return value.astype(BF16), -np.maximum(value.max(axis=1, keepdims=True), a.c)


def _scan(step, start, a, o):
    """NumPy has no scan with two operands: column after column of the transposed tiles."""
    x, y = (np.ascontiguousarray(wide(array).T) for array in (a.x, a.y))
    result = np.empty_like(x)
    state = start(a)
    for i in range(len(x)):
        state = step(state, x[i], y[i], result[i])
    return result.T.astype(o.dst.dtype)


def _multiply_add(state, x, y, dst):
    return np.add(np.multiply(state, x, out=dst), y, out=dst)


def _minus_maximum(state, x, y, dst):
    return np.subtract(y, np.maximum(state, x, out=dst), out=dst)


def _divide_add(state, x, y, dst):
    return np.add(np.divide(state, x, out=dst), y, out=dst)


CASES = [
    Case(
        "affine_select/0", dict(x=tile()), dict(dst=out()),
        lambda t: nisa.affine_select(t.dst, [[-1, 512]], 1, t.x, -9984.0, nl.greater_equal),
        lambda a, o: np.where(ROWS >= COLUMNS, a.x, np.float32(-9984)),
    ),
    Case(
        "affine_select/1", dict(x=tile(dtype=BF16)), dict(dst=out(dtype=BF16)),
        lambda t: nisa.affine_select(t.dst, [[-1, 512]], 1, t.x, 0.0, nl.less, 7),
        lambda a, o: np.where(ROWS + 7 < COLUMNS, a.x, BF16.type(0)),
    ),
    Case(
        "affine_select/2", dict(x=integers(-99, 99, 64, 128)), dict(dst=out(64, 4, 32)),
        lambda t: nisa.affine_select(t.dst, [[-32, 4], [1, 32]], -1, t.x, 0.5),
        _select_4_32,
    ),
    Case(
        "bn_aggr/0", dict(x=In(_triples(128, 8).reshape(128, 24))), dict(dst=out(128, 2)),
        lambda t: nisa.bn_aggr(t.dst, t.x), _aggregate, tolerance=1e-5,
    ),
    Case(
        "bn_aggr/1", dict(x=In(_triples(64, 3), PSUM)), dict(dst=out(64, 2, dtype=BF16)),
        lambda t: nisa.bn_aggr(t.dst, t.x), _aggregate, tolerance=4e-3,
    ),
    Case(
        "bn_stats/0", dict(x=tile()), dict(dst=out(128, 6)),
        lambda t: nisa.bn_stats(t.dst, t.x), _stats, tolerance=1e-5,
    ),
    Case(
        "bn_stats/1", dict(x=tile(64, 3, 31, dtype=BF16, buffer=PSUM)), dict(dst=out(64, 6, dtype=BF16)),
        lambda t: nisa.bn_stats(t.dst, t.x), lambda a, o: _stats(a, o, (64, 93)), tolerance=4e-3,
    ),
    Case(
        "range_select/0",
        dict(x=tile(buffer=PSUM), low=integers(0, 256, 128, 1, dtype=F32), high=integers(256, 512, 128, 1, dtype=F32)),
        dict(dst=out(), most=out(128, 1)),
        lambda t: nisa.range_select(
            t.dst, t.x, nl.greater_equal, nl.less, t.low, t.high, RESET_REDUCE, t.most, on_false_value=float(LOWEST)
        ),
        _range_select,
    ),
    Case(
        "range_select/1",
        dict(x=tile(64, 64, dtype=BF16), low=integers(540, 560, 64, 1, dtype=F32),
             high=integers(520, 560, 64, 1, dtype=F32)),
        dict(dst=out(64, 4, 16, dtype=BF16)),
        lambda t: nisa.range_select(
            t.dst, t.x, nl.less_equal, nl.equal, t.low, t.high, nisa.reduce_cmd.idle, None, nl.maximum, 512
        ),
        _range_select_bf16,
    ),
    Case(
        "select_reduce/0", dict(x=tile(buffer=PSUM), mask=integers(0, 2, dtype=np.uint8)),
        dict(dst=out(), most=out(128, 1)),
        lambda t: nisa.select_reduce(t.dst, t.mask, t.x, -9984.0, t.most, RESET_REDUCE),
        _select,
    ),
    Case(
        "select_reduce/1", dict(x=tile(dtype=BF16), c=column(), mask=integers(0, 2, dtype=np.int16)),
        dict(dst=out(dtype=BF16)),
        lambda t: nisa.select_reduce(t.dst, t.mask, t.x, t.c),
        lambda a, o: np.where(a.mask != 0, wide(a.x), a.c).astype(BF16),
    ),
    Case(
        "tensor_partition_reduce/0", dict(x=tile()), dict(dst=out(1, 512)),
        lambda t: nisa.tensor_partition_reduce(t.dst, nl.add, t.x),
        lambda a, o: np.add.reduce(a.x, axis=0, out=o.dst[0]), tolerance=1e-5,
    ),
    Case(
        "tensor_partition_reduce/1", dict(x=tile(dtype=BF16)), dict(dst=out(1, 512, dtype=BF16)),
        lambda t: nisa.tensor_partition_reduce(t.dst, nl.average, t.x),
        lambda a, o: wide(a.x).mean(axis=0).astype(BF16), tolerance=4e-3,
    ),
    Case(
        "tensor_partition_reduce/2", dict(x=integers(0, 256, 96, 64, dtype=np.uint8)),
        dict(dst=out(1, 4, 16, dtype=np.uint8)),
        lambda t: nisa.tensor_partition_reduce(t.dst, nl.bitwise_or, t.x),
        lambda a, o: np.bitwise_or.reduce(a.x, axis=0, out=o.dst.reshape(64)),
    ),
    Case(
        "tensor_reduce/0", dict(x=tile()), dict(dst=out(128, 1)),
        lambda t: nisa.tensor_reduce(t.dst, nl.add, t.x, 1),
        lambda a, o: np.add.reduce(a.x, axis=1, out=o.dst[:, 0]), tolerance=1e-5,
    ),
    Case(
        "tensor_reduce/1", dict(x=tile(128, 4, 128, dtype=BF16)), dict(dst=out(128, 4, dtype=BF16)),
        lambda t: nisa.tensor_reduce(t.dst, nl.maximum, t.x, 2, True),
        lambda a, o: -np.maximum.reduce(wide(a.x), axis=2).astype(BF16),
    ),
    Case(
        "tensor_reduce/2", dict(x=integers(0, 2**16, 32, 8, 8, dtype=np.uint16)), dict(dst=out(32, 1, dtype=np.uint16)),
        lambda t: nisa.tensor_reduce(t.dst, nl.bitwise_xor, t.x, [1, 2]),
        lambda a, o: np.bitwise_xor.reduce(a.x, axis=(1, 2), out=o.dst[:, 0]),
    ),
    Case(
        "tensor_scalar_cumulative/0", dict(x=tile(), c=column()), dict(dst=out()),
        lambda t: nisa.tensor_scalar_cumulative(t.dst, t.x, nl.multiply, nl.add, t.c),
        lambda a, o: np.cumsum(np.multiply(a.x, a.c, out=o.dst), axis=1, out=o.dst),
        target="trn3", tolerance=1e-5,
    ),
    Case(
        "tensor_scalar_cumulative/1", dict(x=tile(buffer=PSUM), c=column()), dict(dst=out(dtype=BF16)),
        lambda t: nisa.tensor_scalar_cumulative(t.dst, t.x, nl.add, nl.maximum, 0.5, t.c, LOAD_REDUCE),
        _cumulative_max, target="trn3",
    ),
    Case(
        "tensor_scalar_reduce/0", dict(x=tile(buffer=PSUM), c=column()), dict(dst=out(), total=out(128, 1)),
        lambda t: nisa.tensor_scalar_reduce(t.dst, t.x, nl.multiply, t.c, nl.add, t.total),
        _reduce, tolerance=1e-5,
    ),
    Case(
        "tensor_scalar_reduce/1", dict(x=tile(dtype=BF16), c=column()), dict(dst=out(dtype=BF16), most=out(128, 1)),
        lambda t: nisa.tensor_scalar_reduce(
            t.dst, t.x, nl.subtract, 0.5, nl.maximum, t.most, False, LOAD_REDUCE, t.c, True
        ),
        _reduce_bf16, target="trn3",
    ),
    Case(
        "tensor_tensor_scan/0", dict(x=tile(), y=tile(buffer=PSUM)), dict(dst=out()),
        lambda t: nisa.tensor_tensor_scan(t.dst, t.x, t.y, 0.0, nl.multiply, nl.add),
        functools.partial(_scan, _multiply_add, lambda a: np.zeros(128, F32)), tolerance=1e-5,
    ),
    Case(
        "tensor_tensor_scan/1", dict(x=tile(dtype=BF16), y=tile(dtype=BF16), c=column()), dict(dst=out(dtype=BF16)),
        lambda t: nisa.tensor_tensor_scan(t.dst, t.x, t.y, t.c, nl.maximum, nl.subtract, False, True),
        functools.partial(_scan, _minus_maximum, lambda a: a.c[:, 0]),
    ),
    Case(
        "tensor_tensor_scan/2", dict(x=integers(1, 9, 64, 64, dtype=F32), y=integers(1, 9, 64, 64, dtype=F32)),
        dict(dst=out(64, 4, 16)),
        lambda t: nisa.tensor_tensor_scan(t.dst, t.x, t.y, 1.0, nl.divide, nl.add, True),
        functools.partial(_scan, _divide_add, lambda a: np.ones(64, F32)), tolerance=1e-5,
    ),
]
