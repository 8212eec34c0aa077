"""Kernels of Beta 1: index expressions, masks, results of instructions, grids."""

import neuronxcc.nki as nki
import neuronxcc.nki.isa as nisa
import neuronxcc.nki.language as nl
import numpy as np
import pytest


@nki.jit
def add_rows(a, b):
    """a + 2 b, by ragged tiles."""
    c = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    rows, columns = a.shape
    i_p, i_f = nl.mgrid[0:128, 0:columns]
    for i in nl.affine_range((rows + 127) // 128):
        inside = i * 128 + i_p < rows
        x = nl.load(a[i * 128 + i_p, i_f], mask=inside)
        y = nl.load(b[i * 128 + i_p, i_f], mask=inside)
        nl.store(c[i * 128 + i_p, i_f], x + y * 2, mask=inside)
    return c


@pytest.mark.parametrize("rows", [1, 64, 128, 250])
def test_ragged_tiles(rows):
    a, b = np.random.default_rng(0).random((2, rows, 32), np.float32)
    assert np.array_equal(add_rows(a, b), a + 2 * b)


def test_an_index_without_a_mask_is_named():
    @nki.jit
    def kernel(a):
        i_p, i_f = nl.mgrid[0:128, 0:32]
        return nl.load(a[i_p, i_f])

    with pytest.raises(IndexError, match=r"index: 127 on axis 0 of a\[100, 32\] .* out of bounds; the axis has 100"):
        kernel(np.zeros((100, 32), np.float32))


@nki.jit
def matmul(a_t, b):
    """a_t transposed times b, accumulated in PSUM."""
    c = nl.ndarray((a_t.shape[1], b.shape[1]), dtype=nl.float32, buffer=nl.shared_hbm)
    total = nl.zeros((128, 512), nl.float32, buffer=nl.psum)
    for k in nl.affine_range(a_t.shape[0] // 128):
        x = nl.load(a_t[nl.ds(k * 128, 128), :])
        y = nl.load(b[nl.ds(k * 128, 128), :])
        total += nisa.nc_matmul(x, y)
    nl.store(c, total)
    return c


def test_matmuls_accumulate_in_place():
    generator = np.random.default_rng(0)
    a, b = generator.random((384, 128), np.float32), generator.random((384, 512), np.float32)
    np.testing.assert_allclose(matmul(a, b), a.T @ b, rtol=1e-5)
    assert matmul.graph(a, b).text().count("nc_matmul dst=psum.0") == 3


@nki.jit
def scale(a, out):
    """Writes a program's part of its argument."""
    i, j = nl.program_id(0), nl.program_id(1)
    tile = nl.load(a[i, nl.ds(j * 32, 32)])
    nl.store(out[i, nl.ds(j * 32, 32)], tile * (1 + i))


def test_programs_of_a_grid_share_their_outputs():
    a = np.random.default_rng(0).random((2, 64, 16), np.float32)
    out = np.zeros_like(a)
    scale[2, 2](a, out)
    assert np.array_equal(out, a * np.array([1, 2], np.float32)[:, None, None])


def test_a_tile_is_not_there_behind_its_loop():
    @nki.jit
    def kernel(a):
        for _ in nl.affine_range(2):
            tile = nl.load(a)
        out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
        nl.store(out, tile)
        return out

    line = kernel.function.__code__.co_firstlineno + 2
    with pytest.raises(ValueError, match=rf"tile sbuf.1 was made inside the loop at .*:{line}, which has ended"):
        kernel(np.zeros((4, 4), np.float32))


@nki.jit
def reduced(a):
    """The sums over k of a[k, i, j], by nl.loop_reduce in loops of which the outer one is reduced."""
    out = nl.ndarray(a.shape[1:], dtype=a.dtype, buffer=nl.shared_hbm)
    sums = nl.zeros((a.shape[1], nl.par_dim(a.shape[2]), a.shape[3]), dtype=a.dtype)
    for k in nl.affine_range(a.shape[0]):
        for i in nl.affine_range(a.shape[1]):
            sums[i] = nl.loop_reduce(nl.load(a[k, i]), op=np.add, loop_indices=[k])
    for i in nl.affine_range(a.shape[1]):
        nl.store(out[i], sums[i])
    return out


def test_loop_reduce_keeps_apart_what_inner_loops_make():
    a = np.random.default_rng(0).integers(0, 9, (3, 2, 16, 8)).astype(np.float32)
    assert np.array_equal(reduced(a), a.sum(0))


@nki.jit
def reversed_columns(a, written, read):
    """A tile whose last columns are the first ones of a in reverse order; its columns from `read` on."""
    out = nl.ndarray((a.shape[0], a.shape[1] - read), dtype=a.dtype, buffer=nl.shared_hbm)
    tile = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf)
    i_p, i_f = nl.arange(a.shape[0])[:, None], nl.arange(written)[None, :]
    tile[i_p, a.shape[1] - 1 - i_f] = nl.load(a[i_p, i_f])
    nl.store(out, tile[:, read:])
    return out


def test_what_is_written_backwards_counts_as_written():
    a = np.random.default_rng(0).random((32, 10), np.float32)
    assert np.array_equal(reversed_columns(a, 10, 0), a[:, ::-1])
    assert np.array_equal(reversed_columns(a, 4, 6), a[:, 3::-1])
