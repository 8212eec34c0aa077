"""Bugs that AWS fixed in its own simulator, and two of the device: R01 to R28 of our list, each a test with its number.

R01, R03, R11, R14 and R27 are with the tests of what they are about; the last test here finds them. Expected values are
NumPy's, or written down from the documentation.
"""

import pathlib
import re

import ml_dtypes
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest

from tests.python.small_kernels import result_of, tile_of

BFLOAT16, E4M3, E5M2 = (np.dtype(t) for t in (ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e5m2))
NONE = 0xFFFFFFFF  # the position of a value that is not there
TARGETS = ["trn1", "trn2", "trn3"]


def run(body, *arrays, target="trn2"):
    """What body(*arrays), tensors in HBM, returns as a kernel."""

    @nki.jit(platform_target=target)
    def kernel(arrays):
        return body(*arrays)

    return kernel(list(arrays))


def numbers(shape, dtype=np.float32, seed=0, least=-8, most=8):
    """Small integers: sums and products of them are exact."""
    return np.random.default_rng(seed).integers(least, most + 1, shape).astype(np.float32).astype(dtype)


def product(stationary, moving):
    """[K, ...] and [K, ...] summed up over K, in float64."""
    s, x = (array.astype(np.float64).reshape(len(array), -1) for array in (stationary, moving))
    return s.T @ x


def copied(tile):
    """A tile of PSUM in SBUF."""
    copy = nl.ndarray(tile.shape, tile.dtype, buffer=nl.sbuf)
    nisa.tensor_copy(dst=copy, src=tile)
    return copy


@pytest.mark.parametrize("dtype", ["float32", "int32", "uint8", BFLOAT16])
def test_r02_what_a_predicate_does_not_select_stays(dtype):
    old, new = numbers((70, 33), dtype, 1, 0), numbers((70, 33), dtype, 2, 0)
    chosen = numbers((70, 33), np.uint8, 3, 0, 1)

    def body(old, new, chosen):
        dst = tile_of(old)
        nisa.tensor_copy_predicated(dst=dst, src=tile_of(new), predicate=tile_of(chosen))
        return result_of(dst)

    np.testing.assert_array_equal(run(body, old, new, chosen), np.where(chosen != 0, new, old))


@pytest.mark.parametrize("dtype", ["float32", "int32", BFLOAT16])
def test_r04_shuffle_entry_255_keeps_what_is_there(dtype):
    old, new = numbers((64, 9), dtype, 1), numbers((64, 9), dtype, 2)
    mask = [255 if i % 3 == 0 else 31 - i for i in range(32)]

    def body(old, new):
        dst = tile_of(old)
        nisa.nc_stream_shuffle(dst=dst, src=tile_of(new), shuffle_mask=mask)
        return result_of(dst)

    expected = old.copy()
    for i, source in enumerate(mask):
        if source != 255:
            expected[[i, i + 32]] = new[[source, source + 32]]
    np.testing.assert_array_equal(run(body, old, new), expected)


@pytest.mark.parametrize("view", ["whole", "slice", "ap"])
def test_r05_local_gather_of_views(view):
    source, index = numbers((32, 60)), np.random.default_rng(4).integers(0, 20, (32, 2)).astype(np.uint16)

    def body(source, index):
        tile, dst = tile_of(source), nl.ndarray((32, 32), source.dtype, buffer=nl.sbuf)
        seen = {"whole": tile, "slice": tile[:, 7:47:2], "ap": tile.ap([[60, 32], [3, 20]], offset=1)}[view]
        nisa.local_gather(dst=dst, src_buffer=seen, index=tile_of(index))
        return result_of(dst)

    seen = {"whole": source, "slice": source[:, 7:47:2], "ap": source[:, 1::3]}[view]
    lists = index.reshape(2, 16, 2).transpose(0, 2, 1).reshape(2, 32)  # partitions first, for each 16 of them
    expected = np.concatenate([seen[16 * g : 16 * g + 16, lists[g]] for g in range(2)])
    np.testing.assert_array_equal(run(body, source, index), expected)


@pytest.mark.parametrize("free", [((2, 3), (4, 5)), ((6,), (2, 2, 5)), ((2, 1, 3), (7,))])
def test_r06_matmul_keeps_every_free_axis(free):
    stationary, moving = numbers((20, *free[0]), BFLOAT16, 1), numbers((20, *free[1]), BFLOAT16, 2)
    m = int(np.prod(free[0]))

    def body(stationary, moving):
        acc = nl.ndarray((m, *free[1]), nl.float32, buffer=nl.psum)
        nisa.nc_matmul(dst=acc, stationary=tile_of(stationary), moving=tile_of(moving))
        return result_of(copied(acc))

    np.testing.assert_array_equal(run(body, stationary, moving), product(stationary, moving).reshape(m, *free[1]))


def quantized(values, packed):
    """(elements [K, F / 4, 4], exponents [K / 8, F / 4]) of quantize_mx: blocks of 8 partitions by 4 elements."""
    k, f = values.shape
    blocks = values.astype(np.float64).reshape(k // 8, 8, f // 4, 4)
    exponent = np.floor(np.log2(np.abs(blocks).max(axis=(1, 3)))) - (7 if packed == E4M3 else 14)
    scaled = blocks / np.exp2(exponent)[:, None, :, None]
    return scaled.astype(np.float32).astype(packed).reshape(k, f // 4, 4), exponent


def mx_body(names, columns, start):
    """Quantizes two tensors, with their scales side by side in one tile, and multiplies them."""

    def body(stationary, moving):
        scales = nl.ndarray((128, sum(columns)), nl.uint8, buffer=nl.sbuf)
        nisa.memset(dst=scales, value=0)
        packed, parts, at = [], [], 0
        for source, name, count in zip((stationary, moving), names, columns, strict=True):
            packed.append(nl.ndarray((source.shape[0], count), name, buffer=nl.sbuf))
            parts.append(scales[start : start + source.shape[0] - 28, at : at + count])
            nisa.quantize_mx(dst=packed[-1], src=tile_of(source), dst_scale=parts[-1])
            at += count
        acc = nl.ndarray(columns, nl.float32, buffer=nl.psum)
        nisa.nc_matmul_mx(acc, *packed, *parts)
        return result_of(copied(acc)), result_of(scales)

    return body


def check_mx(packed, start=0, target="trn3"):
    names = [f"{one.name}_x4" for one in packed]
    arrays = [numbers((64, 4 * count), BFLOAT16, seed, 1, 100) for seed, count in ((1, 6), (2, 5))]
    got, scales = run(mx_body(names, (6, 5), start), *arrays, target=target)
    parts = [quantized(array, one) for array, one in zip(arrays, packed, strict=True)]
    rows = [start + row for row in (0, 1, 2, 3, 32, 33, 34, 35)]
    np.testing.assert_array_equal(scales[rows], np.concatenate([e + 127 for _, e in parts], 1))
    assert not np.delete(scales, rows, 0).any()
    wide = [(v.astype(np.float64) * np.exp2(np.repeat(e, 8, 0))[:, :, None]) for v, e in parts]
    np.testing.assert_allclose(got, np.einsum("kmj,knj->mn", *wide), rtol=1e-6)


def test_r07_quantize_mx_to_float8_e4m3fn_x4():
    check_mx([E4M3, E4M3])


@pytest.mark.parametrize("packed", [[E5M2, E5M2], [E4M3, E5M2]])
def test_r09_packed_dtypes_work_on_trn3(packed):
    check_mx(packed)


@pytest.mark.parametrize("target", ["trn1", "trn2"])
def test_r09_packed_dtypes_are_refused_elsewhere(target):
    with pytest.raises(nki.VerifyError, match="does not have packed x4 data types; targets that have it: trn3"):
        check_mx([E4M3, E4M3], target=target)


def test_r10_scales_of_dma_compute_multiply():
    a, b = numbers((40, 6), seed=1), numbers((40, 6), seed=2)

    def body(a, b, scales=(1.0, 1.0)):
        out = nl.ndarray(a.shape, a.dtype, buffer=nl.shared_hbm)
        nisa.dma_compute(out, [a, b], nl.add, scales=list(scales))
        return out

    np.testing.assert_array_equal(run(body, a, b), a + b)  # adding the scales would give a + b + 2
    with pytest.raises(nki.VerifyError, match=r"dma_compute: scales.* \[scales\]"):
        run(lambda a, b: body(a, b, (1.0, 0.0)), a, b)


def test_r12_out_of_bounds_rows_of_packed_elements_are_skipped():
    table = np.random.default_rng(0).integers(0, 2**32, (10, 6), np.uint32)
    rows = np.array([[3], [10], [0], [99]], np.int32)
    old = np.full((4, 6), 0xDEADBEEF, np.uint32)

    def body(table, rows, old):
        index, dst = tile_of(rows), tile_of(old)
        source = table.ap([[6, 4], [1, 6]], vector_offset=index, dtype=nl.float8_e4m3fn_x4)
        nisa.dma_copy(dst=dst.view(nl.float8_e4m3fn_x4), src=source, oob_mode=nisa.oob_mode.skip)
        return result_of(dst)

    expected = old.copy()
    expected[[0, 2]] = table[[3, 0]]
    np.testing.assert_array_equal(run(body, table, rows, old, target="trn3"), expected)


def test_r13_matmul_of_the_windows_of_a_convolution():
    image, filters = numbers((8, 6, 7), BFLOAT16, 1), numbers((8, 3, 2, 5), BFLOAT16, 2)  # [C, H, W], [C, R, S, M]

    def body(image, filters):
        tile, weights = tile_of(image), tile_of(filters)
        acc = nl.ndarray((5, 4, 6), nl.float32, buffer=nl.psum)
        for r in range(3):
            for s in range(2):
                nisa.nc_matmul(dst=acc, stationary=weights[:, r, s, :], moving=tile[:, r : r + 4, s : s + 6])
        return result_of(copied(acc))

    expected = np.zeros((5, 4, 6))
    for r in range(3):
        for s in range(2):
            window = image[:, r : r + 4, s : s + 6].astype(np.float64)
            expected += np.einsum("cm,chw->mhw", filters[:, r, s].astype(np.float64), window)
    np.testing.assert_array_equal(run(body, image, filters), expected)


def test_r15_gather_transpose_leaves_valid_data_alone():
    table, old = numbers((30, 24), BFLOAT16, 1), np.full((24, 16), 77, BFLOAT16)
    rows = np.random.default_rng(3).integers(0, 30, (16, 1)).astype(np.uint32)
    rows[[2, 9, 15], 0] = 30, 1000, 2**31

    def body(table, rows, old):
        index, dst = tile_of(rows), tile_of(old)
        source = table.ap([[24, 16], [1, 24]], vector_offset=index)
        nisa.dma_transpose(dst=dst, src=source, oob_mode=nisa.oob_mode.skip)
        return result_of(dst)

    expected = old.copy()
    for column, row in enumerate(rows[:, 0]):
        if row < 30:
            expected[:, column] = table[row]
    np.testing.assert_array_equal(run(body, table, rows, old), expected)


@pytest.mark.parametrize("target", TARGETS)
def test_r16_adding_to_psum_that_nothing_has_written_is_refused(target):
    def body(x):
        tile, acc = tile_of(x), nl.ndarray((4, 4), nl.float32, buffer=nl.psum)
        nisa.nc_matmul(dst=acc, stationary=tile, moving=tile, accumulate=True)
        return result_of(copied(acc))

    with pytest.raises(nki.VerifyError, match=r"nc_matmul: dst reads .*nothing has written \[uninitialised-read\]"):
        run(body, numbers((4, 4)), target=target)


ROUNDED = [0.5, 1.5, 2.5, -0.5, -1.5, 0.4999, 126.5, 127.5, -128.5, 255.5, 300, -300, 1e10, -1e10]


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "int32", "uint32"])
def test_r17_floats_become_the_nearest_even_integer_and_saturate(dtype):
    x = np.array([ROUNDED], np.float32)

    def body(x):
        dst = nl.ndarray(x.shape, dtype, buffer=nl.sbuf)
        nisa.tensor_copy(dst=dst, src=tile_of(x))
        out = nl.ndarray(x.shape, dtype, buffer=nl.shared_hbm)
        nisa.dma_copy(dst=out, src=tile_of(x))
        return result_of(dst), out

    limits = np.iinfo(dtype)
    expected = [[min(max(round(float(value)), limits.min), limits.max) for value in x[0]]]  # round() ties to even
    for got in run(body, x):
        np.testing.assert_array_equal(got.astype(np.float64), np.array(expected, np.float64))


def test_r18_match_replace_pairs_equal_values_from_the_last_column():
    data, vals = [1, 2, 3, 4, 8, 8, 8, 8, 8, 8, 8], [3, 8, 8, 8, 8, 8, 8, 8]

    def body(data, vals):
        dst, index = nl.ndarray(data.shape, data.dtype), nl.ndarray(vals.shape, nl.uint32)
        nisa.nc_match_replace8(dst=dst, data=tile_of(data), vals=tile_of(vals), imm=-5.0, dst_idx=index)
        return result_of(dst), result_of(index)

    dst, index = run(body, np.array([data], np.float32), np.array([vals], np.float32))
    np.testing.assert_array_equal(index, [[2, 10, 9, 8, 7, 6, 5, 4]])  # the example of nki.isa.nc_match_replace8
    np.testing.assert_array_equal(dst, [[1, 2, -5, 4, -5, -5, -5, -5, -5, -5, -5]])


@pytest.mark.parametrize("dtype, none", [("uint32", NONE), ("uint16", 0xFFFF)])
def test_r19_find_index_advances_and_says_what_is_not_there(dtype, none):
    data, vals = [5, 8, 5, 1, 8, 5, 2, 9], [5, 5, 7, 8, 5, 5, 8, 8]

    def body(data, vals):
        dst = nl.ndarray(vals.shape, dtype)
        nisa.nc_find_index8(dst=dst, data=tile_of(data), vals=tile_of(vals))
        return result_of(dst)

    got = run(body, np.array([data], np.float32), np.array([vals], np.float32))
    np.testing.assert_array_equal(got, [[0, 2, none, 1, 5, none, 4, none]])


def test_r20_reduce_res_may_be_dst():
    x = numbers((50, 7))

    def body(x):
        tile, results = tile_of(x), []
        for count in (1, 7):
            dst = nl.ndarray((50, count), nl.float32, buffer=nl.sbuf)
            nisa.activation(
                dst=dst,
                op=nl.square,
                data=tile[:, :count],
                reduce_op=nl.add,
                reduce_res=dst[:, :1],
                reduce_cmd=nisa.reduce_cmd.reset_reduce,
            )
            results.append(result_of(dst))
        return tuple(results)

    one, all_of_them = run(body, x)
    np.testing.assert_array_equal(one, x[:, :1] ** 2)
    expected = x**2
    expected[:, 0] = (x**2).sum(1)
    np.testing.assert_array_equal(all_of_them, expected)


@pytest.mark.parametrize("start", [4, 8, 12])
def test_r21_scales_may_be_parts_of_a_tile(start):
    check_mx([E4M3, E4M3], start)


@pytest.mark.parametrize("target", ["trn2", "trn3"])
def test_r22_double_row_has_the_shape_of_the_product(target):
    stationary, moving = numbers((30, 2, 12), E5M2, 1), numbers((30, 2, 9), E5M2, 2)

    def body(stationary, moving):
        acc = nl.ndarray((12, 9), nl.float32, buffer=nl.psum)
        mode = nisa.matmul_perf_mode.double_row
        nisa.nc_matmul(dst=acc, stationary=tile_of(stationary), moving=tile_of(moving), perf_mode=mode)
        return result_of(copied(acc))

    expected = product(stationary.reshape(60, 12), moving.reshape(60, 9))
    np.testing.assert_array_equal(run(body, stationary, moving, target=target), expected)


@pytest.mark.parametrize("target", TARGETS)
def test_r23_matmuls_accumulate_where_their_destinations_overlap(target):
    stationary, moving = numbers((16, 10), BFLOAT16, 1), numbers((16, 8), BFLOAT16, 2)
    starts = [0, 8, 3, 12, 0]  # the second takes up where the first ends, and so on

    def body(stationary, moving):
        s, x = tile_of(stationary), tile_of(moving)
        acc = nl.ndarray((10, 20), nl.float32, buffer=nl.psum)
        for start in starts:
            nisa.nc_matmul(dst=acc[:, start : start + 8], stationary=s, moving=x)
        return result_of(copied(acc))

    expected = np.zeros((10, 20))
    for start in starts:
        expected[:, start : start + 8] += product(stationary, moving)
    np.testing.assert_array_equal(run(body, stationary, moving, target=target), expected)


def test_r24_accumulating_onto_what_the_tensor_engine_did_not_write_is_warned_about():
    def body(x):
        tile, acc = tile_of(x), nl.zeros((4, 4), nl.float32, buffer=nl.psum)
        nisa.nc_matmul(dst=acc, stationary=tile, moving=tile, accumulate=True)
        return result_of(copied(acc))

    x = numbers((4, 4))
    for target in ("trn1", "trn2"):
        with pytest.warns(nki.NkiWarning, match="accumulate-onto-foreign"):
            np.testing.assert_array_equal(run(body, x, target=target), product(x, x))


def test_r25_operands_may_differ_in_rank():
    x, y, mask = numbers((9, 12), seed=1), numbers((9, 12), seed=2), numbers((9, 12), np.uint8, 3, 0, 1)

    def body(x, y, mask):
        copy, chosen = tile_of(x), nl.ndarray((9, 2, 6), nl.float32, buffer=nl.sbuf)
        flat, mask = tile_of(y).reshape((9, 3, 4)), tile_of(mask).reshape((9, 2, 2, 3))
        nisa.tensor_copy_predicated(dst=copy, src=flat, predicate=mask)
        nisa.select_reduce(dst=chosen, predicate=mask, on_true=flat, on_false=-1.0)
        return result_of(copy), result_of(chosen)

    copy, chosen = run(body, x, y, mask)
    np.testing.assert_array_equal(copy, np.where(mask != 0, y, x))
    np.testing.assert_array_equal(chosen.reshape(9, 12), np.where(mask != 0, y, -1))


def test_r25_selections_accept_python_floats():
    x, bounds = numbers((8, 10)), np.array([[2.0, 6.0]] * 8, np.float32)
    least = -3.4028235e38

    def body(x, bounds):
        tile, limits = tile_of(x), tile_of(bounds)
        ranged, affine = nl.ndarray(x.shape, x.dtype), nl.ndarray(x.shape, x.dtype)
        operators = dict(comp_op0=nl.greater_equal, comp_op1=nl.less, on_false_value=least)
        nisa.range_select(dst=ranged, on_true_tile=tile, bound0=limits[:, :1], bound1=limits[:, 1:], **operators)
        nisa.affine_select(affine, [[1, 10]], 0, tile, least, nl.greater_equal, offset=-4)
        return result_of(ranged), result_of(affine)

    ranged, affine = run(body, x, bounds)
    i = np.arange(10)
    np.testing.assert_array_equal(ranged, np.where((i >= 2) & (i < 6), x, np.float32(least)))
    np.testing.assert_array_equal(affine, np.where(i >= 4, x, np.float32(least)))


def test_r26_reduce_adds_one_after_the_other():
    x = np.random.default_rng(1).standard_normal((128, 128)).astype(np.float32)

    def body(x):
        dst = nl.ndarray((128, 1), nl.float32, buffer=nl.sbuf)
        nisa.tensor_reduce(dst=dst, op=nl.add, data=tile_of(x), axis=1)
        return result_of(dst)

    total = x[:, 0].copy()
    for column in x.T[1:]:
        total += column  # a float32 sum
    np.testing.assert_array_equal(run(body, x, target="trn1")[:, 0].view(np.uint32), total.view(np.uint32))
    assert (total != x.sum(1)).any()  # NumPy adds pairwise


def test_r28_copy_ignores_its_bias_on_trn1():
    x, bias = numbers((20, 6)), np.full((20, 1), 100, np.float32)

    def body(x, bias):
        dst = nl.ndarray(x.shape, x.dtype, buffer=nl.sbuf)
        nisa.activation(dst=dst, op=nl.copy, data=tile_of(x), bias=tile_of(bias))
        return result_of(dst)

    with pytest.warns(nki.NkiWarning, match="ignores the bias of nl.copy"):
        np.testing.assert_array_equal(run(body, x, bias, target="trn1"), x)
    np.testing.assert_array_equal(run(body, x, bias, target="trn2"), x + 100)


def test_every_regression_has_a_test():
    folder = pathlib.Path(__file__).parent
    tests = "\n".join(path.read_text(encoding="utf-8") for path in folder.glob("*_test.py"))
    found = {int(number) for number in re.findall(r"^def test_r(\d\d)_", tests, re.MULTILINE | re.IGNORECASE)}
    assert found == set(range(1, 29)) - {8}  # iota and affine_select take no offset from a register yet
