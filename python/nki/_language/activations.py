"""Functions of one tile that an engine computes with one instruction.

Each is also a value for `op=`: all but reciprocal and rsqrt of nisa.activation alone. The result is a tile in SBUF with
the shape of x and, unless told otherwise, its dtype. Outside the ranges that nki.api.shared gives for the Scalar engine
(log, sqrt, ...) a device's results are invalid.
"""

from nki import isa as nisa
from nki._language.elementwise import multiply
from nki._language.operators import operator
from nki._language.tiles import new_tile, require_tile, result_dtype


def _activate(op, x, dtype):
    require_tile(op.__name__, "x", x)
    result = new_tile(x.shape, result_dtype(dtype, x.dtype))
    nisa.activation(result, op, x)
    return result


@operator
def abs(x, dtype=None):
    """|x|. Source: nki.language.abs, NKI 0.6."""
    return _activate(abs, x, dtype)


@operator
def square(x, dtype=None):
    """x * x. Source: nki.language.square, NKI 0.6."""
    return _activate(square, x, dtype)


@operator
def exp(x, dtype=None):
    """e to the power of x. Source: nki.language.exp, NKI 0.6."""
    return _activate(exp, x, dtype)


@operator
def log(x, dtype=None):
    """The natural logarithm of x, from 2^-64 to 2^64. Source: nki.language.log, NKI 0.6."""
    return _activate(log, x, dtype)


@operator
def sqrt(x, dtype=None):
    """The square root of x, from 2^-116 to 2^118. Source: nki.language.sqrt, NKI 0.6."""
    return _activate(sqrt, x, dtype)


@operator
def rsqrt(x, dtype=None):
    """1 / sqrt(x), on GpSimd, which is more precise than nisa.activation and can't read PSUM.

    Source: nki.language.rsqrt, NKI 0.6, and the release notes of 0.5.
    """
    require_tile("rsqrt", "x", x)
    result = new_tile(x.shape, result_dtype(dtype, x.dtype))
    nisa.tensor_scalar(result, x, rsqrt, 0.0)
    return result


@operator
def reciprocal(x, dtype=None):
    """1 / x, on the Vector engine, which is more precise than nisa.activation.

    Source: nki.language.reciprocal and nki.api.shared, NKI 0.6.
    """
    require_tile("reciprocal", "x", x)
    result = new_tile(x.shape, result_dtype(dtype, x.dtype))
    nisa.reciprocal(result, x)
    return result


@operator
def sign(x, dtype=None):
    """-1, 0 or 1. Source: nki.language.sign, NKI 0.6."""
    return _activate(sign, x, dtype)


def negative(x, dtype=None):
    """-x. Source: nki.language.negative, NKI 0.6."""
    require_tile("negative", "x", x)
    result = new_tile(x.shape, result_dtype(dtype, x.dtype))
    nisa.tensor_scalar(result, x, multiply, -1)
    return result


@operator
def tanh(x, dtype=None):
    """The hyperbolic tangent of x. Source: nki.language.tanh, NKI 0.6."""
    return _activate(tanh, x, dtype)


@operator
def sigmoid(x, dtype=None):
    """1 / (1 + exp(-x)). Source: nki.language.sigmoid, NKI 0.6."""
    return _activate(sigmoid, x, dtype)


@operator
def relu(x, dtype=None):
    """The larger of x and 0. Source: nki.language.relu, NKI 0.6."""
    return _activate(relu, x, dtype)


@operator
def gelu(x, dtype=None):
    """x times the normal distribution's share below x. Source: nki.language.gelu, NKI 0.6."""
    return _activate(gelu, x, dtype)


@operator
def gelu_apprx_sigmoid(x, dtype=None):
    """x * sigmoid(1.702 x), near gelu. Source: nki.language.gelu_apprx_sigmoid, NKI 0.6."""
    return _activate(gelu_apprx_sigmoid, x, dtype)


@operator
def gelu_apprx_tanh(x, dtype=None):
    """gelu by a hyperbolic tangent. Source: nki.language.gelu_apprx_tanh, NKI 0.6."""
    return _activate(gelu_apprx_tanh, x, dtype)


@operator
def gelu_dx(x, dtype=None):
    """The derivative of gelu. Source: nki.language.gelu_dx, NKI 0.6."""
    return _activate(gelu_dx, x, dtype)


@operator
def gelu_apprx_sigmoid_dx(x, dtype=None):
    """The derivative of gelu_apprx_sigmoid. Source: nki.language.gelu_apprx_sigmoid_dx, NKI 0.6."""
    return _activate(gelu_apprx_sigmoid_dx, x, dtype)


@operator
def silu(x, dtype=None):
    """x * sigmoid(x). Source: nki.language.silu, NKI 0.6."""
    return _activate(silu, x, dtype)


@operator
def silu_dx(x, dtype=None):
    """The derivative of silu. Source: nki.language.silu_dx, NKI 0.6."""
    return _activate(silu_dx, x, dtype)


@operator
def softplus(x, dtype=None):
    """log(1 + exp(x)). Source: nki.language.softplus, NKI 0.6."""
    return _activate(softplus, x, dtype)


@operator
def mish(x, dtype=None):
    """x * tanh(softplus(x)). Source: nki.language.mish, NKI 0.6."""
    return _activate(mish, x, dtype)


@operator
def erf(x, dtype=None):
    """The error function of x. Source: nki.language.erf, NKI 0.6."""
    return _activate(erf, x, dtype)


@operator
def erf_dx(x, dtype=None):
    """The derivative of erf. Source: nki.language.erf_dx, NKI 0.6."""
    return _activate(erf_dx, x, dtype)
