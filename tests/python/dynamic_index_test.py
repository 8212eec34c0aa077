"""Registers as indices of tensors: t[i] and t[nl.ds(i, n)], against NumPy's."""

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest

from tests.python.small_kernels import tile_of

A = np.arange(128 * 32, dtype=np.float32).reshape(128, 32)
both_ways = pytest.mark.parametrize("way", ["planned", "simulated"])


def ways(kernel):
    return {"planned": kernel, "simulated": nki.simulate(kernel)}


def as_index(value):
    return np.array([[value]], np.int32)


def register_of(index):
    tile, register = nl.ndarray((1, 1), nl.int32, buffer=nl.sbuf), nisa.register_alloc()
    nisa.dma_copy(tile, index)
    nisa.register_load(register, tile)
    return register


def reads(view_of, chip):
    """A kernel that returns view_of(tensor, register), of a tensor in HBM or on chip."""

    @nki.jit
    def kernel(array, index):
        view = view_of(tile_of(array) if chip else array, register_of(index))
        out = nl.ndarray(view.shape, array.dtype, buffer=nl.shared_hbm)
        nisa.dma_copy(out, view)
        return out

    return kernel


def writes(view_of, chip):
    """A kernel that sets view_of(tensor, register) to -1 and returns the tensor."""

    @nki.jit
    def kernel(array, index):
        out = nl.ndarray(array.shape, array.dtype, buffer=nl.shared_hbm)
        nisa.dma_copy(out, array)
        tensor = tile_of(array) if chip else out
        view = view_of(tensor, register_of(index))
        nisa.dma_copy(view, nl.full(view.shape, -1, array.dtype, buffer=nl.sbuf if chip else nl.private_hbm))
        if chip:
            nisa.dma_copy(out, tensor)
        return out

    return kernel


# In the kernel, the same in NumPy, and the indices that are legal.
VIEWS = {
    "row": (lambda t, i: t[i], lambda a, i: a[i], range(128)),
    "part of a row": (lambda t, i: t[i, 0:4], lambda a, i: a[i, 0:4], range(128)),
    "row of a part": (lambda t, i: t[32:64][i], lambda a, i: a[32:64][i], range(32)),
    "every other row": (lambda t, i: t[0:128:2][i, ...], lambda a, i: a[0:128:2][i], range(64)),
    "column": (lambda t, i: t[:, i], lambda a, i: a[:, i], range(32)),
    "last axis": (lambda t, i: t[..., i], lambda a, i: a[..., i], range(32)),
    "element": (lambda t, i: t[3, i], lambda a, i: a[3, i], range(32)),
    "rows": (lambda t, i: t[nl.ds(i, 5)], lambda a, i: a[i : i + 5], range(124)),
    "columns": (lambda t, i: t[:, nl.ds(i, 8)], lambda a, i: a[:, i : i + 8], range(25)),
    "all columns": (lambda t, i: t[1:3, nl.ds(i, 32)], lambda a, i: a[1:3], range(1)),
    "some of the columns": (lambda t, i: t[:, nl.ds(i, 8)][:, 2:4], lambda a, i: a[:, i + 2 : i + 4], range(25)),
}


@both_ways
@pytest.mark.parametrize("chip", [False, True], ids=["hbm", "sbuf"])
@pytest.mark.parametrize("name", VIEWS)
def test_a_register_is_an_index(name, chip, way):
    view_of, expected_of, legal = VIEWS[name]
    read, write = ways(reads(view_of, chip))[way], ways(writes(view_of, chip))[way]
    for index in {legal[0], legal[len(legal) // 2], legal[-1]}:
        expected = expected_of(A, index)
        result = read(A, as_index(index))
        np.testing.assert_array_equal(result.reshape(expected.shape), expected)
        changed = A.copy()
        changed_part = expected_of(changed, index)
        if changed_part.ndim:
            changed_part[...] = -1
        else:
            changed[3, index] = -1
        np.testing.assert_array_equal(write(A, as_index(index)), changed)
    for index in (-1, len(legal), 2**31 - 1):
        message = rf"dma_copy: the index is {index}; it must be 0 to {len(legal) - 1} for the part of \S+ that"
        for run in (read, write):
            with pytest.raises(nki.RunError, match=message):
                run(A, as_index(index))


@both_ways
def test_shapes_are_those_of_an_integer_index(way):
    @nki.jit
    def kernel(array, index):
        i = register_of(index)
        for tensor in (array, tile_of(array), tile_of(array).reshape((128, 4, 8)), array.reshape((128, 4, 8))):
            for key, same in (((i,), (1,)), ((slice(None), i), (slice(None), 1)), ((2, i), (2, 1))):
                assert tensor[key].shape == tensor[same].shape
            assert tensor[nl.ds(i, 3)].shape == tensor[nl.ds(0, 3)].shape
            assert tensor[i].is_indirect() and not tensor[1].is_indirect()
        return reads_nothing(array)

    def reads_nothing(array):
        return nl.zeros(array.shape, array.dtype, buffer=nl.shared_hbm)

    np.testing.assert_array_equal(ways(kernel)[way](A, as_index(0)), A * 0)


@both_ways
def test_the_index_of_a_loop(way):
    """Compute on chip in windows of 8 columns, from and to blocks of 32 rows of HBM."""

    @nki.jit
    def kernel(array):
        out = nl.ndarray(array.shape, array.dtype, buffer=nl.shared_hbm)
        for row in nl.dynamic_range(0, 128, 32):
            tile, doubled = (nl.ndarray((32, 32), array.dtype, buffer=nl.sbuf) for _ in range(2))
            nisa.dma_copy(tile, array[nl.ds(row, 32)])
            for column in nl.dynamic_range(0, 32, 8):
                window = (slice(None), nl.ds(column, 8))
                nisa.tensor_tensor(doubled[window], tile[window], tile[window], nl.add)
            nisa.dma_copy(out[nl.ds(row, 32)], doubled)
        return out

    np.testing.assert_array_equal(ways(kernel)[way](A), A * 2)


@both_ways
def test_fori_loop_indexes_partitions_for_dma_and_compute(way):
    @nki.jit
    def kernel(array):
        tile, out = tile_of(array), nl.ndarray((4, 32), array.dtype, buffer=nl.shared_hbm)
        blocks = nl.zeros((32, 32), nl.float32, buffer=nl.sbuf)

        def body(i):
            nisa.dma_copy(out[i], tile[i])

        nl.fori_loop(0, 4, body)
        for start in nl.dynamic_range(0, 128, 32):
            nisa.tensor_tensor(blocks, blocks, tile[nl.ds(start, 32)], nl.add)
        total = nl.ndarray((32, 32), array.dtype, buffer=nl.shared_hbm)
        nisa.dma_copy(total, blocks)
        return out, total

    rows, total = ways(kernel)[way](A)
    np.testing.assert_array_equal(rows, A[:4])
    np.testing.assert_array_equal(total, A.reshape(4, 32, 32).sum(0))


def test_an_index_may_shift_no_tile_over_itself():
    @nki.jit
    def kernel(array, index):
        tile = tile_of(array)
        nisa.tensor_copy(tile[:, nl.ds(register_of(index), 8)], tile[:, 0:8])
        out = nl.ndarray(array.shape, array.dtype, buffer=nl.shared_hbm)
        nisa.dma_copy(out, tile)
        return out

    for run in (kernel, nki.simulate(kernel)):
        with pytest.raises(nki.RunError, match=r"tensor_copy: dst overlaps src, shifted, .*\[overlap\]"):
            run(A, as_index(4))
        np.testing.assert_array_equal(run(A, as_index(8))[:, 8:16], A[:, :8])


def test_the_graph_shows_the_index():
    graph = reads(lambda t, i: t[1:3, nl.ds(i, 4)], False).graph(A, as_index(0)).text()
    assert "src=array.ap([[32, 2], [1, 4]], offset=32, scalar_offset=r0*1 below 29)" in graph


def arithmetic(t, i):
    return t[i + 1]


def product(t, i):
    return t[nl.ds(i * 8, 8)]


def plain_slice(t, i):
    return t[i : i + 4]


def open_slice(t, i):
    return t[i:]


def two_registers(t, i):
    return t[i, i]


def chained(t, i):
    return t[nl.ds(i, 4)].select(1, i)


def pattern_of_moved(t, i):
    return t[i, 0:4].ap([[32, 1], [1, 4]], scalar_offset=i)


def too_wide(t, i):
    return t[:, nl.ds(i, 33)]


def empty(t, i):
    return t[nl.ds(i, 0)]


def register_as_size(t, i):
    return t[nl.ds(0, i)]


def both_registers(t, i):
    return t[nl.ds(i, i)]


def too_many(t, i):
    return t[i, 0, 0]


@both_ways
@pytest.mark.parametrize("chip", [False, True], ids=["hbm", "sbuf"])
@pytest.mark.parametrize(
    ("view_of", "error", "message"),
    [
        (arithmetic, TypeError, r"Python can't compute with it; it can index a tensor \(t\[register\], t\[nl\.ds"),
        (product, TypeError, r"Python can't compute with it; it can index a tensor"),
        (plain_slice, TypeError, r"Python can't compute with it; it can index a tensor"),
        (open_slice, TypeError, r"Python can't compute with it; it can index a tensor"),
        (two_registers, ValueError, r"index: .* already has a dynamic offset"),
        (chained, ValueError, r"select: .* already has a dynamic offset"),
        (pattern_of_moved, ValueError, r"ap: .* already has a dynamic offset"),
        (too_wide, IndexError, r"index: nl\.ds of 33 elements on axis 1 of .*, which has 32"),
        (empty, IndexError, r"index: nl\.ds of 0 elements on axis 0 of .*, which has 128"),
        (register_as_size, TypeError, r"nl.ds: size must be an integer, got <VirtualRegister r0>"),
        (both_registers, TypeError, r"ds: size must be an integer, got <VirtualRegister"),
        (too_many, IndexError, r"index: 3 indices for .*, which has 2 axes"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_no_index(way, chip, view_of, error, message):
    if way == "simulated" and (view_of is register_as_size or "compute with it" in message):
        pytest.skip("registers have values there")
    with pytest.raises(error, match=message):
        ways(reads(view_of, chip))[way](A, as_index(0))
