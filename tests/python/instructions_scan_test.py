"""Scans, selections and reductions of nki.isa on random shapes, dtypes and views, against NumPy."""

import functools

import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.python.instruction_calls import (
    COMPARISONS,
    FLOATS,
    INTEGERS,
    UFUNCS,
    dtypes,
    fast,
    numbers,
    rows,
    run,
    seeds,
    shapes,
    stored,
    views,
)

START = {nl.add: 0, nl.subtract: 0, nl.multiply: 1, nl.maximum: -np.inf, nl.minimum: np.inf}


@fast
@given(
    shapes, dtypes, st.sampled_from(FLOATS), views, views, st.sampled_from([*UFUNCS]), st.sampled_from([*UFUNCS]), seeds
)
def test_tensor_tensor_scan(shape, from_dtype, to_dtype, view, other, op0, op1, seed):
    x, y = numbers(shape, from_dtype, seed), numbers(shape, FLOATS[0], seed + 1)

    def body(load, result):
        dst = result(shape, to_dtype, other)
        nisa.tensor_tensor_scan(dst, load(0, view), load(1, other), 0.5, op0, op1, seed % 2 == 0, seed % 3 == 0)

    state, wanted = np.full(shape[0], 0.5, np.float32), []
    with np.errstate(all="ignore"):
        for one, two in zip(rows(x).T, rows(y).T, strict=True):
            middle = UFUNCS[op0](state, one) if seed % 2 == 0 else UFUNCS[op0](one, state)
            state = UFUNCS[op1](two, middle) if seed % 3 == 0 else UFUNCS[op1](middle, two)
            wanted.append(state)
        wanted = stored(np.stack(wanted, 1).reshape(shape), to_dtype)
    np.testing.assert_array_equal(run(body, x, y)[0], wanted)


@fast
@given(shapes, dtypes, dtypes, views, st.sampled_from([*UFUNCS]), seeds)
def test_tensor_scalar_cumulative(shape, from_dtype, to_dtype, view, op1, seed):
    x, scale = numbers(shape, from_dtype, seed), numbers((shape[0], 1), FLOATS[0], seed + 1)

    def body(load, result):
        nisa.tensor_scalar_cumulative(result(shape, to_dtype, view), load(0, view), nl.multiply, op1, load(1))

    register, wanted = np.full(shape[0], START[op1], np.float32), []
    with np.errstate(all="ignore"):
        for one in (rows(x) * scale).T:
            register = UFUNCS[op1](one, register)
            wanted.append(register)
        wanted = stored(np.stack(wanted, 1).reshape(shape), to_dtype)
    np.testing.assert_array_equal(run(body, x, scale)[0], wanted)


@fast
@given(shapes, dtypes, dtypes, views, st.sampled_from([nl.add, nl.multiply, nl.maximum, nl.minimum]), seeds)
def test_tensor_scalar_reduce_over_two_tiles(shape, from_dtype, to_dtype, view, op, seed):
    x, y = numbers(shape, from_dtype, seed), numbers(shape, from_dtype, seed + 1)

    def body(load, result):
        for index, command in enumerate([nisa.reduce_cmd.reset_reduce, nisa.reduce_cmd.reduce]):
            dst, reduced = result(shape, to_dtype, view), result((shape[0], 1), FLOATS[0])
            last = index == 1
            nisa.tensor_scalar_reduce(
                dst, load(index, view), nl.add, 0.25, op, reduced, reduce_cmd=command, reduce_res_negate=last
            )

    outs = run(body, x, y)
    values = np.concatenate([rows(x), rows(y)], 1) + np.float32(0.25)
    with np.errstate(over="ignore"):
        running = UFUNCS[op].accumulate(values, axis=1)
    np.testing.assert_array_equal(outs[0], stored(values[:, : shape[1] * shape[2]].reshape(shape), to_dtype))
    np.testing.assert_array_equal(outs[1][:, 0], running[:, shape[1] * shape[2] - 1])
    np.testing.assert_array_equal(outs[3][:, 0], -running[:, -1])


@fast
@given(shapes, dtypes, dtypes, st.sampled_from(INTEGERS), views, st.booleans(), seeds)
def test_select_reduce(shape, from_dtype, to_dtype, mask_dtype, view, reverse, seed):
    x, mask = numbers(shape, from_dtype, seed), numbers(shape, mask_dtype, seed + 1) % 3
    mask = mask.astype(mask_dtype)
    no = numbers((shape[0], 1), FLOATS[seed % 3], seed + 2)

    def body(load, result):
        dst, most = result(shape, to_dtype, view), result((shape[0], 1), FLOATS[0])
        command = nisa.reduce_cmd.reset_reduce
        flat = load(1, "plain").reshape((shape[0], shape[1] * shape[2]))  # ranks may differ
        nisa.select_reduce(dst, flat, load(0, view), load(2), most, command, reverse_pred=reverse)

    dst, most = run(body, x, mask, no)
    wanted = np.where((mask != 0) != reverse, x.astype(np.float32), no.astype(np.float32)[:, :, None])
    np.testing.assert_array_equal(dst, stored(wanted, to_dtype))
    np.testing.assert_array_equal(most[:, 0], wanted.reshape(shape[0], -1).max(1))


@fast
@given(shapes, st.sampled_from(FLOATS), views, st.sampled_from([*COMPARISONS]), st.sampled_from([*COMPARISONS]), seeds)
def test_range_select(shape, dtype, view, op0, op1, seed):
    x = numbers(shape, dtype, seed)
    bounds = np.random.default_rng(seed).integers(90, 200, (2, shape[0], 1)).astype(np.float32)

    def body(load, result):
        dst, most = result(shape, FLOATS[0], view), result((shape[0], 1), FLOATS[0])
        nisa.range_select(dst, load(0, view), op0, op1, load(1), load(2), reduce_res=most, range_start=100)

    dst, most = run(body, x, *bounds, target="trn2")
    index = np.arange(100, 100 + shape[1] * shape[2], dtype=np.float32)
    inside = COMPARISONS[op0](index, bounds[0]) & COMPARISONS[op1](index, bounds[1])
    wanted = np.where(inside, rows(x), np.finfo(np.float32).min)
    np.testing.assert_array_equal(dst.reshape(wanted.shape), wanted)
    np.testing.assert_array_equal(most[:, 0], wanted.max(1))


@fast
@given(shapes, dtypes, st.sampled_from([np.uint8, np.uint16, np.uint32]), views, st.booleans(), st.booleans(), seeds)
def test_tensor_copy_predicated(shape, dtype, mask_dtype, view, reverse, is_constant, seed):
    x, kept = numbers(shape, dtype, seed), numbers(shape, dtype, seed + 1)
    mask = (np.random.default_rng(seed).integers(0, 3, shape)).astype(mask_dtype)

    def body(load, result):
        dst = result(shape, dtype, view)
        nisa.tensor_copy(dst, load(1))
        nisa.tensor_copy_predicated(dst, 3 if is_constant else load(0, view), load(2, view), reverse)

    wanted = np.where((mask != 0) != reverse, np.full(shape, 3, dtype) if is_constant else x, kept)
    np.testing.assert_array_equal(run(body, x, kept, mask)[0], wanted)


@fast
@given(
    shapes, dtypes, dtypes, views, st.sampled_from([*COMPARISONS, nl.not_equal]), st.tuples(*[st.integers(-9, 9)] * 4)
)
def test_affine_select(shape, from_dtype, to_dtype, view, op, steps):
    outer, inner, multiplier, offset = steps
    x = numbers(shape, from_dtype, inner + 50)

    def body(load, result):
        pattern = [[outer, shape[1]], [inner, shape[2]]]
        nisa.affine_select(result(shape, to_dtype, view), pattern, multiplier, load(0, view), -7.5, op, offset)

    p, i, j = np.indices(shape)
    value = offset + multiplier * p + outer * i + inner * j
    holds = value != 0 if op is nl.not_equal else COMPARISONS[op](value, 0)
    wanted = stored(np.where(holds, x.astype(np.float32), np.float32(-7.5)), to_dtype)
    np.testing.assert_array_equal(run(body, x)[0], wanted)


@fast
@given(shapes, dtypes, st.sampled_from(FLOATS), views, seeds)
def test_activation_reduce(shape, from_dtype, to_dtype, view, seed):
    x = numbers(shape, from_dtype, seed)

    def body(load, result):
        dst, total = result(shape, to_dtype, view), result((shape[0], 1), FLOATS[0])
        nisa.activation_reduce(dst, nl.square, load(0, view), nl.add, total, scale=0.5)

    dst, total = run(body, x, target="trn1")
    wanted = np.square(x.astype(np.float32) * np.float32(0.5))
    np.testing.assert_array_equal(dst, stored(wanted, to_dtype))
    np.testing.assert_array_equal(total[:, 0], np.add.accumulate(wanted.reshape(shape[0], -1), axis=1)[:, -1])


PAIRS = [
    (nl.multiply, nl.add),
    (nl.multiply, nl.subtract),
    (nl.multiply, nl.bypass),
    (nl.add, nl.bypass),
    (nl.subtract, nl.bypass),
    (nl.bypass, nl.bypass),
]


@fast
@given(shapes, dtypes, st.sampled_from(FLOATS), views, st.sampled_from(PAIRS), st.booleans(), seeds)
def test_activate2(shape, from_dtype, to_dtype, view, pair, reverse, seed):
    x, imm0 = numbers(shape, from_dtype, seed), numbers((shape[0], 1), FLOATS[0], seed + 1)
    reverses = [reverse and op is not nl.bypass for op in pair]

    def body(load, result):
        dst, most = result(shape, to_dtype, view), result((shape[0], 1), FLOATS[0])
        data, vector = load(0, view), load(1)
        command = nisa.reduce_cmd.reset_reduce
        nisa.activate2(dst, nl.prelu, data, vector, 0.75, *pair, 0.5, *reverses, nl.minimum, most, command)

    dst, least = run(body, x, imm0)
    value = x.astype(np.float32)
    for op, reversed_, imm in zip(pair, reverses, [imm0[:, :, None], np.float32(0.75)], strict=True):
        if op is not nl.bypass:
            value = UFUNCS[op](imm, value) if reversed_ else UFUNCS[op](value, imm)
    wanted = np.where(value < 0, value * np.float32(0.5), value)
    np.testing.assert_array_equal(dst, stored(wanted, to_dtype))
    np.testing.assert_array_equal(least[:, 0], wanted.reshape(shape[0], -1).min(1))


@fast
@given(shapes, dtypes, st.sampled_from(FLOATS), views, seeds)
def test_exponential(shape, from_dtype, to_dtype, view, seed):
    x, most = numbers(shape, from_dtype, seed), numbers((shape[0], 1), FLOATS[0], seed + 1)

    def body(load, result):
        dst, total = result(shape, to_dtype, view), result((shape[0], 1), FLOATS[0])
        nisa.exponential(dst, load(0, view), load(1), total, nisa.reduce_cmd.load_reduce, 100.0)

    dst, total = run(body, x, most)
    wanted = np.exp(x.astype(np.float64) - most[:, :, None])
    np.testing.assert_allclose(dst.astype(np.float64), wanted, rtol=2e-7 if to_dtype == np.float32 else 8e-3)
    np.testing.assert_allclose(total[:, 0], 100 + wanted.reshape(shape[0], -1).sum(1), rtol=1e-5)


PARTITION_OPS = {nl.add: np.add, nl.average: np.add, nl.maximum: np.maximum, nl.bitwise_or: np.bitwise_or}


@fast
@given(shapes, dtypes, views, st.sampled_from([*PARTITION_OPS]), seeds)
def test_tensor_partition_reduce(shape, dtype, view, op, seed):
    bitwise = op is nl.bitwise_or
    dtype = np.dtype(np.int16) if bitwise else dtype
    x = numbers(shape, dtype, seed)
    to_dtype = dtype if bitwise else FLOATS[0]

    def body(load, result):
        nisa.tensor_partition_reduce(result((1, *shape[1:]), to_dtype, view), op, load(0, view))

    values = x if bitwise else x.astype(np.float32)
    wanted = functools.reduce(PARTITION_OPS[op], values)
    wanted = wanted / np.float32(shape[0]) if op is nl.average else wanted
    np.testing.assert_array_equal(run(body, x)[0][0], wanted)


def test_registers_after_idle_are_warned_about():
    def body(load, result):
        dst, total = result((4, 8), FLOATS[0]), result((4, 1), FLOATS[0])
        nisa.exponential(dst, load(0))
        nisa.exponential(dst, load(0), 0.0, total, nisa.reduce_cmd.reduce)

    with pytest.warns(UserWarning, match="reduce_cmd.idle, which leaves it undefined"):
        run(body, np.zeros((4, 8), np.float32))


def test_what_a_predicate_leaves_unwritten_is_warned_about():
    def body(load, result):
        nisa.tensor_copy_predicated(result((4, 8), FLOATS[0]), 1.0, load(0))

    mask = np.arange(32).reshape(4, 8).astype(np.uint8) % 2
    with pytest.warns(UserWarning, match=r"nothing has written .* undefined on the device"):
        (out,) = run(body, mask)
    np.testing.assert_array_equal(out, mask)


@pytest.mark.parametrize("call", [nisa.tensor_tensor, nisa.tensor_partition_reduce])
def test_operators_of_other_instructions_are_refused(call):
    def body(load, result):
        dst = result((1, 8), FLOATS[0])
        if call is nisa.tensor_tensor:
            call(dst, load(0), load(0), nl.average)
        else:
            call(dst, nl.minimum, load(0))

    wanted = "'average' is not an operator" if call is nisa.tensor_tensor else "must be one of nl.add, nl.average"
    with pytest.raises((TypeError, ValueError), match=wanted):
        run(body, np.zeros((1, 8), np.float32))
