"""ceil, floor, trunc, mod and fmod, all exact in float32.

No engine rounds, so that ceil, floor and trunc are made of conversions and comparisons; see each for the reason.
"""

from nki import isa as nisa
from nki._language import dtypes
from nki._language.activations import abs, sign
from nki._language.elementwise import (
    add,
    binary,
    greater,
    in_float32,
    less,
    maximum,
    minimum,
    multiply,
    subtract,
)
from nki._language.operators import Operator
from nki._language.tiles import (
    converted,
    new_tile,
    require_tile,
    result_dtype,
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


# They are no operators of instructions for users, as they are none of AWS's.
_FMOD = Operator("fmod", "nothing")
_MOD = Operator("mod", "nothing")


def fmod(x, y, dtype=None):
    """The remainder of x / y that has the sign of x, exact. No engine of a device has it.

    Source: nki.language.fmod, NKI 0.6, and its release notes, "Known issues".
    """
    return binary(_FMOD, x, y, dtype, **in_float32(x, y))


def mod(x, y, dtype=None):
    """The remainder of x / y that has the sign of y, as Python's x % y, exact. No engine of a device has it.

    Source: nki.language.mod, NKI 0.6, and its release notes, "Known issues".
    """
    return binary(_MOD, x, y, dtype, **in_float32(x, y))
