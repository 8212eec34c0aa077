"""Addresses in SBUF and offsets of patterns that only the run knows, against plain NumPy."""

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest

from tests.python.small_kernels import result_of, tile_of

ROWS = np.arange(128 * 512, dtype=np.float32).reshape(128, 512)


def part(tile, index, axis, count, width):
    """`count` partitions by `width` elements of a [128, 512] tile, moved `index` steps of an axis."""
    return tile.ap([[512, count], [1, width]], scalar_offset=tile_of(index), indirect_dim=axis)


def as_index(value):
    return np.array([[value]], np.int32)


@nki.jit
def read_columns(array, index):
    result = nl.ndarray((32, 64), array.dtype, buffer=nl.sbuf)
    nisa.tensor_copy(result, part(tile_of(array), index, 1, 32, 64))
    return result_of(result)


@nki.jit
def write_columns(array, index):
    tile, beside = tile_of(array), tile_of(array)
    nisa.memset(part(tile, index, 1, 32, 64), -1.0)
    return result_of(tile), result_of(beside)


@nki.jit
def read_partitions(array, index):
    result = nl.ndarray((16, 4), array.dtype, buffer=nl.sbuf)
    nisa.tensor_copy(result, part(tile_of(array), index, 0, 16, 4))
    return result_of(result)


@pytest.mark.parametrize("at", [0, 100, 448])
def test_an_offset_moves_along_the_free_axis(at):
    np.testing.assert_array_equal(read_columns(ROWS, as_index(at)), ROWS[:32, at : at + 64])
    written, beside = write_columns(ROWS, as_index(at))
    expected = ROWS.copy()
    expected[:32, at : at + 64] = -1
    np.testing.assert_array_equal(written, expected)
    np.testing.assert_array_equal(beside, ROWS)


@pytest.mark.parametrize("kernel", [read_columns, write_columns])
@pytest.mark.parametrize(("at", "last"), [(449, 512), (500, 563), (511, 574)])
def test_an_access_stays_in_its_partition(kernel, at, last):
    message = rf"scalar_offset is {at}: the access reaches element {last} of a partition of \S+, which holds 512"
    with pytest.raises(nki.RunError, match=message):
        kernel(ROWS, as_index(at))


@pytest.mark.parametrize("at", [-1, 70_000, 2**31 - 1, -(2**31)])
def test_an_access_stays_in_its_tile(at):
    with pytest.raises(nki.RunError, match=rf"scalar_offset is {at}: the access reaches element"):
        read_columns(ROWS, as_index(at))


@pytest.mark.parametrize("at", [0, 32, 96])
def test_an_offset_moves_over_partitions(at):
    np.testing.assert_array_equal(read_partitions(ROWS, as_index(at)), ROWS[at : at + 16, :4])


@pytest.mark.parametrize("at", [5, 16, 112])
def test_a_moved_operand_starts_where_one_may(at):
    message = rf"tensor_copy: \S+ starts at partition {at}, .* multiples of 32 \[start-partition\]"
    with pytest.raises(nki.RunError, match=message):
        read_partitions(ROWS, as_index(at))


@nki.jit
def load_partitions(array, index):
    tile = tile_of(array)
    nisa.dma_copy(part(tile, index, 0, 16, 4), array[0:16, 0:4])
    return result_of(tile)


def test_a_dma_starts_at_any_partition():
    expected = ROWS.copy()
    expected[5:21, :4] = ROWS[:16, :4]
    np.testing.assert_array_equal(load_partitions(ROWS, as_index(5)), expected)


@nki.jit
def load_or_skip(array, index):
    tile = tile_of(array)
    nisa.dma_copy(part(tile, index, 1, 32, 64), array[0:32, 0:64], oob_mode=nisa.oob_mode.skip)
    return result_of(tile)


@pytest.mark.parametrize("at", [-1, 449, 70_000, 2_000_000_000, -2_000_000_000])
def test_a_skipped_transfer_that_leaves_its_tile_writes_nothing(at):
    np.testing.assert_array_equal(load_or_skip(ROWS, as_index(at)), ROWS)


@nki.jit
def read_by_float(array, value):
    register = nisa.register_alloc()
    nisa.register_load(register, tile_of(value))
    result = nl.ndarray((32, 64), array.dtype, buffer=nl.sbuf)
    tile = tile_of(array)
    nisa.tensor_copy(result, tile.ap([[512, 32], [1, 64]], scalar_offset=register, indirect_dim=1))
    return result_of(result)


@pytest.mark.parametrize(("value", "text"), [(np.nan, "nan"), (np.inf, "inf"), (-3e38, "-3")])
def test_a_register_that_holds_no_address_says_what_it_holds(value, text):
    with pytest.raises(nki.RunError, match=rf"scalar_offset is -?{text}"):
        read_by_float(ROWS, np.array([[value]], np.float32))


@nki.jit
def sum_at(array, index):
    result = nl.ndarray((4, 4), array.dtype, buffer=nl.sbuf)
    moved = array.ap([[512, 4], [1, 4]], scalar_offset=tile_of(index), indirect_dim=0)
    nisa.dma_compute(result, [moved, array[0:4, 0:4]], nl.add)
    return result_of(result)


def test_dma_compute_takes_no_scalar_offset():
    with pytest.raises(nki.VerifyError, match=r"srcs\[0\] has a scalar_offset; .* \[static-address\]"):
        sum_at(ROWS, as_index(2))


@nki.jit
def count_from(start, stop):
    """Row i of the result: i + (0, 1, …, 7), and the numbers from i on of a row of ones."""
    first, last = nisa.register_alloc(), nisa.register_alloc()
    nisa.register_load(first, tile_of(start))
    nisa.register_load(last, tile_of(stop))
    counted = nl.zeros((8, 8), nl.int32, buffer=nl.shared_hbm)
    selected = nl.zeros((8, 8), nl.float32, buffer=nl.shared_hbm)
    ones = nl.ndarray((1, 8), nl.float32, buffer=nl.sbuf)
    nisa.memset(ones, 1.0)
    for i in nl.dynamic_range(first, last):
        numbers, kept = nl.ndarray((1, 8), nl.int32, buffer=nl.sbuf), nl.ndarray((1, 8), nl.float32, buffer=nl.sbuf)
        nisa.iota(numbers, [[1, 8]], offset=i)
        nisa.affine_select(kept, [[-1, 8]], 0, ones, -2.0, cmp_op=nl.less_equal, offset=i)
        nisa.dma_copy(counted.ap([[8, 1], [1, 8]], scalar_offset=i), numbers)
        nisa.dma_copy(selected.ap([[8, 1], [1, 8]], scalar_offset=i), kept)
    return counted, selected


@pytest.mark.parametrize(("start", "stop"), [(0, 8), (3, 5)])
def test_a_register_is_the_offset_of_a_pattern(start, stop):
    row, column = np.mgrid[0:8, 0:8]
    inside = (row >= start) & (row < stop)
    counted, selected = count_from(as_index(start), as_index(stop))
    np.testing.assert_array_equal(counted, np.where(inside, row + column, 0))
    np.testing.assert_array_equal(selected, np.where(inside, np.where(column >= row, 1, -2), 0))


# ---- destinations that a run finds to overlap their sources ----


def ways(kernel):
    return {"planned": kernel, "simulated": nki.simulate(kernel)}


both_ways = pytest.mark.parametrize("way", ["planned", "simulated"])
MESSAGE = r"dynamic_addresses_test\.py:\d+: error: {}: {} overlaps {}, shifted, in \S+: which elements .* \[overlap\]"


def copied(tile, moved):
    nisa.tensor_copy(moved, tile[0:32, 0:64])


def copied_back(tile, moved):
    nisa.tensor_copy(tile[0:32, 0:64], moved)


def added(tile, moved):
    nisa.tensor_scalar(moved, tile[0:32, 0:64], nl.add, 0.0)


def transferred(tile, moved):
    nisa.dma_copy(moved, tile[0:32, 0:64])


@both_ways
@pytest.mark.parametrize(
    ("write", "message"),
    [
        (copied, MESSAGE.format("tensor_copy", "dst", "src")),
        (copied_back, MESSAGE.format("tensor_copy", "dst", "src")),
        (added, MESSAGE.format("tensor_scalar", "dst", "data")),
        (transferred, MESSAGE.format("dma_copy", "dst", "src")),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_an_offset_may_not_shift_a_tile_over_itself(way, write, message):
    @nki.jit
    def kernel(array, index):
        tile = tile_of(array)
        write(tile, part(tile, index, 1, 32, 64))
        return result_of(tile)

    run = ways(kernel)[way]
    for at in (1, 63):
        with pytest.raises(nki.RunError, match=message):
            run(ROWS, as_index(at))
    np.testing.assert_array_equal(run(ROWS, as_index(0)), ROWS)
    expected = ROWS.copy()
    expected[:32, 0:64] = ROWS[:32, 64:128]
    if write is not copied_back:
        expected = ROWS.copy()
        expected[:32, 64:128] = ROWS[:32, 0:64]
    np.testing.assert_array_equal(run(ROWS, as_index(64)), expected)


@both_ways
def test_rows_of_a_tensor_may_not_be_read_and_written_at_once(way):
    @nki.jit
    def kernel(array, index):
        moved = nl.ndarray((8, 4), array.dtype, buffer=nl.shared_hbm)
        nisa.dma_copy(moved, array)
        nisa.dma_copy(moved.vector_select(0, tile_of(index)), moved[0:4], oob_mode=nisa.oob_mode.skip)
        return moved

    run, array = ways(kernel)[way], np.arange(32, dtype=np.float32).reshape(8, 4)
    for rows in ([4, 5, 6, 3], [1, 8, 9, 10]):
        with pytest.raises(nki.RunError, match=MESSAGE.format("dma_copy", "dst", "src")):
            run(array, np.array(rows, np.int32).reshape(4, 1))
    for rows in ([4, 5, 6, 7], [7, 5, 5, 9], [0, 1, 2, 3], [-1, 4, 8, 10]):
        expected = array.copy()
        for row, to in enumerate(rows):
            if 0 <= to < 8:
                expected[to] = array[row]
        np.testing.assert_array_equal(run(array, np.array(rows, np.int32).reshape(4, 1)), expected)


# ---- indices are those of the view ----


@both_ways
@pytest.mark.parametrize("at", [-4, -1, 32, 39, 2**31 - 1])
def test_a_vector_select_chooses_among_the_rows_of_the_view(way, at):
    def kernel(array, index, mode):
        tile = nl.zeros((4, 512), array.dtype, buffer=nl.sbuf)
        nisa.dma_copy(tile, array[32:64].vector_select(0, tile_of(index)), oob_mode=mode)
        return result_of(tile)

    run = ways(nki.jit(kernel))[way]
    rows = np.array([[0], [31], [at], [5]], np.int32)
    message = rf"dma_copy: index 2 of vector_offset is {at}; it must be 0 to 31 for the part of array that"
    with pytest.raises(nki.RunError, match=message):
        run(ROWS, rows, nisa.oob_mode.error)
    expected = np.stack([ROWS[32], ROWS[63], np.zeros(512), ROWS[37]])
    np.testing.assert_array_equal(run(ROWS, rows, nisa.oob_mode.skip), expected)


@both_ways
def test_a_select_chooses_on_the_axis_of_the_view(way):
    @nki.jit
    def kernel(array, index):
        tile = tile_of(array)
        result = nl.ndarray((128, 4), array.dtype, buffer=nl.sbuf)
        nisa.tensor_copy(result, tile.reshape((128, 4, 128))[:, 1:3, 0:4].select(1, tile_of(index)))
        return result_of(result)

    run = ways(kernel)[way]
    for at in (0, 1):
        first = 128 * (1 + at)
        np.testing.assert_array_equal(run(ROWS, as_index(at)), ROWS[:, first : first + 4])
    for at in (-1, 2):
        with pytest.raises(nki.RunError, match=rf"the index is {at}; it must be 0 to 1 for the part of sbuf\.\d+ that"):
            run(ROWS, as_index(at))


@both_ways
def test_a_skipped_select_leaves_what_is_there(way):
    @nki.jit
    def kernel(array, index):
        tile = nl.zeros((128, 1), array.dtype, buffer=nl.sbuf)
        nisa.dma_copy(tile, array[:, 0:2].select(1, tile_of(index)), oob_mode=nisa.oob_mode.skip)
        return result_of(tile)

    for at, expected in ((1, ROWS[:, 1:2]), (2, np.zeros((128, 1))), (-1, np.zeros((128, 1)))):
        np.testing.assert_array_equal(ways(kernel)[way](ROWS, as_index(at)), expected)


def gathered(x, rows, out):
    """`out` with rows of x where the index is inside; what NumPy does one row after the other."""
    for place, row in enumerate(rows):
        if 0 <= row < len(x):
            out[place] = x[row]
    return out


def scattered(x, rows, out):
    for place, row in enumerate(rows):
        if 0 <= row < len(out):
            out[row] = x[place]
    return out


DTYPES = [np.uint8, np.float16, np.float32]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("count, width", [(128, 64), (17, 33), (1, 5), (50, 130)])
def test_rows_with_an_index_each(dtype, count, width):
    """Also equal ones, of which the last one counts, and with oob_mode.skip some outside."""
    rng = np.random.default_rng(count)
    x = rng.integers(0, 100, (200, width)).astype(dtype)
    tile = rng.integers(0, 100, (128, width)).astype(dtype)[:count]
    for outside in (False, True):
        rows = rng.integers(-60 if outside else 0, 260 if outside else 60, (count, 1)).astype(np.int32)
        mode = nisa.oob_mode.skip if outside else nisa.oob_mode.error

        @nki.jit
        def gather(x, tile, rows, mode=mode):
            into = tile_of(tile)
            pattern = x.ap([[width, count], [1, width]], vector_offset=tile_of(rows))
            nisa.dma_copy(into, pattern, oob_mode=mode)
            return result_of(into)

        @nki.jit
        def scatter(x, tile, rows, mode=mode):
            pattern = x.ap([[width, count], [1, width]], vector_offset=tile_of(rows))
            nisa.dma_copy(pattern, tile_of(tile), oob_mode=mode)
            return x

        for way in (lambda kernel: kernel, nki.simulate):
            np.testing.assert_array_equal(way(gather)(x, tile, rows), gathered(x, rows[:, 0], tile.copy()))
            np.testing.assert_array_equal(way(scatter)(x.copy(), tile, rows), scattered(tile, rows[:, 0], x.copy()))


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_second_element_of_rows_with_an_index_each(dtype):
    x = np.arange(64 * 90).reshape(64, 90).astype(dtype)
    rows = np.array([[7], [0], [63], [7], [31]], np.uint32)

    @nki.jit
    def kernel(x, rows):
        tile = nl.ndarray((5, 3, 10), x.dtype)
        nisa.dma_copy(tile, x.ap([[90, 5], [30, 3], [2, 10]], offset=1, vector_offset=tile_of(rows)))
        return result_of(tile)

    np.testing.assert_array_equal(kernel(x, rows), x[rows[:, 0]].reshape(5, 3, 30)[:, :, 1:21:2])


def test_scattered_rows_that_overlap_are_written_one_after_the_other():
    """Indices are steps of 3 elements, rows have 100."""
    rng = np.random.default_rng(0)
    tile = rng.standard_normal((32, 100), np.float32)
    rows = rng.permutation(32).astype(np.int32).reshape(32, 1)

    @nki.jit
    def kernel(x, tile, rows):
        view = x.reshape((100, 3)).ap([[3, 32], [1, 100]], vector_offset=tile_of(rows))
        nisa.dma_copy(view, tile_of(tile))
        return x

    expected = np.zeros(300, np.float32)
    for place, row in enumerate(rows[:, 0]):
        expected[3 * row : 3 * row + 100] = tile[place]
    np.testing.assert_array_equal(kernel(np.zeros((300,), np.float32), tile, rows), expected)
