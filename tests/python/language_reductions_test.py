"""nl.sum … nl.all, nl.softmax and nl.rms_norm, against NumPy in double."""

import ml_dtypes
import nki
import nki.language as nl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.python.language_calls import call

REDUCTIONS = ["sum", "prod", "max", "min", "mean"]
AXES = [((128, 300), 1), ((128, 300), -1), ((16, 3, 5), 2), ((16, 3, 5), (1, 2)), ((16, 3, 5), [-1, -2])]
AXES += [((4, 2, 3, 5), (2, 3)), ((4, 2, 3, 5), (1, 2, 3)), ((3, 2, 2, 2, 2), (-2, -1)), ((1, 1), 1)]


def near_one(shape, seed=0, dtype=np.float32):
    return np.random.default_rng(seed).uniform(0.7, 1.3, shape).astype(dtype)


def reduced(name, x, axis, keepdims=False):
    axes = tuple(axis) if isinstance(axis, list) else axis
    result = getattr(np, name)(x.astype(np.float64), axis=axes, keepdims=keepdims)
    return result if result.ndim > 1 else result.reshape(-1, 1)  # a tile has two axes


@pytest.mark.parametrize("shape, axis", AXES)
@pytest.mark.parametrize("name", REDUCTIONS)
def test_over_the_last_axes(name, shape, axis):
    x = near_one(shape)
    result, expected = call(getattr(nl, name), x, axis=axis), reduced(name, x, axis)
    assert result.shape == expected.shape
    np.testing.assert_allclose(result, expected, rtol=3e-5)
    kept, expected = call(getattr(nl, name), x, axis=axis, keepdims=True), reduced(name, x, axis, True)
    assert kept.shape == expected.shape
    np.testing.assert_allclose(kept, expected, rtol=3e-5)


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("dtype", [ml_dtypes.bfloat16, np.float16])
def test_of_narrow_floats(name, dtype):
    x = near_one((8, 40), dtype=dtype)
    result = call(getattr(nl, name), x, axis=1)
    assert result.dtype == dtype
    np.testing.assert_allclose(result.astype(np.float64), reduced(name, x, 1), rtol=2**-8)
    wide = call(getattr(nl, name), x, axis=1, dtype=nl.float32, memories=["psum"])
    assert wide.dtype == np.float32
    np.testing.assert_allclose(wide, reduced(name, x, 1), rtol=1e-5)


def test_of_integers():
    x = np.random.default_rng(0).integers(-9, 9, (20, 30)).astype(np.int32)
    for name in ("sum", "max", "min"):
        np.testing.assert_array_equal(call(getattr(nl, name), x, axis=1), reduced(name, x, 1))
    np.testing.assert_array_equal(call(nl.mean, x, axis=1), np.rint(x.mean(1, keepdims=True)))


@pytest.mark.parametrize("shape, axis", [((16, 1), 1), ((16, 4), 1), ((16, 3, 2), (1, 2)), ((16, 3, 2), -1)])
@pytest.mark.parametrize("dtype", [np.float32, np.uint8, np.int32])
def test_all(shape, axis, dtype):
    x = np.random.default_rng(0).integers(0, 5, shape).astype(dtype)
    result = call(nl.all, x, axis=axis)
    assert result.dtype == dtype and set(np.unique(result)) == {0, 1}
    np.testing.assert_array_equal(result, reduced("all", x, axis))


@pytest.mark.parametrize("shape, axis", AXES)
def test_var_keeps_its_axes(shape, axis):
    x = near_one(shape) + 7
    expected = reduced("var", x, axis, True)
    for options in ({}, {"keepdims": False}, {"keepdims": True}):
        result = call(nl.var, x, axis=axis, **options)
        assert result.shape == expected.shape
        np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("axis", [0, (0, 1), 1, (1,), 3, (1, 1), -4, ()])
@pytest.mark.parametrize("name", [*REDUCTIONS, "var", "all", "softmax"])
def test_axes_that_are_not_the_last(name, axis):
    with pytest.raises((ValueError, TypeError), match=f"nl.{name}: axis (is|must be)"):
        call(getattr(nl, name), near_one((4, 3, 2)), axis=axis)


def test_axes_that_are_no_integers():
    for axis in ("1", 1.0, None, [None]):
        with pytest.raises(TypeError, match="nl.sum: axis must be an integer or several, got"):
            call(nl.sum, near_one((4, 3)), axis=axis)
    with pytest.raises(TypeError, match="nl.max: x must be a tile"):
        call(lambda x: nl.max(1, axis=1), near_one((4, 3)))


@pytest.mark.parametrize("memory", ["sbuf", "psum"])
@pytest.mark.parametrize("shape, axis", [((128, 512), -1), ((16, 5, 7), (1, 2)), ((16, 5, 7), 2), ((3, 1), 1)])
def test_softmax(shape, axis, memory):
    x = (10 * np.random.default_rng(0).normal(size=shape)).astype(np.float32)
    exact = x.astype(np.float64)
    powers = np.exp(exact - exact.max(axis, keepdims=True))
    expected = powers / powers.sum(axis, keepdims=True)
    result = call(nl.softmax, x, axis=axis, memories=[memory])
    np.testing.assert_allclose(result, expected, rtol=2e-5, atol=1e-9)
    narrow = call(nl.softmax, x, axis=axis, dtype=nl.bfloat16)
    assert narrow.dtype == ml_dtypes.bfloat16
    np.testing.assert_allclose(narrow.astype(np.float64), expected, rtol=2**-8, atol=1e-9)


def test_softmax_of_large_values_and_by_default():
    x = np.array([[1e4, 1e4, -1e4], [88, 89, 90]], np.float32)
    np.testing.assert_allclose(call(nl.softmax, x), [[0.5, 0.5, 0], [0.09003057, 0.24472847, 0.66524096]], rtol=1e-5)


@pytest.mark.parametrize("w_shape", [(64, 96), (1, 96), (64, 1)])
@pytest.mark.parametrize("options", [{}, {"epsilon": 0.5}, {"dtype": nl.bfloat16}, {"compute_dtype": nl.float32}])
def test_rms_norm(w_shape, options):
    x, w = (np.random.default_rng(0).normal(size=(64, 96)) * 5).astype(np.float32), near_one(w_shape, 1)
    exact = x.astype(np.float64)
    expected = exact / np.sqrt((exact**2).mean(1, keepdims=True) + options.get("epsilon", 1e-6)) * w
    result = call(nl.rms_norm, x, w, axis=1, n=96, **options)
    tolerance = 2**-8 if "dtype" in options else 3e-6
    np.testing.assert_allclose(result.astype(np.float64), expected, rtol=tolerance, atol=1e-7)


def test_rms_norm_of_part_of_a_row_and_in_a_narrow_dtype():
    x, w = near_one((8, 2, 16)), near_one((8, 1, 1), 1)
    expected = x / np.sqrt((x**2).sum(-1, keepdims=True) / 64 + 1e-6) * w
    np.testing.assert_allclose(call(nl.rms_norm, x, w, axis=-1, n=64), expected, rtol=1e-5)
    narrow = call(nl.rms_norm, x, w, axis=-1, n=64, compute_dtype=nl.bfloat16)
    np.testing.assert_allclose(narrow, expected, rtol=4 * 2**-8)
    for n in (0, -1):
        with pytest.raises(ValueError, match=f"nl.rms_norm: n must be a positive number, got {n}"):
            call(nl.rms_norm, x, w, axis=-1, n=n)


def test_reductions_are_values_of_reduce_op():
    """Older kernels say reduce_op=nl.max."""

    @nki.jit
    def kernel(x):
        out = nl.ndarray((4, 1), nl.float32)
        nki.isa.tensor_reduce(out, nl.max, nl.load(x), 1)
        result = nl.ndarray((4, 1), nl.float32, buffer=nl.shared_hbm)
        nl.store(result, out)
        return result

    x = near_one((4, 9))
    np.testing.assert_array_equal(kernel(x), x.max(1, keepdims=True))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_random_shapes(data):
    shape = tuple(data.draw(st.lists(st.integers(1, 6), min_size=2, max_size=5)))
    count = data.draw(st.integers(1, len(shape) - 1))
    axis = data.draw(st.permutations(range(-count, 0)))
    name, keepdims = data.draw(st.sampled_from(["sum", "max", "min", "prod"])), data.draw(st.booleans())
    x = near_one(shape)
    result = call(getattr(nl, name), x, axis=axis, keepdims=keepdims)
    np.testing.assert_allclose(result, reduced(name, x, axis, keepdims), rtol=3e-5)
