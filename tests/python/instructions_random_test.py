"""Shuffles, gathers and random numbers through kernels, on random shapes, data types and views."""

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

FEW = settings(max_examples=20, deadline=None, derandomize=True)
DTYPES = st.sampled_from([np.float32, np.float16, np.int32, np.uint16, np.int8])


def numbers(seed, shape, dtype):
    words = np.random.default_rng(seed).integers(-100, 100, shape)
    return words.astype(np.uint8).astype(dtype) if np.dtype(dtype).kind == "u" else words.astype(dtype)


def copied(source, buffer=nl.sbuf):
    tile = nl.ndarray(source.shape, dtype=source.dtype, buffer=buffer)
    nisa.dma_copy(dst=tile, src=source)
    return tile


def returned(tile, dtype=None):
    result = nl.ndarray(tile.shape, dtype=dtype or tile.dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=result, src=tile)
    return result


@nki.jit
def shuffle(source, target, mask, step):
    src, dst = copied(source), copied(target)
    nisa.nc_stream_shuffle(dst=dst[:, ::step], src=src[:, ::step], shuffle_mask=list(mask))
    return returned(dst)


@FEW
@given(
    st.data(),
    st.sampled_from([1, 5, 16, 32, 50, 64, 96, 128]),
    st.integers(1, 90),
    DTYPES,
    st.integers(1, 3),
    st.integers(0, 2**32),
)
def test_shuffle(data, partitions, free, dtype, step, seed):
    most = min(32, partitions) if partitions <= 32 or partitions % 32 == 0 else partitions % 32
    entry = st.one_of(st.integers(0, most - 1), st.just(255))
    mask = data.draw(st.lists(entry, min_size=32, max_size=32))
    source, target = numbers(seed, (partitions, free), dtype), numbers(seed + 1, (partitions, free), dtype)
    expected = target.copy()
    for p in range(partitions):
        if mask[p % 32] != 255:
            expected[p, ::step] = source[p // 32 * 32 + mask[p % 32], ::step]
    np.testing.assert_array_equal(shuffle(source, target, tuple(mask), step), expected)


@nki.jit
def shuffle_in_place(row, whole):
    """As kernels broadcast a row: only the partitions that the mask names have been written."""
    tile = nl.ndarray((64, row.shape[1]), dtype=row.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=tile[0:1, :], src=row)
    nisa.dma_copy(dst=tile[32:33, :], src=row)
    if whole:
        nisa.nc_stream_shuffle(tile, tile, [0] * 32)
    else:
        for quadrant in range(2):
            nisa.nc_stream_shuffle(dst=tile[nl.ds(32 * quadrant, 32), :], src=tile[0:1, :], shuffle_mask=[0] * 32)
    return returned(tile)


@pytest.mark.parametrize("whole", [True, False])
def test_shuffle_broadcasts_a_row_in_place(whole):
    row = numbers(3, (1, 700), np.float32)
    np.testing.assert_array_equal(shuffle_in_place(row, whole), np.repeat(row, 64, axis=0))


@nki.jit
def gather(table, indices, start):
    data, index = copied(table), copied(indices)
    dst = nl.ndarray(indices.shape, dtype=table.dtype, buffer=nl.sbuf)
    nisa.nc_n_gather(dst=dst, data=data[:, start:], indices=index)
    return returned(dst)


@FEW
@given(st.integers(1, 128), st.integers(1, 80), st.integers(2, 300), DTYPES, st.integers(0, 2**32))
def test_gather(partitions, free, elements, dtype, seed):
    start = seed % (elements - 1)
    table = numbers(seed, (partitions, elements), dtype)
    indices = np.random.default_rng(seed).integers(0, elements - start, (partitions, free)).astype(np.uint32)
    expected = np.take_along_axis(table[:, start:], indices.astype(np.int64), axis=1)
    np.testing.assert_array_equal(gather(table, indices, start), expected)


def test_gather_says_which_index_is_wrong():
    indices = np.zeros((128, 9), np.uint32)
    indices[77, 4] = 5
    with pytest.raises(nki.RunError, match=r"element 4 of partition 77 of indices is 5; data has 5 elements"):
        gather(numbers(1, (128, 5), np.float32), indices, 0)


@nki.jit
def gather_local(table, indices, target, width, count):
    src, index, dst = copied(table), copied(indices), copied(target)
    nisa.local_gather(
        dst=dst[:, 1 : 1 + width * count],
        src_buffer=src,
        index=index,
        num_elem_per_idx=width,
        num_valid_indices=count,
    )
    return returned(dst)


@FEW
@given(
    st.sampled_from([16, 32, 64, 128]),
    st.integers(1, 5),
    st.sampled_from([1, 2, 4, 8, 16, 32]),
    st.integers(32, 200),
    DTYPES,
    st.integers(0, 2**32),
)
def test_local_gather(partitions, columns, width, elements, dtype, seed):
    count = 1 + seed % (16 * columns)
    table = numbers(seed, (partitions, elements), dtype)
    indices = np.random.default_rng(seed).integers(0, elements - width + 1, (partitions, columns)).astype(np.uint16)
    target = numbers(seed + 1, (partitions, width * count + 2), dtype)
    expected = target.copy()
    for core in range(0, partitions, 16):
        chosen = indices[core : core + 16].flatten(order="F")[:count]
        places = (chosen[:, None].astype(int) + np.arange(width)).ravel()
        expected[core : core + 16, 1:-1] = table[core : core + 16][:, places]
    np.testing.assert_array_equal(gather_local(table, indices, target, width, count), expected)


def splitmix(index):
    """Output `index` of SplitMix64 started from 0."""
    z = (index + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def vector_states(seed):
    """(128, 4, 6) words as the documentation of set_rng_seed says."""
    stream = np.arange(512, dtype=np.uint64).reshape(128, 4, 1)
    index = (np.uint64(seed) * np.uint64(1024) + stream) * np.uint64(8) + np.arange(6, dtype=np.uint64)
    return (splitmix(index) >> np.uint64(32)).astype(np.uint32)


def drawn(states, count):
    """What (…, 6) XORWOW states give in `count` steps, (…, count); changes the states."""
    out = []
    for _ in range(count):
        x, v = states[..., 0], states[..., 4]
        t = x ^ (x >> np.uint32(2))
        last = v ^ (v << np.uint32(4)) ^ t ^ (t << np.uint32(1))
        states[..., :4] = states[..., 1:5].copy()
        states[..., 4] = last
        states[..., 5] += np.uint32(362437)
        out.append(last + states[..., 5])
    return np.stack(out, axis=-1)


def vector_numbers(states, count):
    """Of one instruction with `count` elements: the four generators of a partition take turns."""
    steps = drawn(states, -(-count // 4))
    return np.moveaxis(steps, 1, 2).reshape(128, -1)[:, :count]


@nki.jit
def bits_and_dropped(seed, data, prob):
    nisa.set_rng_seed(src_seeds=copied(seed))
    bits = nl.ndarray((128, data.shape[1]), dtype=nl.uint32, buffer=nl.sbuf)
    nisa.rng(dst=bits)
    tile = copied(data)
    nisa.dropout(dst=tile, data=tile, prob=prob)
    return returned(bits), returned(tile)


@FEW
@given(st.integers(0, 2**31 - 1), st.integers(1, 140), st.floats(0, 1, width=32), DTYPES)
def test_rng_and_dropout(seed, free, prob, dtype):
    data = numbers(seed, (128, free), dtype)
    bits, dropped = bits_and_dropped(np.array([[seed]], np.int32), data, prob)
    states = vector_states(seed)
    np.testing.assert_array_equal(bits, vector_numbers(states, free))
    u = (vector_numbers(states, free) >> np.uint32(8)).astype(np.float64) / 2**24
    np.testing.assert_array_equal(dropped, np.where(u < prob, dtype(0), data))


@nki.jit(platform_target="trn3")
def uniform(low, high):
    tile = nl.ndarray((128, 100), dtype=nl.float32, buffer=nl.sbuf)
    nisa.rand2(dst=tile, min=copied(low), max=copied(high))
    return returned(tile)


@FEW
@given(st.integers(0, 2**32))
def test_rand2(seed):
    rng = np.random.default_rng(seed)
    low = rng.integers(-50, 0, (128, 1)).astype(np.float32)
    high = rng.integers(1, 50, (128, 1)).astype(np.float32)
    u = (vector_numbers(vector_states(0), 100) >> np.uint32(8)) / 2.0**24
    np.testing.assert_array_equal(uniform(low, high), (low + u * (high - low)).astype(np.float32))


@nki.jit(platform_target="trn2")
def from_state(state, counts):
    nisa.rand_set_state(src_seeds=copied(state))
    results = []
    for count in counts:
        tile = nl.ndarray((128, count), dtype=nl.uint32, buffer=nl.sbuf)
        nisa.rng(dst=tile, engine=nisa.engine.gpsimd)
        results.append(returned(tile))
    after = nl.ndarray(state.shape, dtype=nl.uint32, buffer=nl.sbuf)
    nisa.rand_get_state(dst=after)
    return (*results, returned(after))


@FEW
@given(st.lists(st.integers(1, 90), min_size=1, max_size=4), st.integers(0, 2**32))
def test_gpsimd_streams_do_not_depend_on_how_they_are_drawn(counts, seed):
    state = np.random.default_rng(seed).integers(0, 2**32, (128, 6), dtype=np.uint32)
    *parts, after = from_state(state, tuple(counts))
    expected = drawn(state, sum(counts))
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), expected)
    np.testing.assert_array_equal(after, state)


@nki.jit
def unseeded(like, count):
    tile = nl.ndarray(like.shape, dtype=nl.uint32, buffer=nl.sbuf)
    results = []
    for _ in range(count):
        nisa.rng(dst=tile)
        results.append(returned(tile))
    return tuple(results)


def test_r01_unseeded_kernels_repeat_themselves_and_are_uniform():
    like = np.zeros((128, 2048), np.uint32)
    first, again = unseeded(like, 3), unseeded(like, 3)
    states = vector_states(0)
    for one, two in zip(first, again):
        np.testing.assert_array_equal(one, two)
        np.testing.assert_array_equal(one, vector_numbers(states, 2048))
    assert not np.array_equal(first[0], first[1])
    bins = 1024
    counts = np.bincount(np.stack(first).ravel() >> np.uint32(22), minlength=bins)
    expected = counts.sum() / bins
    chi_square = ((counts - expected) ** 2 / expected).sum()
    assert abs(chi_square - (bins - 1)) < 4 * np.sqrt(2 * (bins - 1))


def language_kernel(seed, data):
    nl.random_seed(copied(seed))
    uniform = nl.rand((128, 50), nl.float32)
    dropped = nl.dropout(copied(data), 0.25)
    return returned(uniform), returned(dropped)


@pytest.mark.parametrize("target", ["trn1", "trn2", "trn3"])
def test_r01_language_functions_follow_the_seed(target):
    kernel = nki.jit(language_kernel, platform_target=target)
    data = numbers(5, (128, 64), np.float32)
    results = [kernel(np.array([[seed]], np.int32), data) for seed in (42, 42, 43)]
    states = vector_states(42)
    u, v = (vector_numbers(states, count) >> np.uint32(8) for count in (50, 64))
    for uniform, dropped in results[:2]:
        np.testing.assert_array_equal(uniform, (u / 2.0**24).astype(np.float32))
        np.testing.assert_array_equal(dropped, np.where(v / 2.0**24 < 0.25, np.float32(0), data))
    assert not np.array_equal(results[2][0], results[0][0])
