"""nki.compiler of Beta 1: where tiles are placed, and hints of which no result depends."""

import contextlib
import functools
import itertools

import neuronxcc.nki as nki
import neuronxcc.nki.compiler as ncc
import neuronxcc.nki.isa as nisa
import neuronxcc.nki.language as nl
import nki as todays
import numpy as np
import pytest

A = np.random.default_rng(0).random((4, 128, 64), np.float32)


def copier(buffer, shape=(4, nl.par_dim(128), 64)):
    """A kernel that copies by tiles with these places, and doubles on the way."""

    @nki.jit
    def kernel(a):
        out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
        tiles = nl.ndarray(shape, dtype=nl.float32, buffer=buffer)
        for i in nl.affine_range(4):
            tile = tiles[i] if len(shape) == 3 else tiles[i // 2, i % 2]
            tile[...] = nl.copy(nl.load(a[i]))
            nl.store(out[i], nl.multiply(tile, 2.0))
        return out

    return kernel


def places(kernel, space):
    """(partition, byte) of tiles that the kernel names itself, in their order."""
    first, count = {"sbuf": (0, 4), "psum": (0, 4)}[space]
    rows = [row for row in kernel.plan(A).placements if row[1] == space and row[0] in NAMES[space]]
    return [(partition, byte) for _, _, partition, byte, *_ in rows][first : first + count]


NAMES = {space: [f"{space}.{i}" for i in range(4)] for space in ("sbuf", "psum")}


def modulo(base, allocated, scale, index):
    """The reference of AWS's page: the number of the physical tile, row by row, times its size."""
    allocated = allocated or (1,) * len(index)
    number = 0
    for at, size in zip(index, allocated, strict=True):
        number = number * size + at % size
    return number * scale + base


@pytest.mark.parametrize(
    "options, shape",
    [
        ({"base_addr": 0}, (4, nl.par_dim(128), 64)),
        ({"base_addr": 1024, "num_free_tiles": (2,)}, (4, nl.par_dim(128), 64)),
        ({"base_addr": 512, "num_free_tiles": (4,)}, (4, nl.par_dim(128), 64)),
        ({"base_addr": 0, "num_free_tiles": (2, 1)}, (2, 2, nl.par_dim(128), 64)),
        ({"base_addr": 256, "num_free_tiles": (2, 2)}, (2, 2, nl.par_dim(128), 64)),
        ({"base_addr": 64, "num_free_tiles": (1, 2)}, (2, 2, nl.par_dim(128), 64)),
    ],
)
def test_mod_alloc_in_sbuf(options, shape):
    kernel = copier(ncc.sbuf.mod_alloc(**options), shape)
    indices = list(itertools.product(*map(range, shape[:-2])))
    free = options.get("num_free_tiles", ())
    wanted = [(0, modulo(options["base_addr"], free, 64 * 4, index)) for index in indices]
    assert places(kernel, "sbuf") == wanted
    assert np.array_equal(kernel(A), 2 * A)
    assert np.array_equal(todays.simulate(kernel)(A), 2 * A)


def test_mod_alloc_below_each_other():
    @nki.jit
    def kernel(a):
        out = nl.ndarray((4, 32, 64), dtype=a.dtype, buffer=nl.shared_hbm)
        tiles = nl.ndarray(
            (4, nl.par_dim(32), 64), dtype=nl.float32, buffer=ncc.sbuf.mod_alloc(base_addr=0, num_par_tiles=(4,))
        )
        for i in nl.affine_range(4):
            tiles[i] = nl.load(a[i, 0:32])
        for i in nl.affine_range(4):
            nl.store(out[i], tiles[i])
        return out

    assert places(kernel, "sbuf") == [(0, 0), (32, 0), (64, 0), (96, 0)]
    assert np.array_equal(kernel(A), A[:, :32])


@pytest.mark.parametrize(
    "options, banks",
    [
        ({"base_bank": 0}, [0, 0, 0, 0]),
        ({"base_bank": 3, "num_bank_tiles": (2,)}, [3, 4, 3, 4]),
        ({"base_bank": 4, "num_bank_tiles": (4,), "num_par_tiles": (1,), "num_free_tiles": (1,)}, [4, 5, 6, 7]),
    ],
)
def test_mod_alloc_in_psum(options, banks):
    kernel = copier(ncc.psum.mod_alloc(**options))
    assert places(kernel, "psum") == [(0, bank * 2048) for bank in banks]
    assert np.array_equal(kernel(A), 2 * A)


def test_alloc_asks_a_function():
    asked = []

    def place(idx, pdim_size, fdim_size):
        asked.append((idx, pdim_size, fdim_size))
        return 0, 4096 + idx[1] * fdim_size

    kernel = copier(ncc.sbuf.alloc(place), (2, 2, nl.par_dim(128), 64))
    assert places(kernel, "sbuf") == [(0, 4096), (0, 4096 + 256)] * 2
    assert asked == [((i, j), 128, 256) for i in range(2) for j in range(2)]
    assert np.array_equal(kernel(A), 2 * A)
    kernel = copier(ncc.psum.alloc(lambda i, rows, size: (i[0] + 2, 0, 0)))
    assert places(kernel, "psum") == [(0, bank * 2048) for bank in (2, 3, 4, 5)]


def test_auto_alloc_is_the_plain_buffer():
    for buffer in (ncc.sbuf.auto_alloc(), ncc.psum.auto_alloc(), nl.sbuf, nl.psum):
        assert np.array_equal(copier(buffer)(A), 2 * A)


def test_a_tensor_without_axes_in_front_is_the_first_tile():
    @nki.jit
    def kernel(a):
        out = nl.ndarray(a.shape[1:], dtype=a.dtype, buffer=nl.shared_hbm)
        tile = nl.ndarray((128, 64), nl.float32, buffer=ncc.sbuf.mod_alloc(base_addr=512, num_free_tiles=(2,)))
        tile[...] = nl.load(a[0])
        nl.store(out, tile)
        return out

    assert places(kernel, "sbuf") == [(0, 512)]
    assert np.array_equal(kernel(A), A[0])


def test_later_tiles_take_the_memory_of_earlier_ones():
    @nki.jit
    def kernel(a):
        """Two tiles at one place: the first is read before the second is written, then it holds the second."""
        out = nl.ndarray((2, 128, 64), dtype=a.dtype, buffer=nl.shared_hbm)
        first = nl.ndarray((128, 64), nl.float32, buffer=ncc.sbuf.mod_alloc(base_addr=0))
        second = nl.ndarray((128, 64), nl.float32, buffer=ncc.sbuf.mod_alloc(base_addr=0))
        first[...] = nl.load(a[0])
        nl.store(out[0], first)
        second[...] = nl.load(a[1])
        nl.store(out[1], first)
        return out

    assert np.array_equal(kernel(A), A[:2])


def test_placed_tiles_and_others_do_not_meet():
    @nki.jit
    def kernel(a):
        out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
        placed = nl.ndarray((2, nl.par_dim(128), 64), nl.float32, buffer=ncc.sbuf.mod_alloc(base_addr=0))
        others = [nl.load(a[i]) for i in range(4)]
        for i in range(4):
            placed[i % 2] = others[i]
            nl.store(out[i], placed[i % 2])
        return out

    assert np.array_equal(kernel(A), A)
    taken = [row for row in kernel.plan(A).placements if row[1] == "sbuf"]
    assert min(byte for *_, byte, _, _ in taken if byte != 0) >= 256


REFUSED = [
    (lambda: ncc.sbuf.alloc(3), TypeError, r"sbuf.alloc: func must be a function \(idx, pdim_size, fdim_size\), got 3"),
    (lambda: ncc.psum.alloc(None), TypeError, "psum.alloc: func must be a function"),
    (lambda: ncc.sbuf.mod_alloc(base_addr=-4), ValueError, "sbuf.mod_alloc: base_addr must be .* at least 0, got -4"),
    (lambda: ncc.sbuf.mod_alloc(base_addr="0"), ValueError, "sbuf.mod_alloc: base_addr must be .*, got '0'"),
    (lambda: ncc.psum.mod_alloc(base_bank=1.5), ValueError, "psum.mod_alloc: base_bank must be .*, got 1.5"),
    (
        lambda: ncc.sbuf.mod_alloc(base_addr=0, num_free_tiles=(0,)),
        ValueError,
        r"sbuf.mod_alloc: num_free_tiles must hold positive integers, got \(0,\)",
    ),
    (lambda: ncc.sbuf.mod_alloc(0), TypeError, "positional argument"),
    (lambda: ncc.multi_buffer(factor=0), ValueError, "multi_buffer: factor must be a positive integer, got 0"),
    (lambda: ncc.force_auto_alloc(3), TypeError, "force_auto_alloc: decorates a kernel or a function, got 3"),
    (lambda: ncc.enable_stack_allocator(log_level="x"), ValueError, "enable_stack_allocator: log_level must be"),
    (
        lambda: copier(ncc.sbuf.alloc(lambda i, p, f: 5))(A),
        TypeError,
        r"returned 5 for tile \(0,\); it must return \(start",
    ),
    (
        lambda: copier(ncc.psum.alloc(lambda i, p, f: (0, 0)))(A),
        TypeError,
        r"it must return \(bank, start partition, byte\)",
    ),
    (
        lambda: copier(ncc.sbuf.mod_alloc(base_addr=196400, num_free_tiles=(4,)))(A),
        ValueError,
        r"sbuf.mod_alloc: tile \(0,\) of 256 bytes in 128 partitions starts at byte 196400 and ends at 196656; "
        "a partition of SBUF on trn1 has 196608 bytes",
    ),
    (
        lambda: copier(ncc.sbuf.mod_alloc(base_addr=0, num_par_tiles=(4,)))(A),
        ValueError,
        r"tile \(1,\) of 256 bytes in 128 partitions starts at partition 128; it must start at 0",
    ),
    (
        lambda: copier(ncc.sbuf.alloc(lambda i, p, f: (16, 0)), (4, nl.par_dim(64), 64))(A[:, :64]),
        ValueError,
        r"tile \(0,\) of 256 bytes in 64 partitions starts at partition 16; it must start at 0 or 64",
    ),
    (
        lambda: copier(ncc.psum.mod_alloc(base_bank=6, num_bank_tiles=(4,)))(A),
        ValueError,
        r"psum.mod_alloc: tile \(2,\) of 256 bytes .* is in bank 8; PSUM has the banks 0 to 7",
    ),
    (
        lambda: copier(ncc.psum.mod_alloc(base_bank=0, num_free_tiles=(4,)))(A),
        ValueError,
        r"tile \(1,\) of .* starts at partition 0, byte 256 of its bank; both must be 0",
    ),
    (
        lambda: copier(ncc.psum.mod_alloc(base_bank=0), (4, nl.par_dim(128), 1024))(A),
        ValueError,
        r"tile \(0,\) of 4096 bytes in 128 partitions does not fit into a bank of PSUM, which has 2048 bytes",
    ),
    (
        lambda: copier(ncc.sbuf.mod_alloc(base_addr=0, num_free_tiles=(2, 2)))(A),
        ValueError,
        r"num_free_tiles \(2, 2\) is for 2 axes in front of the partition axis; the tensor has 1",
    ),
    (lambda: copier("sbuf")(A), TypeError, "nl.ndarray: buffer must be nl.sbuf, nl.psum, .*, got 'sbuf'"),
]


@pytest.mark.parametrize("call, error, message", REFUSED)
def test_impossible_places_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def double(a):
    out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    with ncc.no_reorder(), ncc.allocation_scope(), ncc.multi_buffer(factor=3), ncc.multi_buffer():
        for i in nl.affine_range(4):
            nl.store(out[i], nl.load(a[i]) * 2)
    return out


HINTS = [
    ncc.skip_middle_end_transformations,
    ncc.enable_stack_allocator,
    ncc.force_auto_alloc,
    ncc.enable_stack_allocator(log_level=30),
    ncc.force_auto_alloc(),
    ncc.skip_middle_end_transformations(),
]


@pytest.mark.parametrize("order", list(itertools.permutations([*HINTS[:2], nki.jit])))
def test_hints_stand_above_and_below_jit(order):
    kernel = double
    for decorator in order:
        kernel = decorator(kernel)
    assert np.array_equal(kernel(A), 2 * A)


@pytest.mark.parametrize("hint", HINTS)
def test_hints_leave_results_as_they_are(hint):
    assert np.array_equal(hint(nki.jit(double))(A), 2 * A)
    assert np.array_equal(nki.jit(hint(double))(A), 2 * A)


def test_contexts_give_nothing_and_hide_no_error():
    for context in (ncc.no_reorder(), ncc.allocation_scope(), ncc.multi_buffer(2)):
        with pytest.raises(KeyError), context as given:
            assert given is None
            raise KeyError
    assert isinstance(ncc.no_reorder(), contextlib.AbstractContextManager)


def test_tiles_that_find_no_room_are_told_and_get_some():
    @nki.jit
    def kernel(a):
        """32 products wait in PSUM, which has room for 8."""
        out = nl.ndarray((8, 4, 64, 512), dtype=a.dtype, buffer=nl.shared_hbm)
        products = nl.ndarray((8, 4, nl.par_dim(64), 512), dtype=nl.float32, buffer=nl.psum)
        x = [nl.load(a[i]) for i in range(4)]
        wide = nl.ndarray((128, 512), nl.float32)
        for i in range(8):
            wide[:, i * 64 : i * 64 + 64] = x[i % 4]
        for i in nl.affine_range(8):
            for j in nl.affine_range(4):
                products[i, j] = nisa.nc_matmul(x[j], wide)
        for i in nl.affine_range(8):
            for j in nl.affine_range(4):
                nl.store(out[i, j], products[i, j])
        return out

    with pytest.warns(
        todays.NkiWarning, match="needs 2048 bytes per partition of PSUM .* a compiler has to move tiles"
    ) as told:
        found = kernel(A)
    assert len(told) == 1
    wide = np.concatenate([*A, *A], axis=1)
    wanted = np.stack([x.T.astype(np.float64) @ wide for x in A])
    for part in found:
        np.testing.assert_allclose(part, wanted, rtol=1e-4)
    assert np.array_equal(kernel(A), found)  # in the same process, after the memory has been used
    assert np.array_equal(copier(nl.psum)(A), 2 * A)
    assert np.array_equal(todays.simulate(kernel)(A), found)


def test_alloc_gives_a_function_its_arguments_by_name():
    def place(banks, idx, pdim_size, fdim_size):
        return banks[idx], 0, 0

    @nki.jit
    def kernel(a):
        banks = functools.partial(place, banks={(0,): 1, (1,): 5})
        tiles = nl.ndarray((2, nl.par_dim(128), 64), np.float32, buffer=ncc.psum.alloc(banks))
        out = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
        for i in nl.affine_range(2):
            tiles[i] = nl.copy(nl.load(a[i]))
            nl.store(out[i], tiles[i])
        return out

    a = np.random.default_rng(0).random((2, 128, 64), np.float32)
    assert np.array_equal(kernel(a), a)
