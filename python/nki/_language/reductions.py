"""Reductions over the last free axes, and the normalisations made of them."""

import builtins
import math

from nki import _core
from nki import isa as nisa
from nki._core import NkiTensor
from nki._language import dtypes
from nki._language.activations import exp, reciprocal, rsqrt, square
from nki._language.elementwise import add, maximum, minimum, multiply, not_equal, subtract
from nki._language.memory import broadcast_to
from nki._language.tiles import in_sbuf, is_integral, is_number, new_tile, require_tile, result_dtype, with_dtype

_F32 = dtypes.float32


def reduced_axes(function, x, axis):
    """`axis`, an int or several, as sorted numbers: the last free axes of x without gaps, or ValueError."""
    given = list(axis) if isinstance(axis, (tuple, list)) else [axis]
    if not given or not builtins.all(is_number(one) and is_integral(one) for one in given):
        raise TypeError(f"nl.{function}: axis must be an integer or several, got {axis!r}")
    axes = sorted({int(one) + (x.ndim if one < 0 else 0) for one in given})
    if axes != list(range(x.ndim - len(given), x.ndim)) or axes[0] < 1:
        raise ValueError(
            f"nl.{function}: axis is {axis!r}, and x has the shape {x.shape}; it must name the last axes without gaps "
            "and not the partition axis 0 (across partitions: nl.transpose first, nl.matmul with ones, or "
            "nisa.tensor_partition_reduce)"
        )
    return axes


def _kept_shape(x, axes):
    return x.shape[: axes[0]] + (1,) * len(axes)


def _reduced(op, x, axes, dtype, keepdims=True, negate=False):
    """A new tile of x reduced over `axes`; at least two axes stay."""
    shape = _kept_shape(x, axes) if keepdims else x.shape[: axes[0]]
    result = new_tile(shape if len(shape) > 1 else (*shape, 1), dtype)
    nisa.tensor_reduce(result, op, x, axes, negate)
    return result


def _reduce(function, op, x, axis, dtype, keepdims):
    require_tile(function, "x", x)
    axes = reduced_axes(function, x, axis)
    return _reduced(op, x, axes, result_dtype(dtype, x.dtype), keepdims)


def sum(x, axis, dtype=None, keepdims=False):
    """The sum over the last free axes, accumulated in float32. Source: nki.language.sum, NKI 0.6."""
    return _reduce("sum", add, x, axis, dtype, keepdims)


def prod(x, axis, dtype=None, keepdims=False):
    """The product over the last free axes, in float32. Source: nki.language.prod, NKI 0.6."""
    return _reduce("prod", multiply, x, axis, dtype, keepdims)


def max(x, axis, dtype=None, keepdims=False):
    """The maximum over the last free axes. Source: nki.language.max, NKI 0.6."""
    return _reduce("max", maximum, x, axis, dtype, keepdims)


def min(x, axis, dtype=None, keepdims=False):
    """The minimum over the last free axes. Source: nki.language.min, NKI 0.6."""
    return _reduce("min", minimum, x, axis, dtype, keepdims)


# reduce_op= of nisa.select_reduce and tensor_scalar_reduce is spelled so in older kernels.
_core.register_operator(max, "maximum")
_core.register_operator(min, "minimum")


def all(x, axis, dtype=None):
    """1 where no element along the last free axes is 0, else 0. Source: nki.language.all, NKI 0.6."""
    require_tile("all", "x", x)
    axes = reduced_axes("all", x, axis)
    return _core.as_condition(_reduced(minimum, not_equal(x, 0), axes, result_dtype(dtype, x.dtype), keepdims=False))


def mean(x, axis, dtype=None, keepdims=False):
    """The mean over the last free axes, in float32. Source: nki.language.mean, NKI 0.6."""
    require_tile("mean", "x", x)
    axes = reduced_axes("mean", x, axis)
    return multiply(_reduced(add, x, axes, _F32, keepdims), 1 / _count(x, axes), result_dtype(dtype, x.dtype))


def _count(x, axes):
    return math.prod(x.shape[axis] for axis in axes)


def var(x, axis, dtype=None, keepdims=False):
    """The variance (of a population) over the last free axes, which stay as axes of one element whatever keepdims says.

    Source: nki.language.var, NKI 0.6.
    """
    require_tile("var", "x", x)
    axes = reduced_axes("var", x, axis)
    deviation = subtract(x, mean(x, axes, _F32, keepdims=True), _F32)
    return mean(square(deviation), axes, result_dtype(dtype, x.dtype), keepdims=True)


def softmax(x, axis=-1, dtype=None):
    """exp(x - max) / sum(exp(x - max)) along the last free axes, in float32. Source: nki.language.softmax, NKI 0.6."""
    require_tile("softmax", "x", x)
    axes = reduced_axes("softmax", x, axis)
    low = _reduced(maximum, x, axes, _F32, negate=True)
    powers = new_tile(x.shape, _F32)
    if axes[0] == 1:  # one value per partition: the Scalar engine adds the bias and sums on its way
        total = new_tile(_kept_shape(x, axes), _F32)
        command = nisa.reduce_cmd.reset_reduce
        nisa.activation(powers, exp, x, low, reduce_op=add, reduce_res=total, reduce_cmd=command)
    else:
        nisa.activation(powers, exp, add(x, low, _F32))
        total = _reduced(add, powers, axes, _F32)
    return multiply(powers, reciprocal(total), result_dtype(dtype, x.dtype))


def rms_norm(x, w, axis, n, epsilon=1e-06, dtype=None, compute_dtype=None):
    """x / sqrt(sum(x * x) / n + epsilon) * w along the last free axes.

    Args:
        x: the tile.
        w: the weights, a tile that fits x; one partition is repeated.
        axis: the last free axes.
        n: the number of values that the sum of squares is divided by.
        epsilon: keeps the root away from 0.
        dtype: of the result; that of x if None.
        compute_dtype: of what is between; float32 if None.

    Source: nki.language.rms_norm, NKI 0.6.
    """
    require_tile("rms_norm", "x", x)
    require_tile("rms_norm", "w", w)
    if isinstance(n, NkiTensor) or n <= 0:
        raise ValueError(f"nl.rms_norm: n must be a positive number, got {n!r}")
    between = result_dtype(compute_dtype, _F32)
    axes = reduced_axes("rms_norm", x, axis)
    squares = _reduced(add, square(x, between), axes, _F32)
    nisa.tensor_scalar(squares, squares, multiply, 1 / n, False, add, epsilon)
    normal = multiply(x, with_dtype(rsqrt(squares), between), between)
    if w.shape[0] == 1 and x.shape[0] > 1:
        w = broadcast_to(in_sbuf(w), x.shape[:1] + w.shape[1:])
    return multiply(normal, w, result_dtype(dtype, x.dtype))
