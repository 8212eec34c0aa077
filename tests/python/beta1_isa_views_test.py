"""Operands of Beta 1's instructions that are parts of tiles: axes, index expressions, places that a run chooses."""

import pickle
import pydoc

import neuronxcc.nki as nki
import neuronxcc.nki.isa as nisa
import neuronxcc.nki.language as nl
import numpy as np
import pytest
from nki import RunError

from tests.python.beta1_isa_calls import BFLOAT16, returned


def _data(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-4, 4, shape).astype(np.float32)


@pytest.mark.parametrize("shape", [(16, 6, 5), (16, 3, 4, 5), (16, 2, 3, 2, 5)])
def test_tiles_of_more_axes(shape):
    a, b, column = _data(*shape), _data(*shape, seed=1), _data(16, 1, seed=2)
    grids = [slice(0, size) for size in shape]

    def call(a, b, c):
        axes = nl.mgrid[tuple(grids)]
        mask = (axes[0] < 13) & (axes[-1] >= 1)
        x = nisa.tensor_scalar(a, np.multiply, c, op1=np.add, operand1=1.5, mask=mask)
        result = nisa.tensor_copy(b)
        result[...] = nisa.tensor_tensor(x, b, np.subtract, mask=mask)
        return result

    want = b.copy()
    wide = column.reshape(-1, *[1] * (len(shape) - 1))
    want[:13, ..., 1:] = (a * wide + np.float32(1.5) - b)[:13, ..., 1:]
    np.testing.assert_allclose(returned(call, (a, b, column)), want, rtol=1e-5, atol=1e-6)


PARTS = {
    "slices": (lambda t: t[32:64, 3:40:2], lambda a: a[32:64, 3:40:2]),
    "an index and a slice": (lambda t: t[0:32, 7], lambda a: a[:32, 7:8]),
    "arange": (
        lambda t: t[nl.arange(32)[:, None] + 64, 2 * nl.arange(9)[None, :] + 1], lambda a: a[64:96, 1:19:2]
    ),
    "mgrid": (lambda t: (lambda g: t[g.p, g.x * 3])(nl.mgrid[0:64, 0:12]), lambda a: a[:64, :36:3]),
    "three axes": (
        lambda t: t[nl.arange(32)[:, None, None], nl.arange(4)[None, :, None] * 8 + nl.arange(3)[None, None, :]],
        lambda a: np.stack([a[:32, 8 * i : 8 * i + 3] for i in range(4)], 1),
    ),
    "overlapping windows": (
        lambda t: t[nl.arange(32)[:, None, None], nl.arange(5)[None, :, None] * 2 + nl.arange(4)[None, None, :]],
        lambda a: np.stack([a[:32, 2 * i : 2 * i + 4] for i in range(5)], 1),
    ),
    "repeated": (
        lambda t: t[nl.arange(32)[:, None], nl.arange(24)[None, :] // 4], lambda a: np.repeat(a[:32, :6], 4, axis=1)
    ),
    "around": (
        lambda t: t[nl.arange(32)[:, None], nl.arange(24)[None, :] % 8], lambda a: np.tile(a[:32, :8], (1, 3))
    ),
    "backwards": (
        lambda t: t[nl.arange(32)[:, None], 9 - nl.arange(10)[None, :]], lambda a: a[:32, 9::-1][:, :10]
    ),
    "nl.ds": (lambda t: t[nl.ds(64, 32), nl.ds(5, 11)], lambda a: a[64:96, 5:16]),
}  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_parts_as_operands(part):
    take, oracle = PARTS[part]
    a = _data(128, 44)
    got = returned(lambda t: nisa.tensor_scalar(take(t), np.multiply, 2.0), (a,))
    assert np.array_equal(got.reshape(oracle(a).shape), 2 * oracle(a))


@pytest.mark.parametrize("part", [name for name in PARTS if name not in ("repeated", "around", "overlapping windows")])
def test_parts_that_are_assigned_to(part):
    take, oracle = PARTS[part]
    a = _data(128, 44)
    want, places = a.copy(), np.arange(a.size).reshape(a.shape)
    want.reshape(-1)[oracle(places).reshape(-1)] = oracle(-a).reshape(-1)

    class Subscripted:
        """Stands for the tile, to learn the subscript."""

        def __getitem__(self, key):
            self.key = key

    def call(t):
        index = Subscripted()
        take(index)
        t[index.key] = nisa.tensor_scalar(t[index.key], np.multiply, -1.0)
        return t

    assert np.array_equal(returned(call, (a,)), want)


OFFSETS = np.array([[4, 0, 9, 13]], np.int32)


@pytest.mark.parametrize("dtype", [np.float32, BFLOAT16, np.int32])
@pytest.mark.parametrize("name", ["tile", "tile + index", "index + tile", "tile * 2 + index", "slices", "three axes"])
def test_copy_from_a_place_that_a_tile_says(name, dtype):
    source = (8 * _data(32, 40)).astype(dtype)

    def call(t, offsets):
        out = nl.ndarray((32, 4, 3), dtype=t.dtype)
        i_p, i_f = nl.mgrid[0:32, 0:3]
        for i in nl.affine_range(4):
            place = offsets[0, i]
            if name == "tile + index":
                out[:, i, :] = nisa.tensor_copy_dynamic_src(t[i_p, place + i_f])
            elif name == "index + tile":
                out[:, i, :] = nisa.tensor_copy_dynamic_src(t[i_p, 2 * i_f + 1 + place])
            elif name == "tile * 2 + index":
                out[:, i, :] = nisa.tensor_copy_dynamic_src(t[i_p, (place + i_f) * 2])
            elif name == "slices":
                pair = nisa.tensor_copy_dynamic_src(t.reshape((32, 20, 2))[:, place, :])
                out[:, i, :] = pair[:, 0:1].broadcast_to((32, 3))
            else:
                j_p, _, j_f = nl.mgrid[0:32, 0:1, 0:2]
                out[j_p, i, j_f] = nisa.tensor_copy_dynamic_src(t.reshape((32, 20, 2))[j_p, place, j_f])
        return out[:, :, 0:2] if name == "three axes" else out

    if name == "tile":
        call = _columns
    starts, i = OFFSETS[0][:, None], np.arange(3)
    want = {
        "tile + index": lambda: source[:, starts + i],
        "index + tile": lambda: source[:, starts + 2 * i + 1],
        "tile * 2 + index": lambda: source[:, 2 * (starts + i)],
        "slices": lambda: source[:, 2 * starts + 0 * i],
        "three axes": lambda: source[:, 2 * starts + i[:2]],
        "tile": lambda: source[:, starts],
    }[name]()
    assert np.array_equal(returned(call, (source, OFFSETS)), want)


def _columns(t, offsets):
    out = nl.ndarray((32, 4, 1), dtype=t.dtype)
    for i in nl.affine_range(4):
        out[:, i, :] = nisa.tensor_copy_dynamic_src(t[nl.arange(32)[:, None], offsets[0, i]])
    return out


@pytest.mark.parametrize("mask", [False, True])
def test_copy_to_a_place_that_a_tile_says(mask):
    source, background = _data(32, 4, 3), _data(32, 40, seed=1)

    def call(t, offsets, out):
        i_p, i_f = nl.mgrid[0:32, 0:3]
        for i in nl.affine_range(4):
            where = (i_p < 20) & (i_f < 2) if mask else None
            nisa.tensor_copy_dynamic_dst(dst=out[i_p, offsets[0, i] + i_f], src=t[:, i, :], mask=where)
        return out

    want = background.copy()
    for i, start in enumerate(OFFSETS[0]):
        rows, columns = (20, 2) if mask else (32, 3)
        want[:rows, start : start + columns] = source[:rows, i, :columns]
    assert np.array_equal(returned(call, (source, OFFSETS, background)), want)


def test_a_place_outside_is_an_error():
    def call(t, offsets):
        return nisa.tensor_copy_dynamic_src(t[nl.arange(32)[:, None], offsets[0, 0] + nl.arange(3)[None, :]])

    with pytest.raises(RunError, match="the index is 38; it must be 0 to 37"):
        returned(call, (_data(32, 40), np.array([[38]], np.int32)))


def test_what_can_not_index_is_refused():
    a, index = _data(32, 40), np.zeros((32, 1), np.int32)
    cases = [
        (lambda t, i: t[nl.arange(32)[:, None], i], ValueError, "one value is the index for all partitions"),
        (lambda t, i: t[i, i], ValueError, "2 tiles index"),
        (lambda t, i: t[nl.arange(32)[:, None], i.astype(nl.float32)[0:1]], TypeError, "must be int32 or uint32"),
        (lambda t, i: t[0:32, i[0:1] + nl.arange(2)[None, :]], TypeError, "index expressions .* and slices"),
        (lambda t, i: t[nl.arange(32)[:, None], i[0:1] + nl.arange(8)[None, :] // 3], ValueError, "must be affine"),
        (lambda t, i: t[nl.arange(32)[:, None], i[0:1] * nl.arange(8)[None, :]], TypeError, "added or subtracted"),
    ]
    for take, error, words in cases:
        with pytest.raises(error, match=words):
            returned(lambda t, i, take=take: nisa.tensor_copy(take(t, i)), (a, index))


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("name", ["rows", "rows of a block", "block", "flat", "rows and columns"])
def test_load_and_store_at_rows_of_a_tile(name, masked):
    table, rows = _data(6, 20, 8), np.random.default_rng(2).permutation(15)[:10].astype(np.int32)[:, None]

    @nki.jit
    def kernel(table, rows):
        index = nl.load(rows)
        i_p, i_f = nl.mgrid[0:10, 0:8]
        part = {
            "rows": lambda t: t[2, index, i_f],
            "rows of a block": lambda t: t[2, index + i_p * 0 + 3, i_f],
            "block": lambda t: t[index[0:1] - index[0:1] + 4, i_p, i_f],
            "flat": lambda t: t.reshape((960,))[index + i_f],
            "rows and columns": lambda t: t.reshape((120, 8))[index + i_p, i_f],
        }[name]
        mask = (i_p < 7) & (i_f < 5) if masked else None
        out = nl.ndarray(table.shape, dtype=table.dtype, buffer=nl.shared_hbm)
        nisa.dma_copy(dst=out, src=table)
        tile = nl.load(part(table), mask=mask)
        if name != "flat":
            nl.store(part(out), nisa.tensor_scalar(tile, np.multiply, -1.0, mask=mask), mask=mask)
        read = nl.ndarray((10, 8), dtype=table.dtype, buffer=nl.shared_hbm)
        nl.store(read, tile)
        return out, read

    p, f = np.arange(10)[:, None], np.arange(8)[None, :]
    places = {
        "rows": 160 * 2 + 8 * rows + f,
        "rows of a block": 160 * 2 + 8 * (rows + 3) + f,
        "block": 160 * 4 + 8 * p + f,
        "flat": rows + f,
        "rows and columns": 8 * (rows + p) + f,
    }[name]
    where = (p < 7) & (f < 5) if masked else p < 99
    where = np.broadcast_to(where, (10, 8))
    out, read = kernel(table, rows)
    assert np.array_equal(read[where], table.reshape(-1)[places][where]) and np.isnan(read[~where]).all()
    if name in ("rows", "rows of a block", "block"):
        want = table.copy().reshape(-1)
        want[places[where]] *= -1
        assert np.array_equal(out, want.reshape(table.shape))


@pytest.mark.parametrize("shape", [(20, 12), (7, 3, 4)])
def test_iota_of_loop_indices_and_several_axes(shape):
    def call():
        axes = nl.mgrid[tuple(slice(0, size) for size in shape)]
        out = nl.ndarray((shape[0], 3, int(np.prod(shape[1:]))), dtype=nl.int32)
        for i in nl.affine_range(3):
            value = 100 * i - 7 * axes[0] + sum(3 * place * axis for place, axis in enumerate(axes))
            out[:, i, :] = nisa.iota(value, dtype=nl.int32).reshape((shape[0], out.shape[2]))
        return out

    axes = np.indices(shape)
    base = -7 * axes[0] + sum(3 * place * axis for place, axis in enumerate(axes))
    want = np.stack([(100 * i + base).reshape(shape[0], -1) for i in range(3)], 1)
    assert np.array_equal(returned(call, ()), want)


def test_iota_of_what_is_not_affine_is_refused():
    with pytest.raises(ValueError, match="iota: expr must be affine"):
        returned(lambda: nisa.iota(nl.arange(8)[None, :] // 3, dtype=nl.int32), ())
    with pytest.raises(TypeError, match="iota: expr must be an index expression"):
        returned(lambda: nisa.iota(8, dtype=nl.int32), ())


def test_instructions_say_where_they_are():
    for name in nisa.__all__:
        value = getattr(nisa, name)
        if callable(value) and not isinstance(value, type) and name != "get_nc_version":
            assert value.__module__ == "neuronxcc.nki.isa" and value.__doc__, name
            assert pickle.loads(pickle.dumps(value)) is value
    assert "Source: nki.isa.nc_matmul" in pydoc.render_doc(nisa.nc_matmul)
