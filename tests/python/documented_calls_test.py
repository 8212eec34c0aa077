"""Calls that AWS's pages document or show, each with its place there."""

import pathlib

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest

X = np.arange(1, 33, dtype=np.float32).reshape(4, 8)

both_ways = pytest.mark.parametrize("run", [nki.jit, nki.simulate], ids=["planned", "simulated"])


def stored(tile):
    out = nl.ndarray(tile.shape, tile.dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(out, tile)
    return out


@both_ways
def test_tiles_of_one_element_with_one_axis(run):
    """nl.ones([1], nl.int32, buffer=nl.sbuf) holds a register (nki.isa.register_load, register_store)."""

    def kernel(x):
        bound = nisa.register_alloc()
        nisa.register_load(bound, nl.full([1], 3, nl.int32, buffer=nl.sbuf))
        tile = nl.load(x)
        for _ in nl.dynamic_range(bound):
            nisa.tensor_scalar(tile, tile, nl.multiply, 2.0)
        back = nl.ndarray((1,), nl.int32, buffer=nl.sbuf)
        nisa.register_store(back, bound)
        return stored(tile), stored(back)

    tile, back = run(kernel)(X)
    np.testing.assert_array_equal(tile, 8 * X)
    assert back.shape == (1, 1) and back.item() == 3


def test_longer_tiles_need_two_axes():
    with pytest.raises(ValueError, match=r"write \(1, 8\) for a row in one partition, or \(8, 1\) for an element in"):
        nki.jit(lambda x: nl.ndarray((8,), nl.float32))(X)


CONVERSIONS = {
    "tensor_copy": (lambda t: nisa.tensor_copy(t.view(nl.int32), t), lambda x: x.astype(np.int32)),
    "activation": (lambda t: nisa.activation(t.view(nl.int32), nl.square, t), lambda x: (x * x).astype(np.int32)),
    "tensor_scalar": (lambda t: nisa.tensor_scalar(t.view(nl.uint32), t, nl.add, 1.0), lambda x: (x + 1).astype(int)),
    "tensor_tensor": (lambda t: nisa.tensor_tensor(t.view(nl.int32), t, nl.copy(t), nl.add), lambda x: x + x),
    "reciprocal": (lambda t: nisa.reciprocal(t.view(nl.int32), t), lambda x: np.rint(1 / x).astype(np.int32)),
}


@both_ways
@pytest.mark.parametrize("part", ["whole", "columns", "psum"])
@pytest.mark.parametrize("name", CONVERSIONS)
def test_conversions_in_place(name, part, run):
    """Element i of a view as another dtype of the same size lies on element i (NkiTensor.view)."""
    convert, expected = CONVERSIONS[name]
    x = np.arange(1, 128 * 300 + 1, dtype=np.float32).reshape(128, 300) % 977 + 1

    def kernel(x):
        tile = nl.load(x)
        if part == "psum":
            loaded, tile = tile, nl.ndarray(x.shape, x.dtype, buffer=nl.psum)
            nisa.tensor_copy(tile, loaded)
        convert(tile[:, 1:300:3] if part == "columns" else tile)
        return stored(nl.copy(tile.view(nl.int32)))

    result = run(kernel)(x)
    wanted = x.copy().view(np.int32)
    chosen = slice(1, 300, 3) if part == "columns" else slice(None)
    wanted[:, chosen] = expected(x[:, chosen])
    np.testing.assert_array_equal(result, wanted)


@both_ways
def test_a_predicate_in_the_destination(run):
    def kernel(x):
        tile = nl.load(x)
        nisa.tensor_copy_predicated(tile, 9.0, tile.view(nl.uint32))
        return stored(tile)

    x = np.where(X % 3 == 0, 0, X).astype(np.float32)
    np.testing.assert_array_equal(run(kernel)(x), np.where(x == 0, 0, 9))


@both_ways
def test_conversions_between_halves_in_place(run):
    def kernel(x):
        tile = nl.load(x)
        nisa.activation(tile.view(nl.int16), nl.copy, tile)
        return stored(tile.view(nl.int16))

    np.testing.assert_array_equal(run(kernel)(X.astype(np.float16)), X)


@both_ways
@pytest.mark.parametrize("name", ["bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift"])
def test_bits_of_integers_with_and_without_sign(name, run):
    """ "input/output data types must be integer types" (nki.isa.tensor_tensor)."""
    a = np.array([[-5, 7, 1 << 30, -1]], np.int32)
    b = np.array([[3, 2, 1, 31]], np.uint32)

    def kernel(a, b):
        dst = nl.ndarray(a.shape, nl.uint32)
        nisa.tensor_tensor(dst, nl.load(a), nl.load(b), getattr(nl, name))
        return stored(dst)

    np.testing.assert_array_equal(run(kernel)(a, b), getattr(np, name)(a.view(np.uint32), b))


@both_ways
def test_bypass(run):
    """ "to skip a computation stage" (nki.language.bypass)."""

    def kernel(x):
        t = nl.load(x)
        a, b, c, d, e, f, g = (nl.ndarray(t.shape, t.dtype) for _ in range(7))
        total = nl.ndarray((4, 1), nl.float32)
        nisa.tensor_scalar(a, t, nl.bypass, 0.0, op1=nl.multiply, operand1=2.0)
        nisa.tensor_scalar(b, t, nl.multiply, 3.0, op1=nl.bypass, operand1=0.0)
        nisa.tensor_scalar(c, t, nl.bypass, None)
        nisa.scalar_tensor_tensor(d, t, nl.bypass, 0.0, nl.subtract, t)
        nisa.scalar_tensor_tensor(e, t, nl.multiply, 5.0, nl.bypass, t)
        nisa.tensor_scalar_reduce(f, t, nl.bypass, 7.0, nl.add, total)
        nisa.tensor_scalar_cumulative(g, t, nl.bypass, nl.add, 0.0)
        return [stored(tile) for tile in (a, b, c, d, e, f, g, total)]

    expected = (2 * X, 3 * X, X, 0 * X, 5 * X, X, X.cumsum(1), X.sum(1, keepdims=True))
    for result, wanted in zip(run(kernel)(X), expected, strict=True):
        np.testing.assert_array_equal(result, wanted)


def test_bypass_is_no_operator_elsewhere():
    def kernel(x):
        tile = nl.load(x)
        nisa.tensor_tensor(tile, tile, tile, nl.bypass)

    with pytest.raises(ValueError, match="tensor_tensor: op: 'bypass' is not an operator of this instruction"):
        nki.jit(kernel)(X)


@both_ways
def test_reshape_dim_of_the_partition_axis_to_itself(run):
    """ "(unless shape is trivial, e.g., (128,))" (NkiTensor.reshape_dim)."""
    kernel = run(lambda x: stored(nl.load(x).reshape_dim(0, (4,)).reshape_dim(0, (-1,))))
    np.testing.assert_array_equal(kernel(X), X)
    with pytest.raises(ValueError, match="axis 0 of an on-chip tensor is the partition axis"):
        run(lambda x: nl.load(x).reshape_dim(0, (2, 2)))(X)


@both_ways
@pytest.mark.parametrize("target", ["trn2", "trn3"])
def test_random_numbers_in_hbm(target, run, monkeypatch):
    """`buffer` of nl.rand may be hbm."""
    monkeypatch.setenv("NEURON_PLATFORM_TARGET_OVERRIDE", target)

    def kernel():
        return [nl.rand(shape, nl.float32, buffer=nl.shared_hbm) for shape in ((300, 1000), (16,), (2, 3, 5))]

    many, few, deep = run(kernel)()
    assert many.shape == (300, 1000) and few.shape == (16,) and deep.shape == (2, 3, 5)
    assert 0 <= many.min() and many.max() < 1 and abs(many.mean() - 0.5) < 0.01
    assert len(np.unique(many)) > 0.98 * many.size and len(np.unique(few)) > 12


@both_ways
def test_kernels_without_arrays(run):
    def kernel(rows, value=2.0, *, names=()):
        return stored(nl.full((rows, 3), value + len(names), nl.float32))

    for _ in range(2):
        np.testing.assert_array_equal(run(kernel)(4), np.full((4, 3), 2, np.float32))
        np.testing.assert_array_equal(run(kernel)(2, 3.0, names=("a",)), np.full((2, 3), 4, np.float32))
        np.testing.assert_array_equal(run(lambda: stored(nl.ones((2, 2), nl.int32)))(), np.ones((2, 2), np.int32))


@both_ways
def test_what_is_no_array_is_named_when_a_kernel_wants_one(run):
    with pytest.raises(TypeError) as caught:
        run(lambda x, n: stored(nl.load(x)))([[1.0]], 3)
    assert caught.value.__notes__ == [
        "<lambda>: none of the arguments is a NumPy, torch or JAX array: x is of type list, n is of type int"
    ]


@both_ways
def test_results_in_hbm(run):
    """The programs of nki.isa's pages and of the scheduling guide return them; the migration guide forbids it."""

    def kernel(x):
        out = nl.ndarray(x.shape, x.dtype, buffer=nl.hbm)
        nisa.dma_copy(out, x)
        return out

    kernel = run(kernel)
    with pytest.warns(nki.NkiWarning, match=r"in private_hbm; results must be in shared HBM.*\[result-space\]"):
        np.testing.assert_array_equal(kernel(X), X)


def test_shared_constant_of_a_path(tmp_path):
    np.save(tmp_path / "c.npy", X)
    kernel = nki.jit(lambda: stored(nl.load(nl.shared_constant(pathlib.Path(tmp_path, "c.npy")))))
    np.testing.assert_array_equal(kernel(), X)


def test_zeros_like_is_in_sbuf_and_empty_like_where_its_model_is():
    def kernel(x):
        zeros = nl.zeros_like(x)
        assert zeros.buffer == nl.sbuf and nl.empty_like(x).buffer == x.buffer
        assert nl.zeros_like(zeros, buffer=nl.shared_hbm).buffer == nl.shared_hbm
        return stored(zeros)

    np.testing.assert_array_equal(nki.jit(kernel)(X), 0 * X)


@both_ways
def test_power_of_tiles_in_psum(run):
    def kernel(x):
        tile = nl.ndarray(x.shape, x.dtype, buffer=nl.psum)
        nisa.tensor_copy(tile, nl.load(x))
        return stored(nl.power(tile, tile)), stored(nl.power(nl.load(x), tile))

    for result in run(kernel)(X[:, :3] / 4):
        np.testing.assert_allclose(result, (X[:, :3] / 4) ** (X[:, :3] / 4), rtol=1e-6)


@both_ways
def test_where_with_two_numbers(run):
    def kernel(x):
        c = nl.greater(nl.load(x), 9.0, dtype=nl.uint8)
        return [stored(nl.where(c, *pair)) for pair in ((1.0, 0.0), (7, 3), (0.5, 2))]

    for result, (x, y, dtype) in zip(
        run(kernel)(X), ((1, 0, np.float32), (7, 3, np.uint8), (0.5, 2, np.float32)), strict=True
    ):
        np.testing.assert_array_equal(result, np.where(X > 9, x, y))
        assert result.dtype == dtype


def test_a_placeholder_has_a_shape_and_no_storage():
    """NkiTensor(shape, dtype, None): "a signature placeholder"."""
    tensor = nl.NkiTensor((4, 8), nl.bfloat16, None)
    assert (tensor.shape, tensor.dtype, tensor.buffer) == ((4, 8), nl.bfloat16, nl.sbuf)
    named = nl.NkiTensor(shape=(16,), dtype=nl.int8, storage=None, buffer=nl.hbm, name="x")
    assert (named.name, named.buffer, named[2:4].shape) == ("x", nl.hbm, (2,)) and "x" in repr(named)
    for wrong in (((4, 8), nl.int8, object()), ((0,), nl.int8, None), ((4,), "int7", None)):
        with pytest.raises((TypeError, ValueError)):
            nl.NkiTensor(*wrong)


@both_ways
def test_placeholders_are_no_operands_and_no_results(run):
    with pytest.raises(ValueError, match="tensor placeholder belongs to another call of a kernel"):
        run(lambda x: nisa.memset(nl.NkiTensor((4, 8), nl.float32, None), 0.0))(X)
    with pytest.raises(ValueError, match="tensor y, which the kernel returns, was not made in this call"):
        run(lambda x: nl.NkiTensor((4, 8), nl.float32, None, nl.shared_hbm, "y"))(X)


@pytest.mark.parametrize("name", ["mod", "fmod"])
def test_remainders_of_every_size(name):
    rng = np.random.default_rng(3)
    bits = rng.integers(0, 1 << 32, (2, 128, 200), dtype=np.uint32)
    x, y = bits.view(np.float32)
    x[:, 0], y[:, 1], y[:, 2], x[:, 3] = np.inf, np.inf, -np.inf, 1e30
    x[:, 3], y[:, 3] = np.tile(np.float32([3, -3, 1e30, -1e30]), 32), 7
    with np.errstate(all="ignore"):
        x[:, 4] = y[:, 4] * 3

    def kernel(x, y):
        return stored(getattr(nl, name)(nl.load(x), nl.load(y))), stored(getattr(nl, name)(nl.load(x), float("inf")))

    with np.errstate(all="ignore"):
        expected = getattr(np, name)(x, y), getattr(np, name)(x, np.float32(np.inf))
    for result, wanted in zip(nki.jit(kernel)(x, y), expected, strict=True):
        np.testing.assert_array_equal(result, wanted)
        np.testing.assert_array_equal(np.signbit(result[~np.isnan(wanted)]), np.signbit(wanted[~np.isnan(wanted)]))


def test_remainders_are_no_operators():
    def kernel(x):
        tile = nl.load(x)
        nisa.tensor_tensor(tile, tile, tile, nl.mod)

    with pytest.raises(TypeError, match="op must be an operator such as nl.add, got the function mod"):
        nki.jit(kernel)(X)


@pytest.mark.parametrize("wanted", [True, False])
def test_sendrecv_of_older_releases(wanted):
    """use_gpsimd_dma of NKI 0.1 and 0.2 is dma_engine since 0.3."""

    @nki.jit(platform_target="trn2")
    def kernel(x):
        own, other = nl.load(x), nl.ndarray(x.shape, x.dtype)
        nisa.tensor_scalar(own, own, nl.multiply, float(nl.program_id() + 1))
        peer = 1 - nl.program_id()
        nisa.sendrecv(own, other, peer, peer, pipe_id=0, use_gpsimd_dma=wanted)
        out = nl.ndarray((2, *x.shape), x.dtype, buffer=nl.shared_hbm)
        nisa.dma_copy(out[nl.program_id()], other)
        return out

    x = np.tile(X, (4, 1))
    np.testing.assert_array_equal(kernel[2](x), np.stack([2 * x, x]))
    engines = {one["fields"].get("dma_engine") for one in kernel[2].graph(x).to_dict()["instructions"]} - {None}
    assert engines == {"gpsimd_dma" if wanted else "dma"}
