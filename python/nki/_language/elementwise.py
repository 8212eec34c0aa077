"""Functions of two operands, element by element: arithmetic, comparisons, logic and bits.

Each is also a value for `op=` of nisa.tensor_tensor and nisa.tensor_scalar. As functions they take two tiles, whose
free axes of one element repeat, or a tile and a number, and return a tile in SBUF.
"""

from nki import _core
from nki import isa as nisa
from nki._core import MemoryRegion
from nki._language import dtypes
from nki._language.operators import operator
from nki._language.tiles import (
    broadcast_shape,
    converted,
    in_sbuf,
    is_integral,
    is_number,
    new_tile,
    require_kernel,
    require_tile,
    result_dtype,
    spread,
    with_dtype,
)


def operand_dtype(function, x, y):
    """The dtype that an operation on x and y has unless another is asked for; a number counts as the tile's."""
    if is_number(x) and is_number(y):
        require_kernel(function)
        raise TypeError(f"nl.{function}: x and y are numbers; one must be a tile")
    if not is_number(x) and not is_number(y):
        return dtypes.promoted(require_tile(function, "x", x).dtype, require_tile(function, "y", y).dtype)
    number, tile = (x, y) if is_number(x) else (y, x)
    require_tile(function, "y" if is_number(x) else "x", tile)
    return dtypes.float32 if dtypes.is_integer(tile.dtype) and not is_integral(number) else tile.dtype


def binary(op, x, y, dtype, **options):
    """A new tile of x <op> y; `options` go to nisa.tensor_tensor."""
    dtype = result_dtype(dtype, operand_dtype(op.__name__, x, y))
    if is_number(x) or is_number(y):
        tile, number = (y, x) if is_number(x) else (x, y)
        result = new_tile(tile.shape, dtype)
        nisa.tensor_scalar(result, tile, op, number, is_number(x))
        return result
    shape = broadcast_shape(op.__name__, x.shape, y.shape)
    if x.buffer is MemoryRegion.psum and y.buffer is MemoryRegion.psum:
        y = in_sbuf(y)  # an instruction reads one operand from PSUM
    result = new_tile(shape, dtype)
    nisa.tensor_tensor(result, spread(x, shape), spread(y, shape), op, **options)
    return result


def _bitwise(op, x, y, dtype):
    """Operators on bits want one integer dtype for operands and result."""
    shared = operand_dtype(op.__name__, x, y)
    for name, value in (("x", x), ("y", y)):
        given = type(value).__name__ if is_number(value) else value.dtype
        if not (is_integral(value) if is_number(value) else dtypes.is_integer(value.dtype)):
            raise TypeError(f"nl.{op.__name__}: {name} is {given}; operators on bits need integers")
    x, y = (value if is_number(value) else with_dtype(value, shared) for value in (x, y))
    result = binary(op, x, y, shared)
    return with_dtype(result, result_dtype(dtype, shared))


@operator
def add(x, y, dtype=None):
    """x + y. Source: nki.language.add, NKI 0.6."""
    return binary(add, x, y, dtype)


@operator
def subtract(x, y, dtype=None):
    """x - y. Source: nki.language.subtract, NKI 0.6."""
    return binary(subtract, x, y, dtype)


@operator
def multiply(x, y, dtype=None):
    """x * y. Source: nki.language.multiply, NKI 0.6."""
    return binary(multiply, x, y, dtype)


@operator
def divide(x, y, dtype=None):
    """x / y; of integers float32. No engine of a device divides: there, multiply by nl.reciprocal(y).

    Source: nki.language.divide, NKI 0.6, and its release notes, "Known issues".
    """
    default = operand_dtype("divide", x, y)
    dtype = result_dtype(dtype, dtypes.float32 if dtypes.is_integer(default) else default)
    return binary(divide, x, y, dtype, **in_float32(x, y))


def in_float32(x, y):
    """Options that keep 32-bit integers away from the integer arithmetic of GpSimd."""
    return {} if is_number(x) or is_number(y) else {"engine": nisa.engine.vector}


@operator
def maximum(x, y, dtype=None):
    """The larger of x and y; NaN if either is. Source: nki.language.maximum, NKI 0.6."""
    return binary(maximum, x, y, dtype)


@operator
def minimum(x, y, dtype=None):
    """The smaller of x and y; NaN if either is. Source: nki.language.minimum, NKI 0.6."""
    return binary(minimum, x, y, dtype)


@operator
def abs_max(x, y, dtype=None):
    """x where |x| > |y|, else y; from trn3. Source: nki.language.abs_max, NKI 0.6."""
    return binary(abs_max, x, y, dtype)


@operator
def abs_min(x, y, dtype=None):
    """x where |x| < |y|, else y; from trn3. Source: nki.language.abs_min, NKI 0.6."""
    return binary(abs_min, x, y, dtype)


@operator
def power(x, y, dtype=None):
    """x to the power of y. On a device the exponent must be a tile. GpSimd computes it: tiles in PSUM are copied.

    Source: nki.language.power, NKI 0.6, and its release notes, "Known issues".
    """
    operand_dtype("power", x, y)
    if not is_number(x) and not is_number(y):
        x, y = in_sbuf(x), in_sbuf(y)
    return binary(power, x, y, dtype)


@operator
def equal(x, y, dtype=None):
    """1 where x == y, else 0; like all comparisons in the dtype of the tiles. Source: nki.language.equal, NKI 0.6."""
    return _compare(equal, x, y, dtype)


@operator
def not_equal(x, y, dtype=None):
    """1 where x != y, else 0. Source: nki.language.not_equal, NKI 0.6."""
    return _compare(not_equal, x, y, dtype)


@operator
def less(x, y, dtype=None):
    """1 where x < y, else 0. Source: nki.language.less, NKI 0.6."""
    return _compare(less, x, y, dtype)


@operator
def less_equal(x, y, dtype=None):
    """1 where x <= y, else 0. Source: nki.language.less_equal, NKI 0.6."""
    return _compare(less_equal, x, y, dtype)


@operator
def greater(x, y, dtype=None):
    """1 where x > y, else 0. Source: nki.language.greater, NKI 0.6."""
    return _compare(greater, x, y, dtype)


@operator
def greater_equal(x, y, dtype=None):
    """1 where x >= y, else 0. Source: nki.language.greater_equal, NKI 0.6."""
    return _compare(greater_equal, x, y, dtype)


def _compare(op, x, y, dtype):
    """Unlike arithmetic, a comparison with a float keeps the dtype of an integer tile; its truth is that of all."""
    default = operand_dtype(op.__name__, x, y)
    if is_number(x) or is_number(y):
        default = (y if is_number(x) else x).dtype
    return _core.as_condition(binary(op, x, y, result_dtype(dtype, default)))


@operator
def logical_and(x, y, dtype=None):
    """1 where x and y are not 0, else 0. Source: nki.language.logical_and, NKI 0.6."""
    return _compare(logical_and, x, y, dtype)


@operator
def logical_or(x, y, dtype=None):
    """1 where x or y is not 0, else 0. Source: nki.language.logical_or, NKI 0.6."""
    return _compare(logical_or, x, y, dtype)


@operator
def logical_xor(x, y, dtype=None):
    """1 where one of x and y is 0 and the other is not, else 0. Source: nki.language.logical_xor, NKI 0.6."""
    return _compare(logical_xor, x, y, dtype)


def logical_not(x, dtype=None):
    """1 where x is 0, else 0: x <logical_xor> 1. Source: nki.language.logical_not, NKI 0.6."""
    require_tile("logical_not", "x", x)
    return logical_xor(x, 1, dtype)


@operator
def bitwise_and(x, y, dtype=None):
    """x & y. Source: nki.language.bitwise_and, NKI 0.6."""
    return _bitwise(bitwise_and, x, y, dtype)


@operator
def bitwise_or(x, y, dtype=None):
    """x | y. Source: nki.language.bitwise_or, NKI 0.6."""
    return _bitwise(bitwise_or, x, y, dtype)


@operator
def bitwise_xor(x, y, dtype=None):
    """x ^ y. Source: nki.language.bitwise_xor, NKI 0.6."""
    return _bitwise(bitwise_xor, x, y, dtype)


@operator
def invert(x, dtype=None):
    """~x: x ^ -1. Source: nki.language.invert, NKI 0.6."""
    require_tile("invert", "x", x)
    if not dtypes.is_integer(x.dtype):
        raise TypeError(f"nl.invert: x is {x.dtype}; operators on bits need integers")
    result = new_tile(x.shape, x.dtype)
    nisa.tensor_scalar(result, x, invert, 0)
    return with_dtype(result, result_dtype(dtype, x.dtype))


@operator
def left_shift(x, y, dtype=None):
    """x << y. Source: nki.language.left_shift, NKI 0.6."""
    return _bitwise(left_shift, x, y, dtype)


@operator
def right_shift(x, y, dtype=None):
    """x >> y without the sign. Source: nki.language.right_shift, NKI 0.6."""
    return _bitwise(right_shift, x, y, dtype)


@operator
def copy(x, dtype=None):
    """A copy in SBUF of a tile in SBUF or PSUM; bit for bit unless the dtype differs.

    Also the identity among the functions of nisa.activation. Source: nki.language.copy, NKI 0.6.
    """
    require_tile("copy", "x", x)
    return converted(x, result_dtype(dtype, x.dtype))
