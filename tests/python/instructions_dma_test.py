"""DMA and matrix instructions on random shapes, views and data types, against NumPy."""
import ml_dtypes
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

DTYPES = ["float32", "float16", "int32", "uint16", "int8", ml_dtypes.bfloat16, ml_dtypes.float8_e5m2]
SUMMED = ["float32", "float16", "int32", "uint8", ml_dtypes.bfloat16]
SEEDS = st.integers(0, 2**32 - 1)
few = settings(max_examples=25, deadline=None)


def numbers(rng, shape, dtype):
    return rng.integers(-8, 9, shape).astype(np.float32).astype(dtype)


@nki.jit(platform_target="trn2")
def transpose_kernel(src, start, step, through_sbuf):
    shape = list(src.shape)
    if through_sbuf:
        tile = nl.ndarray(shape, dtype=src.dtype, buffer=nl.sbuf)
        nisa.dma_copy(dst=tile, src=src)
        src = tile
    src = src[start::step]
    shape[0] = src.shape[0]
    shape[0], shape[-1] = shape[-1], shape[0]
    dst = nl.ndarray(shape, dtype=src.dtype, buffer=nl.sbuf)
    nisa.dma_transpose(dst=dst, src=src)
    result = nl.ndarray(shape, dtype=src.dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=result, src=dst)
    return result


@few
@given(
    shape=st.lists(st.integers(1, 9), min_size=2, max_size=4),
    first=st.integers(1, 120),
    last=st.integers(1, 128),
    dtype=st.sampled_from(DTYPES),
    step=st.integers(1, 3),
    through_sbuf=st.booleans(),
    seed=SEEDS,
)
def test_dma_transpose(shape, first, last, dtype, step, through_sbuf, seed):
    shape[0], shape[-1] = first, last
    src = numbers(np.random.default_rng(seed), shape, dtype)
    start = seed % first
    wanted = np.swapaxes(src[start::step], 0, -1)
    np.testing.assert_array_equal(transpose_kernel(src, start, step, through_sbuf), wanted)


@nki.jit
def compute_kernel(sources, dtype, to_sbuf, on_chip):
    shape = sources[0].shape
    terms = []
    for source in sources:
        if on_chip:
            tile = nl.ndarray(shape, dtype=source.dtype, buffer=nl.sbuf)
            nisa.dma_copy(dst=tile, src=source)
            source = tile
        terms.append(source)
    result = nl.ndarray(shape, dtype=dtype, buffer=nl.shared_hbm)
    dst = nl.ndarray(shape, dtype=dtype, buffer=nl.sbuf) if to_sbuf else result
    nisa.dma_compute(dst, terms, reduce_op=nl.add, scales=[1.0] * len(terms))
    if to_sbuf:
        nisa.dma_copy(dst=result, src=dst)
    return result


@few
@given(
    shape=st.tuples(st.integers(1, 128), st.integers(1, 70)),
    dtypes=st.lists(st.sampled_from(SUMMED), min_size=1, max_size=5),
    dtype=st.sampled_from([nl.float32, nl.bfloat16, nl.int16]),
    to_sbuf=st.booleans(),
    on_chip=st.booleans(),
    seed=SEEDS,
)
def test_dma_compute(shape, dtypes, dtype, to_sbuf, on_chip, seed):
    rng = np.random.default_rng(seed)
    sources = [np.abs(numbers(rng, shape, "float32")).astype(source) for source in dtypes]
    total = sum(source.astype(np.float32) for source in sources)
    got = compute_kernel(sources, dtype, to_sbuf, on_chip)
    np.testing.assert_array_equal(got.astype(np.float32), total)


@nki.jit(platform_target="trn3")
def mx_kernel(stationary, moving, packed, dtype):
    tiles, scales = [], []
    for source in (stationary, moving):
        k, f = source.shape
        tile = nl.ndarray((k, f), dtype=source.dtype, buffer=nl.sbuf)
        nisa.dma_copy(dst=tile, src=source)
        tiles.append(nl.ndarray((k, f // 4), dtype=packed, buffer=nl.sbuf))
        scales.append(nl.ndarray((k // 8 if k == 32 else k, f // 4), dtype=nl.float8_e8m0fnu, buffer=nl.sbuf))
        nisa.quantize_mx(dst=tiles[-1], src=tile, dst_scale=scales[-1])
    m, n = stationary.shape[1] // 4, moving.shape[1] // 4
    product = nl.ndarray((m, n), dtype=dtype, buffer=nl.psum)
    nisa.nc_matmul_mx(product, tiles[0], tiles[1], scales[0], scales[1])
    copy = nl.ndarray((m, n), dtype=dtype, buffer=nl.sbuf)
    nisa.tensor_copy(dst=copy, src=product)
    result = nl.ndarray((m, n), dtype=dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=result, src=copy)
    return result


def quantized(values, dtype):
    """What quantize_mx keeps of [K, F] values, as [K, F / 4, 4] float64."""
    k, f = values.shape
    groups = values.astype(np.float64).reshape(k // 8, 8, f // 4, 4)
    largest = np.abs(groups).max(axis=(1, 3), keepdims=True)
    top = 8 if dtype is ml_dtypes.float8_e4m3fn else 15
    exponent = np.where(largest > 0, np.floor(np.log2(np.where(largest > 0, largest, 1))) - (top - 1), -127)
    scale = np.exp2(exponent)
    return ((groups / scale).astype(np.float32).astype(dtype).astype(np.float64) * scale).reshape(k, f // 4, 4)


@few
@given(
    k=st.sampled_from([32, 64, 96, 128]),
    m=st.integers(1, 20).map(lambda half: 2 * half),
    n=st.integers(1, 40),
    source=st.sampled_from(["float16", ml_dtypes.bfloat16]),
    packed=st.sampled_from([ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e5m2]),
    dtype=st.sampled_from([nl.float32, nl.bfloat16]),
    seed=SEEDS,
)
def test_quantize_mx_then_nc_matmul_mx(k, m, n, source, packed, dtype, seed):
    rng = np.random.default_rng(seed)
    # Groups of very different sizes, some of zeros.
    sizes = np.exp2(rng.integers(-6, 7, (k // 8, 1, 1))) * (rng.random((k // 8, 1, 1)) > 0.1)
    draw = lambda f: (rng.standard_normal((k // 8, 8, 4 * f)) * sizes).reshape(k, 4 * f).astype(source)  # noqa: E731
    stationary, moving = draw(m), draw(n)
    name = nl.float8_e4m3fn_x4 if packed is ml_dtypes.float8_e4m3fn else nl.float8_e5m2_x4
    got = np.asarray(mx_kernel(stationary, moving, name, dtype)).astype(np.float64)
    s, x = quantized(stationary, packed), quantized(moving, packed)
    wanted = np.einsum("kmj,knj->mn", s, x)
    bound = np.einsum("kmj,knj->mn", np.abs(s), np.abs(x)) * 2.0**-18
    if dtype == nl.bfloat16:
        bound += np.abs(wanted) * 2.0**-8
    assert np.all(np.abs(got - wanted) <= bound)


@nki.jit(platform_target="trn3")
def accumulate_kernel(stationary, moving, starts, width, dtype, double_row):
    s = nl.ndarray(stationary.shape, dtype=stationary.dtype, buffer=nl.sbuf)
    x = nl.ndarray(moving.shape, dtype=moving.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=s, src=stationary)
    nisa.dma_copy(dst=x, src=moving)
    m, n = stationary.shape[-1], moving.shape[-1]
    total = nl.ndarray((m, width), dtype=dtype, buffer=nl.psum)
    mode = nisa.matmul_perf_mode.double_row if double_row else nisa.matmul_perf_mode.none
    for start in starts:  # overlapping parts: elements that nothing wrote before are overwritten
        nisa.nc_matmul(total[:, start : start + n], s, x, perf_mode=mode)
    copy = nl.ndarray((m, width), dtype=dtype, buffer=nl.sbuf)
    nisa.tensor_copy(dst=copy, src=total)
    result = nl.ndarray((m, width), dtype=dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=result, src=copy)
    return result


@few
@given(
    k=st.integers(1, 128),
    m=st.integers(1, 128),
    n=st.integers(2, 60),
    steps=st.lists(st.integers(0, 60), max_size=5),
    dtype=st.sampled_from([nl.float32, nl.bfloat16]),
    double_row=st.booleans(),
    seed=SEEDS,
)
def test_nc_matmul_accumulates_where_something_is(k, m, n, steps, dtype, double_row, seed):
    rng = np.random.default_rng(seed)
    starts = [0, *np.cumsum([min(step, n) for step in steps]).tolist()]
    pair = (2,) if double_row else ()
    s = numbers(rng, (k, *pair, m), ml_dtypes.float8_e5m2)
    x = numbers(rng, (k, *pair, n), ml_dtypes.float8_e5m2)
    product = s.reshape(-1, m).astype(np.float64).T @ x.reshape(-1, n).astype(np.float64)
    wanted = np.zeros((m, starts[-1] + n))
    for start in starts:
        part = wanted[:, start : start + n]
        part += product
        if dtype == nl.bfloat16:  # rounded after each addition
            part[:] = part.astype(ml_dtypes.bfloat16)
    got = accumulate_kernel(s, x, tuple(starts), starts[-1] + n, dtype, double_row)
    np.testing.assert_array_equal(np.asarray(got).astype(np.float64), wanted)


def test_lists_are_shown_in_the_graph_and_checked():
    def kernel(a, terms, scales):
        result = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
        nisa.dma_compute(result, [a, a[0:4]] if terms is None else terms, nl.add, scales)
        return result

    a = np.ones((4, 4), np.float32)
    graph = nki.jit(kernel).graph(a, None, [1.0, 1])
    assert "dma_compute dst=hbm.0 srcs=[a, a] reduce_op=add scales=[1, 1]" in str(graph)
    fields = graph.to_dict()["instructions"][0]["fields"]
    assert [source["tensor"] for source in fields["srcs"]] == ["a", "a"]
    assert fields["scales"] == [1.0, 1.0]
    with pytest.raises(TypeError, match="dma_compute: srcs must be a list of tensors"):
        nki.jit(kernel)(a, 3, None)
    with pytest.raises(TypeError, match="dma_compute: srcs must be a tensor"):
        nki.jit(kernel)(a, [3], None)
    with pytest.raises(TypeError, match="dma_compute: scales must be a list of numbers"):
        nki.jit(kernel)(a, None, 1.0)
