"""Views of tensors against NumPy's: every method, in random chains, on random shapes, in HBM and on chip."""

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided

DTYPES = [np.float32, np.int16, np.uint8]


class Chain:
    """A random chain of view methods: `steps` to apply to an NkiTensor, `expected` as NumPy does them."""

    def __init__(self, seed, on_chip):
        self.rng = np.random.default_rng(seed)
        self.on_chip = on_chip
        shape = tuple(self.rng.choice([1, 2, 3, 4, 6, 8], self.rng.integers(2, 5)).tolist())
        self.array = self.rng.integers(0, 200, shape).astype(DTYPES[seed % len(DTYPES)])
        self.expected = self.array
        self.steps = []
        makers = [self.index, self.slice, self.select, self.permute, self.broadcast, self.broadcast_to, self.expand]
        makers += [self.squeeze, self.reshape_dim, self.flatten, self.reshape, self.reinterpret]
        for _ in range(self.rng.integers(1, 6)):
            makers[self.rng.integers(len(makers))]()

    def pick(self, low, high):
        return int(self.rng.integers(low, high + 1))

    def axis(self):
        """An axis that may change its size or place: on chip axis 0 stays."""
        return self.pick(1 if self.on_chip else 0, self.expected.ndim - 1)

    def add(self, method, *args, expected):
        self.steps.append((method, args))
        self.expected = expected

    def bounds(self, size):
        start = self.pick(0, size - 1)
        return start, self.pick(start + 1, size), self.pick(1, 3)

    def index(self):
        """x[…]: on chip a number keeps axis 0 and at least two axes, in HBM at least one axis."""
        key, expected, axis = [], self.expected, 0
        at = self.pick(0, self.expected.ndim)
        for i in range(self.expected.ndim):
            if i == at and expected.ndim < 5 and not (self.on_chip and axis == 0):
                key.append(None)
                expected = np.expand_dims(expected, axis)
                axis += 1
            size = expected.shape[axis]
            start, stop, step = self.bounds(size)
            kind = self.pick(0, 3)
            if kind == 0:
                number = self.pick(-size, size - 1)
                key.append(number)
                expected = expected[(slice(None),) * axis + (slice(number % size, number % size + 1),)]
                if (self.on_chip and axis == 0) or expected.ndim <= (2 if self.on_chip else 1):
                    axis += 1
                else:
                    expected = expected.squeeze(axis)
                continue
            choices = [slice(start, stop, step), nl.ds(start, stop - start), slice(start - size, None)]
            key.append(choices[kind - 1])
            expected = expected[(slice(None),) * axis + (choices[kind - 1],)]
            axis += 1
        self.add("__getitem__", tuple(key), expected=expected)

    def slice(self):
        axis = self.pick(0, self.expected.ndim - 1)
        start, stop, step = self.bounds(self.expected.shape[axis])
        expected = self.expected[(slice(None),) * axis + (slice(start, stop, step),)]
        self.add("slice", axis, start, stop, step, expected=expected)

    def select(self):
        if self.expected.ndim <= (2 if self.on_chip else 1):
            return
        axis = self.axis()
        at = self.pick(0, self.expected.shape[axis] - 1)
        self.add("select", axis, at, expected=self.expected[(slice(None),) * axis + (at,)])

    def permute(self):
        fixed = 1 if self.on_chip else 0
        order = [*range(fixed), *(self.rng.permutation(self.expected.ndim - fixed) + fixed).tolist()]
        self.add("permute", tuple(order), expected=self.expected.transpose(order))

    def broadcast(self):
        axis = self.axis()
        if self.expected.shape[axis] != 1:
            return
        shape = list(self.expected.shape)
        shape[axis] = self.pick(1, 5)
        self.add("broadcast", axis, shape[axis], expected=np.broadcast_to(self.expected, shape))

    def broadcast_to(self):
        fixed = 1 if self.on_chip else 0
        shape = [size if i < fixed or size != 1 else self.pick(1, 4) for i, size in enumerate(self.expected.shape)]
        self.add("broadcast_to", tuple(shape), expected=np.broadcast_to(self.expected, shape))

    def expand(self):
        if self.expected.ndim < 5:
            axis = self.pick(1 if self.on_chip else 0, self.expected.ndim)
            self.add("expand_dim", axis, expected=np.expand_dims(self.expected, axis))

    def squeeze(self):
        axis = self.axis()
        if self.expected.shape[axis] == 1 and self.expected.ndim > (2 if self.on_chip else 1):
            self.add("squeeze_dim", axis, expected=self.expected.squeeze(axis))

    def reshape_dim(self):
        axis = self.axis()
        if self.expected.ndim == 5:
            return
        size = self.expected.shape[axis]
        outer = int(self.rng.choice([n for n in range(1, size + 1) if size % n == 0]))
        shape = self.expected.shape[:axis] + (outer, size // outer) + self.expected.shape[axis + 1 :]
        strides, step = self.expected.strides, self.expected.strides[axis]
        strides = strides[:axis] + (step * (size // outer), step) + strides[axis + 1 :]
        given = (outer, -1) if self.pick(0, 1) else (outer, size // outer)
        self.add("reshape_dim", axis, given, expected=as_strided(self.expected, shape, strides))

    def flatten(self):
        first = self.axis()
        last = self.pick(first, self.expected.ndim - 1)
        shape = self.expected.shape
        size = int(np.prod(shape[first : last + 1]))
        self.as_view("flatten_dims", (first, last), shape[:first] + (size,) + shape[last + 1 :])

    def reshape(self):
        fixed = self.expected.shape[:1] if self.on_chip else ()
        rest = int(np.prod(self.expected.shape[len(fixed) :]))
        inner = int(self.rng.choice([n for n in range(1, rest + 1) if rest % n == 0]))
        self.as_view("reshape", (fixed + (rest // inner, inner),), fixed + (rest // inner, inner))

    def as_view(self, method, args, shape):
        """Only what NumPy can do without a copy; the kernel's views never copy."""
        reshaped = self.expected.reshape(shape)
        if np.shares_memory(reshaped, self.expected):
            self.add(method, *args, expected=reshaped)

    def reinterpret(self):
        if self.expected.strides[-1] != self.expected.itemsize:
            return
        to = np.dtype(DTYPES[self.pick(0, 2)])
        if self.expected.shape[-1] * self.expected.itemsize % to.itemsize:
            return
        addresses = [self.expected.__array_interface__["data"][0] - self.array.__array_interface__["data"][0]]
        if any(number % to.itemsize for number in (*addresses, *self.expected.strides[:-1])):
            return
        self.add("view", to.name, expected=self.expected.view(to))

    def apply(self, tensor):
        for method, args in self.steps:
            tensor = getattr(tensor, method)(*args)
        return tensor


def check(view, expected):
    assert view.shape == expected.shape
    assert view.dtype == expected.dtype.name
    pattern = [[stride // expected.itemsize, size] for stride, size in zip(expected.strides, expected.shape)]
    for (step, count), (expected_step, size) in zip(view.get_pattern(), pattern, strict=True):
        assert count == size and (count == 1 or step == expected_step)
    assert not view.is_indirect()


@pytest.mark.parametrize("seed", range(150))
def test_views_of_hbm(seed):
    chain = Chain(seed, on_chip=False)

    @nki.jit
    def kernel(x):
        view = chain.apply(x)
        check(view, chain.expected)
        assert view.is_contiguous() == chain.expected.flags.c_contiguous
        out = nl.ndarray(view.shape, view.dtype, buffer=nl.shared_hbm)
        nisa.dma_copy(dst=out, src=view)
        return out

    np.testing.assert_array_equal(kernel(chain.array), chain.expected, err_msg=str(chain.steps))


@pytest.mark.parametrize("seed", range(150))
def test_views_of_sbuf(seed):
    chain = Chain(seed, on_chip=True)

    @nki.jit
    def kernel(x):
        tile = nl.ndarray(x.shape, x.dtype, buffer=nl.sbuf)
        nisa.dma_copy(dst=tile, src=x)
        view = chain.apply(tile)
        check(view, chain.expected)
        out = nl.ndarray(view.shape, view.dtype, buffer=nl.shared_hbm)
        nisa.dma_copy(dst=out, src=view)
        return out

    np.testing.assert_array_equal(kernel(chain.array), chain.expected, err_msg=str(chain.steps))


@pytest.mark.parametrize("seed", range(40))
def test_access_patterns_of_hbm(seed):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 30000, 600).astype(np.int16)
    pattern = [[int(rng.integers(0, 20)), int(rng.integers(1, 6))] for _ in range(rng.integers(1, 5))]
    offset = int(rng.integers(0, 100))
    shape, strides = [count for _, count in pattern], [step * 2 for step, _ in pattern]

    @nki.jit
    def kernel(x):
        view = x.reshape((20, 30)).ap(pattern, offset=offset)
        assert view.get_pattern() == pattern
        out = nl.ndarray(view.shape, view.dtype, buffer=nl.shared_hbm)
        nisa.dma_copy(dst=out, src=view)
        return out

    np.testing.assert_array_equal(kernel(x), as_strided(x[offset:], shape, strides))


def test_access_patterns_on_chip():
    x = np.arange(4 * 24, dtype=np.float32).reshape(4, 24)

    @nki.jit
    def kernel(x):
        tile = nl.ndarray(x.shape, x.dtype)
        nisa.dma_copy(dst=tile, src=x)
        outs = []
        # From the view's own offset, from a given one, and as another dtype.
        for view in (
            tile[1:3, 4:].ap([[24, 2], [8, 2], [0, 3], [2, 4]]),
            tile.ap([[24, 4], [3, 8]], offset=1),
            tile.ap([[48, 4], [2, 24]], offset=1, dtype=nl.int16),
        ):
            out = nl.ndarray(view.shape, view.dtype, buffer=nl.shared_hbm)
            nisa.dma_copy(dst=out, src=view)
            outs.append(out)
        return tuple(outs)

    first, second, third = kernel(x)
    np.testing.assert_array_equal(first, as_strided(x[1:, 4:], (2, 2, 3, 4), (96, 32, 0, 8)))
    np.testing.assert_array_equal(second, x[:, 1::3])
    np.testing.assert_array_equal(third, x.view(np.int16)[:, 1::2])


REFUSED = {
    "index 4 is out of bounds": (IndexError, lambda x: x[4]),
    "stop is out of bounds": (IndexError, lambda x: x[0:5]),
    "empty slice": (IndexError, lambda x: x[2:2]),
    "negative step": (ValueError, lambda x: x[::-1]),
    "too many indices": (IndexError, lambda x: x[0, 0, 0]),
    "two ellipses": (IndexError, lambda x: x[..., ...]),
    "a float": (TypeError, lambda x: x[1.0]),
    "a bool-like string": (TypeError, lambda x: x["0"]),
    "permute twice": (ValueError, lambda x: x.permute((0, 0))),
    "permute too few": (ValueError, lambda x: x.permute((0,))),
    "broadcast a full axis": (ValueError, lambda x: x.broadcast(1, 12)),
    "squeeze a full axis": (ValueError, lambda x: x.squeeze_dim(1)),
    "reshape to another size": (ValueError, lambda x: x.reshape((4, 7))),
    "reshape to nothing": (TypeError, lambda x: x.reshape()),
    "reshape twice": (TypeError, lambda x: x.reshape((24,), new_shape=(24,))),
    "reshape across a gap": (ValueError, lambda x: x[:, 0:3].reshape((12,))),
    "flatten across a gap": (ValueError, lambda x: x[:, 0:3].flatten_dims(0, 1)),
    "view of half an element": (ValueError, lambda x: x.view(nl.int8)[:, 1:4].view(nl.float32)),
    "ap before the start": (IndexError, lambda x: x.ap([[6, 4], [1, 6]], offset=-1)),
    "ap with a negative step": (ValueError, lambda x: x.ap([[-1, 3]], offset=5)),
    "ap of nothing": (ValueError, lambda x: x.ap([])),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_views(name):
    error, make = REFUSED[name]

    @nki.jit
    def kernel(x):
        make(x)

    with pytest.raises(error):
        kernel(np.zeros((4, 6), np.float32))


@pytest.mark.parametrize("way", [lambda kernel: kernel, nki.simulate])
@pytest.mark.parametrize("pattern, offset", [([[6, 4], [1, 7]], 0), ([[6, 4], [1, 3]], 4), ([[6, 4], [1, 1]], 24)])
def test_patterns_on_chip_may_leave_the_storage_where_nothing_uses_them(way, pattern, offset):
    @nki.jit
    def kernel(x, used):
        tile = nl.ndarray((4, 6), nl.float32)
        nisa.memset(tile, 1.0)
        view = tile.ap(pattern, offset=offset)
        nisa.memset(view if used else tile[:, 0:2], 2.0)
        out = nl.ndarray((4, 6), nl.float32, buffer=nl.shared_hbm)
        nisa.dma_copy(dst=out, src=tile)
        return out

    x = np.zeros((4, 6), np.float32)
    np.testing.assert_array_equal(way(kernel)(x, False), [[2, 2, 1, 1, 1, 1]] * 4)
    with pytest.raises(nki.VerifyError, match=r"memset: dst reaches element \d+.*holds (6|24) \[in-bounds\]"):
        way(kernel)(x, True)


@pytest.mark.parametrize("name", ["permute", "broadcast", "expand_dim", "reshape_dim", "flatten", "reshape"])
def test_the_partition_axis_stays(name):
    change = {
        "permute": lambda tile: tile.permute((1, 0)),
        "broadcast": lambda tile: tile[0:1].broadcast(0, 4),
        "expand_dim": lambda tile: tile.expand_dim(0),
        "reshape_dim": lambda tile: tile.reshape_dim(0, (2, 2)),
        "flatten": lambda tile: tile.flatten_dims(0, 1),
        "reshape": lambda tile: tile.reshape((2, 12)),
    }[name]

    @nki.jit
    def kernel(x):
        change(nl.ndarray((4, 6), nl.float32))

    with pytest.raises(ValueError, match="partition axis"):
        kernel(np.zeros((4, 6), np.float32))


def test_reshape_as_it_was_spelled_in_nki_0_4():
    @nki.jit
    def kernel(x):
        assert x.reshape(new_shape=(6, 4)).shape == x.reshape(shape=(6, 4)).shape == (6, 4)
        return nl.zeros((1, 1), nl.float32, nl.shared_hbm)

    kernel(np.zeros((4, 6), np.float32))


def test_writes_through_one_view_show_in_another():
    @nki.jit
    def kernel(x):
        out = nl.ndarray((8, 12), nl.float32, buffer=nl.shared_hbm)
        tile = nl.ndarray((8, 12), nl.float32)
        nisa.dma_copy(dst=tile, src=x)
        columns = tile.reshape((8, 3, 4)).permute((0, 2, 1))  # [8, 4, 3]
        nisa.memset(dst=columns[:, 1:2, :], value=-1.0)  # elements 1, 5, 9 of each partition
        nisa.tensor_copy(dst=tile[:, 2:12:4], src=columns[:, 0, :])
        nisa.dma_copy(dst=out, src=tile)
        return out

    x = np.arange(96, dtype=np.float32).reshape(8, 12)
    expected = x.copy()
    expected[:, 1::4] = -1
    expected[:, 2::4] = expected[:, 0::4]
    np.testing.assert_array_equal(kernel(x), expected)


def test_a_dtype_view_writes_the_same_bytes():
    @nki.jit
    def kernel(x):
        out = nl.ndarray((4, 8), nl.float32, buffer=nl.shared_hbm)
        tile = nl.ndarray((4, 8), nl.float32)
        nisa.dma_copy(dst=tile, src=x)
        # Clears the sign bits: the top byte of each little-endian word loses its highest bit.
        top = tile.view(nl.uint8)[:, 3:32:4]
        nisa.tensor_scalar(dst=top, data=top, op0=nl.bitwise_and, operand0=0x7F)
        nisa.dma_copy(dst=out.view(nl.int32), src=tile.view(nl.int32))
        return out

    x = np.random.default_rng(0).standard_normal((4, 8)).astype(np.float32)
    np.testing.assert_array_equal(kernel(x), np.abs(x))


def test_patterns_of_a_part_begin_where_it_begins():
    """And count with the storage's free size, or with the part's own as AWS's kernel library does."""

    @nki.jit
    def kernel(x):
        tile = nl.ndarray((8, 12), x.dtype, buffer=nl.sbuf)
        nisa.dma_copy(dst=tile, src=x)
        out = nl.ndarray((3, 4, 3), x.dtype, buffer=nl.shared_hbm)
        nisa.dma_copy(dst=out[0], src=tile[0:6, 2:6].ap([[4, 4], [1, 3]], offset=4 + 1))
        nisa.dma_copy(dst=out[1], src=tile[0:6, 2:6].ap([[12, 4], [1, 3]], offset=12 + 1))
        nisa.dma_copy(dst=out[2], src=x[2:6, 5:9].ap([[12, 4], [1, 3]], offset=0))
        return out

    x = np.arange(96, dtype=np.float32).reshape(8, 12)
    np.testing.assert_array_equal(kernel(x), [x[1:5, 3:6], x[1:5, 3:6], x[2:6, 5:8]])


@pytest.mark.parametrize("run", [nki.jit, nki.simulate])
def test_a_source_that_leaves_its_storage_beside_the_destination_is_said_to_leave_it_and_no_more(run):
    def kernel(x):
        tile = nl.load(x)
        nisa.tensor_copy(tile[:, 0:8], tile.ap([[64, 128], [1000, 64]]))
        return x

    with pytest.raises(nki.VerifyError, match="src reaches element 71128; the storage of") as refused:
        run(kernel)(np.ones((128, 64), np.float32))
    assert str(refused.value).count("error:") == 1
