"""Making tensors in Beta 1, tiles in blocks, methods of tiles, and what a tile is not."""

import neuronxcc.nki as nki
import neuronxcc.nki.language as nl
import numpy as np
import pytest

from tests.python.beta1_calls import call, trace

RNG = np.random.default_rng(11)
A = RNG.standard_normal((16, 24)).astype(np.float32)


def made(function, *arrays):
    """What nki.jit returns of a function of tensors in HBM."""
    return nki.jit(lambda arrays: function(*arrays))(list(arrays))


def out_of(tile):
    out = nl.ndarray(tile.shape, tile.dtype, buffer=nl.shared_hbm)
    nl.store(out, tile)
    return out


@pytest.mark.parametrize("buffer", [None, nl.sbuf, nl.psum])
@pytest.mark.parametrize(
    ("function", "value"), [(nl.zeros, 0), (nl.ones, 1), (lambda *a, **k: nl.full(a[0], 2.5, *a[1:], **k), 2.5)]
)
def test_filled_tiles(buffer, function, value):
    assert np.array_equal(made(lambda: out_of(function((8, 6), nl.float32, buffer=buffer))), np.full((8, 6), value))
    assert np.array_equal(made(lambda: out_of(function((8, 6), np.int32)))[0], np.full(6, int(value)))


@pytest.mark.parametrize("buffer", [nl.hbm, nl.private_hbm, nl.shared_hbm])
@pytest.mark.parametrize("shape", [(300, 20), (5,), (3, 200, 4)])
def test_filled_tensors_in_hbm(buffer, shape):
    def function():
        tensor = nl.full(shape, 3, nl.float32, buffer=buffer)
        rows = shape[0] if len(shape) == 1 else min(shape[0], 100)
        return out_of(nl.load(tensor[0:rows]))

    assert np.all(made(function) == 3)


def test_tensors_like_others():
    def function(a):
        tile = nl.load(a)
        zeros, empty = nl.zeros_like(tile), nl.empty_like(tile, dtype=nl.float16)
        assert (zeros.shape, zeros.dtype, zeros.buffer) == ((16, 24), np.float32, nl.sbuf)
        assert (empty.shape, empty.dtype) == ((16, 24), np.float16)
        assert nl.zeros_like(a, buffer=nl.sbuf).buffer == nl.sbuf
        assert nl.zeros_like(a).buffer == a.buffer
        blocks = nl.ndarray((2, nl.par_dim(16), 24), nl.float32)
        assert nl.zeros_like(blocks).shape == nl.empty_like(blocks).shape == (2, 16, 24)
        empty[...] = tile
        return out_of(zeros + empty)

    assert np.array_equal(made(function, A), A.astype(np.float16).astype(np.float32))


def test_constants():
    table = np.arange(12, dtype=np.int32).reshape(4, 3)
    assert np.array_equal(made(lambda: out_of(nl.load(nl.shared_constant(table)))), table)
    assert made(lambda: out_of(nl.load(nl.shared_constant(table, nl.bfloat16)))).dtype.name == "bfloat16"
    identity = made(lambda: out_of(nl.load(nl.shared_identity_matrix(5))))
    assert identity.dtype == np.uint8
    assert np.array_equal(identity, np.identity(5))
    assert made(lambda: out_of(nl.load(nl.shared_identity_matrix(n=128, dtype=nl.float32)))).dtype == np.float32


def test_numbers_of_the_module():
    assert nl.fp32.min == np.finfo(np.float32).min
    assert nl.bfp16.min == np.array(0xFF80, np.uint16).view("bfloat16")
    assert (nl.tile_size.pmax, nl.tile_size.psum_fmax, nl.tile_size.gemm_moving_fmax) == (128, 512, 512)
    assert (nl.tile_size.gemm_stationary_fmax, nl.tile_size.bn_stats_fmax) == (128, 512)
    assert nl.tile_size.total_available_sbuf_size > 0
    assert nl.tile_size.psum_min_align == nl.tile_size.sbuf_min_align == 4
    assert nl.finfo(np.float16).max == 65504
    assert nl.finfo(nl.bfloat16).bits == 16
    assert nl.tfloat32 == np.dtype("|V4")
    rows, columns = nl.gemm_grid()
    assert rows.shape == columns.shape == (128, 512)
    assert nl.gemm_stationary_grid()[0].shape == (128, 128)


def test_blocks_are_read_and_written():
    x = RNG.standard_normal((3, 2, 16, 8)).astype(np.float32)

    def function(a):
        blocks = nl.zeros((3, 2, nl.par_dim(16), 8), nl.float32)
        i_p, i_f = nl.mgrid[0:16, 0:8]
        for i in nl.affine_range(3):
            blocks[i, 0, i_p, i_f] = nl.load(a[i, 0])
            blocks[i, 1] = nl.load(a[i, 1])
            blocks[i, 1, :, 2:4] *= 2
        blocks[2, :, :, 7] = 5
        blocks[-1, 0, i_p, i_f] += blocks[0][1]
        out = nl.ndarray(a.shape, a.dtype, buffer=nl.shared_hbm)
        for i in range(3):
            for j in range(2):
                nl.store(out[i, j], blocks[i, j, i_p, i_f])
        return out

    expected = x.copy()
    expected[:, 1, :, 2:4] *= 2
    expected[2, :, :, 7] = 5
    expected[2, 0] += expected[0, 1]
    np.testing.assert_allclose(made(function, x), expected, rtol=1e-6)


def test_blocks_have_methods_of_tiles():
    def function(a):
        blocks = nl.ndarray((4, nl.par_dim(16), 6), nl.float32, name="blocks")
        assert (blocks.shape, blocks.dtype, blocks.ndim, blocks.itemsize) == ((4, 16, 6), np.float32, 3, 4)
        assert blocks.assert_shape((4, 16, 6)) is blocks
        for i in range(4):
            blocks[i] = nl.load(a[:, 6 * i : 6 * i + 6])
        square = blocks.reshape((2, 2, nl.par_dim(16), 3, 2))
        assert square.shape == (2, 2, 16, 3, 2)
        assert blocks.view(nl.int32).dtype == np.int32
        half = blocks.astype(nl.float16)[1:3]
        assert half.shape == (2, 16, 6)
        out = nl.ndarray((3, 16, 6), nl.float32, buffer=nl.shared_hbm)
        nl.store(out[0], square[1, 0].reshape((16, 6)))
        nl.store(out[1], half[0])
        nl.store(out[2], blocks.view(nl.int32)[3].view(nl.float32))
        return out

    parts = A.reshape(16, 4, 6).transpose(1, 0, 2)
    expected = np.stack([parts[2], parts[1].astype(np.float16), parts[3]])
    assert np.array_equal(made(function, A), expected)


@pytest.mark.parametrize(
    ("function", "error", "message"),
    [
        (lambda b: b[4], IndexError, "index: 4 on axis 0 of blocks is out of bounds; there are 4 tiles"),
        (lambda b: b[nl.arange(4)[:, None]], TypeError, "axis 0 of blocks counts tiles"),
        (lambda b: b[0:2, 0:3], TypeError, "2 tiles of blocks at once"),
        (lambda b: b.__iadd__(1), TypeError, "it has 4 tiles; add to one at a time"),
        (lambda b: b.reshape((3, 16, 8)), ValueError, "reshape: blocks are 4 tiles of shape"),
        (lambda b: b.assert_shape((1, 2)), AssertionError, "blocks has the shape"),
        (lambda b: nl.exp(b), TypeError, "nl.exp: x must be a tile .*, got <4 tiles"),
        (lambda b: nl.add(b, 1), TypeError, "nl.add: x must be a tile or a number, got <4 tiles"),
        (lambda b: b + 1, TypeError, "unsupported operand"),
        (lambda b: nl.ndarray((nl.par_dim(4), nl.par_dim(4)), nl.float32), ValueError, "one partition axis"),
        (lambda b: nl.ndarray((130, 4), nl.float32), ValueError, "130 partitions"),
        (lambda b: nl.ndarray((4, 4), nl.float32, buffer="sbuf"), TypeError, "nl.ndarray: buffer must be nl.sbuf"),
    ],
)
def test_what_blocks_do_not_do(function, error, message):
    with pytest.raises(error, match=message):
        trace(lambda: function(nl.ndarray((4, nl.par_dim(16), 6), nl.float32, name="blocks")))


def test_methods_of_tiles():
    def function(a):
        tile = nl.load(a).assert_shape((16, 24))
        assert (tile.ndim, tile.itemsize, tile.dtype, len(tile)) == (2, 4, np.float32, 16)
        assert tile.reshape((16, 4, 6)).shape == tile.reshape(shape=(16, 4, 6)).shape == (16, 4, 6)
        assert tile.expand_dims(2).shape == (16, 24, 1)
        assert tile.expand_dims((1, 3)).shape == (16, 1, 24, 1)
        assert tile.view(nl.int16).shape == (16, 48)
        assert tile.astype("float16").dtype == tile.astype(np.float16).dtype == np.float16
        assert tile[0:1].broadcast_to((16, 24)).shape == (16, 24)
        assert nl.broadcast_to(tile, shape=(16, 24)).shape == (16, 24)
        row = nl.broadcast_to(tile[0:1], shape=(16, 24)) + tile[:, 0:1].broadcast_to((16, 24))
        return out_of(row + tile.reshape((16, 4, 6))[:, 1:2, :].reshape((16, 6))[:, 3:4])

    np.testing.assert_allclose(made(function, A), A[:1] + A[:, :1] + A[:, 9:10], rtol=1e-6)


def test_methods_of_tensors_in_hbm():
    x = RNG.standard_normal((4, 6, 10)).astype(np.float32)

    def function(a):
        assert a.reshape((24, 10)).shape == (24, 10)
        assert a.view(nl.uint8).shape == (4, 6, 40)
        assert a.view(nl.int32).dtype == np.int32
        assert a.expand_dims(0).shape == (1, 4, 6, 10)
        out = nl.ndarray((24, 20), nl.float16, buffer=nl.shared_hbm)
        nl.store(out[:, 0:10], nl.load(a.reshape((24, 10))))
        nl.store(out[:, 10:20], nl.load(a.astype(nl.float16).reshape((24, 10))))
        return out

    assert np.array_equal(made(function, x), np.tile(x.reshape(24, 10).astype(np.float16), 2))


@pytest.mark.parametrize(
    ("function", "error", "message"),
    [
        (bool, TypeError, r"tile sbuf\.\d+ has no truth value"),
        (lambda t: t and 1, TypeError, "has no truth value"),
        (iter, TypeError, "can't be iterated: nl.affine_range"),
        (np.exp, TypeError, "np.exp can't compute with tiles: use nl.exp"),
        (lambda t: np.add(t, t), TypeError, "np.add can't compute with tiles: use nl.add, or an operator"),
        (lambda t: np.maximum(t, 0), TypeError, "np.maximum can't compute with tiles"),
        (lambda t: np.ones((16, 24)) * t, TypeError, "np.multiply can't compute with tiles"),
        (np.asarray, TypeError, "is no NumPy array"),
        (np.sum, TypeError, "np.sum can't compute with tiles"),
        (float, TypeError, "float"),
        (lambda t: t.assert_shape((1, 2)), AssertionError, "has the shape .*16, 24"),
        (lambda t: t.expand_dims(7), ValueError, "expand_dims: axis is 7"),
        (lambda t: t.broadcast_to((16, 25)), ValueError, "broadcast_to: shapes .* do not fit"),
        (lambda t: t.__setitem__((0, 0), "x"), TypeError, "the value must be a tile or a number, got 'x'"),
        (lambda t: t.__setitem__(slice(0, 3), t), ValueError, "3, 24"),
        (lambda t: t.__iadd__("x"), TypeError, "what changes sbuf.* in place must be a tile"),
        (lambda t: nl.load(t), ValueError, "must be in HBM"),
        (lambda t: nl.affine_range(t), TypeError, "nl.affine_range: bounds must be integers"),
        (lambda t: nl.arange(t), TypeError, "nl.arange: bounds must be integers"),
        (lambda t: t[:, :, 0], IndexError, "3 .*2 axes"),
        (lambda t: t[16], IndexError, "16"),
        (lambda t: t[0, 1.5], TypeError, "index"),
    ],
)
def test_what_tiles_are_not(function, error, message):
    with pytest.raises(error, match=message):
        trace(lambda a: function(nl.load(a)), A)


def test_assignments_convert_repeat_and_keep_the_rest():
    def function(a):
        tile = nl.full((16, 24), 9, nl.float16)
        i_p, i_f = nl.mgrid[0:16, 0:24]
        tile[:, 0] = nl.load(a)[:, 5]
        tile[:, 1:3] = nl.load(a)[:, 3:4]
        tile[:, 3] = nl.sum(nl.load(a), axis=1, mask=i_p < 8)
        tile[0:4, 5:9] = 1.5
        tile[i_p, i_f] = nl.multiply(nl.load(a), 2, mask=(i_p < 7) & (i_f >= 20))
        return out_of(tile)

    expected = np.full((16, 24), 9, np.float16)
    expected[:, 0], expected[:, 1:3], expected[:8, 3] = A[:, 5], A[:, 3:4], A[:8].sum(1)
    expected[:4, 5:9], expected[:7, 20:] = 1.5, 2 * A[:7, 20:]
    np.testing.assert_allclose(made(function, A), expected, rtol=1e-3)


def test_what_no_assignment_reaches_is_undefined():
    def function(a):
        tile = nl.ndarray((16, 24), nl.float32)
        tile[:, 0:20] = nl.load(a)[:, 0:20]
        return out_of(nl.exp(tile))

    result = made(function, A)
    np.testing.assert_allclose(result[:, :20], np.exp(A[:, :20]), rtol=1e-5)
    assert np.all(np.isnan(result[:, 20:]))


def test_tiles_of_many_axes_are_used_in_parts():
    def function(a):
        tile = nl.ndarray((16, 2, 2, 1, 2, 3), nl.float32)
        for i in range(2):
            tile[:, i] = nl.load(a)[:, 12 * i : 12 * i + 12].reshape((16, 2, 1, 2, 3))
        tile[:, 1, :, 0, 0, :] += 1
        return out_of(tile.reshape((16, 24)))

    expected = A.copy().reshape(16, 2, 2, 2, 3)
    expected[:, 1, :, 0] += 1
    np.testing.assert_allclose(made(function, A), expected.reshape(16, 24), rtol=1e-6)


def test_random_numbers_repeat():
    def function(a):
        nl.random_seed(seed=7)
        first = nl.rand((16, 24))
        nl.random_seed(nl.load(a))
        second = nl.rand((16, 24), dtype=nl.float32)
        return out_of(nl.equal(first, second, dtype=nl.float32) + nl.rand((16, 24)))

    seed = np.array([[7]], np.int32)
    x, y = made(function, seed), made(function, seed)
    assert np.array_equal(x, y)
    assert np.all((x >= 1) & (x < 2)) and len(np.unique(x)) > 300
    assert made(lambda: out_of(nl.rand((4, 4), nl.bfloat16))).dtype.name == "bfloat16"


@pytest.mark.parametrize("rate", [0.25, np.float32(0.25), "tile"])
def test_dropout(rate):
    x = np.ones((128, 512), np.float32)

    def function(x, p):
        nl.random_seed(3)
        return nl.dropout(x, p if rate == "tile" else rate)

    probability = np.full((128, 1), 0.25, np.float32)
    result = call(function, x, probability)
    assert set(np.unique(result)) == {0, 1}
    assert 0.23 < np.mean(result == 0) < 0.27
    assert np.array_equal(result, call(function, x, probability))


def test_values_are_printed_while_the_kernel_runs(capfd):
    @nki.jit
    def kernel(a):
        tile = nl.load(a)
        i_p, i_f = nl.mgrid[0:2, 0:3]
        nl.device_print("all", tile)
        nl.device_print("part", x=tile, mask=i_f < 1)
        nl.device_print("nothing", tile, mask=i_f < 0)
        return out_of(tile)

    x = np.array([[1, 2, 3], [4, 5, 6]], np.float32)
    kernel(x)
    capfd.readouterr()
    kernel(10 * x)
    said = capfd.readouterr().out
    assert "all" in said and "60" in said and "part" in said and "nothing" not in said
    assert not any(number in said.split("part")[1] for number in ("20", "30", "50", "60"))


def test_loop_reduce():
    x = RNG.standard_normal((4, 16, 24)).astype(np.float32)

    def function(a):
        largest = nl.ndarray((16, 24), nl.float32)
        total = nl.zeros((16, 24), nl.float32)
        for i in nl.affine_range(4):
            tile = nl.load(a[i])
            largest = nl.loop_reduce(tile, op=np.max, loop_indices=[i])
            total = nl.loop_reduce(tile, np.add, i, dtype=nl.float32)
        return out_of(largest + total)

    np.testing.assert_allclose(made(function, x), x.max(0) + x.sum(0), rtol=1e-5, atol=1e-5)
