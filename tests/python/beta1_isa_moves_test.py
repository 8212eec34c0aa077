"""Instructions of Beta 1 that move elements, and those with a dst=: masks, predicates, indices, against NumPy."""

import neuronxcc.nki as nki
import neuronxcc.nki.isa as nisa
import neuronxcc.nki.language as nl
import numpy as np
import pytest

from tests.python.beta1_isa_calls import BFLOAT16, MASKS, assigned, holds, mask_of, returned

P, F = 48, 20


def _data(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-4, 4, shape).astype(np.float32)


def into(call, arrays, background):
    """call(dst, *tiles), which writes to a tile that holds `background`; the tile."""

    @nki.jit
    def kernel(background, *arrays):
        dst = nl.load(background)
        call(dst, *[nl.load(array) for array in arrays])
        out = nl.ndarray(background.shape, dtype=background.dtype, buffer=nl.shared_hbm)
        nl.store(out, dst)
        return out

    return kernel(background, *arrays)


MORE_MASKS = {"rows from 5": lambda i_p, i_f: i_p >= 5, "rows from 32": lambda i_p, i_f: i_p >= 32}


def _mask(name):
    if name in MORE_MASKS:
        return MORE_MASKS[name](*nl.mgrid[0:P, 0:F])
    return mask_of(name, (P, F))


def _holds(name):
    return MORE_MASKS[name](*np.indices((P, F))) if name in MORE_MASKS else holds(name, (P, F))


def _wider(name):
    """The mask of a tile with more rows."""
    i_p, i_f = nl.mgrid[0:64, 0:F]
    return MORE_MASKS[name](i_p, i_f) if name in MORE_MASKS else MASKS[name][0](i_p, i_f, P, F)


every_mask = pytest.mark.parametrize("mask", [*MASKS, *MORE_MASKS])
A, B, BACK = _data(P, F), _data(P, F, seed=1), _data(P, F, seed=2)


@every_mask
@pytest.mark.parametrize("dtype", [bool, np.uint8, np.uint16, np.uint32])
@pytest.mark.parametrize("reverse", [False, True])
def test_copy_predicated(dtype, reverse, mask):
    predicate = (A > 0).astype(dtype) * (1 if dtype is bool else 3)

    def call(dst, src, predicate):
        nisa.tensor_copy_predicated(src=src, dst=dst, predicate=predicate, reverse_pred=reverse, mask=_mask(mask))

    got = into(call, (B, predicate.astype(dtype)), BACK)
    assert np.array_equal(got, np.where(((A > 0) != reverse) & _holds(mask), B, BACK))


def test_copy_predicated_of_a_number_and_from_psum():
    def call(dst, predicate):
        nisa.tensor_copy_predicated(src=7.5, dst=dst, predicate=predicate)

    assert np.array_equal(into(call, ((A > 0).astype(np.uint8),), BACK), np.where(A > 0, 7.5, BACK))

    def from_psum(dst, src, predicate):
        a, p = nl.ndarray((P, F), np.float32, buffer=nl.psum), nl.ndarray((P, F), np.uint32, buffer=nl.psum)
        a[...] = src
        p[...] = predicate
        nisa.tensor_copy_predicated(src=a, dst=dst, predicate=p)

    got = into(from_psum, (B, (A > 0).astype(np.uint32)), BACK)
    assert np.array_equal(got, np.where(A > 0, B, BACK))


@every_mask
@pytest.mark.parametrize("column", [False, True])
def test_select_reduce(mask, column):
    low = _data(P, 1, seed=3)

    def call(dst, src, predicate, low):
        nisa.select_reduce(
            dst=dst, predicate=predicate, on_true=src, on_false=low if column else -2.5, mask=_mask(mask)
        )

    got = into(call, (B, A > 0, low), BACK)
    assert np.array_equal(got, np.where(_holds(mask), np.where(A > 0, B, low if column else -2.5), BACK))


@pytest.mark.parametrize("mask", ["none", "rows", "inner"])
def test_select_reduce_to_a_column(mask):
    def call(dst, src, predicate):
        nisa.select_reduce(
            dst=src, predicate=predicate, on_true=src, on_false=-9.0, reduce_res=dst, reverse_pred=True,
            reduce_cmd=nisa.reduce_cmd.reset_reduce, mask=_mask(mask),
        )  # fmt: skip

    got, where = into(call, (B, (A > 0).astype(np.int8)), BACK[:, :1]), _holds(mask)
    most = np.where(where, np.where(A > 0, -9, B), -np.inf).max(1)
    assert np.array_equal(got[:, 0], np.where(where.any(1), most, BACK[:, 0]))


def test_select_reduce_of_a_mask_that_is_no_box():
    def call(dst, src, predicate):
        nisa.select_reduce(
            dst=src, predicate=predicate, on_true=src, on_false=0.0, reduce_res=dst,
            reduce_cmd=nisa.reduce_cmd.reset_reduce, mask=_mask("triangle"),
        )  # fmt: skip

    with pytest.raises(ValueError, match="select_reduce: mask holds in no box"):
        into(call, (B, (A > 0).astype(np.int8)), BACK[:, :1])


@every_mask
def test_stream_shuffle(mask):
    """A mask is about dst: what it leaves out of src is read."""
    order = [(5 * i + 3) % 32 for i in range(32)]
    order[4] = 255

    def call(dst, src):
        i_p = nl.arange(64)[:, None]
        wanted = (i_p < P) if _mask(mask) is None else (i_p < P) & _wider(mask)
        nisa.nc_stream_shuffle(src=src, dst=dst, shuffle_mask=order, mask=wanted)

    source = _data(64, F)
    got = into(lambda dst, src: call(dst, src), (source,), _data(64, F, seed=1))
    want = _data(64, F, seed=1)
    moved = want.copy()
    for p in range(64):
        if order[p % 32] != 255:
            moved[p] = source[p // 32 * 32 + order[p % 32]]
    where = np.concatenate([_holds(mask), np.zeros((16, F), bool)])
    assert np.array_equal(got, np.where(where, moved, want))


def test_stream_shuffle_in_place():
    order = list(range(1, 32)) + [0]
    got = into(lambda dst: nisa.nc_stream_shuffle(dst, dst, order), (), _data(32, F))
    assert np.array_equal(got, np.roll(_data(32, F), -1, axis=0))


@every_mask
@pytest.mark.parametrize("adds", [False, True])
@pytest.mark.parametrize("way", ["to hbm", "to sbuf", "hbm to hbm"])
def test_dma_copy(way, adds, mask):
    options = {"dst_rmw_op": np.add} if adds else {}

    @nki.jit
    def kernel(source, background):
        out = nl.ndarray((P, F), dtype=nl.float32, buffer=nl.shared_hbm)
        src = source if way == "hbm to hbm" else nl.load(source)
        if way == "to sbuf":
            dst = nl.load(background)
            nisa.dma_copy(dst=dst, src=source, mask=_mask(mask), **options)
            nl.store(out, dst)
            return out
        nisa.dma_copy(dst=out, src=background)
        nisa.dma_copy(dst=out, src=src, mask=_mask(mask), **options)
        return out

    got = kernel(A, BACK)
    np.testing.assert_allclose(got, np.where(_holds(mask), A + BACK if adds else A, BACK), rtol=1e-6)


def test_dma_copy_converts_and_leaves_out_what_does_not_exist():
    @nki.jit
    def kernel(source):
        out = nl.ndarray((100, F), dtype=nl.bfloat16, buffer=nl.shared_hbm)
        i_p, i_f = nl.mgrid[0:64, 0:F]
        for i in nl.affine_range(2):
            tile = nl.zeros((64, F), dtype=nl.bfloat16, buffer=nl.sbuf)
            nisa.dma_copy(dst=tile[i_p, i_f], src=source[64 * i + i_p, i_f], mask=64 * i + i_p < 100)
            nisa.dma_copy(dst=out[64 * i + i_p, i_f], src=tile[i_p, i_f], mask=64 * i + i_p < 100)
        return out

    assert np.array_equal(kernel(_data(100, F)), _data(100, F).astype(BFLOAT16))


def test_dma_copy_says_what_is_wrong():
    cases = [
        ({"dst_rmw_op": np.multiply}, ValueError, "dma_copy: dst_rmw_op must be np.add"),
        ({"dst_rmw_op": np.add, "oob_mode": nisa.oob_mode.skip}, ValueError, "oob_mode.skip and dst_rmw_op"),
        ({"mask": nl.arange(99)[:, None] < 3}, ValueError, r"mask: its shape \(99, 1\) does not fit \(48, 20\)"),
    ]
    for options, error, words in cases:
        with pytest.raises(error, match=words):
            into(lambda dst, src, options=options: nisa.dma_copy(dst=dst, src=src, **options), (A,), BACK)
    with pytest.raises(TypeError, match="dma_copy: src must be a tensor"):
        into(lambda dst: nisa.dma_copy(dst=dst, src=3.0), (), BACK)


ROWS = np.random.default_rng(3).permutation(96)[:P].astype(np.int32)


@pytest.mark.parametrize("mask", ["none", "rows", "inner", "rows from 5"])
@pytest.mark.parametrize("way", ["gather", "scatter", "add"])
def test_rows_that_a_tile_chooses(way, mask):
    table, tile = _data(96, F, seed=4), _data(P, F, seed=5)

    @nki.jit
    def kernel(table, tile, rows):
        i_p, i_f = nl.mgrid[0:P, 0:F]
        index, tile = nl.load(rows), nl.load(tile)
        out = nl.ndarray(table.shape, dtype=table.dtype, buffer=nl.shared_hbm)
        nisa.dma_copy(dst=out, src=table)
        options = {"dst_rmw_op": np.add} if way == "add" else {}
        if way == "gather":
            nisa.dma_copy(dst=tile, src=table[index, i_f], mask=_mask(mask))
            nl.store(out[0:P], tile)
        else:
            nisa.dma_copy(dst=out[index, i_f], src=tile[i_p, i_f], mask=_mask(mask), **options)
        return out

    got, where = kernel(table, tile, ROWS[:, None]), _holds(mask)
    want = table.copy()
    if way == "gather":
        want[:P] = np.where(where, table[ROWS], tile)
    else:
        want[ROWS] = np.where(where, tile + (table[ROWS] if way == "add" else 0), table[ROWS])
    np.testing.assert_allclose(got, want, rtol=1e-6)


TRANSPOSES = {2: (1, 0), 3: (2, 1, 0), 4: (3, 1, 2, 0)}


@pytest.mark.parametrize("dtype", [None, BFLOAT16])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("place", ["hbm", "sbuf"])
@pytest.mark.parametrize("shape", [(32, 40), (16, 3, 20), (8, 2, 3, 16)])
def test_dma_transpose(shape, place, masked, dtype):
    axes = TRANSPOSES[len(shape)]

    @nki.jit
    def kernel(source):
        source = source if place == "hbm" else nl.load(source)
        grids = nl.mgrid[tuple(slice(0, size) for size in shape)]
        mask = (grids[0] < shape[0] - 3) & (grids[-1] >= 2) if masked else None
        result = nisa.dma_transpose(source, axes=None if masked else axes, mask=mask, dtype=dtype)
        out = nl.ndarray(result.shape, dtype=result.dtype, buffer=nl.shared_hbm)
        nl.store(out, result)
        return out

    got, want = kernel(_data(*shape)), _data(*shape).transpose(axes)
    want = want if dtype is None else want.astype(dtype)
    assert got.dtype == want.dtype and got.shape == want.shape
    if masked:
        assert np.isnan(got[:2].astype(np.float32)).all() and np.isnan(got[..., -3:].astype(np.float32)).all()
        got, want = got[2:, ..., :-3], want[2:, ..., :-3]
    assert np.array_equal(got, want)


@pytest.mark.parametrize("axes", [(0, 1), (1,), (2, 0, 1), "ab"])
def test_dma_transpose_of_other_axes(axes):
    with pytest.raises((ValueError, TypeError), match="dma_transpose: axes"):
        returned(lambda a: nisa.dma_transpose(a, axes=axes), (A,))


@pytest.mark.parametrize("size", [1, 2, 4])
def test_local_gather(size):
    data = _data(32, 64)
    index = (np.random.default_rng(1).integers(0, 64 // size, (32, 3)) * size).astype(np.uint16)
    got = returned(lambda a, i: nisa.local_gather(a, i, size, 40), (data, index))
    want = np.empty((32, 40 * size), np.float32)
    for p in range(32):
        places = index[p // 16 * 16 : p // 16 * 16 + 16].flatten(order="F")[:40]
        want[p] = data[p, places[:, None] + np.arange(size)].reshape(-1)
    assert np.array_equal(got, want)
    background, i_p = _data(32, 40 * size, seed=1), nl.arange(32)[:, None]
    got = assigned(
        lambda a, i: nisa.local_gather(a, i, size, 40, mask=i_p < 19), (data, index), background=background, place=...
    )
    assert np.array_equal(got, np.concatenate([want[:19], background[19:]]))


@pytest.mark.parametrize("dtype", [None, np.int32])
def test_sequence_bounds(dtype):
    ids = np.array([[0, 1, 1, 2, 2, 2, 0, 3, 3]], np.float32)
    got = returned(lambda a: nisa.sequence_bounds(segment_ids=a, dtype=dtype), (ids,))
    assert got.dtype == (dtype or np.float32)
    assert np.array_equal(got, [[[9, 1, 1, 3, 3, 3, 9, 7, 7], [-1, 3, 3, 6, 6, 6, -1, 9, 9]]])
