"""Instructions whose results depend on the elements at the same place: the Scalar and the Vector engine."""

import nki.isa as nisa
import nki.language as nl
import numpy as np

from .case import BF16, F32, Case, column, integers, out, tile, wide

RESET_REDUCE = nisa.reduce_cmd.reset_reduce
LOAD_REDUCE = nisa.reduce_cmd.load_reduce
PSUM = nl.psum
HALF, QUARTER, EIGHTH = np.float32(0.5), np.float32(0.25), np.float32(0.125)


def _prelu(a, o):
    value = wide(a.x) + a.c
    value = np.where(value < 0, value * QUARTER, value)
    largest = np.abs(value).argmax(axis=1)  # abs_max keeps the sign
    return value.astype(BF16), np.take_along_axis(value, largest[:, None], axis=1)


def _exp_and_sum(a, o):
    np.exp(np.add(np.multiply(a.x, EIGHTH, out=o.dst), a.c, out=o.dst), out=o.dst)
    return o.dst, o.dst.sum(axis=1)


def _gelu(a, o):
    from scipy.special import erf  # NumPy has none

    x = wide(a.x)
    return (HALF * x * (1 + erf(x * np.sqrt(HALF)))).astype(BF16)


def _square_and_sum(a, o):
    value = np.square(wide(a.x) * HALF + a.c)
    return value.astype(BF16), value.sum(axis=1)


def _exponential(a, o):
    value = np.exp(a.x - a.c)
    return value.astype(BF16), value.sum(axis=1)


def _exponential_minus(a, o):
    return np.exp(np.subtract(a.x, a.c, out=o.dst), out=o.dst)


def _shifts(a, o):
    return np.bitwise_and(np.right_shift(a.x, np.uint8(7), out=o.dst), np.uint8(7), out=o.dst)


def _rsqrt(a, o):
    return np.divide(F32.type(1), np.sqrt(np.add(a.x, F32.type(1e-6), out=o.dst), out=o.dst), out=o.dst)


def _to_int8(a, o):
    return np.clip(np.rint(a.x), -128, 127).astype(np.int8)


def _copy_where(a, o):
    np.copyto(o.dst, a.x, where=a.mask != 0)
    return o.dst


POSITIVE = integers(1, 9, dtype=F32)

CASES = [
    Case(
        "activate2/0", dict(x=tile(buffer=PSUM), c=column()), dict(dst=out()),
        lambda t: nisa.activate2(t.dst, nl.exp, t.x, 0.125, t.c, nl.multiply, nl.subtract),
        lambda a, o: np.exp(np.subtract(np.multiply(a.x, EIGHTH, out=o.dst), a.c, out=o.dst), out=o.dst),
        target="trn3", tolerance=1e-6,
    ),
    Case(
        "activate2/1", dict(x=tile(dtype=BF16), c=column()), dict(dst=out(dtype=BF16), most=out(128, 1)),
        lambda t: nisa.activate2(
            t.dst, nl.prelu, t.x, t.c, None, nl.add, None, 0.25, False, False, nl.abs_max, t.most, RESET_REDUCE
        ),
        _prelu, target="trn3",
    ),
    Case(
        "activation/0", dict(x=tile(buffer=PSUM), c=column()), dict(dst=out(), total=out(128, 1)),
        lambda t: nisa.activation(t.dst, nl.exp, t.x, t.c, 0.125, nl.add, t.total, RESET_REDUCE),
        _exp_and_sum, tolerance=1e-5,
    ),
    Case(
        "activation/1", dict(x=tile(dtype=BF16)), dict(dst=out(dtype=BF16)),
        lambda t: nisa.activation(t.dst, nl.gelu, t.x),
        _gelu, tolerance=4e-3,
    ),
    Case(
        "activation/2", dict(x=tile(64, 64)), dict(dst=out(64, 4, 16)),
        lambda t: nisa.activation(t.dst, nl.sigmoid, t.x, scale=-2.0),
        lambda a, o: 1 / (1 + np.exp(a.x * F32.type(2))), tolerance=1e-6,
    ),
    Case(
        "activation_reduce/0", dict(x=tile(buffer=PSUM)), dict(dst=out(), total=out(128, 1)),
        lambda t: nisa.activation_reduce(t.dst, nl.exp, t.x, nl.add, t.total),
        lambda a, o: (np.exp(a.x, out=o.dst), o.dst.sum(axis=1)), target="trn1", tolerance=1e-5,
    ),
    Case(
        "activation_reduce/1", dict(x=tile(64, 64, dtype=BF16), c=column(64)),
        dict(dst=out(64, 4, 16, dtype=BF16), total=out(64, 1)),
        lambda t: nisa.activation_reduce(t.dst, nl.square, t.x, nl.add, t.total, t.c, 0.5),
        _square_and_sum, target="trn1", tolerance=4e-3,
    ),
    Case(
        "exponential/0", dict(x=tile(buffer=PSUM), c=column()), dict(dst=out(dtype=BF16), total=out(128, 1)),
        lambda t: nisa.exponential(t.dst, t.x, t.c, t.total, RESET_REDUCE),
        _exponential, target="trn3", tolerance=4e-3,
    ),
    Case(
        "exponential/1", dict(x=tile()), dict(dst=out()),
        lambda t: nisa.exponential(t.dst, t.x, 1.5),
        lambda a, o: np.exp(np.subtract(a.x, F32.type(1.5), out=o.dst), out=o.dst), target="trn3", tolerance=1e-6,
    ),
    Case(
        "exponential/2", dict(x=tile(128, 8, 16), c=column(), d=column()), dict(dst=out(128, 128)),
        lambda t: nisa.exponential(
            t.dst, t.x, t.c, reduce_cmd=LOAD_REDUCE, reduce_init=t.d
        ),
        lambda a, o: np.exp(a.x.reshape(128, 128) - a.c), target="trn3", tolerance=1e-6,
    ),
    Case(
        "reciprocal/0", dict(x=column()), dict(dst=out(128, 1)),
        lambda t: nisa.reciprocal(t.dst, t.x),
        lambda a, o: np.divide(F32.type(1), a.x, out=o.dst),
    ),
    Case(
        "reciprocal/1", dict(x=tile(buffer=PSUM)), dict(dst=out(dtype=BF16)),
        lambda t: nisa.reciprocal(t.dst, t.x),
        lambda a, o: (F32.type(1) / a.x).astype(BF16),
    ),
    Case(
        "scalar_tensor_tensor/0", dict(x=tile(buffer=PSUM), y=tile(), c=column()), dict(dst=out()),
        lambda t: nisa.scalar_tensor_tensor(t.dst, t.x, nl.multiply, t.c, nl.add, t.y),
        lambda a, o: np.add(np.multiply(a.x, a.c, out=o.dst), a.y, out=o.dst),
    ),
    Case(
        "scalar_tensor_tensor/1", dict(x=tile(dtype=BF16), y=tile(dtype=BF16)), dict(dst=out(dtype=BF16)),
        lambda t: nisa.scalar_tensor_tensor(t.dst, t.x, nl.subtract, 0.5, nl.multiply, t.y, True, False),
        lambda a, o: ((HALF - wide(a.x)) * wide(a.y)).astype(BF16),
    ),
    Case(
        "tensor_copy/0", dict(x=tile(buffer=PSUM)), dict(dst=out()),
        lambda t: nisa.tensor_copy(t.dst, t.x),
        lambda a, o: (np.copyto(o.dst, a.x), o.dst)[1],
    ),
    Case(
        "tensor_copy/1", dict(x=tile()), dict(dst=out(dtype=BF16)),
        lambda t: nisa.tensor_copy(t.dst, t.x),
        lambda a, o: a.x.astype(BF16),
    ),
    Case(
        "tensor_copy/2", dict(x=integers(-200, 200, 64, 128, dtype=F32)), dict(dst=out(64, 4, 32, dtype=np.int8)),
        lambda t: nisa.tensor_copy(t.dst, t.x, engine=nisa.engine.gpsimd),
        _to_int8,
    ),
    Case(
        "tensor_copy_predicated/0", dict(x=tile(buffer=PSUM), mask=integers(0, 2, dtype=np.uint8)), dict(dst=out()),
        lambda t: nisa.tensor_copy_predicated(t.dst, t.x, t.mask),
        _copy_where,
    ),
    Case(
        "tensor_copy_predicated/1", dict(x=tile(dtype=BF16), mask=integers(0, 2, dtype=np.uint32)),
        dict(dst=out(dtype=BF16)),
        lambda t: nisa.tensor_copy_predicated(t.dst, t.x, t.mask, True),
        lambda a, o: (np.copyto(o.dst, a.x, where=a.mask == 0), o.dst)[1],
    ),
    Case(
        "tensor_copy_predicated/2", dict(mask=integers(0, 2, 64, 64, dtype=np.uint16)),
        dict(dst=out(64, 4, 16, dtype=np.int16)),
        lambda t: nisa.tensor_copy_predicated(t.dst, -1.0, t.mask),
        lambda a, o: (np.copyto(o.dst, np.int16(-1), where=(a.mask != 0).reshape(64, 4, 16)), o.dst)[1],
    ),
    Case(
        "tensor_scalar/0", dict(x=tile(), c=column()), dict(dst=out()),
        lambda t: nisa.tensor_scalar(t.dst, t.x, nl.multiply, t.c, False, nl.add, 1.5),
        lambda a, o: np.add(np.multiply(a.x, a.c, out=o.dst), F32.type(1.5), out=o.dst),
    ),
    Case(
        "tensor_scalar/1", dict(x=tile(dtype=BF16), c=column()), dict(dst=out(dtype=BF16)),
        lambda t: nisa.tensor_scalar(t.dst, t.x, nl.subtract, t.c, True),
        lambda a, o: (a.c - wide(a.x)).astype(BF16),
    ),
    Case(
        "tensor_scalar/2", dict(x=POSITIVE), dict(dst=out()),
        lambda t: nisa.tensor_scalar(t.dst, t.x, nl.add, 1e-6, False, nl.rsqrt, 0.0),
        _rsqrt, tolerance=1e-6,
    ),
    Case(
        "tensor_scalar/3", dict(x=integers(0, 256, dtype=np.uint8)), dict(dst=out(dtype=np.uint8)),
        lambda t: nisa.tensor_scalar(t.dst, t.x, nl.right_shift, 7, False, nl.bitwise_and, 7),
        _shifts,
    ),
    Case(
        "tensor_tensor/0", dict(x=tile(), y=tile()), dict(dst=out()),
        lambda t: nisa.tensor_tensor(t.dst, t.x, t.y, nl.add),
        lambda a, o: np.add(a.x, a.y, out=o.dst),
    ),
    Case(
        "tensor_tensor/1", dict(x=tile(dtype=BF16), y=tile(dtype=BF16)), dict(dst=out(buffer=PSUM)),
        lambda t: nisa.tensor_tensor(t.dst, t.x, t.y, nl.multiply),
        lambda a, o: np.multiply(wide(a.x), wide(a.y), out=o.dst),
    ),
    Case(
        "tensor_tensor/2", dict(x=integers(0, 256, 32, 64, dtype=np.uint8), y=integers(0, 256, 32, 64, dtype=np.uint8)),
        dict(dst=out(32, 64, dtype=np.uint8)),
        lambda t: nisa.tensor_tensor(t.dst, t.x, t.y, nl.bitwise_xor),
        lambda a, o: np.bitwise_xor(a.x, a.y, out=o.dst),
    ),
]
