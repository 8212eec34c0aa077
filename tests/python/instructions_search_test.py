"""Properties of the searching and counting instructions, on random shapes, data types and views, against NumPy."""

import ml_dtypes
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
FLOATS = [np.dtype(np.float32), np.dtype(np.float16), BFLOAT16]
NUMBERS = [*FLOATS, np.dtype(np.int32), np.dtype(np.uint8), np.dtype(np.int16)]
NONE = 0xFFFFFFFF  # the position of a value that is not there

examples = settings(max_examples=100, deadline=None, derandomize=True)


@st.composite
def tiles(draw, dtypes, least=1, most=200, partitions=st.integers(1, 128)):
    """An array [P, F] of few different values, and the slice of its columns that a kernel works on."""
    shape = draw(partitions), draw(st.integers(least, most))
    start, step = draw(st.integers(0, 3)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    values = rng.integers(0, draw(st.sampled_from([3, 30, 1000])), (shape[0], start + shape[1] * step))
    return values.astype(draw(st.sampled_from(dtypes))), slice(start, start + shape[1] * step, step)


def load(x):
    tile = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=tile, src=x)
    return tile


def store(tile):
    out = nl.ndarray(tile.shape, dtype=tile.dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=out, src=tile)
    return out


@nki.jit
def largest8(x, start, stop, step):
    dst = nl.ndarray((x.shape[0], 8), dtype=nl.float32, buffer=nl.sbuf)
    nisa.max8(dst=dst, src=load(x)[:, start:stop:step])
    return store(dst)


def bounds(columns):
    return columns.start, columns.stop, columns.step


@examples
@given(tiles(NUMBERS, least=8))
def test_max8_is_the_end_of_a_sort(tile):
    x, columns = tile
    expected = np.sort(x[:, columns].astype(np.float32), axis=1)[:, :-9:-1]
    np.testing.assert_array_equal(largest8(x, *bounds(columns)), expected)


@nki.jit
def find8(x, vals, start, stop, step):
    dst = nl.ndarray((x.shape[0], 8), dtype=nl.uint32, buffer=nl.sbuf)
    nisa.nc_find_index8(dst=dst, data=load(x)[:, start:stop:step], vals=load(vals))
    return store(dst)


def positions(row, vals, columns):
    """Where each of vals is in row; each place is given away once, in the order of `columns`."""
    found, free = [NONE] * 8, {value: list(np.flatnonzero(row == value)) for value in set(vals)}
    for column in columns:
        if free[vals[column]]:
            found[column] = free[vals[column]].pop(0)
    return found


@examples
@given(tiles(NUMBERS, least=8), st.integers(2, 40))
def test_nc_find_index8_gives_occurrences_to_columns_from_0_to_7(tile, kinds):
    x, columns = tile
    vals = np.random.default_rng(kinds).integers(0, kinds, (len(x), 8)).astype(np.float32)
    expected = [positions(row, list(v), range(8)) for row, v in zip(x[:, columns].astype(np.float32), vals)]
    np.testing.assert_array_equal(find8(x, vals, *bounds(columns)), np.array(expected, np.uint32))


@nki.jit
def replace8(x, vals, imm, start, stop, step, in_place):
    tile = load(x)
    data = tile[:, start:stop:step]
    dst = data if in_place else nl.ndarray(data.shape, dtype=nl.float32, buffer=nl.sbuf)
    dst_idx = nl.ndarray((x.shape[0], 8), dtype=nl.uint32, buffer=nl.sbuf)
    nisa.nc_match_replace8(dst=dst, data=data, vals=load(vals), imm=imm, dst_idx=dst_idx)
    return store(tile if in_place else dst), store(dst_idx)


@examples
@given(tiles(NUMBERS, least=8), st.integers(2, 40), st.booleans())
def test_nc_match_replace8_gives_occurrences_to_columns_from_7_to_0(tile, kinds, in_place):
    x, columns = tile
    vals = np.random.default_rng(kinds).integers(0, kinds, (len(x), 8)).astype(np.float32)
    expected = x.copy() if in_place else x[:, columns].astype(np.float32)
    data = expected[:, columns] if in_place else expected
    found = [positions(row, list(v), range(7, -1, -1)) for row, v in zip(data.astype(np.float32), vals)]
    for row, places in zip(data, found):
        row[[place for place in places if place != NONE]] = 77
    dst, dst_idx = replace8(x, vals, 77.0, *bounds(columns), in_place)
    np.testing.assert_array_equal(dst, expected)
    np.testing.assert_array_equal(dst_idx, np.array(found, np.uint32))


@nki.jit
def moments(x, start, stop, step):
    data = load(x)[:, start:stop:step]
    pieces = (data.shape[1] + 511) // 512
    stats = nl.ndarray((x.shape[0], 6 * pieces), dtype=nl.float32, buffer=nl.sbuf)
    for i in range(pieces):
        part = data[:, i * 512 : min((i + 1) * 512, data.shape[1])]
        nisa.bn_stats(dst=stats[:, 6 * i : 6 * i + 6], data=part)
    dst = nl.ndarray((x.shape[0], 2), dtype=nl.float32, buffer=nl.sbuf)
    nisa.bn_aggr(dst=dst, data=stats)
    return store(stats), store(dst)


@examples
@given(tiles(NUMBERS, most=1300))
def test_bn_stats_and_bn_aggr_give_mean_and_population_variance(tile):
    x, columns = tile
    stats, joined = moments(x, *bounds(columns))
    data = x[:, columns].astype(np.float64)
    for i in range(stats.shape[1] // 3):
        part = data[:, i // 2 * 512 : i // 2 * 512 + 512][:, i % 2 :: 2]
        count, mean, squares = stats[:, 3 * i : 3 * i + 3].T
        np.testing.assert_array_equal(count, part.shape[1])
        if part.shape[1]:
            np.testing.assert_allclose(mean, part.mean(axis=1), rtol=2e-6)
            np.testing.assert_allclose(squares, part.var(axis=1) * part.shape[1], rtol=2e-5, atol=1e-6)
    np.testing.assert_allclose(joined[:, 0], data.mean(axis=1), rtol=2e-6)
    np.testing.assert_allclose(joined[:, 1], data.var(axis=1), rtol=2e-5, atol=1e-6)


@nki.jit
def segments(ids, start, stop, step, dtype):
    row = load(ids)[:, start:stop:step]
    dst = nl.ndarray((1, 2, row.shape[1]), dtype=dtype, buffer=nl.sbuf)
    nisa.sequence_bounds(dst=dst, segment_ids=row)
    return store(dst)


@examples
@given(
    tiles([np.dtype(np.float32), np.dtype(np.int32)], partitions=st.just(1)), st.sampled_from([nl.float32, nl.int32])
)
def test_sequence_bounds_are_where_neighbours_differ(tile, dtype):
    x, columns = tile
    x = np.sort(x % 7, axis=1)[:, ::-1].copy() if len(x[0]) % 2 else x % 3
    ids = x[0, columns]
    edges = np.concatenate([[0], np.flatnonzero(np.diff(ids)) + 1, [len(ids)]])
    run = np.searchsorted(edges, np.arange(len(ids)), side="right")
    expected = np.stack([np.where(ids == 0, len(ids), edges[run - 1]), np.where(ids == 0, -1, edges[run])])
    np.testing.assert_array_equal(segments(x, *bounds(columns), dtype)[0], expected)


@nki.jit(platform_target="trn2")
def nonzero(x, start, stop, step, offset, padding):
    src = load(x)[:, start:stop:step]
    dst = nl.ndarray((x.shape[0], src.shape[1] + 1), dtype=nl.int32, buffer=nl.sbuf)
    nisa.memset(dst=dst, value=-99)
    nisa.nonzero_with_count(dst=dst, src=src, index_offset=offset, padding_val=padding)
    return store(dst)


@examples
@given(tiles([np.dtype(np.float32), np.dtype(np.int32)]), st.integers(-(2**20), 2**20), st.integers(-5, 5))
def test_nonzero_with_count_works_on_every_16th_partition(tile, offset, padding):
    x, columns = tile
    expected = np.full((len(x), len(x[0, columns]) + 1), -99, np.int32)
    for row, src in zip(expected[::16], x[::16, columns]):
        (places,) = np.nonzero(src)
        row[:-1], row[-1] = padding, len(places)
        row[: len(places)] = places + offset
    np.testing.assert_array_equal(nonzero(x, *bounds(columns), offset, padding), expected)


@nki.jit
def one_row_of_many(x):
    src = nl.ndarray((128, x.shape[1]), dtype=x.dtype, buffer=nl.sbuf)
    dst = nl.ndarray((128, x.shape[1] + 1), dtype=nl.int32, buffer=nl.sbuf)
    nisa.dma_copy(dst=src[0:1, :], src=x)
    nisa.nonzero_with_count(dst=dst, src=src)
    return store(dst[0:1, :])


def test_nonzero_with_count_reads_unwritten_partitions_but_the_first(monkeypatch):
    monkeypatch.setenv("NEURON_PLATFORM_TARGET_OVERRIDE", "trn2")
    x = np.array([[0, 3, 0, 0, 5]], np.int32)
    np.testing.assert_array_equal(one_row_of_many(x), [[1, 4, -1, -1, -1, 2]])


@nki.jit
def largest(x, start, stop, step, n, k):
    val_dst = nl.ndarray((x.shape[0], k), dtype=nl.bfloat16, buffer=nl.sbuf)
    idx_dst = nl.ndarray((x.shape[0], k), dtype=nl.uint32, buffer=nl.sbuf)
    nisa.memset(dst=val_dst, value=-1.0)
    nisa.memset(dst=idx_dst, value=NONE)
    nisa.topk(val_dst=val_dst, idx_dst=idx_dst, src=load(x)[:, start:stop:step], n=n)
    return store(val_dst), store(idx_dst)


def snake(group):
    """Elements of 16 partitions: down the partitions, column after column."""
    return group.T.reshape(-1)


@examples
@given(tiles([BFLOAT16], most=60, partitions=st.integers(1, 8).map(lambda groups: 16 * groups)), st.data())
def test_topk_sorts_the_snake_of_every_16_partitions(tile, data):
    x, columns = tile
    source = x[:, columns].astype(np.float32)
    n = data.draw(st.integers(8, source[:16].size), "n")
    k = data.draw(st.integers(1, min(n, 40)), "k")
    values, indices = largest(x, *bounds(columns), n, k)
    for group in range(0, len(x), 16):
        order = np.argsort(-snake(source[group : group + 16])[:n], kind="stable")[:k][::-1]
        found, numbers = snake(values[group : group + 16]), snake(indices[group : group + 16])
        np.testing.assert_array_equal(numbers[:k], order)
        np.testing.assert_array_equal(found[:k].astype(np.float32), snake(source[group : group + 16])[order])
        assert (found[k:] == -1).all() and (numbers[k:] == NONE).all()


@nki.jit
def version(x):
    is_new = nisa.get_nc_version() >= nisa.nc_version.gen3
    dst = load(x)
    nisa.memset(dst=dst, value=float(nisa.get_nc_version().value * 10 + is_new))
    return store(dst)


@pytest.mark.parametrize("target, number", [("trn1", 20), ("inf2", 20), ("trn2", 31), ("gen4", 41)])
def test_get_nc_version_is_that_of_the_kernel_s_target(target, number, monkeypatch):
    monkeypatch.setenv("NEURON_PLATFORM_TARGET_OVERRIDE", target)
    assert version(np.zeros((1, 1), np.float32)) == number
    assert nisa.get_nc_version() == number // 10 and nisa.get_nc_sub_version() == 0


def test_nc_version_compares_as_a_number():
    assert nisa.nc_version.gen2 < nisa.nc_version.gen3 < nisa.nc_version.gen4 and nisa.nc_version.gen4 >= 3
    assert [member.name for member in nisa.nc_version] == ["gen2", "gen3", "gen4"]


def test_nonzero_with_count_may_be_copied_whole():
    """AWS's example copies all of dst, of which only every 16th partition holds a result."""

    @nki.jit(platform_target="trn2")
    def kernel(a):
        out = nl.ndarray((a.shape[0], a.shape[1] + 1), dtype=nl.int32, buffer=nl.shared_hbm)
        tile = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf)
        found = nl.ndarray(out.shape, dtype=nl.int32, buffer=nl.sbuf)
        nisa.dma_copy(dst=tile, src=a)
        nisa.nonzero_with_count(dst=found, src=tile, index_offset=0, padding_val=-1)
        nisa.dma_copy(dst=out, src=found)
        return out

    a = np.zeros((32, 6), np.float32)
    a[0, 2] = a[0, 5] = a[16, 0] = 1
    result = kernel(a)
    np.testing.assert_array_equal(result[0], [2, 5, -1, -1, -1, -1, 2])
    np.testing.assert_array_equal(result[16], [0, -1, -1, -1, -1, -1, 1])


def test_topk_reads_the_elements_of_its_snake_only():
    """42 of 48: the last column ends in partition 9, and nothing has written the partitions below it."""

    @nki.jit(platform_target="trn3")
    def kernel(values):
        snake = nl.ndarray((16, 3), nl.bfloat16, buffer=nl.sbuf)
        nisa.dma_copy(snake[:, 0:2], values[:, 0:2])
        nisa.dma_copy(snake[0:10, 2:3], values[0:10, 2:3])
        largest = nl.ndarray((16, 16), nl.bfloat16, buffer=nl.sbuf)
        numbers = nl.ndarray((16, 16), nl.uint32, buffer=nl.sbuf)
        nisa.topk(largest, numbers, snake, n=42)
        out = nl.ndarray((16, 1), nl.uint32, buffer=nl.shared_hbm)
        nisa.dma_copy(out, numbers[:, 0:1])
        return out

    values = np.random.default_rng(3).permutation(48).reshape(16, 3).astype(ml_dtypes.bfloat16)
    expected = np.argsort(values.T.ravel()[:42].astype(np.float32))[-16:]
    np.testing.assert_array_equal(kernel(values).ravel(), expected)
