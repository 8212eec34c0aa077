"""sin, cos, tan and arctan of any float32: the Scalar engine's functions, with the argument brought into their range.

Source: nki.api.shared, "Supported Activation Functions for NKI ISA", NKI 0.6: sin is right on [-pi, pi] and arctan on
[-pi/2, pi/2], and nki.language's functions reduce the range first.
"""

import math

from nki import isa as nisa
from nki._language import dtypes
from nki._language.activations import abs as absolute
from nki._language.activations import reciprocal, sign
from nki._language.angles import reduced
from nki._language.elementwise import add, greater, maximum, minimum, multiply, subtract
from nki._language.operators import operator
from nki._language.tiles import new_tile, require_tile, result_dtype

_F32 = dtypes.float32
_HALF_PI = math.pi / 2


@operator
def sin(x, dtype=None):
    """The sine of x; absolute error at most 4e-7 for every x.

    As `op=` of nisa.activation without reduction of the range. Source: nki.language.sin, NKI 0.6.
    """
    require_tile("sin", "x", x)
    return _sine(_folded(reduced(x)), result_dtype(dtype, x.dtype))


def cos(x, dtype=None):
    """The cosine of x, as exact as sin. Source: nki.language.cos, NKI 0.6."""
    require_tile("cos", "x", x)
    return _cosine(reduced(x), result_dtype(dtype, x.dtype))


def tan(x, dtype=None):
    """sin(x) / cos(x). Source: nki.language.tan, NKI 0.6."""
    require_tile("tan", "x", x)
    angle = reduced(x)
    sine, cosine = _sine(_folded(angle), _F32), _cosine(angle, _F32)
    return multiply(sine, reciprocal(cosine), result_dtype(dtype, x.dtype))


@operator
def arctan(x, dtype=None):
    """The angle whose tangent is x: of |x| above 1, pi/2 less that of 1/|x|. Source: nki.language.arctan, NKI 0.6."""
    require_tile("arctan", "x", x)
    magnitude = absolute(x, _F32)
    above = greater(magnitude, 1.0)
    small = minimum(magnitude, reciprocal(magnitude))
    angle = new_tile(x.shape, _F32)
    nisa.activation(angle, arctan, small)
    signs = new_tile(x.shape, _F32)  # -1 where |x| > 1, else 1
    nisa.tensor_scalar(signs, above, multiply, -2.0, False, add, 1.0)
    nisa.tensor_tensor(angle, angle, signs, multiply)
    nisa.scalar_tensor_tensor(angle, above, multiply, _HALF_PI, add, angle)
    return multiply(angle, sign(x, _F32), result_dtype(dtype, x.dtype))


def _folded(angle):
    """An angle between -pi/2 and pi/2 with the same sine: pi - angle above, -pi - angle below."""
    folded = new_tile(angle.shape, _F32)
    nisa.scalar_tensor_tensor(folded, angle, subtract, math.pi, minimum, angle, True)
    nisa.scalar_tensor_tensor(folded, folded, subtract, -math.pi, maximum, folded, True)
    return folded


def _sine(angle, dtype):
    """The Scalar engine's sine. Where x is so large that nothing is known of the angle, it at least has an angle."""
    nisa.tensor_scalar(angle, angle, minimum, math.pi, False, maximum, -math.pi)
    result = new_tile(angle.shape, dtype)
    nisa.activation(result, sin, angle)
    return result


def _cosine(reduced, dtype):
    """cos(a) = sin(pi/2 - |a|)."""
    angle = new_tile(reduced.shape, _F32)
    nisa.tensor_scalar(angle, reduced, absolute, 0.0, False, subtract, _HALF_PI, True)
    return _sine(angle, dtype)
