"""Reductions of Beta 1's nki.language, functions made of them, products and choices, against NumPy and torch."""

import neuronxcc.nki.language as nl
import numpy as np
import pytest

from tests.python.beta1_calls import call, trace

RNG = np.random.default_rng(3)
A = RNG.standard_normal((16, 4, 6, 5)).astype(np.float32)
FUNCTIONS = {"sum": np.sum, "prod": np.prod, "max": np.max, "min": np.min, "mean": np.mean}
AXES = [1, 2, 3, -1, -3, (1, 2), (2, 3), [1, 3], (1, 2, 3)]


def close(result, expected, rtol=2e-5):
    assert result.shape == expected.shape
    np.testing.assert_allclose(result.astype(np.float64), expected.astype(np.float64), rtol=rtol, atol=1e-5)


def numpys(axis):
    return tuple(axis) if isinstance(axis, list) else axis


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_reductions_over_free_axes(name, axis):
    function, expected = getattr(nl, name), FUNCTIONS[name]
    close(call(lambda x: function(x, axis, keepdims=True), A), expected(A, numpys(axis), keepdims=True), 1e-4)
    result = call(lambda x: function(x, axis=axis), A)
    without = expected(A, numpys(axis))
    close(result, without if without.ndim > 1 else without[:, None], 1e-4)


@pytest.mark.parametrize("axis", [1, -1, [1, 2]])
def test_variance_and_all(axis):
    x = A[..., 0]
    expected = x.var(numpys(axis))
    close(call(lambda x: nl.var(x, axis), x).reshape(expected.shape), expected, 1e-4)
    x = (x > -1).astype(np.float32)
    result = call(lambda x: nl.all(x, axis), x)
    assert result.dtype == bool
    assert np.array_equal(result.reshape(expected.shape), x.all(numpys(axis)))


def test_dtypes_of_reductions():
    half = A.astype(np.float16)
    assert call(lambda x: nl.sum(x, [1, 2, 3]), half).dtype == np.float16
    assert call(lambda x: nl.max(x, 3, dtype=nl.float32), half).dtype == np.float32
    whole = RNG.integers(-9, 9, (8, 12)).astype(np.int32)
    result = call(lambda x: nl.mean(x, 1), whole)  # "float32 intermediate and return values for integer inputs"
    assert result.dtype == np.float32
    close(result[:, 0], whole.mean(1))


def test_masks_of_reductions():
    def function(x):
        i_p, i_f = nl.mgrid[0:16, 0:30]
        inside = (i_p < 10) & (i_f >= 2) & (i_f < 20)
        result = nl.zeros((16, 2), nl.float32)
        result[:, 0:1] = nl.sum(x, 1, mask=inside)
        result[:, 1:2] = nl.max(x, axis=[1], keepdims=True, mask=i_f < 7)
        return result

    x = A[:, 0].reshape(16, 30)
    expected = np.zeros((16, 2), np.float32)
    expected[:10, 0], expected[:, 1] = x[:10, 2:20].sum(1), x[:, :7].max(1)
    close(call(function, x), expected)


def test_a_reduction_to_one_number_per_partition_has_one_axis_or_two():
    x = A[..., 0]

    def function(x):
        total, largest = nl.sum(x, axis=[1, 2]), nl.max(x, [1, 2])
        assert total[:, None].shape == (16, 1)
        assert largest.expand_dims(1).shape == (16, 1)
        assert nl.expand_dims(largest, (1, 2)).shape == (16, 1, 1)
        return x * total - largest

    close(call(function, x), x * x.sum((1, 2), keepdims=True) - x.max((1, 2), keepdims=True), 1e-4)


@pytest.mark.parametrize(
    ("axis", "error"), [(0, ValueError), (4, ValueError), (-4, ValueError), ([], TypeError), ("1", TypeError)]
)
def test_other_axes_are_refused(axis, error):
    with pytest.raises(error, match="nl.sum: axis"):
        trace(lambda x: nl.sum(nl.load(x), axis), A)


@pytest.mark.parametrize("axis", [-1, 2, [2], [1, 2], (2,)])
def test_softmax(axis):
    x = A[..., 0]
    axes = tuple(axis) if isinstance(axis, (list, tuple)) else (axis,)
    e = np.exp(x - x.max(axes, keepdims=True))
    close(call(lambda x: nl.softmax(x, axis), x), e / e.sum(axes, keepdims=True))
    assert call(lambda x: nl.softmax(x, axis, compute_dtype=nl.bfloat16), x).dtype.name == "bfloat16"


@pytest.mark.parametrize("rows", [1, 16])
@pytest.mark.parametrize("axis", [1, [1]])
def test_rms_norm(rows, axis):
    x, w = RNG.standard_normal((16, 30)).astype(np.float32), RNG.random((rows, 30), np.float32)
    expected = x / np.sqrt((x * x).sum(1, keepdims=True) / 30 + 1e-5) * w
    close(call(lambda x, w: nl.rms_norm(x, w, axis, 30, 1e-5), x, w), expected)
    close(call(lambda x, w: nl.rms_norm(x, w, axis=axis, n=30), x, w), expected, 1e-3)


@pytest.mark.parametrize(("m", "k", "n"), [(128, 128, 512), (1, 128, 1), (128, 1, 7), (33, 65, 17), (100, 64, 512)])
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_matmul(m, k, n, dtype):
    x, y = RNG.standard_normal((m, k)).astype(dtype), RNG.standard_normal((k, n)).astype(dtype)
    expected = x.astype(np.float32) @ y.astype(np.float32)
    for result in (call(nl.matmul, x, y), call(lambda x, y: nl.matmul(x, y, transpose_x=True), x.T.copy(), y)):
        assert result.dtype == np.float32
        np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-4)


def test_matmuls_take_masks_and_psum_operands():
    x, y = RNG.standard_normal((64, 64)).astype(np.float32), RNG.standard_normal((64, 96)).astype(np.float32)

    def function(x, y):
        i_k, i_n = nl.mgrid[0:64, 0:96]
        product = nl.matmul(x, y, transpose_x=True, mask=(i_k < 40) & (i_n < 50))
        out = nl.zeros((64, 96), nl.float32)
        out[:, 0:50] = product[:, 0:50]
        return out

    expected = np.zeros((64, 96), np.float32)
    expected[:, :50] = x[:40].T @ y[:40, :50]
    close(call(function, x, y), expected, 1e-4)
    close(call(lambda x, y: nl.matmul(nl.matmul(x, x), y), x, y), x @ x @ y, 1e-3)


@pytest.mark.parametrize(("x", "y"), [((64, 32), (64, 32)), ((64, 32), (16, 32))])
def test_matmuls_of_shapes_that_do_not_fit_are_refused(x, y):
    with pytest.raises(Exception, match="nc_matmul|matmul"):
        call(nl.matmul, np.zeros(x, np.float32), np.zeros(y, np.float32))


@pytest.mark.parametrize("shape", [(128, 128), (32, 32), (1, 128), (128, 1), (7, 100)])
def test_transpose(shape):
    x = RNG.standard_normal(shape).astype(np.float32)
    assert np.array_equal(call(nl.transpose, x), x.T)
    assert np.array_equal(call(lambda x: nl.transpose(x, dtype=nl.float16), x), x.T.astype(np.float16))


def test_where():
    x, y = A[..., 0, 0], A[..., 1, 1]
    assert np.array_equal(call(lambda x, y: nl.where(x > y, x, y), x, y), np.maximum(x, y))
    assert np.array_equal(call(lambda x, y: nl.where(x > 0, 1.5, y), x, y), np.where(x > 0, np.float32(1.5), y))
    assert np.array_equal(call(lambda x, y: nl.where(x > 0, x, 0), x, y), np.maximum(x, 0))
    assert np.array_equal(call(lambda x, y: nl.where(x[:, 0:1] > 0, x, y), x, y), np.where(x[:, :1] > 0, x, y))
    half = call(lambda x, y: nl.where(x > y, x, y, dtype=nl.float16), x, y)
    assert half.dtype == np.float16
    with pytest.raises(TypeError, match="nl.where: x must be a tile"):
        call(lambda x: nl.where(x > 0, None, 1), x)


def test_gather_flattened():
    x = RNG.standard_normal((8, 4, 5)).astype(np.float32)
    indices = RNG.integers(0, 20, (8, 3, 2)).astype(np.uint32)
    expected = np.take_along_axis(x.reshape(8, -1), indices.reshape(8, -1).astype(np.int64), -1).reshape(8, 3, 2)
    assert np.array_equal(call(nl.gather_flattened, x, indices), expected)
    assert call(lambda x, i: nl.gather_flattened(x, i, dtype=nl.bfloat16), x, indices).dtype.name == "bfloat16"


def test_static_cast_and_expand_dims():
    x = A[..., 0, 0]
    assert np.array_equal(call(lambda x: nl.static_cast(x, nl.float16), x), x.astype(np.float16))
    assert nl.static_cast(2.7, np.int32) == 2
    assert type(nl.static_cast(1, "float32")) is np.float32
    assert call(lambda x: nl.expand_dims(x, 2), x).shape == (16, 4, 1)
