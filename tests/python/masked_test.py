"""What a mask left unwritten may be read: it holds what fresh memory holds, planned and in nki.simulate."""

import warnings

import ml_dtypes
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest
from nki import _core

from tests.python.small_kernels import result_of, tile_of

X = np.arange(128 * 64, dtype=np.float32).reshape(128, 64)


@nki.jit
def fill_the_chip(x):
    """Leaves 7 in all of SBUF and PSUM."""
    whole = nl.ndarray((128, 44 * 1024), nl.float32, buffer=nl.sbuf)
    nisa.memset(whole, 7.0)
    for _ in range(8):
        nisa.memset(nl.ndarray((128, 512), nl.float32, buffer=nl.psum), 7.0)
    return result_of(whole[:1, :1])


@pytest.fixture(autouse=True)
def dirty():
    fill_the_chip(np.zeros(1, np.float32))


def agrees(kernel, *arrays, grid=None, **options):
    """What a kernel returns, which nki.simulate returns too, bit by bit and without a warning."""
    jitted = nki.jit(kernel, **options)
    if grid:
        jitted = jitted[grid]
    result = jitted(*arrays)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        shown = nki.simulate(jitted)(*arrays)
    assert shown.dtype == result.dtype
    assert shown.tobytes() == result.tobytes()
    return result


def masked(shape, dtype, buffer=nl.sbuf):
    tensor = nl.ndarray(shape, dtype, buffer=buffer)
    _core.mark_masked(tensor)
    return tensor


def loaded(x, rows, columns):
    """A tile of which a masked load writes some rows and columns."""
    tile = masked(x.shape, x.dtype)
    nisa.dma_copy(tile[:rows, :columns], x[:rows, :columns])
    return tile


def sum_of_two(x):
    a, b = loaded(x, 128, 40), loaded(x, 70, 64)
    c = nl.ndarray(x.shape, x.dtype, buffer=nl.sbuf)
    nisa.tensor_tensor(c, a, b, op=nl.add)
    return result_of(c)


@pytest.mark.parametrize("dtype", [np.float32, ml_dtypes.bfloat16, np.int32, np.uint8])
def test_two_operands(dtype):
    fresh = 4 if np.issubdtype(dtype, np.integer) else np.nan
    x = (X % 50).astype(dtype)
    a, b = np.full_like(x, fresh), np.full_like(x, fresh)
    a[:, :40], b[:70] = x[:, :40], x[:70]
    np.testing.assert_array_equal(agrees(sum_of_two, x).astype(np.float32), (a + b).astype(np.float32))


def test_without_the_mark_it_is_an_error(monkeypatch):
    monkeypatch.setattr(_core, "mark_masked", lambda tensor: None)
    with pytest.raises(nki.VerifyError, match="uninitialised-read"):
        nki.jit(sum_of_two)(X)
    with pytest.warns(nki.NkiWarning, match="nothing has written"):
        nki.simulate(sum_of_two)(X)


def kept_columns(x):
    """Garbage that a masked store drops in the end."""
    tile = loaded(x, 128, 40)
    nisa.activation(tile, nl.exp, tile, scale=1e-3)
    out = nl.ndarray((128, 40), x.dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(out, tile[:, :40])
    return out


def test_what_is_stored_is_as_if_nothing_else_had_been_read():
    def plain(x):
        tile = tile_of(x[:, :40])
        nisa.activation(tile, nl.exp, tile, scale=1e-3)
        return result_of(tile)

    assert agrees(kept_columns, X).tobytes() == nki.jit(plain)(X).tobytes()


def through_psum(x):
    tile, total = tile_of(x), masked((64, 64), nl.float32, nl.psum)
    nisa.nc_matmul(total[:, 3:20], stationary=tile, moving=tile[:, 3:20])
    copy = nl.ndarray((64, 64), nl.float32, buffer=nl.sbuf)
    nisa.tensor_copy(copy, total)
    return result_of(copy)


def test_psum():
    result = agrees(through_psum, X / 1000)
    assert (np.isnan(result) == ~np.isin(np.arange(64), np.arange(3, 20))).all()


def output_read_back(x):
    out = masked(x.shape, x.dtype, nl.shared_hbm)
    nisa.dma_copy(out[:100, :33], tile_of(x)[:100, :33])
    tile = tile_of(out)
    nisa.dma_copy(out[100:], tile[:28])
    return out


def test_an_output_that_is_read_back():
    result = agrees(output_read_back, X)
    np.testing.assert_array_equal(result[:100, :33], X[:100, :33])
    assert np.isnan(result[:, 33:]).all()


def in_a_loop(x, count):
    tile, total = loaded(x, 128, 40), nl.ndarray(x.shape, x.dtype, buffer=nl.sbuf)
    nisa.memset(total, 1.0)
    for i in nl.dynamic_range(nisa.register_alloc(tile_of(count))):
        nisa.tensor_copy(total[:, :50], tile[:, :50])
        nisa.tensor_copy(total[:, 60:], tile.ap([[64, 128], [1, 4]], scalar_offset=i, indirect_dim=1))
        nisa.dma_copy(tile[:, 45:], x[:, 45:])
    nisa.tensor_tensor(total, total, tile, op=nl.maximum)
    return result_of(total)


def test_loops_and_dynamic_offsets():
    for count in (0, 1, 2, 5):
        agrees(in_a_loop, X, np.array([[count]], np.int32))


def exchanged(x):
    core = nl.program_id(0)
    out = nl.ndarray((2, 64, 64), x.dtype, buffer=nl.shared_hbm)
    tile, got = masked((64, 64), x.dtype), nl.ndarray((64, 64), x.dtype, buffer=nl.sbuf)
    nisa.dma_copy(tile[: 20 * (core + 1)], x[: 20 * (core + 1)])
    nisa.sendrecv(src=tile, dst=got, send_to_rank=1 - core, recv_from_rank=1 - core, pipe_id=0)
    nisa.dma_copy(out[core], got)
    return out


def test_tiles_that_cores_give_each_other():
    result = agrees(exchanged, X[:64], grid=2, platform_target="trn2")
    assert np.isnan(result[0, 40:]).all() and np.isnan(result[1, 20:]).all()
    np.testing.assert_array_equal(result[0, :40], X[:40])


def test_kernels_that_differ_in_the_mark_alone_are_two():
    def kernel(x, marks):
        tile = masked(x.shape, x.dtype) if marks else nl.ndarray(x.shape, x.dtype, buffer=nl.sbuf)
        nisa.dma_copy(tile, x)
        return result_of(tile)

    texts = [nki.jit(kernel).graph(X, marks=marks).text() for marks in (True, False)]
    assert "tensor sbuf.0: float32[128, 64] sbuf masked\n" in texts[0]
    assert texts[0].replace(" masked", "") == texts[1]
