"""nc_matmul and nc_transpose of Beta 1: masks on each axis, tiles of the array, places, against NumPy."""

import neuronxcc.nki as nki
import neuronxcc.nki.isa as nisa
import neuronxcc.nki.language as nl
import numpy as np
import pytest

from tests.python.beta1_isa_calls import BFLOAT16, assigned, returned

K, M, N = 48, 40, 96


def _data(*shape, seed=0):
    return np.random.default_rng(seed).integers(-5, 6, shape).astype(np.float32)


X, Y = _data(K, M), _data(K, N, seed=1)
MASKS = {
    "contraction": (lambda k, m, n: k < 37, (slice(37), slice(None), slice(None))),
    "contraction from 5": (lambda k, m, n: (k >= 5) & (k < 40), (slice(5, 40), slice(None), slice(None))),
    "columns": (lambda k, m, n: n < 77, (slice(None), slice(None), slice(77))),
    "columns from 3": (lambda k, m, n: (n >= 3) & (k < 33), (slice(33), slice(None), slice(3, None))),
    "rows": (lambda k, m, n: m < 11, (slice(None), slice(11), slice(None))),
    "rows from 7": (lambda k, m, n: (m >= 7) & (m < 35), (slice(None), slice(7, 35), slice(None))),
    "nothing": (lambda k, m, n: k > 100, (slice(0), slice(0), slice(0))),
    "whole": (lambda k, m, n: k < 100, (slice(None), slice(None), slice(None))),
}


def _indices(shape):
    return nl.mgrid[0 : shape[0], 0 : shape[1]]


@pytest.mark.parametrize("mask", MASKS)
def test_mask(mask):
    condition, (k, m, n) = MASKS[mask]
    i_k, i_m, i_n = nl.arange(K)[:, None], nl.arange(M)[None, :], nl.arange(N)[None, :]
    background = _data(M, N, seed=2)
    got = assigned(
        lambda x, y: nisa.nc_matmul(x, y, mask=condition(i_k, i_m, i_n)), (X, Y), background=background, place=...
    )
    want = background.copy()
    want[m, n] = X[k, m].T @ Y[k, n]
    assert np.array_equal(got, want)


def test_masks_of_the_operands():
    i_k, i_m, i_n = nl.arange(K)[:, None], nl.arange(M)[None, :], nl.arange(N)[None, :]
    background = _data(M, N, seed=2)
    got = assigned(
        lambda x, y: nisa.nc_matmul(x[i_m <= 20], y[(i_n < 64) & (i_k < 33)]), (X, Y), background=background, place=...
    )
    background[:21, :64] = X[:33, :21].T @ Y[:33, :64]
    assert np.array_equal(got, background)


def test_a_mask_that_is_no_box_leaves_terms_out():
    i_k, i_n = _indices((K, N))
    got = returned(lambda x, y: nisa.nc_matmul(x, y, mask=i_k <= i_n), (X, Y))
    assert np.array_equal(got, X.T @ np.where(np.arange(K)[:, None] <= np.arange(N), Y, 0))
    i_k, i_m = _indices((K, M))
    got = returned(lambda x, y: nisa.nc_matmul(x[i_k >= i_m], y, mask=nl.arange(N)[None, :] < 9), (X, Y))
    assert np.array_equal(got[:, :9], np.where(np.arange(K)[:, None] >= np.arange(M), X, 0).T @ Y[:, :9])
    assert np.isnan(got[:, 9:]).all()


def test_what_a_mask_leaves_out_is_not_read():
    """NaN beyond the mask does not come into the sums."""
    x, y = X.copy(), Y.copy()
    x[37:], y[37:] = np.nan, np.nan
    i_k = nl.arange(K)[:, None]
    got = returned(lambda x, y: nisa.nc_matmul(x, y, mask=i_k < 37), (x, y))
    assert np.array_equal(got, X[:37].T @ Y[:37])


def test_operands_with_three_axes():
    x, y = _data(K, 4, 8), _data(K, 2, 5, seed=1)
    i_k = nl.arange(K)[:, None, None]
    for mask, rows in ((None, K), (i_k < 21, 21)):
        got = returned(lambda x, y, mask=mask: nisa.nc_matmul(x, y, mask=mask), (x, y))
        assert np.array_equal(got, x[:rows].reshape(rows, -1).T @ y[:rows].reshape(rows, -1))
    i_k, i_a, i_b = nl.mgrid[0:K, 0:2, 0:5]
    got = returned(lambda x, y: nisa.nc_matmul(x, y, mask=(i_b < 3) & (i_k < 20)), (x, y))
    part = np.where(np.arange(5) < 3, y, 0)[:20].reshape(20, -1)
    assert np.array_equal(got, x[:20].reshape(20, -1).T @ part)


def test_views_as_operands():
    x, y = _data(128, 200), _data(128, 256, seed=1)
    i_k = nl.arange(64)[:, None]

    def call(x, y):
        return nisa.nc_matmul(x[i_k + 64, 3 * nl.arange(40)[None, :] + 5], y[64:128, 10:200:2])

    assert np.array_equal(returned(call, (x, y)), x[64:, 5:125:3].T @ y[64:, 10:200:2])


@pytest.mark.parametrize("dtype", [np.float32, BFLOAT16, np.float16])
def test_the_result_is_float32_in_psum(dtype):
    def call(x, y):
        result = nisa.nc_matmul(x, y)
        assert result.buffer == nl.psum and result.dtype == np.float32 and result.shape == (M, N)
        return result

    assert np.array_equal(returned(call, (X.astype(dtype), Y.astype(dtype))), X.T @ Y)


def test_operands_in_psum_are_copied():
    def call(x, y):
        return nisa.nc_matmul(nisa.nc_matmul(x, x), nisa.nc_matmul(x, y))

    np.testing.assert_allclose(returned(call, (X, Y)), (X.T @ X).T @ (X.T @ Y))


@pytest.mark.parametrize("position", [(0, 0), (64, 0), (0, 64), (64, 64)])
def test_tiles_of_the_array(position):
    def call(x, y):
        return nisa.nc_matmul(x, y, tile_position=position, tile_size=(64, 64))

    got = returned(call, (X, Y)) if position[0] == 0 else None
    if got is None:  # a row tile reads the partitions that it lies on
        x, y = np.concatenate([_data(64, M), X]), np.concatenate([_data(64, N), Y])
        got = returned(lambda x, y: call(x[64:112], y[64:112]), (x, y))
    assert np.array_equal(got, X.T @ Y)


@pytest.mark.parametrize("target, dtype", [("trn1", np.float32), ("trn2", BFLOAT16)])
def test_is_transpose(target, dtype):
    """Exact on trn2, where the result has the data type of the operands."""

    @nki.jit(platform_target=target)
    def kernel(x, identity):
        tile = nl.load(x)
        turned = nisa.nc_matmul(tile, nl.load(identity), is_transpose=True)
        assert turned.dtype == (np.float32 if target == "trn1" else tile.dtype)
        out = nl.ndarray(turned.shape, dtype=x.dtype, buffer=nl.shared_hbm)
        nl.store(out, turned)
        return out

    assert np.array_equal(kernel(X.astype(dtype), np.eye(K, dtype=dtype)), X.T.astype(dtype))


def test_double_row():
    x, y, fp8 = _data(64, 2, 16), _data(64, 2, 32, seed=1), nl.float8_e5m2

    @nki.jit(platform_target="trn2")
    def kernel(x, y):
        out = nl.ndarray((16, 32), dtype=nl.float32, buffer=nl.shared_hbm)
        nl.store(out, nisa.nc_matmul(nl.load(x), nl.load(y), perf_mode="double_row_gen3"))
        return out

    got = kernel(x.astype(fp8), y.astype(fp8))
    assert np.array_equal(got, np.einsum("kam,kan->mn", x, y))


TRANSPOSES = {
    "none": (None, None),
    "rows": (lambda p, f: p < 17, lambda p, f: p < 17),
    "rows from 5": (lambda p, f: p >= 5, lambda p, f: p >= 5),
    "columns": (lambda p, f: f < 9, lambda p, f: f < 9),
    "columns from 3": (lambda p, f: (f >= 3) & (p < 20), lambda p, f: (f >= 3) & (p < 20)),
    "triangle": (lambda p, f: p >= f, lambda p, f: p >= f),
    "nothing": (lambda p, f: p > 200, lambda p, f: (p > 200) & (f >= 0)),
}


@pytest.mark.parametrize("into", ["sbuf", "psum"])
@pytest.mark.parametrize("dtype", [None, BFLOAT16])
@pytest.mark.parametrize("mask", TRANSPOSES)
@pytest.mark.parametrize("shape", [(24, 20), (70, 33), (128, 128)])
def test_transpose(shape, mask, dtype, into):
    data, background = _data(*shape), _data(*shape[::-1], seed=3)
    condition, holds = TRANSPOSES[mask]
    i_p, i_f = _indices(shape)
    got = assigned(
        lambda x: nisa.nc_transpose(x, mask=condition and condition(i_p, i_f), dtype=dtype), (data,),
        background=background, place=..., into=into,
    )  # fmt: skip
    p, f = np.indices(shape)
    where = np.ones(shape, bool) if holds is None else holds(p, f)
    assert np.array_equal(got, np.where(where.T, data.T, background))


@pytest.mark.parametrize("engine", ["vector", "tensor"])
def test_transpose_by_an_engine(engine):
    data = _data(20, 2, 3, 5)

    def call(x):
        result = nisa.nc_transpose(x, engine=getattr(nisa.engine, engine))
        assert result.buffer == (nl.psum if engine == "tensor" else nl.sbuf)
        return result

    assert np.array_equal(returned(call, (data,)), data.reshape(20, -1).T)


def test_transpose_of_itself():
    data = _data(128, 128)

    def call(x):
        x[...] = nisa.nc_transpose(x)
        return x

    assert np.array_equal(returned(call, (data,)), data.T)
