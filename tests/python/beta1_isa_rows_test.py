"""Instructions of Beta 1 that make a few elements of each row, or one row of all: masks and axes, against NumPy."""

import neuronxcc.nki as nki
import neuronxcc.nki.isa as nisa
import neuronxcc.nki.language as nl
import numpy as np
import pytest

from tests.python.beta1_isa_calls import BFLOAT16, assigned, returned

P, F = 70, 36


def _data(*shape, seed=0):
    return np.random.default_rng(seed).permutation(int(np.prod(shape))).reshape(shape).astype(np.float32) / 8


A = _data(P, F)
# name: (condition, rows, columns)
MASKS = {
    "none": (None, slice(None), slice(None)),
    "rows": (lambda p, f: p < 50, slice(50), slice(None)),
    "rows from 9": (lambda p, f: (p >= 9) & (p < 60), slice(9, 60), slice(None)),
    "rows from 64": (lambda p, f: p >= 64, slice(64, None), slice(None)),
    "columns": (lambda p, f: f < 20, slice(None), slice(20)),
    "inner": (lambda p, f: (f >= 5) & (f < 30) & (p < 69), slice(69), slice(5, 30)),
    "inner from 3": (lambda p, f: (f >= 5) & (f < 30) & (p >= 3), slice(3, None), slice(5, 30)),
    "nothing": (lambda p, f: p > 99, slice(0), slice(0)),
}


def _mask(name, shape=(P, F)):
    condition = MASKS[name][0]
    return None if condition is None else condition(*nl.mgrid[tuple(slice(0, size) for size in shape)])


def _statistics(a):
    even, odd = a[:, ::2], a[:, 1::2]
    return np.stack([f(part) for part in (even, odd) for f in (
        lambda x: np.full(len(x), x.shape[1]), lambda x: x.mean(1), lambda x: x.var(1) * x.shape[1]
    )], 1)  # fmt: skip


def _largest(a):
    return -np.sort(-a, axis=1)[:, :8]


ROWS = {
    "tensor_reduce max": (
        lambda a, **k: nisa.tensor_reduce(np.max, a, 1, keepdims=True, **k), lambda a: a.max(1, keepdims=True)
    ),
    "tensor_reduce add": (lambda a, **k: nisa.tensor_reduce(nl.add, a, [1], **k), lambda a: a.sum(1, keepdims=True)),
    "tensor_reduce negate": (
        lambda a, **k: nisa.tensor_reduce(np.min, a, axis=(-1,), negate=True, **k), lambda a: -a.min(1, keepdims=True)
    ),
    "bn_stats": (lambda a, **k: nisa.bn_stats(a, **k), _statistics),
    "max8": (lambda a, **k: nisa.max8(src=a, **k), _largest),
}  # fmt: skip


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("case", ROWS)
def test_rows(case, mask):
    call, oracle = ROWS[case]
    _, rows, columns = MASKS[mask]
    width = 1 if mask == "nothing" else oracle(A).shape[1]
    width = {"bn_stats": 6, "max8": 8}.get(case, width)
    background = _data(P, width, seed=1)
    got = assigned(lambda a: call(a, mask=_mask(mask)), (A,), background=background, place=...)
    want = background.copy()
    if mask != "nothing":
        want[rows] = oracle(A[rows, columns])
    np.testing.assert_allclose(got, want, rtol=1e-5)


def test_a_mask_that_is_no_box_is_refused():
    for call in (*[call for call, _ in ROWS.values()], lambda a, **k: nisa.tensor_partition_reduce(np.add, a, **k)):
        with pytest.raises(ValueError, match="mask holds in no box of elements; where rows are reduced or searched"):
            returned(lambda a, call=call: call(a, mask=nl.arange(P)[:, None] > nl.arange(F)[None, :]), (A,))


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [-1, 3, [2, 3], (1, 2, 3)])
def test_several_axes(axis, keepdims):
    data = _data(16, 3, 4, 5)
    got = returned(lambda a: nisa.tensor_reduce(np.add, a, axis, keepdims=keepdims), (data,))
    want = data.sum(tuple(np.atleast_1d(axis)), keepdims=keepdims)
    assert np.array_equal(got.reshape(want.shape), want)
    i_p, _, _, i_d = nl.mgrid[0:16, 0:3, 0:4, 0:5]
    got = returned(
        lambda a: nisa.tensor_reduce(np.add, a, axis, keepdims=keepdims, mask=(i_d < 2) & (i_p < 7)), (data,)
    )
    want = data[:7, ..., :2].sum(tuple(np.atleast_1d(axis)), keepdims=keepdims)
    assert np.array_equal(got[:7].reshape(want.shape), want) and np.isnan(got[7:]).all()


@pytest.mark.parametrize("axis", [0, (0, 1), 2, []])
def test_axes_that_can_not_be_reduced(axis):
    with pytest.raises((ValueError, TypeError), match="tensor_reduce: axis"):
        returned(lambda a: nisa.tensor_reduce(np.add, a, axis), (A,))


@pytest.mark.parametrize("op, oracle", [(np.add, np.sum), (np.max, np.max)])
@pytest.mark.parametrize("mask", [name for name in MASKS if name != "nothing"])
def test_across_partitions(op, oracle, mask):
    _, rows, columns = MASKS[mask]
    background = _data(1, F, seed=1)
    got = assigned(
        lambda a: nisa.tensor_partition_reduce(op, a, mask=_mask(mask)), (A,), background=background, place=...
    )
    want = background.copy()
    want[:, columns] = oracle(A[rows, columns], axis=0, keepdims=True)
    np.testing.assert_allclose(got, want, rtol=1e-5)


def test_across_partitions_of_a_tile_in_psum():
    def call(a):
        psum = nl.ndarray((P, F), dtype=nl.float32, buffer=nl.psum)
        psum[...] = nisa.tensor_copy(a)
        return nisa.tensor_partition_reduce(np.add, psum, dtype=nl.float32)

    np.testing.assert_allclose(returned(call, (A,)), A.sum(0, keepdims=True), rtol=1e-5)


@pytest.mark.parametrize("mask", ["none", "rows", "rows from 9"])
def test_bn_aggr(mask):
    _, rows, _ = MASKS[mask]

    def call(a):
        parts = nl.ndarray((P, 2, 6), dtype=nl.float32)
        for i in nl.affine_range(2):
            parts[:, i, :] = nisa.bn_stats(a[:, i * 18 : i * 18 + 18])
        condition = MASKS[mask][0]
        i_p, i_a, i_b = nl.mgrid[0:P, 0:2, 0:6]
        return nisa.bn_aggr(parts, mask=condition and condition(i_p, i_a))

    got = returned(call, (A,))
    np.testing.assert_allclose(got[rows], np.stack([A.mean(1), A.var(1)], 1)[rows], rtol=1e-4)


@pytest.mark.parametrize("dtype", [None, np.uint16])
@pytest.mark.parametrize("mask", ["none", "rows", "columns"])
def test_find_index(mask, dtype):
    _, rows, columns = MASKS[mask]
    vals = np.random.default_rng(5).permuted(A[:, :20], axis=1)[:, :8]
    got = returned(lambda a, v: nisa.nc_find_index8(data=a, vals=v, mask=_mask(mask), dtype=dtype), (A, vals))
    assert got.dtype == (dtype or np.uint32)
    want = (A[:, None, :] == vals[:, :, None]).argmax(2)
    assert np.array_equal(got[rows], want[rows]) and (got[P if rows.stop is None else rows.stop :] == 4).all()


@pytest.mark.parametrize("shape", [(P, 24), (P, 8), (P, 2, 3, 4)])
@pytest.mark.parametrize("rows", [P, 40])
def test_match_and_replace(shape, rows):
    data, vals = _data(*shape), _largest(_data(*shape).reshape(P, -1))

    def call(a, v):
        places = nisa.memset((P, 8), 99, np.uint32)
        axes = nl.mgrid[tuple(slice(0, size) for size in shape)]
        result = nisa.nc_match_replace8(data=a, vals=v, imm=-1.5, dst_idx=places, mask=axes[0] < rows)
        out = nl.ndarray((P, 8), dtype=np.uint32, buffer=nl.shared_hbm)
        nl.store(out, places)
        return result, out

    @nki.jit
    def kernel(a, v):
        result, places = call(nl.load(a), nl.load(v))
        out = nl.ndarray(shape, dtype=a.dtype, buffer=nl.shared_hbm)
        nl.store(out, result)
        return out, places

    got, places = kernel(data, vals)
    want = data.copy().reshape(P, -1)[:rows]
    where = (want[:, None, :] == vals[:rows, :, None]).argmax(2)
    np.put_along_axis(want, where, -1.5, 1)
    assert np.array_equal(got[:rows].reshape(rows, -1), want) and np.isnan(got[rows:]).all()
    assert np.array_equal(places[:rows], where) and (places[rows:] == 99).all()


def test_match_and_replace_in_some_columns():
    """Of values that are looked for in the elements of the mask alone."""
    vals = _largest(A[:, 4:20])
    i_p, i_f = nl.mgrid[0:P, 0:F]
    background = _data(P, F, seed=4)
    got = assigned(
        lambda a, v: nisa.nc_match_replace8(data=a, vals=v, imm=0.5, mask=(i_f >= 4) & (i_f < 20) & (i_p >= 6)),
        (A, vals), background=background, place=...,
    )  # fmt: skip
    want = background.copy()
    part = A[6:, 4:20].copy()
    part[(part[:, :, None] == vals[6:, None, :]).any(2)] = 0.5
    want[6:, 4:20] = part
    assert np.array_equal(got, want)


def test_largest_of_five_axes():
    data = _data(16, 2, 3, 2, 4)
    assert np.array_equal(returned(lambda a: nisa.max8(src=a), (data,)), _largest(data.reshape(16, -1)))


@pytest.mark.parametrize("mask", ["none", "rows", "rows from 64", "inner"])
@pytest.mark.parametrize("name", ["activation", "activation_reduce", "tensor_scalar_reduce", "range_select"])
def test_sums_of_rows_beside_the_result(name, mask):
    """reduce_res is written for the rows of the mask, from its elements."""
    _, rows, columns = MASKS[mask]

    @nki.jit(platform_target="trn2")
    def kernel(a, low, high):
        a, low, high = nl.load(a), nl.load(low), nl.load(high)
        sums = nl.zeros((P, 1), dtype=nl.float32, buffer=nl.sbuf)
        options = {"mask": _mask(mask), "reduce_res": sums}
        if name == "activation":
            command = nisa.reduce_cmd.reset_reduce
            result = nisa.activation(np.square, a, scale=0.5, reduce_op=np.add, reduce_cmd=command, **options)
        elif name == "activation_reduce":
            result = nisa.activation_reduce(nl.square, a, scale=0.5, reduce_op=nl.add, **options)
        elif name == "tensor_scalar_reduce":
            result = nisa.tensor_scalar_reduce(data=a, op0=np.multiply, operand0=2.0, reduce_op=np.add, **options)
        else:
            command = nisa.reduce_cmd.reset_reduce
            result = nisa.range_select(
                on_true_tile=a, comp_op0=np.greater_equal, comp_op1=np.less, bound0=low, bound1=high,
                reduce_cmd=command, range_start=100, **options,
            )  # fmt: skip
        out = nl.ndarray((P, F), dtype=nl.float32, buffer=nl.shared_hbm)
        column = nl.ndarray((P, 1), dtype=nl.float32, buffer=nl.shared_hbm)
        nl.store(out, result)
        nl.store(column, sums)
        return out, column

    low, high = np.full((P, 1), 104, np.float32), np.full((P, 1), 125, np.float32)
    got, column = kernel(A, low, high)
    want = (A / 2) ** 2 if name.startswith("activation") else 2 * A
    if name == "range_select":
        inside = (np.arange(F) + 100 >= 104) & (np.arange(F) + 100 < 125)
        want = np.where(inside, A, np.finfo(np.float32).min)
    sums = np.zeros((P, 1), np.float32)
    part = want[rows, columns]
    sums[rows] = part.max(1, keepdims=True) if name == "range_select" else part.sum(1, keepdims=True)
    np.testing.assert_allclose(got[rows, columns], part, rtol=1e-5)
    assert np.isnan(got).sum() == P * F - part.size
    np.testing.assert_allclose(column, sums, rtol=1e-5)


def test_reduced_in_bfloat16():
    got = returned(lambda a: nisa.tensor_reduce(np.max, a, 1, dtype=BFLOAT16), (A,))
    assert got.dtype == BFLOAT16 and np.array_equal(got[:, 0], A.max(1).astype(BFLOAT16))
