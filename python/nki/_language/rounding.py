"""ceil, floor, trunc, mod and fmod: no engine has them, so they are made of conversions and comparisons.

All of it is exact in float32: see each function for the reason.
"""

from nki import isa as nisa
from nki._language import dtypes
from nki._language.activations import abs, sign
from nki._language.elementwise import (
    add,
    bitwise_and,
    divide,
    greater,
    less,
    logical_xor,
    maximum,
    minimum,
    multiply,
    not_equal,
    operand_dtype,
    subtract,
)
from nki._language.tiles import (
    broadcast_shape,
    column_of,
    converted,
    is_number,
    new_tile,
    require_tile,
    result_dtype,
    spread,
    with_dtype,
)

_F32 = dtypes.float32


def ceil(x, dtype=None):
    """The smallest integer that is not below x. Source: nki.language.ceil, NKI 0.6."""
    return _rounded("ceil", x, dtype, less, add)


def floor(x, dtype=None):
    """The largest integer that is not above x. Source: nki.language.floor, NKI 0.6."""
    return _rounded("floor", x, dtype, greater, subtract)


def trunc(x, dtype=None):
    """x without its fraction. Source: nki.language.trunc, NKI 0.6."""
    require_tile("trunc", "x", x)
    dtype = result_dtype(dtype, x.dtype)
    if dtypes.is_integer(x.dtype):
        return converted(x, dtype)
    return multiply(floor(abs(x, _F32)), sign(x, _F32), dtype)


def _rounded(name, x, dtype, beyond, correct):
    """The nearest integer, corrected by one where it lies beyond x."""
    require_tile(name, "x", x)
    dtype = result_dtype(dtype, x.dtype)
    if dtypes.is_integer(x.dtype):
        return converted(x, dtype)
    nearest = _nearest(x)
    return correct(nearest, beyond(nearest, x, _F32), dtype)


def _nearest(x):
    """x rounded to the nearest integer, ties to even, as float32: x plus its distance to int32(x).

    The distance is exact. It is at most a half, but where int32 saturates, at 2^31 and above, where every float32 is an
    integer and adding a half, to which it is limited, changes nothing. NaN and infinities stay.
    """
    integer = converted(x, dtypes.int32)
    distance = new_tile(x.shape, _F32)
    nisa.tensor_tensor(distance, integer, x, subtract)
    nisa.tensor_scalar(distance, distance, minimum, 0.5, False, maximum, -0.5)
    nisa.tensor_tensor(distance, distance, x, add)
    return distance


def fmod(x, y, dtype=None):
    """The remainder of x / y that has the sign of x; exact while |x / y| < 2^24.

    Made of a division, which no engine of a device has. Source: nki.language.fmod, NKI 0.6.
    """
    return _remainder("fmod", x, y, dtype, lambda x, y: (x, multiply(abs(y, _F32), sign(x, _F32))))


def mod(x, y, dtype=None):
    """The remainder of x / y that has the sign of y, as Python's x % y; exact while |x / y| < 2^24.

    Made of a division, which no engine of a device has. Source: nki.language.mod, NKI 0.6.
    """
    return _remainder("mod", x, y, dtype, lambda x, y: (y, y))


def _remainder(name, x, y, dtype, like):
    """x - n y for the integer n nearest to x / y, plus or minus y where its sign is not that of `like`."""
    dtype = result_dtype(dtype, operand_dtype(name, x, y))
    x = column_of(x, y) if is_number(x) else x
    y = column_of(y, x) if is_number(y) else y
    shape = broadcast_shape(name, x.shape, y.shape)
    x, y = spread(with_dtype(x, _F32), shape), converted(spread(y, shape), _F32)
    wanted, correction = like(x, y)
    rest = multiply(_nearest_remainder(abs(x), abs(y)), sign(x))
    signs_differ = logical_xor(less(rest, 0), less(wanted, 0))
    beyond = multiply(signs_differ, not_equal(rest, 0))
    return add(rest, multiply(beyond, correction), dtype)


def _nearest_remainder(x, y):
    """x - n y of numbers that are not negative, exactly: n and y are halves of 12 bits, whose products are exact.

    NaN where y is 0 or x is infinite: there x / y minus itself is NaN, elsewhere 0.
    """
    quotient = divide(x, y)
    n = converted(quotient, dtypes.int32)
    n_high, n_low = bitwise_and(n, -4096), bitwise_and(n, 4095)
    y_high = bitwise_and(y.view(dtypes.int32), -4096).view(_F32)
    y_low = subtract(y, y_high)
    rest = add(x, subtract(quotient, quotient))
    for product in ((n_high, y_high), (n_high, y_low), (n_low, y_high), (n_low, y_low)):
        rest = subtract(rest, multiply(*product, _F32))
    return rest
