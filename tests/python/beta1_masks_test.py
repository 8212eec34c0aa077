"""What masks mean beyond the instruction that has them: of results that change, of reductions, of constants."""

import neuronxcc.nki as nki
import neuronxcc.nki.isa as nisa
import neuronxcc.nki.language as nl
import nki as today
import numpy as np
import pytest

X = np.random.default_rng(0).random((128, 16), np.float32)
P, F = nl.mgrid[0:128, 0:16]


def result_of(function, x=X):
    """What a function makes of a tile, stored."""

    @nki.jit
    def kernel(a):
        tile = function(a)
        out = nl.ndarray(tile.shape, dtype=tile.dtype, buffer=nl.shared_hbm)
        nl.store(out, tile)
        return out

    return kernel(x)


def zeros():
    return nl.zeros((128, 16), np.float32)


def test_a_tile_that_two_masked_loads_fill_is_whole():
    def halves(a):
        tile = nl.load(a[P, F], mask=P < 64)
        tile[P, F] = nl.load(a[P, F], mask=P >= 64)
        other = zeros()
        other[...] = tile
        return other

    assert np.array_equal(result_of(halves), X)


@pytest.mark.parametrize("change", ["fill", "add", "multiply"])
def test_a_masked_result_that_is_changed_is_assigned_as_a_whole(change):
    def kernel(a):
        tile = nl.load(a[P, F], mask=P < 64)
        tile[nl.ds(64, 64), :] = 1.0
        if change == "fill":
            tile[...] = 3.0
        elif change == "add":
            tile += 1.0
        else:
            tile *= 2.0
        other = zeros()
        other[...] = tile
        return other

    start = np.concatenate([X[:64], np.ones((64, 16), np.float32)])
    wanted = {"fill": np.full_like(X, 3), "add": start + 1, "multiply": start * 2}[change]
    assert np.array_equal(result_of(kernel), wanted)


def test_the_tensor_after_a_redirected_result_has_no_mask():
    def kernel(a):
        tile = zeros()
        tile[...] = nl.load(a, mask=P < 64)
        fresh = nl.ndarray((128, 16), np.float32)
        fresh += nl.load(a)
        return fresh

    with pytest.raises(today.VerifyError, match="which nothing has written"):
        result_of(kernel)


def sums(tile, loop):
    return nl.loop_reduce(tile, np.add, [loop])


def test_loop_reduce_in_a_function_that_is_called_twice():
    def kernel(a):
        one, ten = zeros(), zeros()
        tile = nl.load(a)
        for k in nl.affine_range(3):
            one[...] = sums(tile, k)
            ten[...] = sums(tile * 10.0, k)
        return one + ten * 100.0

    x = np.ones((128, 16), np.float32)
    assert np.array_equal(result_of(kernel, x), np.full_like(x, 3 + 30 * 100))


def test_loop_reduce_with_a_mask():
    def kernel(a):
        total = zeros()
        for k in nl.affine_range(3):
            total[...] = nl.loop_reduce(nl.load(a), np.add, [k], mask=P < 100)
        return total

    wanted = np.concatenate([X[:100] + X[:100] + X[:100], np.zeros((28, 16), np.float32)])
    assert np.array_equal(np.nan_to_num(result_of(kernel)), wanted)


@pytest.mark.parametrize("index", [0, "i"])
def test_loop_reduce_names_its_loops(index):
    with pytest.raises(TypeError, match="nl.loop_reduce: loop_indices must be indices of nl.affine_range or"):
        result_of(lambda a: nl.loop_reduce(nl.load(a), np.add, [index]))


@pytest.mark.parametrize("reduce", ["softmax", "rms_norm"])
def test_a_reduction_refuses_a_mask_that_is_no_box(reduce):
    def kernel(a):
        tile = nl.load(a)
        if reduce == "softmax":
            return nl.softmax(tile, axis=1, mask=F <= P)
        return nl.rms_norm(tile, nl.load(a), axis=1, n=16, mask=F <= P)

    with pytest.raises(ValueError, match=f"nl.{reduce}.*mask"):
        result_of(kernel)


def test_gather_flattened_takes_the_rows_of_its_mask():
    def kernel(a):
        gathered = zeros()
        indices = nisa.iota(F + 0 * P, dtype=np.uint32)
        gathered[P, F] = nl.gather_flattened(nl.load(a), indices, mask=P >= 64)
        return gathered

    assert np.array_equal(result_of(kernel), np.concatenate([np.zeros((64, 16), np.float32), X[64:]]))


@pytest.mark.parametrize(
    "predicate, wanted",
    [
        (lambda: True, X),
        (lambda: False, np.full_like(X, -1)),
        (lambda: (P >= F) & True, np.where(np.arange(128)[:, None] >= np.arange(16), X, -1)),
        (lambda: (P >= F) & False, np.full_like(X, -1)),
    ],
)
def test_affine_select_by_what_is_known_in_advance(predicate, wanted):
    assert np.array_equal(result_of(lambda a: nisa.affine_select(predicate(), nl.load(a), -1.0)), wanted)


def test_zeros_in_psum_are_zeros_however_they_are_made():
    def kernel(a):
        total = nl.zeros((128, 16), np.float32, buffer=nl.psum, lazy_initialization=True)
        total[0:128, 0:8] += nisa.nc_matmul(nl.zeros((128, 128), np.float32), nl.load(a)[:, 0:8])
        return nl.copy(total)

    assert np.array_equal(result_of(kernel), np.zeros_like(X))


@pytest.mark.parametrize("operator", ["|", "&", "^"])
def test_operators_on_bits_change_a_tile_in_place(operator):
    def kernel(a):
        tile = nl.load(a)
        same = tile
        if operator == "|":
            tile |= 4
        elif operator == "&":
            tile &= 6
        else:
            tile ^= 5
        return same

    x = np.arange(128 * 16, dtype=np.int32).reshape(128, 16)
    assert np.array_equal(result_of(kernel, x), {"|": x | 4, "&": x & 6, "^": x ^ 5}[operator])


def test_a_mask_of_fewer_axes_is_about_the_first_ones():
    x = np.random.default_rng(0).random((4, 4, 4), np.float32)
    rows, columns = nl.arange(4)[:, None], nl.arange(4)[None, :]

    def kernel(a):
        tile = nl.zeros((4, 4, 4), np.float32)
        tile[...] = nl.load(a[rows, columns], mask=(rows < 3) & (columns < 2))
        return tile

    wanted = np.zeros_like(x)
    wanted[:3, :2] = x[:3, :2]
    assert np.array_equal(result_of(kernel, x), wanted)
