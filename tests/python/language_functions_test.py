"""Functions of one tile, and mod and fmod, against torch and NumPy in double."""

import math

import ml_dtypes
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest
import torch

from tests.python.language_calls import call, returned

F = torch.nn.functional


def derivative(function):
    def of(x):
        x = x.clone().requires_grad_(True)
        return torch.autograd.grad(function(x).sum(), x)[0]

    return of


def sigmoid_gelu(x):
    return x * torch.sigmoid(1.702 * x)


# The function, its oracle, and where it is defined.
EVERYWHERE = (-8, 8)
POSITIVE = (0.01, 30)
ACTIVATIONS = {
    "abs": (torch.abs, EVERYWHERE),
    "square": (torch.square, EVERYWHERE),
    "exp": (torch.exp, EVERYWHERE),
    "log": (torch.log, POSITIVE),
    "sqrt": (torch.sqrt, POSITIVE),
    "rsqrt": (torch.rsqrt, POSITIVE),
    "reciprocal": (torch.reciprocal, POSITIVE),
    "sign": (torch.sign, EVERYWHERE),
    "negative": (torch.neg, EVERYWHERE),
    "tanh": (torch.tanh, EVERYWHERE),
    "sigmoid": (torch.sigmoid, EVERYWHERE),
    "relu": (torch.relu, EVERYWHERE),
    "gelu": (F.gelu, EVERYWHERE),
    "gelu_apprx_sigmoid": (sigmoid_gelu, EVERYWHERE),
    "gelu_apprx_tanh": (lambda x: F.gelu(x, approximate="tanh"), EVERYWHERE),
    "gelu_dx": (derivative(F.gelu), EVERYWHERE),
    "gelu_apprx_sigmoid_dx": (derivative(sigmoid_gelu), EVERYWHERE),
    "silu": (F.silu, EVERYWHERE),
    "silu_dx": (derivative(F.silu), EVERYWHERE),
    "softplus": (F.softplus, EVERYWHERE),
    "mish": (F.mish, EVERYWHERE),
    "erf": (torch.erf, EVERYWHERE),
    "erf_dx": (derivative(torch.erf), EVERYWHERE),
    "sin": (torch.sin, EVERYWHERE),
    "cos": (torch.cos, EVERYWHERE),
    "tan": (torch.tan, (-1.5, 1.5)),
    "arctan": (torch.arctan, EVERYWHERE),
}


def between(low, high, shape=(128, 64), dtype=np.float32):
    return np.random.default_rng(0).uniform(low, high, shape).astype(dtype)


def exact(oracle, x):
    return oracle(torch.from_numpy(x.astype(np.float64))).numpy()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_of_a_tile(name):
    oracle, limits = ACTIVATIONS[name]
    x = between(*limits)
    result = call(getattr(nl, name), x)
    assert result.dtype == np.float32 and result.shape == x.shape
    np.testing.assert_allclose(result, exact(oracle, x), rtol=4e-6, atol=4e-7)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_of_bfloat16_and_as_another_dtype(name):
    oracle, limits = ACTIVATIONS[name]
    x = between(*limits, shape=(3, 4, 5), dtype=ml_dtypes.bfloat16)
    expected = exact(oracle, x)
    result = call(getattr(nl, name), x)
    assert result.dtype == ml_dtypes.bfloat16 and result.shape == x.shape
    np.testing.assert_allclose(result.astype(np.float64), expected, rtol=2**-8, atol=4e-7)
    np.testing.assert_allclose(call(getattr(nl, name), x, dtype=nl.float32), expected, rtol=4e-6, atol=4e-7)


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "rsqrt"])
def test_of_a_tile_in_psum(name):
    oracle, limits = ACTIVATIONS[name]
    x = between(*limits, shape=(64, 20))
    np.testing.assert_allclose(call(getattr(nl, name), x, memories=["psum"]), exact(oracle, x), rtol=4e-6, atol=4e-7)


def test_rsqrt_cannot_read_psum():
    with pytest.raises(nki.VerifyError, match="gpsimd-psum"):
        call(nl.rsqrt, between(1, 2), memories=["psum"])


@pytest.mark.parametrize("name", [*ACTIVATIONS, "ceil", "floor", "trunc", "logical_not", "copy"])
def test_what_is_no_tile_is_refused(name):
    def kernel(x, given):
        getattr(nl, name)(x if given is None else given)

    with pytest.raises(TypeError, match=rf"nl.{name}: x must be a tile .*, got 1.5"):
        nki.jit(kernel)(between(1, 2), 1.5)
    with pytest.raises(ValueError, match=rf"nl.{name}: x is x in shared_hbm"):
        nki.jit(kernel)(between(1, 2), None)


@pytest.mark.parametrize("scale", [1, 10, 1000, 60000])
def test_R27_sine_and_cosine_reduce_their_range(scale):
    x = np.concatenate([between(-6.6 * scale, 6.6 * scale).ravel(), np.arange(-64, 64) * math.pi / 2])
    x = x.astype(np.float32).reshape(-1, 128).T.copy()
    np.testing.assert_allclose(call(nl.sin, x), np.sin(x.astype(np.float64)), atol=4e-7, rtol=0)
    np.testing.assert_allclose(call(nl.cos, x), np.cos(x.astype(np.float64)), atol=4e-7, rtol=0)


@pytest.mark.parametrize("dtype", [np.float32, ml_dtypes.bfloat16])
def test_R27_sine_and_cosine_of_every_float(dtype):
    rng = np.random.default_rng(5)
    bits = rng.integers(0, 0x7F800000, (128, 2000)) | rng.integers(0, 2, (128, 2000)) << 31
    x = bits.astype(np.uint32).view(np.float32)
    x[:, :24] = np.finfo(np.float32).max * 2.0 ** -np.arange(24) * np.where(rng.random((128, 1)) < 0.5, -1, 1)
    x = np.minimum(np.abs(x), np.float32(3.38e38)).astype(dtype) if dtype != np.float32 else x
    for name in ("sin", "cos"):  # the C library's are right to the last bit
        expected = np.vectorize(getattr(math, name))(x.astype(np.float64))
        np.testing.assert_allclose(call(getattr(nl, name), x, dtype=nl.float32), expected, atol=4e-7, rtol=0)


def test_R27_sine_of_integers():
    x = np.array([[2**31 - 1, -(2**31), 10**6, -(10**8), 3]], np.int32)
    expected = np.sin(x.astype(np.float32).astype(np.float64))  # engines take numbers as float32
    np.testing.assert_allclose(call(nl.sin, x, dtype=nl.float32), expected, atol=4e-7, rtol=0)


def test_R27_the_instruction_does_not():
    """sin(9) of the Scalar engine is about 27.65; nl.sin(9) is 0.41."""
    x = np.full((1, 1), 9, np.float32)

    @nki.jit
    def kernel(x):
        out = nl.ndarray(x.shape, x.dtype)
        nisa.activation(out, nl.sin, nl.load(x))
        return returned(out)

    assert abs(kernel(x).item() - 27.65) < 0.01
    assert abs(call(nl.sin, x).item() - math.sin(9)) < 4e-7


def test_sine_of_what_has_none():
    x = np.array([[np.inf, -np.inf, np.nan]], np.float32)
    for function in (nl.sin, nl.cos, nl.tan):
        assert np.isnan(call(function, x)).all()


def test_arctan_of_every_size():
    x = np.array([[0, 1, -1, 1.0000001, 1e-20, -1e20, np.inf, -np.inf, 1.5, -1.6, 3e38, np.nan]], np.float32)
    np.testing.assert_allclose(call(nl.arctan, x), np.arctan(x.astype(np.float64)), rtol=3e-7)


EDGES = [0, -0.0, 0.5, -0.5, 1.5, -1.5, 2.5, 3.2, -3.7, 1e-30, -1e-30, 8388607.5, 2**23, -(2**24) - 2, 2**31, 3e9]
EDGES += [-(2**31), -1e20, 3e38, np.inf, -np.inf, 0.49999997, 0.99999994, -0.99999994]


@pytest.mark.parametrize("name", ["ceil", "floor", "trunc"])
def test_roundings_are_exact(name):
    x = np.concatenate([between(-100, 100).ravel(), np.array(EDGES * 16, np.float32)]).reshape(128, -1)
    np.testing.assert_array_equal(call(getattr(nl, name), x), getattr(np, name)(x))
    assert np.isnan(call(getattr(nl, name), np.full((1, 1), np.nan, np.float32))).all()


@pytest.mark.parametrize("name", ["ceil", "floor", "trunc"])
def test_roundings_of_other_dtypes(name):
    x = between(-50, 50, (4, 8), ml_dtypes.bfloat16)
    result = call(getattr(nl, name), x)
    assert result.dtype == ml_dtypes.bfloat16
    np.testing.assert_array_equal(result.astype(np.float32), getattr(np, name)(x.astype(np.float32)))
    np.testing.assert_array_equal(call(getattr(nl, name), x, dtype=nl.int32), getattr(np, name)(x.astype(np.float32)))
    whole = np.array([[2**31 - 1, -(2**31), 16777217]], np.int32)
    np.testing.assert_array_equal(call(getattr(nl, name), whole), whole)


@pytest.mark.parametrize("name", ["mod", "fmod"])
@pytest.mark.parametrize("scale", [0.1, 1, 100, 1e6])
def test_remainders_are_exact(name, scale):
    rng = np.random.default_rng(int(scale))
    x = (rng.normal(size=(128, 50)) * scale).astype(np.float32)
    y = (rng.uniform(0.5, 9, size=(128, 50)) * rng.choice([-1, 1], (128, 50))).astype(np.float32)
    function, expected = getattr(nl, name), getattr(np, name)
    np.testing.assert_array_equal(call(function, x, y), expected(x, y))
    np.testing.assert_array_equal(call(function, x, y[:, :1].copy()), expected(x, y[:, :1]))
    np.testing.assert_array_equal(call(function, x, 0.7), expected(x, np.float32(0.7)))
    np.testing.assert_array_equal(call(function, 7.5, y), expected(np.float32(7.5), y))


@pytest.mark.parametrize("name", ["mod", "fmod"])
def test_remainders_at_the_edges(name):
    x = np.array([[6, -6, 5, -5, 0, 1, 5.5, -1e-30, 3, np.inf]], np.float32)
    y = np.array([[3, 3, -3, -3, 2, 0, 5.5, 2, np.nan, 2]], np.float32)
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(call(getattr(nl, name), x, y), getattr(np, name)(x, y))


def test_remainders_of_integers():
    x = np.arange(-20, 20, dtype=np.int32).reshape(4, 10)
    result = call(nl.mod, x, 7)
    assert result.dtype == np.int32
    np.testing.assert_array_equal(result, x % 7)
    np.testing.assert_array_equal(call(nl.fmod, x, 7), np.fmod(x, 7))
