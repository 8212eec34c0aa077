"""nl.load, nl.store and their like of Beta 1: subscripts, masks, indirection, data types."""

import neuronxcc.nki as nki
import neuronxcc.nki.isa as nisa
import neuronxcc.nki.language as nl
import numpy as np
import pytest

from tests.python.beta1_calls import call, trace

RNG = np.random.default_rng(5)
A = RNG.standard_normal((200, 96)).astype(np.float32)


def stored(write, shape, dtype=np.float32, *arrays):
    """A tensor of zeros after write(tensor, *arrays)."""

    @nki.jit
    def kernel(out, arrays):
        write(out, *arrays)

    out = np.zeros(shape, dtype)
    kernel(out, list(arrays))
    return out


def test_loads_select_and_convert():
    def load(select, dtype=None):
        def kernel(a):
            tile = nl.load(select(a), dtype=dtype)
            out = nl.ndarray(tile.shape, tile.dtype, buffer=nl.shared_hbm)
            nl.store(out, tile)
            return out

        return nki.jit(kernel)(A)

    i_p, i_f = nl.mgrid[0:64, 0:10]
    assert np.array_equal(load(lambda a: a[0:128]), A[:128])
    assert np.array_equal(load(lambda a: a[2 * i_p + 1, 3 * i_f]), A[1:128:2, :30:3])
    assert np.array_equal(load(lambda a: a[i_f, i_p]), A[:10, :64].T)
    assert np.array_equal(load(lambda a: a[nl.ds(50, 128), 5:7]), A[50:178, 5:7])
    assert np.array_equal(load(lambda a: a[-1:, :]), A[-1:])
    assert np.array_equal(
        load(lambda a: a[0:20], nl.bfloat16).astype(np.float32), A[:20].astype("bfloat16").astype(np.float32)
    )


def test_steps_inside_steps():
    i_p, i_f = nl.mgrid[0:64, 0:12]
    numbers = np.arange(12)
    apart = numbers // 3 * 8 + numbers % 3

    def write(out, a):
        tile = nl.load(a[i_p + 3, i_f // 2])  # each column twice
        nl.store(out[i_p, i_f // 3 * 8 + i_f % 3], tile)
        nl.store(out[i_p + 64, i_f // 3 * 8 + i_f % 3], tile, mask=i_p < 10)
        wide = nl.zeros((64, 40), nl.float32)
        wide[i_p, i_f // 3 * 8 + i_f % 3] = tile
        wide[i_p, i_f // 3 * 8 + i_f % 3] += 1
        wide[i_p, i_f // 3 * 8 + i_f % 3 + 3] = nl.exp(wide[i_p, i_f // 3 * 8 + i_f % 3])
        nl.store(out[128:192, 0:40], wide)

    expected = np.zeros((192, 96), np.float32)
    twice = A[3:67][:, numbers // 2]
    expected[:64, apart], expected[64:74, apart] = twice, twice[:10]
    expected[128:, apart], expected[128:, apart + 3] = twice + 1, np.exp(twice + 1)
    np.testing.assert_allclose(stored(write, (192, 96), np.float32, A), expected, rtol=1e-5)


def test_tensors_of_one_axis_are_a_column():
    x = A[:100, 0].copy()
    assert np.array_equal(call(lambda x: x, x), x[:, None])
    assert np.array_equal(call(lambda x: x[:, None] + 1, x), x[:, None] + 1)
    out = stored(lambda out, a: nl.store(out, nl.load(a) * 2), (100,), np.float32, x)
    assert np.array_equal(out, 2 * x)
    with pytest.raises(ValueError, match="129"):
        trace(lambda x: nl.load(x), np.zeros(129, np.float32))


def test_numbers_are_stored():
    def write(out):
        i_p, i_f = nl.mgrid[0:4, 0:6]
        nl.store(out[i_p, i_f], 100)
        nl.store(out[5, 2:4], 1.5)
        nl.store(out[i_p + 4, i_f], -1, mask=(i_p < 1) & (i_f > 3))
        nl.store(out[7, 0], np.float32(3))

    expected = np.zeros((8, 6), np.float32)
    expected[:4], expected[5, 2:4], expected[4, 4:], expected[7, 0] = 100, 1.5, -1, 3
    assert np.array_equal(stored(write, (8, 6)), expected)
    assert np.array_equal(stored(lambda out: nl.store(out, 7), (3, 2), np.int32), np.full((3, 2), 7))


def test_stores_convert_repeat_and_read_psum():
    x = A[:64, :64]
    assert np.array_equal(
        stored(lambda out, a: nl.store(out, nl.load(a)), (64, 64), np.float16, x), x.astype(np.float16)
    )
    row = stored(lambda out, a: nl.store(out, nl.load(a[0:1, :])), (64, 64), np.float32, x)
    assert np.array_equal(row, np.broadcast_to(x[:1], (64, 64)))
    product = stored(lambda out, a: nl.store(out, nl.matmul(nl.load(a), nl.load(a))), (64, 64), np.float32, x)
    np.testing.assert_allclose(product, x @ x, rtol=1e-4, atol=1e-4)
    with pytest.raises(ValueError, match=r"nl.store: .*shape"):
        stored(lambda out, a: nl.store(out, nl.load(a[:, 0:7])), (64, 64), np.float32, x)


def test_masks_guard_what_does_not_exist():
    def write(out, a):
        i_p, i_f = nl.mgrid[0:128, 0:96]
        for i in nl.affine_range(2):
            inside = i * 128 + i_p < 200
            tile = nl.load(a[i * 128 + i_p, i_f], mask=inside)
            nl.store(out[i * 128 + i_p, i_f], tile, mask=inside & (i_f < 90))

    expected = A.copy()
    expected[:, 90:] = 0
    assert np.array_equal(stored(write, A.shape, np.float32, A), expected)


def test_masks_guard_slices_that_leave_the_tensor():
    def whole(out, a):
        i_p, i_f = nl.mgrid[0:128, 0:60]
        for i in nl.affine_range(2):
            for j in nl.affine_range(2):
                inside = (i * 128 + i_p < 200) & (j * 60 + i_f < 96)
                tile = nl.load(a[nl.ds(i * 128, 128), nl.ds(j * 60, 60)], mask=inside)
                nl.store(out[i * 128 : i * 128 + 128, j * 60 : j * 60 + 60], tile, mask=inside)

    assert np.array_equal(stored(whole, A.shape, np.float32, A), A)
    with pytest.raises(IndexError, match=r"index: 255 on axis 0 of .* is out of bounds; the axis has 200"):
        trace(lambda a: nl.load(a[nl.ds(128, 128), :]), A)


MASKS = {
    "triangle": lambda p, f: p >= f,
    "band": lambda p, f: (p >= f) & (p < f + 5),
    "steps": lambda p, f: f >= 3 * p - 20,
    "either": lambda p, f: (p < 3) | (f < 2),
    "corners": lambda p, f: ((p < 3) & (f < 4)) | ((p >= 20) & (f >= 25)),
    "one of them nowhere": lambda p, f: (p < 10) | (f < 0),
    "one of them everywhere": lambda p, f: (p < 40) | (f > 3),
    "with False": lambda p, f: (p < 10) | False,
    "with True": lambda p, f: (p < 10) & True,
}


@pytest.mark.parametrize("name", MASKS)
def test_masks_that_are_no_box(name):
    holds = MASKS[name](*np.mgrid[0:32, 0:30])

    def write(out, a):
        i_p, i_f = nl.mgrid[0:32, 0:30]
        mask = MASKS[name](i_p, i_f)
        tile = nl.load(a[i_p, i_f], mask=mask)
        nl.store(out[i_p, i_f], nl.exp(tile, mask=mask), mask=mask)

    x = A[:32, :30].copy()
    np.testing.assert_allclose(stored(write, (32, 30), np.float32, x), np.where(holds, np.exp(x), 0), rtol=1e-5)

    def assign(a):
        i_p, i_f = nl.mgrid[0:32, 0:30]
        mask = MASKS[name](i_p, i_f)
        result = nl.full((32, 30), 7, nl.float32)
        result[i_p, i_f] = nl.multiply(a, 2, mask=mask)
        result += nl.copy(a, mask=mask)
        return result

    np.testing.assert_allclose(call(assign, x), np.where(holds, 3 * x, 7), rtol=1e-5)


def test_a_mask_that_is_no_box_keeps_loads_inside():
    def write(out, a):
        i_p, i_f = nl.mgrid[0:40, 0:40]
        inside = i_p + i_f < 32  # a has 32 rows and columns
        nl.store(out[i_p, i_f], nl.load(a[i_p, i_f], mask=inside), mask=inside)

    x = A[:32, :32].copy()
    holds = np.add.outer(np.arange(32), np.arange(32)) < 32
    out = stored(write, (40, 40), np.float32, x)
    assert np.array_equal(out[:32, :32], np.where(holds, x, 0)) and not out[32:].any() and not out[:, 32:].any()


def test_masks_have_no_truth_and_must_fit():
    i_p, i_f = nl.mgrid[0:32, 0:30]
    with pytest.raises(TypeError, match="a mask has no truth value: .* Join masks by & and not by `and`"):
        (i_p < 3) and (i_f < 2)
    with pytest.raises(TypeError, match="a mask has no ~; write the opposite comparison"):
        ~(i_p < 3)
    with pytest.raises(TypeError, match="an index expression has no truth value"):
        bool(i_p)
    with pytest.raises(ValueError, match=r"mask: its shape \(32, 30\) does not fit \(32, 20\)"):
        trace(lambda a: nl.load(a[0:32, 0:20], mask=i_p < 4), A)
    with pytest.raises(TypeError, match="mask: must be a comparison of index expressions, True or False, got 3"):
        trace(lambda a: nl.load(a[0:32, 0:20], mask=3), A)


def test_load_transpose2d():
    x = A[:100, :64].copy()

    def kernel(a):
        i_p, i_f = nl.mgrid[0:128, 0:64]
        whole = nl.load_transpose2d(a)
        part = nl.load_transpose2d(a[i_p, i_f], mask=(i_p < 100) & (i_f < 32), dtype=nl.float16)
        out = nl.ndarray((96, 100), nl.float32, buffer=nl.shared_hbm)
        nl.store(out[0:64], whole)
        nl.store(out[64:96], part[0:32, 0:100])
        return out

    expected = np.concatenate([x.T, x[:, :32].T.astype(np.float16)])
    assert np.array_equal(nki.jit(kernel)(x), expected)
    with pytest.raises(ValueError, match="nl.load_transpose2d: src has the shape .* two axes"):
        trace(lambda a: nl.load_transpose2d(a), np.zeros((2, 3, 4), np.float32))


def test_rows_chosen_by_a_tile():
    rows = RNG.permutation(200)[:64].astype(np.int32)[:, None]

    def write(out, a, rows):
        index = nl.load(rows)
        i_p, i_f = nl.mgrid[0:64, 0:96]
        nl.store(out[index, 0:96], nl.load(a[index, nl.arange(96)[None, :]]) * 2)
        nl.store(out[199, 0:3], nl.load(a[index[0:1], 5:8]))

    expected = np.zeros_like(A)
    expected[rows[:, 0]], expected[199, :3] = 2 * A[rows[:, 0]], A[rows[0, 0], 5:8]
    assert np.array_equal(stored(write, A.shape, np.float32, A, rows), expected)


def test_rows_that_do_not_exist():
    rows = np.array([3, 500, 7], np.int32)[:, None]

    def write(mode):
        def function(out, a, rows):
            tile = nl.zeros((3, 96), nl.float32)
            index = nl.load(rows)
            tile[...] = nl.load(a[index, 0:96], mode=mode)
            nl.store(out, tile)

        return function

    with pytest.raises(nki_error(), match="500"):
        stored(write(nisa.oob_mode.error), (3, 96), np.float32, A, rows)


def nki_error():
    import nki as today

    return today.RunError


def test_skipped_rows_are_not_stored():
    rows = np.array([3, 500, 7], np.int32)[:, None]

    def write(out, a, rows):
        nl.store(out[nl.load(rows), 0:96], nl.load(a[0:3]), mode=nisa.oob_mode.skip)

    expected = np.zeros_like(A)
    expected[3], expected[7] = A[0], A[2]
    assert np.array_equal(stored(write, A.shape, np.float32, A, rows), expected)


def test_atomic_rmw_adds_rows():
    rows = np.array([3, 0, 7, 5], np.int32)[:, None]

    def write(out, a, rows):
        nl.store(out[0:100], nl.load(a[0:100]))
        nl.atomic_rmw(out[nl.load(rows), 0:96], value=nl.load(a[100:104]), op=np.add)

    expected = np.zeros_like(A)
    expected[:100] = A[:100]
    expected[rows[:, 0]] += A[100:104]
    np.testing.assert_allclose(stored(write, A.shape, np.float32, A, rows), expected)


@pytest.mark.parametrize(
    ("function", "error", "message"),
    [
        (lambda a: nl.load(nl.load(a[0:4])), ValueError, "nl.load: src is .* in sbuf; it must be in HBM"),
        (lambda a: nl.load(3), TypeError, "nl.load: src must be a tensor in HBM, got 3"),
        (lambda a: nl.store(nl.load(a[0:4]), 3), ValueError, "nl.store: dst is .* in sbuf; it must be in HBM"),
        (lambda a: nl.store(a, "x"), TypeError, "nl.store: value must be a tile or a number, got 'x'"),
        (lambda a: nl.load(a), ValueError, "200"),
        (lambda a: nl.load(a[0:128, 90:100]), IndexError, "index: 99 on axis 1 of .* the axis has 96"),
        (lambda a: nl.load(a[nl.arange(4), 0:3]), (TypeError, ValueError), "index"),
        (
            lambda a: nl.load(a[nl.arange(300)[:, None], nl.arange(4)[None, :]]),
            ValueError,
            "nl.load: the tile of src, .*300, 4.* at most 128",
        ),
    ],
)
def test_what_can_not_be_moved_is_refused(function, error, message):
    with pytest.raises(error, match=message):
        trace(function, A)
