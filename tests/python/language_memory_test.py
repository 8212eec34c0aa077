"""nl.load … nl.where and the products and transposes, against NumPy."""

import ml_dtypes
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest

from tests.python.language_calls import call, on_chip, returned


def counting(shape, dtype=np.float32):
    return np.arange(np.prod(shape)).reshape(shape).astype(dtype)


def kernel_of(body):
    """A kernel that returns what body makes of its arguments."""
    return nki.jit(lambda *arrays: returned(body(*arrays)))


def test_load_and_store():
    x = counting((8, 3, 5))
    np.testing.assert_array_equal(kernel_of(lambda x: nl.load(x))(x), x)
    np.testing.assert_array_equal(kernel_of(lambda x: nl.load(x[2:6, :, 1:4]))(x), x[2:6, :, 1:4])
    narrow = kernel_of(lambda x: nl.load(x, dtype=nl.bfloat16))(x / 3)
    np.testing.assert_array_equal(narrow, (x / 3).astype(ml_dtypes.bfloat16))
    whole = kernel_of(lambda x: nl.load(x, nl.int8))(x * 1.5)
    np.testing.assert_array_equal(whole, np.rint(x * 1.5).clip(-128, 127))


def test_store_converts():
    def kernel(x):
        out = nl.ndarray(x.shape, nl.int16, buffer=nl.shared_hbm)
        nl.store(dst=out, value=nl.load(x))
        return out

    x = np.array([[0.5, 1.5, 1e9, -7.6]], np.float32)
    np.testing.assert_array_equal(nki.jit(kernel)(x), [[0, 2, 32767, -8]])


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda x, t: nl.load(t), "nl.load: src is sbuf.0 in sbuf; it must be in HBM"),
        (lambda x, t: nl.load(1), "nl.load: src must be a tensor, got 1"),
        (lambda x, t: nl.load(x.reshape((32,))), r"nl.load: src has the shape \(32,\); a tile has two axes"),
        (lambda x, t: nl.store(t, t), "nl.store: dst is sbuf.0 in sbuf; it must be in HBM"),
        (lambda x, t: nl.store(x, x), "nl.store: value is x in shared_hbm, and tiles are"),
        (lambda x, t: nl.store(x, nl.transpose(t)), "nl.store: value is psum.0 in psum; copy it to SBUF first"),
        (lambda x, t: nl.load_transpose2d(x.reshape((2, 4, 4))), "nl.load_transpose2d: src has the shape"),
        (lambda x, t: nl.transpose(t.reshape((4, 2, 4))), "nl.transpose: x has the shape"),
        (lambda x, t: nl.matmul(t, t), r"nl.matmul: x has the shape \(4, 8\) and y \(4, 8\).*8 elements of x would"),
        (lambda x, t: nl.matmul(t, 1), "nl.matmul: y must be a tile"),
        (lambda x, t: nl.broadcast_to(t, (4, 16)), r"nl.broadcast_to: x has the shape \(4, 8\), which does not become"),
        (lambda x, t: nl.broadcast_to(t, (1, 4, 8)), "nl.broadcast_to: x has the shape"),
        (lambda x, t: nl.expand_dims(1, 0), "nl.expand_dims: x must be a tensor, got 1"),
        (lambda x, t: nl.expand_dims(t, 0), "partition axis"),
        (lambda x, t: nl.where(1, t, t), "nl.where: condition must be a tile"),
        (lambda x, t: nl.where(t, x, t), "nl.where: x is x in shared_hbm"),
        (lambda x, t: nl.where(t, None, t), "nl.where: x must be a tile"),
        (lambda x, t: nl.zeros_like(3), "nl.zeros_like: x must be a tensor, got 3"),
        (lambda x, t: nl.shared_identity_matrix(4, dst=t), "nl.shared_identity_matrix: dst has the shape"),
        (lambda x, t: nl.shared_identity_matrix(129), "129 partitions|at most 128"),
        (lambda x, t: nl.gather_flattened(t, t), "nl.gather_flattened: indices are float32"),
        (lambda x, t: nl.gather_flattened(t, nl.copy(t, nl.uint32), axis=1), "nl.gather_flattened: axis is 1"),
    ],
)
def test_bad_operands(wrong, message):
    with pytest.raises((TypeError, ValueError), match=message):
        nki.jit(lambda x: wrong(x, nl.load(x)))(counting((4, 8)))


@pytest.mark.parametrize("dtype", [np.float32, ml_dtypes.bfloat16, np.int32, np.uint8])
def test_load_transpose2d(dtype):
    x = counting((300, 100), np.int32).astype(dtype)
    np.testing.assert_array_equal(kernel_of(lambda x: nl.load_transpose2d(x))(x), x.T)
    wide = kernel_of(lambda x: nl.load_transpose2d(x, dtype=nl.float32))(x)
    np.testing.assert_array_equal(wide, x.T.astype(np.float32))


@pytest.mark.parametrize("memory", ["sbuf", "psum"])
@pytest.mark.parametrize("shape", [(128, 128), (128, 5), (3, 100), (1, 1)])
@pytest.mark.parametrize("dtype", [np.float32, ml_dtypes.bfloat16])
def test_transpose(shape, dtype, memory):
    x = np.random.default_rng(0).normal(size=shape).astype(dtype)
    np.testing.assert_array_equal(call(nl.transpose, x, memories=[memory]), x.T)
    as_float = call(nl.transpose, x, dtype=nl.float32)
    np.testing.assert_array_equal(as_float, x.T.astype(np.float32))


@pytest.mark.parametrize("shapes", [(128, 128, 512), (5, 7, 3), (1, 1, 1), (64, 128, 100)])
@pytest.mark.parametrize("dtype", [np.float32, ml_dtypes.bfloat16])
def test_matmul(shapes, dtype):
    m, k, n = shapes
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(m, k)).astype(dtype), rng.normal(size=(k, n)).astype(dtype)
    expected = x.astype(np.float64) @ y.astype(np.float64)
    for result in (call(nl.matmul, x, y), call(nl.matmul, x.T.copy(), y, transpose_x=True)):
        assert result.dtype == np.float32
        np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-5 * np.sqrt(k))


def test_results_of_the_tensor_engine_are_in_psum():
    seen = []

    def kernel(x):
        t = nl.load(x)
        seen.extend([nl.matmul(t, t).buffer, nl.transpose(t).buffer, nl.copy(nl.transpose(t)).buffer])
        return returned(t)

    nki.jit(kernel)(counting((4, 4)))
    assert seen == [nl.psum, nl.psum, nl.sbuf]


@pytest.mark.parametrize("n", [1, 5, 128])
@pytest.mark.parametrize("dtype", ["uint8", "float32", "bfloat16", "int32"])
def test_identity(n, dtype):
    result = kernel_of(lambda x: nl.shared_identity_matrix(n, dtype))(counting((1, 1)))
    assert result.dtype.name == dtype
    np.testing.assert_array_equal(result.astype(np.float32), np.eye(n))


def test_identity_into_a_tile():
    def body(x):
        tile = nl.ndarray((6, 6), nl.bfloat16)
        assert nl.shared_identity_matrix(6, dst=tile) is tile
        return tile

    np.testing.assert_array_equal(kernel_of(body)(counting((1, 1))).astype(np.float32), np.eye(6))
    assert kernel_of(lambda x: nl.shared_identity_matrix(n=3))(counting((1, 1))).dtype == np.uint8


@pytest.mark.parametrize("memory", ["sbuf", "psum"])
@pytest.mark.parametrize(
    "have, want",
    [((8, 1), (8, 5)), ((1, 5), (128, 5)), ((1, 1), (77, 3)), ((4, 1, 3), (4, 2, 3)), ((1, 2, 1), (5, 2, 4))],
)
def test_broadcast_to(have, want, memory):
    x = np.random.default_rng(0).normal(size=have).astype(np.float32)
    np.testing.assert_array_equal(call(nl.broadcast_to, x, shape=want, memories=[memory]), np.broadcast_to(x, want))
    narrow = call(nl.broadcast_to, x, shape=want, dtype=nl.bfloat16)
    np.testing.assert_array_equal(narrow, np.broadcast_to(x, want).astype(ml_dtypes.bfloat16))


def test_broadcast_to_the_same_shape_is_the_tile():
    def body(x):
        tile = nl.load(x)
        assert nl.broadcast_to(tile, tile.shape) is tile
        return nl.broadcast_to(tile, list(tile.shape), dtype=nl.float16)

    assert kernel_of(body)(counting((3, 4))).dtype == np.float16


def test_expand_dims():
    x = counting((4, 6))
    for axis, shape in ((1, (4, 1, 6)), (2, (4, 6, 1)), (-1, (4, 6, 1))):
        np.testing.assert_array_equal(call(nl.expand_dims, x, axis=axis), x.reshape(shape))


@pytest.mark.parametrize("dtype", [np.float32, ml_dtypes.bfloat16, np.int32, np.uint8])
def test_where(dtype):
    rng = np.random.default_rng(0)
    condition = rng.integers(0, 2, (32, 5, 4)).astype(np.float32)
    x, y = (rng.integers(0, 200, (32, 5, 4)).astype(dtype) for _ in range(2))
    np.testing.assert_array_equal(call(nl.where, condition, x, y), np.where(condition, x, y))
    np.testing.assert_array_equal(call(nl.where, condition, x, y[:, :1].copy()), np.where(condition, x, y[:, :1]))
    np.testing.assert_array_equal(call(nl.where, condition, x, 3), np.where(condition, x, np.array(3, dtype)))
    np.testing.assert_array_equal(call(nl.where, condition, 3, y), np.where(condition, np.array(3, dtype), y))


def test_where_takes_neither_side_into_account_that_it_does_not_choose():
    condition = np.array([[1, 0, -0.0, 0.5]], np.float32)
    x, y = np.array([[1, np.nan, np.inf, 2]], np.float32), np.array([[np.inf, 5, 6, np.nan]], np.float32)
    np.testing.assert_array_equal(call(nl.where, condition, x, y), [[1, 5, 6, 2]])
    result = call(nl.where, condition, 1.5, -0.5, dtype=nl.bfloat16)
    np.testing.assert_array_equal(result.astype(np.float32), [[1.5, -0.5, -0.5, 1.5]])


@pytest.mark.parametrize("dtype", [np.uint32, np.int32, np.uint16])
def test_gather_flattened(dtype):
    rng = np.random.default_rng(0)
    x, at = rng.normal(size=(128, 6, 10)).astype(np.float32), rng.integers(0, 60, (128, 9)).astype(dtype)
    expected = np.take_along_axis(x.reshape(128, 60), at.astype(np.int64), 1)
    np.testing.assert_array_equal(call(nl.gather_flattened, x, at), expected)
    narrow = call(nl.gather_flattened, x, at, dtype=nl.bfloat16)
    np.testing.assert_array_equal(narrow, expected.astype(ml_dtypes.bfloat16))


@pytest.mark.parametrize("dtype", [None, "bfloat16"])
def test_likes(dtype):
    def kernel(x, t):
        for make, buffer in ((nl.zeros_like, nl.sbuf), (nl.empty_like, nl.shared_hbm)):
            like = make(t, dtype)
            assert like.shape == t.shape and like.dtype == (dtype or t.dtype) and like.buffer is t.buffer
            assert make(t, buffer=nl.psum).buffer is nl.psum and make(x).buffer is buffer
        return returned(nl.zeros_like(t, dtype))

    result = nki.jit(lambda x: kernel(x, nl.load(x)))(counting((3, 4)))
    np.testing.assert_array_equal(result.astype(np.float32), np.zeros((3, 4)))


def test_full_of_whole_floats():
    result = kernel_of(lambda x: nl.full((2, 3), 3.0, nl.int32))(counting((1, 1)))
    np.testing.assert_array_equal(result, np.full((2, 3), 3))
    with pytest.raises(nki.VerifyError, match="integer-value"):
        kernel_of(lambda x: nl.full((2, 3), 3.5, nl.int32))(counting((1, 1)))


def test_no_reorder():
    def body(x):
        with nl.no_reorder():
            a = on_chip(x, "sbuf")
            return nl.add(a, a)

    np.testing.assert_array_equal(kernel_of(body)(counting((2, 2))), 2 * counting((2, 2)))


def test_addresses_between_words():
    """AWS's kernel library packs its tiles byte by byte."""

    def kernel(x):
        wide = nl.ndarray((128, 16), nl.float32, address=(0, 10))
        narrow = nl.ndarray((128, 16), nl.bfloat16, address=(0, 74))
        odd = nl.ndarray((128, 16), nl.float8_e5m2, address=(0, 107))
        out = nl.ndarray((128, 16), nl.float32, buffer=nl.shared_hbm)
        nisa.dma_copy(dst=wide, src=x)
        nisa.tensor_copy(dst=narrow, src=wide)
        nisa.tensor_copy(dst=odd, src=wide)
        nisa.tensor_tensor(dst=wide, data1=wide, data2=narrow, op=nl.add)
        nisa.tensor_tensor(dst=wide, data1=wide, data2=odd, op=nl.add)
        nisa.dma_copy(dst=out, src=wide)
        return out

    x = np.random.default_rng(3).integers(0, 5, (128, 16)).astype(np.float32)
    for run in (nki.jit(kernel), nki.simulate(kernel)):
        np.testing.assert_array_equal(run(x), 3 * x)


def test_data_does_not_pass_between_addresses_that_differ_inside_a_word():
    def kernel(x):
        wide = nl.ndarray((128, 16), nl.float32, address=(0, 10))
        other = nl.ndarray((128, 4), nl.float32, address=(0, 12))
        nisa.dma_copy(dst=wide, src=x)
        out = nl.ndarray((128, 4), nl.float32, buffer=nl.shared_hbm)
        nisa.dma_copy(dst=out, src=other)
        return out

    with pytest.raises(nki.VerifyError, match="uninitialised-read"):
        nki.jit(kernel)(np.ones((128, 16), np.float32))


def overlapping(between, read):
    """Tiles of bytes at 0 and at 2, of which the second one is filled after the first one is loaded."""

    def kernel(x):
        low = nl.ndarray((4, 8), nl.uint8, address=(0, 0))
        high = nl.ndarray((4, 4), nl.uint8, address=(0, 2))
        nisa.dma_copy(dst=low, src=x)
        nisa.memset(high, 9)
        if between:
            nisa.dma_copy(dst=low[:, 2:6], src=x[:, 2:6])
        out = nl.ndarray((4, read.stop - read.start), nl.uint8, buffer=nl.shared_hbm)
        nisa.dma_copy(dst=out, src=low[:, read])
        return out

    return kernel


def test_a_tile_does_not_keep_what_is_overwritten_at_an_address_that_differs_inside_a_word():
    x = np.arange(32, dtype=np.uint8).reshape(4, 8)
    message = "src reads partition 0, byte 2 of .* with another remainder modulo 4"
    with pytest.raises(nki.VerifyError, match=message):
        nki.jit(overlapping(False, slice(0, 8)))(x)
    with pytest.warns(nki.NkiWarning, match=message):
        nki.simulate(overlapping(False, slice(0, 8)))(x)
    for between, read in ((False, slice(0, 2)), (False, slice(6, 8)), (True, slice(0, 8))):
        for run in (nki.jit, nki.simulate):
            np.testing.assert_array_equal(run(overlapping(between, read))(x), x[:, read])
